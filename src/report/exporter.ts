/** An exporter turns a report into one format. It sees the report and nothing else: same report, same bytes. */
import type { AuditReport, ListReport } from "./envelope.ts";
import type { TextStyle } from "./list-text.ts";

export type Report = AuditReport | ListReport;

interface ExporterFacts {
  /** The word of `-o`. */
  readonly name: string;
  readonly mediaType: string;
  /** With the dot; what consumers expect of a file's name. */
  readonly extension: string;
  /** One line for help, no full stop. */
  readonly summary: string;
  /** It is kept as evidence, and holds what was found, passwords and tokens too, unless asked otherwise. */
  readonly isEvidence?: true;
}

/** Tells an audit or a list. */
export interface ReportExporter extends ExporterFacts {
  readonly takes: "report";
  /** `style` counts only for text that people read on a terminal. */
  write(report: Report, style?: TextStyle): Iterable<string>;
}

/** Tells findings; of a list it would say "clean" without having looked, so it takes none. */
export interface AuditExporter extends ExporterFacts {
  readonly takes: "audit";
  write(report: AuditReport): Iterable<string>;
}

export type Exporter = ReportExporter | AuditExporter;

export function isAudit(report: Report): report is AuditReport {
  return report.schema === "timerwarden/audit";
}

/** The whole text, or `null` when the exporter needs findings and the report is a list. */
export function exportText(exporter: Exporter, report: Report, style?: TextStyle): string | null {
  if (exporter.takes === "report") return [...exporter.write(report, style)].join("");
  return isAudit(report) ? [...exporter.write(report)].join("") : null;
}
