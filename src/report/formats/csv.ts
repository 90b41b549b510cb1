import { csvCell } from "../../mappings/export-csv.ts";
import type { Exporter } from "../exporter.ts";
import { FLAT_COLUMNS, flatRows } from "../flat-rows.ts";
import { visible } from "../visible.ts";

/** RFC 4180 in UTF-8: a row for each finding and for each activation without one. */
export const csv: Exporter = {
  name: "csv",
  takes: "report",
  mediaType: "text/csv; charset=utf-8; header=present",
  extension: ".csv",
  summary: "a table for spreadsheets: a row for each finding and each timer without one",
  *write(report) {
    yield csvLine(FLAT_COLUMNS.map(({ name }) => name));
    for (const row of flatRows(report)) yield csvLine(FLAT_COLUMNS.map(({ text }) => text(row)));
  },
};

/** Cells of target text in a line: nothing hidden, no break inside, nothing a spreadsheet would calculate. */
export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => (cell === null ? "" : csvCell(notFormula(visible(cell))))).join(",")}\r\n`;
}

/** Excel reads full-width signs as signs under East Asian input. */
function notFormula(text: string): string {
  return /^[\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
}
