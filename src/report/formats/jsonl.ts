import { type Exporter, isAudit } from "../exporter.ts";
import { jsonLine } from "../json-text.ts";

/** One object a line, told apart by `kind`: `report` (all but the rows), `finding`, `timer`. */
export const jsonl: Exporter = {
  name: "jsonl",
  takes: "report",
  mediaType: "application/x-ndjson",
  extension: ".jsonl",
  summary: "one JSON object a line: the report's head, then findings, then timers",
  isEvidence: true,
  *write(report) {
    const { timers, jobs, ...head } = report;
    const { findings: _, ...rest } = { findings: null, ...head };
    yield jsonLine({ kind: "report", ...rest });
    if (isAudit(report))
      for (const finding of report.findings) yield jsonLine({ kind: "finding", ...finding });
    for (const row of [...timers, ...jobs]) yield jsonLine({ ...row, kind: "timer", activation: row.kind });
  },
};
