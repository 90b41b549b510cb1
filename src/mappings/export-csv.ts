/** Rows as CSV (RFC 4180), one line a row, references separated by blanks. */
import { type FlatRow, flatRow } from "./flat-row.ts";
import type { MappingRow } from "./mapping-set.ts";

const COLUMNS: readonly (keyof FlatRow)[] = [
  "capability_id",
  "description",
  "mapping_type",
  "technique_id",
  "technique_name",
  "framework",
  "framework_version",
  "attack_version",
  "domain",
  "kind",
  "state",
  "group",
  "group_name",
  "score_category",
  "score_value",
  "related_score",
  "comment",
  "references",
  "origin",
  "source_file",
  "row_index",
  "row_id",
  "original_capability_id",
];

export function exportCsv(rows: readonly MappingRow[]): string {
  const lines = rows.map((row) => {
    const flat = flatRow(row);
    return COLUMNS.map((column) => csvCell(flat[column])).join(",");
  });
  return `${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}

/** A cell that a spreadsheet would run as a formula gets a quote before it (OWASP, CSV injection). */
export function csvCell(value: string | number | null | readonly string[]): string {
  if (value === null) return "";
  const text = typeof value === "object" ? value.join(" ") : String(value);
  const safe = typeof value !== "number" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
