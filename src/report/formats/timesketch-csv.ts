import type { Exporter } from "../exporter.ts";
import { type TimeRow, timeRows } from "../time-rows.ts";
import { csvLine } from "./csv.ts";

const COLUMNS: readonly (keyof TimeRow)[] = [
  "message",
  "datetime",
  "timestamp_desc",
  "host",
  "scope",
  "unit",
  "verdict",
  "command",
  "runs_as",
  "path",
  "rule",
  "severity",
  "techniques",
  "evidence",
];

/** Timesketch's CSV; the three columns it needs come first. */
export const timesketchCsv: Exporter = {
  name: "timesketch-csv",
  takes: "report",
  mediaType: "text/csv; charset=utf-8; header=present",
  extension: ".csv",
  summary: "events for Timesketch, CSV",
  *write(report) {
    yield csvLine(COLUMNS);
    for (const row of timeRows(report)) yield csvLine(COLUMNS.map((column) => row[column]));
  },
};
