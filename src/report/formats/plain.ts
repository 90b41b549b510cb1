import { type Exporter, isAudit, type Report } from "../exporter.ts";
import { placeText } from "../finding-facts.ts";
import { rowsOf } from "../rows.ts";
import { visible } from "../visible.ts";

/**
 * For `cut`, `awk` and `sort`: a line a row, fields parted by one tab, no header, `-` for nothing.
 *
 * An audit gives its findings: severity, confidence, rule, scope, unit, place, id, sentence. A list gives its timers:
 * next elapse, scope, unit, state, account, command.
 */
export const plain: Exporter = {
  name: "plain",
  takes: "report",
  mediaType: "text/tab-separated-values; charset=utf-8",
  extension: ".tsv",
  summary: "tab-separated lines without a header, for cut and awk",
  *write(report) {
    for (const fields of cellsOf(report))
      yield `${fields.map((field) => visible(field ?? "") || "-").join("\t")}\n`;
  },
};

function cellsOf(report: Report): readonly (readonly (string | null)[])[] {
  if (!isAudit(report))
    return rowsOf(report).map((row) => [
      row.next.earliest,
      row.scope,
      row.unit,
      row.load === "loaded" ? row.state : row.load,
      row.runsAs,
      row.command ?? row.activates,
    ]);
  return report.findings.map(({ severity, confidence, rule, scope, unit, evidence, id, says }) => [
    severity,
    confidence,
    rule,
    scope,
    unit,
    evidence[0] ? placeText(evidence[0]) : null,
    id,
    says,
  ]);
}
