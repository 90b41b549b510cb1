import { caseRows } from "../case-facts.ts";
import { visible } from "../visible.ts";
import { type AssessmentExporter, assessedHost, cardOf, objectiveCounts } from "./exporter.ts";

/** Markdown for tickets and wikis. */
export const md: AssessmentExporter = {
  name: "md",
  mediaType: "text/markdown; charset=utf-8",
  extension: ".md",
  summary: "Markdown, for tickets and wikis",
  *write(report) {
    yield `# Assessment of ${cell(assessedHost(report))}\n\nAs of ${report.now}.\n\n`;
    for (const [label, text] of caseRows(report)) yield `${label}: ${cell(text)}\n\n`;
    for (const control of report.controls) {
      yield `## ${control.id} ${control.title}: ${control.result}\n\n`;
      yield `Objectives shown, reachable by a program, all: ${objectiveCounts(control)}.\n\n`;
      yield "| check | result | severity | what was seen |\n|---|---|---|---|\n";
      for (const { id, title, outcome, severity, says, waiver } of control.checks)
        yield `| ${cardOf(id)} ${cell(title)} | ${outcome}${waiver === null ? "" : ` (waived by ${cell(waiver.owner)} until ${waiver.until ?? "?"})`} | ${severity} | ${cell(says)} |\n`;
      yield "\n";
    }
    yield `## Amazon Inspector: ${report.inspector.state}\n\n${cell(report.inspector.says)}\n`;
  },
};

function cell(text: string): string {
  return visible(text).replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
