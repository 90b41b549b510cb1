/** Full-text search over rows: ids, titles, groups, technique names, comments, references. */
import { type MappingRow, type MappingSet, rowsOf } from "./mapping-set.ts";

export interface Hit {
  readonly row: MappingRow;
  /** Higher is better: a word in an id or title counts more than one in a comment. */
  readonly score: number;
  /** The text around the first word found in comment or reference, or `null` when ids and titles say it all. */
  readonly excerpt: string | null;
}

/** Rows in which every word occurs, best first. Words are matched anywhere, in any case; no word, no row. */
export function search(sets: readonly MappingSet[], words: readonly string[]): readonly Hit[] {
  const wanted = words.flatMap((word) => word.toLowerCase().split(/\s+/)).filter((word) => word !== "");
  if (wanted.length === 0) return [];
  const hits = sets.flatMap((set) => rowsOf(set).flatMap((row) => hitOf(row, wanted) ?? []));
  return hits.sort((a, b) => b.score - a.score);
}

function hitOf(row: MappingRow, words: readonly string[]): Hit | null {
  const { raw } = row;
  const head = [
    row.technique,
    raw.attack_object_name,
    row.capability?.id,
    raw.capability_id,
    raw.capability_description,
    row.groupLabel,
  ]
    .join("\n")
    .toLowerCase();
  const body = `${raw.comments ?? ""}\n${(raw.references ?? []).join("\n")}`;
  const lower = body.toLowerCase();
  let score = 0;
  let first = -1;
  for (const word of words) {
    const inHead = head.includes(word);
    const at = lower.indexOf(word);
    if (!inHead && at < 0) return null;
    if (inHead) score += 10;
    else if (first < 0) first = at;
    if (at >= 0) score += 1;
    if (row.technique?.toLowerCase() === word || row.capability?.id.toLowerCase() === word) score += 20;
  }
  return { row, score, excerpt: first < 0 ? null : around(body, first) };
}

const BEFORE = 30;
const AFTER = 70;

function around(text: string, at: number): string {
  const start = Math.max(0, at - BEFORE);
  const piece = text
    .slice(start, at + AFTER)
    .replace(/\s+/g, " ")
    .trim();
  return `${start > 0 ? "…" : ""}${piece}${at + AFTER < text.length ? "…" : ""}`;
}
