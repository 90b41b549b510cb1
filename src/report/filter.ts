/**
 * The filter language, the same on the command line and on every page:
 * `verdict:suspect,alert user:root exec:/tmp next:<1h -package:* "some words"`.
 *
 * Terms are joined by "and"; a comma inside a value means "or"; `-` before a term turns it round; a value with `*` or
 * `?` in it is a shell's pattern for the whole; a term without field looks at names, description and command. Quotes
 * keep blanks together. An empty filter admits everything.
 */
import { matchesGlob } from "../manager/glob.ts";
import { nearest } from "../nearest.ts";
import { type Parsed, parsed, problem } from "../parsed.ts";
import { SEVERITIES } from "../rules/rule.ts";
import { parseTimespan } from "../time/timespan.ts";
import type { AuditReport, FindingRow, TimerRow } from "./envelope.ts";
import { isAudit, type Report } from "./exporter.ts";

export interface Filter {
  readonly text: string;
  /** Names of the fields it looks at that only a judged report tells. */
  readonly judged: readonly string[];
  /** Says whether a row is admitted. */
  admits(row: TimerRow, facts: FilterFacts): boolean;
}

/** What rows alone do not tell. */
export interface FilterFacts {
  readonly nowUsec: number;
  /** Findings by id. */
  readonly findings: ReadonlyMap<string, FindingRow>;
}

export interface FilterField {
  readonly name: string;
  /** Only an audit tells it: of a list it would hide, or admit, everything. */
  readonly isJudged?: true;
  readonly does: string;
  readonly example: string;
}

type Reader = (row: TimerRow, facts: FilterFacts) => readonly (string | null)[];

interface TextField extends FilterField {
  readonly kind: "word" | "part";
  readonly read: Reader;
}

/** Distances in seconds; `null` for "there is none". */
interface SpanField extends FilterField {
  readonly kind: "span";
  readonly read: (row: TimerRow, facts: FilterFacts) => number | null;
}

const MILDEST_FIRST: readonly string[] = [...SEVERITIES].reverse();

const findingsOf = (row: TimerRow, { findings }: FilterFacts): FindingRow[] =>
  row.findings.flatMap((id) => findings.get(id) ?? []);

