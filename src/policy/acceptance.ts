/**
 * An operator's decision that a finding is meant to be. It binds to content: the finding's id and the digest of
 * everything the activation does; it lapses when either changes or its day is over. Source of the form: docs/policy.md.
 */
import * as v from "valibot";
import { isMap, LineCounter, parseDocument } from "yaml";
import type { Host } from "../hosts/host.ts";
import type { Activation } from "../inventory/activation.ts";
import type { Acceptance, Finding } from "../rules/judge.ts";
import { bindingOf } from "./binding.ts";

/** True for `never` and for a day that the calendar has, as `2027-02-28`. */
export function isLastDay(text: string): boolean {
  if (text === "never") return true;
  const usual = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(Number.NaN);
  return !Number.isNaN(usual.getTime()) && usual.toISOString().startsWith(text);
}

const day = v.pipe(v.string(), v.check(isLastDay, "a day like 2027-02-28, or never"));
const text = v.pipe(v.string(), v.minLength(1));

const RECORD = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^tw-[0-9a-f]{6,}$/, "a finding's id like tw-7f3a91c2b0")),
  unit: text,
  scope: v.optional(text, "system"),
  binds: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/, "sha256: and 64 hexadecimal digits")),
  reason: text,
  owner: text,
  "approved-by": v.optional(text),
  until: day,
});

export interface AcceptanceRecord extends v.InferOutput<typeof RECORD> {
  /** `FILE:LINE`, for messages. */
  readonly place: string;
}

export interface PolicyProblem {
  readonly place: string;
  readonly message: string;
}

/** More than people write; stops a file whose aliases multiply. */
export const MOST_ALIASES = 20;

/** Reads one file of acceptances: a YAML (or JSON) list. Bad entries are problems with file and line, the rest counts. */
export function parseAcceptances(
  content: string,
  path: string,
): { readonly records: readonly AcceptanceRecord[]; readonly problems: readonly PolicyProblem[] } {
  const counter = new LineCounter();
  const document = parseDocument(content, { lineCounter: counter });
  const placeAt = (offset: number) => `${path}:${counter.linePos(offset).line}`;
  const broken = document.errors[0];
  if (broken)
    return { records: [], problems: [{ place: placeAt(broken.pos[0]), message: firstLine(broken.message) }] };
  const items =
    document.contents === null ? [] : "items" in document.contents ? document.contents.items : null;
  if (items === null || isMap(document.contents))
    return { records: [], problems: [{ place: `${path}:1`, message: "a list of acceptances is expected" }] };
  const records: AcceptanceRecord[] = [];
  const problems: PolicyProblem[] = [];
  for (const item of items) {
    const node = item as {
      range?: readonly number[] | null;
      toJS?: (document: unknown, options: object) => unknown;
    };
    const place = placeAt(node.range?.[0] ?? 0);
    let fields: unknown;
    try {
      fields = node.toJS?.(document, { maxAliasCount: MOST_ALIASES });
    } catch (error) {
      problems.push({ place, message: firstLine((error as Error).message) });
      continue;
    }
    const result = v.safeParse(RECORD, fields);
    if (result.success) records.push({ ...result.output, place });
    else
      for (const issue of result.issues)
        problems.push({ place, message: `${v.getDotPath(issue) ?? "entry"}: ${issue.message}` });
  }
  return { records, problems };
}

/** One entry as it is appended to a file. */
export function formatAcceptance(record: Omit<AcceptanceRecord, "place">): string {
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["id", record.id],
    ["unit", record.unit],
    ["scope", record.scope],
    ["binds", record.binds],
    ["reason", record.reason],
    ["owner", record.owner],
    ["approved-by", record["approved-by"]],
    ["until", record.until],
  ];
  const lines = fields.flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${JSON.stringify(value)}`],
  );
  return `- ${lines.join("\n  ")}\n`;
}

/** Why an acceptance does not count, for those that matched nothing or lapsed. */
export interface UnusedAcceptance {
  readonly record: AcceptanceRecord;
  readonly why: string;
}

export interface AcceptanceBook {
  /** For `judge`: the decision about a finding, or `null`. */
  accept(finding: Finding, activation: Activation | null): Acceptance | null;
  /** After judging: entries that accepted nothing, each with the reason. */
  unused(): readonly UnusedAcceptance[];
}

/** `today` as `YYYY-MM-DD`; an acceptance counts up to and including its last day. */
export function openAcceptances(
  records: readonly AcceptanceRecord[],
  host: Host,
  today: string,
): AcceptanceBook {
  const used = new Set<AcceptanceRecord>();
  const lapsed = new Map<AcceptanceRecord, string>();
  const digests = new Map<string, string>();
  const digestOf = (finding: Finding, activation: Activation | null): string => {
    const key = activation?.id ?? finding.id;
    const known = digests.get(key) ?? bindingOf(finding, activation, host);
    digests.set(key, known);
    return known;
  };
  return {
    accept(finding, activation) {
      for (const record of records) {
        if (record.id !== finding.id || record.unit !== finding.unit || record.scope !== finding.scope)
          continue;
        if (record.until !== "never" && record.until < today) {
          lapsed.set(record, `its last day was ${record.until}`);
          continue;
        }
        if (digestOf(finding, activation) !== record.binds) {
          const what = activation === null ? "what it rests on" : `${record.unit} or something it runs`;
          lapsed.set(record, `${what} has changed since it was accepted`);
          continue;
        }
        used.add(record);
        return { reason: record.reason, owner: record.owner, until: record.until };
      }
      return null;
    },
    unused: () =>
      records
        .filter((record) => !used.has(record))
        .map((record) => ({ record, why: lapsed.get(record) ?? "no such finding any more" })),
  };
}

function firstLine(message: string): string {
  return message.split("\n")[0] ?? message;
}
