import { auditText } from "../audit-text.ts";
import { type Exporter, isAudit } from "../exporter.ts";
import { listText } from "../list-text.ts";
import { PLAIN_STYLE } from "../text-style.ts";

export const table: Exporter = {
  name: "table",
  takes: "report",
  mediaType: "text/plain; charset=utf-8",
  extension: ".txt",
  summary: "text for people, fitted to the terminal",
  write: (report, style = PLAIN_STYLE) =>
    isAudit(report) ? auditText(report, style) : listText(report, style),
};

export const wide: Exporter = {
  name: "wide",
  takes: "report",
  mediaType: "text/plain; charset=utf-8",
  extension: ".txt",
  summary: "the table with every column, nothing cut",
  write: (report, style = PLAIN_STYLE) =>
    isAudit(report) ? auditText(report, { ...style, columns: undefined }) : listText(report, style, true),
};