const FIELDS: readonly (TextField | SpanField)[] = [
  {
    name: "verdict",
    isJudged: true,
    kind: "word",
    does: "alert, suspect, review, unknown, ok",
    example: "verdict:alert,suspect",
    read: ({ verdict }) => [verdict],
  },
  {
    name: "id",
    kind: "word",
    does: "its id, as exports and JSON have it",
    example: "id:system/apt-daily.timer",
    read: ({ id }) => [id],
  },
  {
    name: "kind",
    kind: "word",
    does: "timer, cron, anacron, at, run-parts",
    example: "kind:cron",
    read: ({ kind }) => [kind],
  },
  {
    name: "unit",
    kind: "part",
    does: "a name of the timer, or the unit it starts",
    example: "unit:apt*",
    read: ({ unit, names, activates }) => [unit, ...names, activates],
  },
  {
    name: "scope",
    kind: "word",
    does: "system, global-user, user:NAME",
    example: "scope:system",
    read: ({ scope }) => [scope],
  },
  {
    name: "user",
    kind: "word",
    does: "the account it runs as",
    example: "user:root",
    read: ({ runsAs }) => [runsAs],
  },
  {
    name: "exec",
    kind: "part",
    does: "any command line it runs",
    example: "exec:/tmp",
    read: ({ command, commands }) => [
      command,
      ...commands.map(({ path, argv }) => [path, ...argv.slice(1)].join(" ")),
    ],
  },
  {
    name: "path",
    kind: "part",
    does: "its unit file or a drop-in",
    example: "path:/etc",
    read: ({ path, dropIns }) => [path, ...dropIns],
  },
  {
    name: "package",
    isJudged: true,
    kind: "part",
    does: "the package that shipped the unit file",
    example: "-package:*",
    read: (row) => [row.package],
  },
  {
    name: "state",
    kind: "word",
    does: "enabled, disabled, static, …",
    example: "state:enabled",
    read: ({ state }) => [state],
  },
  {
    name: "load",
    kind: "word",
    does: "loaded, masked, not-found, error, bad-setting",
    example: "-load:loaded",
    read: ({ load }) => [load],
  },
  {
    name: "boot",
    kind: "word",
    does: "yes when something starts it at boot",
    example: "boot:yes",
    read: ({ started }) => [started.atBoot ? "yes" : "no"],
  },
  {
    name: "persistent",
    kind: "word",
    does: "yes when a missed run is caught up",
    example: "persistent:yes",
    read: ({ persistent }) => [persistent ? "yes" : "no"],
  },
  {
    name: "schedule",
    kind: "part",
    does: "schedule lines, as written and in words",
    example: "schedule:OnCalendar",
    read: ({ schedule }) =>
      schedule.flatMap(({ directive, text, normalized, words }) => [
        `${directive}=${text}`,
        normalized,
        words,
      ]),
  },
  {
    name: "rule",
    isJudged: true,
    kind: "word",
    does: "a rule that accuses it",
    example: "rule:fetch-and-run",
    read: (row, facts) => findingsOf(row, facts).map(({ rule }) => rule),
  },
  {
    name: "finding",
    isJudged: true,
    kind: "word",
    does: "a finding's id",
    example: "finding:tw-*",
    read: ({ findings }) => findings,
  },
  {
    name: "severity",
    isJudged: true,
    kind: "word",
    does: "of a finding; >= and <= compare",
    example: "severity:>=high",
    read: (row, facts) => findingsOf(row, facts).map(({ severity }) => severity),
  },
  {
    name: "technique",
    isJudged: true,
    kind: "part",
    does: "ATT&CK id of a finding",
    example: "technique:T1053",
    read: (row, facts) => findingsOf(row, facts).flatMap(({ techniques }) => techniques),
  },
  {
    name: "control",
    isJudged: true,
    kind: "word",
    does: "SP 800-53 control of a finding",
    example: "control:AC-6",
    read: (row, facts) => findingsOf(row, facts).flatMap(({ controls }) => controls),
  },
  {
    name: "problem",
    kind: "part",
    does: "why it does not load, lines that do not count",
    example: "problem:*",
    read: ({ problems }) => problems.map(({ says }) => says),
  },
  {
    name: "next",
    kind: "span",
    does: "how far away its next elapse is; never",
    example: "next:<1h",
    read: ({ next }, { nowUsec }) =>
      next.earliest === null ? null : Math.max(0, Date.parse(next.earliest) / 1e3 - nowUsec / 1e6),
  },
  {
    name: "last",
    kind: "span",
    does: "how long ago it last ran; never",
    example: "last:>7d",
    read: ({ last }, { nowUsec }) => (last === null ? null : nowUsec / 1e6 - Date.parse(last.time) / 1e3),
  },
  {
    name: "delay",
    kind: "span",
    does: "its RandomizedDelaySec=",
    example: "delay:>=1h",
    read: ({ randomizedDelayUsec: delay }) =>
      delay === null ? null : delay === "infinity" ? Number.POSITIVE_INFINITY : delay / 1e6,
  },
];

/** The fields there are, for help, completion and the filter bar. */
export const FILTER_FIELDS: readonly FilterField[] = FIELDS;

const BY_NAME: ReadonlyMap<string, TextField | SpanField> = new Map(
  FIELDS.map((field) => [field.name, field]),
);

type Test = (row: TimerRow, facts: FilterFacts) => boolean;

/** Longer filters are refused: nobody types them. */
const MAX_LENGTH = 2000;

