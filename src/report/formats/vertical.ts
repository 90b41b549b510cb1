import { verdictText } from "../audit-text.ts";
import { caseLine } from "../case-facts.ts";
import type { FindingRow, TimerRow } from "../envelope.ts";
import { type Exporter, isAudit } from "../exporter.ts";
import { acceptedText, placeText, timerOf, timersById } from "../finding-facts.ts";
import { scheduleText } from "../flat-rows.ts";
import { coverageLines, type TextStyle, unitText } from "../list-text.ts";
import { rowsOf } from "../rows.ts";
import { PLAIN_STYLE } from "../text-style.ts";
import { visible } from "../visible.ts";

/** A block of `field  value` lines for each activation, its findings in it: for narrow terminals and for reading whole. */
export const vertical: Exporter = {
  name: "vertical",
  takes: "report",
  mediaType: "text/plain; charset=utf-8",
  extension: ".txt",
  summary: "a block of lines for each timer",
  *write(report, style = PLAIN_STYLE) {
    const findings = isAudit(report) ? report.findings : [];
    const byId = new Map(findings.map((finding) => [finding.id, finding]));
    const timers = timersById(report);
    for (const row of rowsOf(report)) {
      const own = row.findings.flatMap((id) => byId.get(id) ?? []);
      yield* block(row, own, style);
    }
    const others = findings.filter((finding) => timerOf(finding, timers) === undefined);
    for (const finding of others) yield `${visible(unitText(finding))}\n${findingLines(finding).join("")}\n`;
    if (rowsOf(report).length === 0) yield "no timers\n";
    yield* caseLine(report);
    yield* coverageLines(report);
  },
};

function* block(row: TimerRow, findings: readonly FindingRow[], style: TextStyle): Generator<string> {
  const verdict = row.verdict === null ? "" : `  ${verdictText(row.verdict, style)}`;
  yield `${visible(unitText(row))}${verdict}\n`;
  yield line("describes", row.description);
  yield line("state", row.load === "loaded" ? row.state : `${row.load} (${row.state})`);
  yield line("schedule", scheduleText(row));
  yield line("next", nextText(row));
  yield line("last", row.last === null ? null : `${row.last.time} (${row.last.evidence})`);
  yield line("activates", row.activates);
  for (const { key, argv } of row.commands) yield line(key, argv.join(" "));
  yield line("as", row.runsAs);
  yield line("file", row.path);
  for (const path of row.dropIns) yield line("drop-in", path);
  yield line("package", row.package);
  for (const { says, source } of row.problems)
    yield line("problem", `${says}${source === null ? "" : ` (${placeText(source)})`}`);
  yield* findings.flatMap(findingLines);
  yield "\n";
}

function findingLines(finding: FindingRow): readonly string[] {
  const { severity, confidence, rule, id, says, evidence, clears } = finding;
  return [
    line("finding", `${severity}/${confidence} ${rule} ${id}`),
    line("", says),
    ...evidence.map((place) => line("at", placeText(place))),
    line("clears", clears),
    line("", acceptedText(finding)),
  ];
}

function nextText({ next }: TimerRow): string | null {
  if (next.earliest === null) return next.relative.join(", ") || next.detail;
  const latest = next.latest === null || next.latest === next.earliest ? "" : ` to ${next.latest}`;
  return `${next.earliest}${latest}${next.overdue ? ", overdue" : ""}`;
}

/** Nothing for a fact that is not there. */
function line(field: string, text: string | null): string {
  return text === null || text === "" ? "" : `  ${field.padEnd(12)} ${visible(text)}\n`;
}
