import type { Span } from "../syntax/span.ts";
import { type AccountProblem, colonLines, numericId, type Records } from "./colon-file.ts";

/** A range of subuid(5) or subgid(5): ids `start` up to, not including, `start + count` belong to `owner`. */
export interface SubordinateRange {
  /** An account name, or a uid as text. */
  readonly owner: string;
  readonly start: number;
  readonly count: number;
  readonly span: Span;
}

/** Reads `/etc/subuid` or `/etc/subgid`. */
export function parseSubordinateIds(bytes: Uint8Array, path: string): Records<SubordinateRange> {
  const records: SubordinateRange[] = [];
  const problems: AccountProblem[] = [];
  for (const { fields, span } of colonLines(bytes, path, 3)) {
    const [owner = "", startText = "", countText = ""] = fields;
    const start = numericId(startText);
    const count = numericId(countText);
    if (owner === "" || start === null || count === null)
      problems.push({ span, reason: "not owner:first-id:count" });
    else records.push({ owner, start, count, span });
  }
  return { records, problems };
}