export function parseFilter(text: string): Parsed<Filter> {
  if (text.length > MAX_LENGTH)
    return problem("E2BIG", `a filter of more than ${MAX_LENGTH} characters`, MAX_LENGTH);
  const tests: Test[] = [];
  const terms = termsOf(text);
  if (!terms.ok) return terms;
  for (const term of terms.value) {
    const test = testOf(term);
    if (!test.ok) return test;
    tests.push(test.value);
  }
  const judged = terms.value.flatMap(({ field }) =>
    field !== null && BY_NAME.get(field)?.isJudged === true ? [field] : [],
  );
  return parsed({ text, judged, admits: (row, facts) => tests.every((test) => test(row, facts)) });
}

interface Term {
  readonly negated: boolean;
  readonly field: string | null;
  /** Alternatives; quoted ones know no wildcards. */
  readonly values: readonly { readonly text: string; readonly isQuoted: boolean }[];
  readonly at: number;
  readonly length: number;
  readonly valueAt: number;
}

const TERM = /-?(?:[a-z]+:)?(?:"[^"]*"|[^\s"])+/g;

function termsOf(text: string): Parsed<readonly Term[]> {
  const open = text.lastIndexOf('"');
  if (text.split('"').length % 2 === 0)
    return problem("EINVAL", "a quote without its end", open, text.length - open, `${text}"`);
  return parsed([...text.matchAll(TERM)].map(({ 0: raw, index }) => termOf(raw, index)));
}

function termOf(raw: string, at: number): Term {
  const negated = raw.length > 1 && raw.startsWith("-");
  const body = negated ? raw.slice(1) : raw;
  const [head = "", name] = /^([a-z]+):/.exec(body) ?? [];
  const value = body.slice(head.length);
  const values = [...value.matchAll(/((?:"[^"]*"|[^",])+)(?:,|$)/g)].map(([, part = ""]) => ({
    text: part.replaceAll('"', ""),
    isQuoted: part.startsWith('"'),
  }));
  const valueAt = at + raw.length - value.length;
  return { negated, field: name ?? null, values, at, length: raw.length, valueAt };
}

function testOf(term: Term): Parsed<Test> {
  const test = positiveTest(term);
  if (!test.ok || !term.negated) return test;
  const { value } = test;
  return parsed((row, facts) => !value(row, facts));
}

function positiveTest({ field, values, at, length, valueAt }: Term): Parsed<Test> {
  if (field === null) {
    const patterns = values.map(({ text, isQuoted }) => patternOf(text, isQuoted, "part"));
    return parsed((row) => anyOf(textOf(row), patterns));
  }
  const known = BY_NAME.get(field);
  if (known === undefined) {
    const meant = nearest(field, BY_NAME.keys());
    const hint = meant === null ? "" : `; did you mean ${meant}:?`;
    return problem("EINVAL", `there is no field ${field}:${hint}`, at, length, meant ?? undefined);
  }
  if (values.length === 0)
    return problem("EINVAL", `${field}: needs a value, such as ${known.example}`, at, length);
  if (known.kind === "span") return spanTest(known, values, valueAt);
  if (field === "severity") return severityTest(known, values, valueAt);
  const patterns = values.map(({ text, isQuoted }) => patternOf(text, isQuoted, known.kind));
  return parsed((row, facts) => anyOf(known.read(row, facts), patterns));
}

function textOf({ unit, names, activates, description, command }: TimerRow): readonly (string | null)[] {
  return [unit, ...names, activates, description, command];
}

type Pattern = (text: string) => boolean;

function anyOf(texts: readonly (string | null)[], patterns: readonly Pattern[]): boolean {
  return texts.some((text) => text !== null && patterns.some((test) => test(text.toLowerCase())));
}

/** Words are compared whole, parts are looked for; wildcards always speak of the whole. */
function patternOf(text: string, isQuoted: boolean, kind: "word" | "part"): Pattern {
  const wanted = text.toLowerCase();
  if (!isQuoted && /[*?]/.test(wanted)) return (value) => matchesGlob(wanted, value);
  return kind === "word" ? (value) => value === wanted : (value) => value.includes(wanted);
}

