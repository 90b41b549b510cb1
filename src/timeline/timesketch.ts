/** A timeline for Timesketch. Texts must have been made harmless before (`visible`). */
import type { TimelineEvent } from "./event.ts";

/** The fields Timesketch wants (`message`, `datetime`, `timestamp`, `timestamp_desc`), with ours beside them. */
function timesketchRow(event: TimelineEvent): Readonly<Record<string, string | number>> {
  return {
    message: event.says,
    datetime: new Date(Math.floor(event.usec / 1000))
      .toISOString()
      .replace("Z", `${String(event.usec % 1000).padStart(3, "0")}+00:00`),
    timestamp: event.usec,
    timestamp_desc: event.kind,
    unit: event.unit ?? "",
    path: event.path ?? "",
    package: event.package ?? "",
    source: event.source,
  };
}

export function* timesketchJsonLines(events: Iterable<TimelineEvent>): Generator<string> {
  for (const event of events) yield `${JSON.stringify(timesketchRow(event))}\n`;
}

const COLUMNS = ["message", "datetime", "timestamp", "timestamp_desc", "unit", "path", "package", "source"];

/** RFC 4180. A cell that a spreadsheet would compute gets an apostrophe before it. */
export function* timesketchCsv(events: Iterable<TimelineEvent>): Generator<string> {
  yield `${COLUMNS.join(",")}\r\n`;
  for (const event of events) {
    const row = timesketchRow(event);
    yield `${COLUMNS.map((column) => cell(String(row[column] ?? ""))).join(",")}\r\n`;
  }
}

function cell(text: string): string {
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
