/**
 * The JSON that Timerwarden promises (docs/formats/json.md): one definition from which the types here, the validation
 * of saved reports, and the printed JSON Schema (`timerwarden schema`) all come.
 *
 * Within version 1 there are only additions: no field changes type or meaning, and lists of words may grow. Times are
 * RFC 3339 in UTC, spans whole microseconds. What is unknown or never is `null`, with a reason beside it.
 */
import * as v from "valibot";
import { CASE_FACTS } from "../case-facts.ts";
import { SEVERITIES } from "../rules/rule.ts";

const time = v.pipe(v.string(), v.description("RFC 3339, UTC"));
const usec = v.pipe(v.union([v.number(), v.literal("infinity")]), v.description("microseconds"));

const place = v.object({
  path: v.string(),
  line: v.pipe(v.number(), v.description("from 1; 0 when the file as a whole is meant")),
  column: v.number(),
});

export const GAP = v.pipe(
  v.object({
    path: v.string(),
    reason: v.string(),
    hides: v.pipe(v.string(), v.description("what may be missing from this report because of it")),
  }),
  v.description("something that could not be read"),
);

const next = v.object({
  earliest: v.nullable(time),
  latest: v.pipe(v.nullable(time), v.description("earliest plus random delay and AccuracySec=")),
  reason: v.pipe(v.nullable(v.string()), v.description("why earliest is null: a word that `explain` knows")),
  detail: v.pipe(v.nullable(v.string()), v.description("the reason as a sentence")),
  relative: v.pipe(v.array(v.string()), v.description("moments without a date: '15min after boot'")),
  overdue: v.pipe(
    v.boolean(),
    v.description("Persistent= and a slot was missed: runs as soon as it is started"),
  ),
});

const commandRow = v.object({
  unit: v.string(),
  key: v.string(),
  path: v.string(),
  argv: v.array(v.string()),
  flags: v.array(v.string()),
  source: place,
});

export const TIMER = v.object({
  id: v.pipe(v.string(), v.description("scope/unit")),
  kind: v.pipe(v.string(), v.description("timer, cron, anacron, at, run-parts")),
  unit: v.string(),
  scope: v.pipe(v.string(), v.description("system, global-user, or user:NAME")),
  names: v.array(v.string()),
  state: v.pipe(v.string(), v.description("as `systemctl list-unit-files` prints it")),
  preset: v.nullable(v.string()),
  load: v.pipe(v.string(), v.description("loaded, masked, not-found, error, bad-setting")),
  problems: v.array(v.object({ says: v.string(), source: v.nullable(place) })),
  path: v.nullable(v.string()),
  dropIns: v.array(v.string()),
  description: v.nullable(v.string()),
  activates: v.nullable(v.string()),
  command: v.pipe(v.nullable(v.string()), v.description("the first command it finally runs, as one line")),
  commands: v.array(commandRow),
  runsAs: v.string(),
  started: v.object({
    atBoot: v.boolean(),
    by: v.pipe(
      v.array(v.object({ unit: v.string(), how: v.string(), source: v.nullable(place) })),
      v.description("the chain that starts it, from the outermost unit in"),
    ),
  }),
  schedule: v.array(
    v.object({
      directive: v.string(),
      text: v.string(),
      normalized: v.nullable(v.string()),
      words: v.nullable(v.string()),
      usec: v.nullable(usec),
      source: place,
    }),
  ),
  accuracyUsec: v.nullable(usec),
  randomizedDelayUsec: v.nullable(usec),
  persistent: v.boolean(),
  next,
  last: v.nullable(v.object({ time, evidence: v.string() })),
  package: v.pipe(v.nullable(v.string()), v.description("the package that shipped the unit file")),
  verdict: v.pipe(
    v.nullable(v.string()),
    v.description("alert, suspect, review, ok, unknown; null in lists"),
  ),
  findings: v.array(v.string()),
});

export const FINDING = v.object({
  id: v.pipe(v.string(), v.description("stable while rule, unit and accused content stay the same")),
  rule: v.string(),
  severity: v.picklist(SEVERITIES),
  confidence: v.picklist(["high", "medium", "low"]),
  unit: v.string(),
  scope: v.string(),
  title: v.string(),
  says: v.pipe(v.string(), v.description("the reason, one sentence")),
  evidence: v.array(
    v.object({
      path: v.string(),
      line: v.number(),
      column: v.number(),
      length: v.number(),
      excerpt: v.nullable(v.string()),
      says: v.nullable(v.string()),
      layer: v.pipe(v.optional(v.string()), v.description("the image layer that the file comes from")),
    }),
  ),
  techniques: v.array(v.string()),
  controls: v.array(v.string()),
  veris: v.array(v.string()),
  clears: v.pipe(v.string(), v.description("what would make this finding go away, if it is wrong")),
  accepted: v.nullable(v.object({ reason: v.string(), owner: v.string(), until: v.nullable(v.string()) })),
});

export const CLOCK = v.object({
  now: time,
  zone: v.string(),
  systemd: v.string(),
  systemdEvidence: v.string(),
  boot: v.nullable(time),
});

/** The version written; a saved report of any 1.x is read, since within 1 there are only additions. */
export const REPORT_VERSION = "1.0";

const envelope = {
  version: v.pipe(
    v.string(),
    v.regex(
      /^1\.\d+$/,
      "a report of another major version than 1: read it with the timerwarden that wrote it",
    ),
    v.description("1.x; within 1 there are only additions"),
  ),
  tool: v.object({ name: v.literal("timerwarden"), version: v.string() }),
  target: v.object({
    name: v.string(),
    live: v.boolean(),
    host: v.nullable(v.string()),
    system: v.nullable(v.string()),
    machineId: v.nullable(v.string()),
  }),
  case: v.pipe(
    v.optional(CASE_FACTS),
    v.description("as --case-number and its companions gave it; absent when none was given"),
  ),
  clock: CLOCK,
  coverage: v.object({
    timers: v.number(),
    jobs: v.number(),
    unitFiles: v.number(),
    dropIns: v.number(),
    programs: v.number(),
    users: v.number(),
    packages: v.array(v.string()),
    gaps: v.array(GAP),
    notes: v.array(v.string()),
  }),
  timers: v.pipe(v.array(TIMER), v.description("systemd timers")),
  jobs: v.pipe(v.array(TIMER), v.description("jobs of cron, anacron and at, in the same form")),
};

export const LIST_REPORT = v.object({ schema: v.literal("timerwarden/list"), ...envelope });

export const AUDIT_REPORT = v.object({
  schema: v.literal("timerwarden/audit"),
  ...envelope,
  findings: v.array(FINDING),
  summary: v.object({
    verdicts: v.object({
      alert: v.number(),
      suspect: v.number(),
      review: v.number(),
      unknown: v.number(),
      ok: v.number(),
    }),
    accepted: v.number(),
  }),
});

export type Place = v.InferOutput<typeof place>;
export type GapRow = v.InferOutput<typeof GAP>;
export type NextRow = v.InferOutput<typeof next>;
export type TimerRow = v.InferOutput<typeof TIMER>;
export type FindingRow = v.InferOutput<typeof FINDING>;
export type ListReport = v.InferOutput<typeof LIST_REPORT>;
export type AuditReport = v.InferOutput<typeof AUDIT_REPORT>;