const COMPARISON = /^(?<sign><=|>=|<|>|=)?(?<rest>.*)$/s;

function compares(sign: string | undefined, value: number, limit: number): boolean {
  switch (sign) {
    case "<":
      return value < limit;
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
    case "=":
      return value === limit;
    default:
      return value <= limit;
  }
}

function spanTest(field: SpanField, values: Term["values"], at: number): Parsed<Test> {
  const tests: ((value: number | null) => boolean)[] = [];
  for (const { text } of values) {
    if (text === "never" || text === "none") {
      tests.push((value) => value === null);
      continue;
    }
    if (text === "*") {
      tests.push((value) => value !== null);
      continue;
    }
    const { sign, rest = "" } = COMPARISON.exec(text)?.groups ?? {};
    const span = parseTimespan(rest);
    if (!span.ok) {
      const message = `${field.name}: takes a time span such as ${field.example}, or never`;
      return problem(span.problem.code, message, at, text.length);
    }
    const limit = Number(span.value) / 1e6;
    tests.push((value) => value !== null && compares(sign, value, limit));
  }
  return parsed((row, facts) => {
    const value = field.read(row, facts);
    return tests.some((test) => test(value));
  });
}

function severityTest(field: TextField, values: Term["values"], at: number): Parsed<Test> {
  const tests: Pattern[] = [];
  for (const { text } of values) {
    const { sign = "=", rest = "" } = COMPARISON.exec(text)?.groups ?? {};
    const limit = MILDEST_FIRST.indexOf(rest.toLowerCase());
    if (limit < 0 && rest !== "*") {
      const meant = nearest(rest, MILDEST_FIRST);
      const hint = `severity: is one of ${MILDEST_FIRST.join(", ")}`;
      return problem("EINVAL", hint, at, text.length, meant ?? undefined);
    }
    tests.push((value) => limit < 0 || compares(sign, MILDEST_FIRST.indexOf(value), limit));
  }
  return parsed((row, facts) => anyOf(field.read(row, facts), tests));
}

/** The rows a filter admits, and of an audit the findings against them; findings of the host itself belong to no row. */
export function filteredReport<Kind extends Report>(report: Kind, filter: Filter): Kind {
  const findings = isAudit(report) ? report.findings : [];
  const facts: FilterFacts = {
    nowUsec: Date.parse(report.clock.now) * 1000,
    findings: new Map(findings.map((finding) => [finding.id, finding])),
  };
  const admitted = (rows: readonly TimerRow[]): TimerRow[] => rows.filter((row) => filter.admits(row, facts));
  const kept = { ...report, timers: admitted(report.timers), jobs: admitted(report.jobs) };
  if (!isAudit(kept)) return kept;
  const rows = [...kept.timers, ...kept.jobs];
  const told = new Set(rows.flatMap((row) => row.findings));
  const verdicts = { alert: 0, suspect: 0, review: 0, unknown: 0, ok: 0 };
  for (const { verdict } of rows) if (isVerdict(verdict)) verdicts[verdict]++;
  const left = kept.findings.filter(({ id }) => told.has(id));
  return {
    ...kept,
    findings: left,
    summary: { verdicts, accepted: left.filter(({ accepted }) => accepted !== null).length },
  };
}

function isVerdict(word: string | null): word is keyof AuditReport["summary"]["verdicts"] {
  return word === "alert" || word === "suspect" || word === "review" || word === "unknown" || word === "ok";
}

/** A term that admits exactly this value, quoted where it must be. */
export function filterTerm(field: string, value: string): string {
  return /^[^\s",*?]+$/.test(value) ? `${field}:${value}` : `${field}:"${value.replaceAll('"', "")}"`;
}
