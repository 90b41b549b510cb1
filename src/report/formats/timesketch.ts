import type { Exporter } from "../exporter.ts";
import { foreignLine } from "../json-text.ts";
import { type TimeRow, timeRows } from "../time-rows.ts";

/** OpenSearch refuses a keyword of more than 32,766 bytes, and with it the row. */
const MAX_BYTES = 32_766;

/** Timesketch's JSONL: an event a line with `message`, `datetime` and `timestamp_desc`. */
export const timesketch: Exporter = {
  name: "timesketch",
  takes: "report",
  mediaType: "application/x-ndjson",
  extension: ".jsonl",
  summary: "events for Timesketch, JSON lines",
  *write(report) {
    for (const row of timeRows(report)) yield foreignLine(shortened(row));
  },
};

function shortened(row: TimeRow): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(row).flatMap(([key, value]) => (value === null ? [] : [[key, cutBytes(value)]])),
  );
}

/** Three bytes at most stand for a UTF-16 unit. */
function cutBytes(text: string): string {
  const limit = Math.floor(MAX_BYTES / 3);
  return text.length <= limit ? text : text.slice(0, limit).replace(/[\ud800-\udbff]$/, "");
}
