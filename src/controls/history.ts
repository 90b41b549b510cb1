/**
 * Earlier assessments of a host: the documents that `assess -o json` wrote, read from a folder the operator names with
 * `--history`. The target is never asked for its own history, which it could rewrite with everything else.
 *
 * Each document made with `--history` names the SHA-256 of the one before it, so what was taken away or altered later
 * shows as a break. Only the newest is vouched for by nothing: the folder belongs where the target cannot write.
 */
import { createHash } from "node:crypto";
import * as v from "valibot";
import { SEVERITIES, type Severity } from "../rules/rule.ts";
import type { CheckEvidence, Outcome } from "./check.ts";
import { CONTROLS } from "./control.ts";

export const ASSESSMENT_SCHEMA = "timerwarden/assessment";

/** A file of the folder: its name, and its bytes or why they could not be read. */
export interface HistoryFile {
  readonly name: string;
  readonly content: Uint8Array | { readonly error: string };
}

export interface SavedCheck {
  readonly outcome: Outcome;
  readonly severity: Severity;
  readonly waived: boolean;
}

/** One earlier assessment of this host. */
export interface SavedResult {
  readonly name: string;
  /** SHA-256 of the file. */
  readonly digest: string;
  /** The moment it speaks of, microseconds since 1970. */
  readonly usec: number;
  /** The digest of the result before it; `null` when it begins a history; absent when it was made without one. */
  readonly previous: string | null | undefined;
  /** Covers all ten controls. */
  readonly isWhole: boolean;
  readonly checks: ReadonlyMap<string, SavedCheck>;
}

/** Where the chain of results does not hold. */
export interface HistoryBreak {
  readonly result: SavedResult;
  readonly kind: "made without --history" | "altered or missing before it";
}

export interface AssessmentHistory {
  /** Of this host, oldest first. */
  readonly results: readonly SavedResult[];
  readonly breaks: readonly HistoryBreak[];
  /** Files that are no results, each with the reason. */
  readonly problems: readonly { readonly name: string; readonly reason: string }[];
}

const OUTCOMES = ["pass", "fail", "not-applicable", "not-assessable"] as const;

const DOCUMENT = v.object({
  schema: v.literal(ASSESSMENT_SCHEMA),
  version: v.literal(1),
  hostId: v.string(),
  now: v.pipe(v.string(), v.isoTimestamp()),
  history: v.optional(v.nullable(v.object({ previous: v.nullable(v.string()) }))),
  controls: v.array(
    v.object({
      id: v.string(),
      checks: v.array(
        v.object({
          id: v.string(),
          outcome: v.picklist(OUTCOMES),
          severity: v.picklist(SEVERITIES),
          waiver: v.nullable(v.unknown()),
        }),
      ),
    }),
  ),
});

/** Reads the results of one host; those of others in the same folder are passed over. */
export function readHistory(
  files: readonly HistoryFile[],
  hostId: string,
  nowUsec: number,
): AssessmentHistory {
  const results: SavedResult[] = [];
  const problems: { name: string; reason: string }[] = [];
  for (const { name, content } of files) {
    if ("error" in content) {
      problems.push({ name, reason: content.error });
      continue;
    }
    const document = parsed(content);
    if (document === null) problems.push({ name, reason: "it is no result of assess -o json" });
    else if (document.hostId === hostId) {
      const result = resultOf(name, content, document);
      if (Number.isNaN(result.usec)) problems.push({ name, reason: `it names no moment (${document.now})` });
      else if (result.usec > nowUsec)
        problems.push({ name, reason: `it is of the future (${document.now})` });
      else results.push(result);
    }
  }
  results.sort((a, b) => a.usec - b.usec || (a.name < b.name ? -1 : 1));
  return { results, breaks: breaksIn(results), problems };
}

function parsed(content: Uint8Array): v.InferOutput<typeof DOCUMENT> | null {
  try {
    const result = v.safeParse(
      DOCUMENT,
      JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content)),
    );
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

function resultOf(
  name: string,
  content: Uint8Array,
  { now, history, controls }: v.InferOutput<typeof DOCUMENT>,
): SavedResult {
  const covered = new Set(controls.map(({ id }) => id));
  return {
    name,
    digest: createHash("sha256").update(content).digest("hex"),
    usec: Date.parse(now) * 1000,
    previous: history?.previous,
    isWhole: CONTROLS.every(({ id }) => covered.has(id)),
    checks: new Map(
      controls.flatMap(({ checks }) =>
        checks.map(({ id, outcome, severity, waiver }) => [
          id,
          { outcome, severity, waived: waiver !== null },
        ]),
      ),
    ),
  };
}

function breaksIn(results: readonly SavedResult[]): readonly HistoryBreak[] {
  return results.flatMap((result, index): readonly HistoryBreak[] => {
    const before = results[index - 1];
    if (result.previous === undefined) return [{ result, kind: "made without --history" }];
    if (result.previous === (before?.digest ?? null)) return [];
    return [{ result, kind: "altered or missing before it" }];
  });
}

/** Checks whose outcome changed between two results: what got worse first. */
export interface Drift {
  readonly worse: readonly string[];
  readonly better: readonly string[];
  /** Changed without being better or worse, such as from not applicable to not assessable. */
  readonly other: readonly string[];
}

export function driftBetween(
  before: ReadonlyMap<string, Pick<SavedCheck, "outcome">>,
  after: ReadonlyMap<string, Pick<SavedCheck, "outcome">>,
): Drift {
  const worse: string[] = [];
  const better: string[] = [];
  const other: string[] = [];
  for (const [id, { outcome }] of after) {
    const was = before.get(id)?.outcome;
    if (was === undefined || was === outcome) continue;
    if (outcome === "fail") worse.push(id);
    else if (was === "fail") better.push(id);
    else if (was === "pass") worse.push(id);
    else if (outcome === "pass") better.push(id);
    else other.push(id);
  }
  return { worse, better, other };
}

/** A saved result as evidence. */
export function ofResult({ name, digest, usec }: SavedResult, value: string | null = null): CheckEvidence {
  const day = new Date(usec / 1000).toISOString();
  return ofHistory(name, value === null ? `result of ${day}` : `result of ${day}: ${value}`, digest);
}

/** A file of the folder, or the folder as a whole. */
export function ofHistory(name: string, value: string, digest: string | null = null): CheckEvidence {
  return {
    path: `history:${name}`,
    line: 0,
    column: 0,
    excerpt: null,
    mode: null,
    owner: null,
    digest,
    value,
  };
}
