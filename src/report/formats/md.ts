import { caseRows } from "../case-facts.ts";
import type { AuditReport, FindingRow, TimerRow } from "../envelope.ts";
import { type Exporter, isAudit, type Report } from "../exporter.ts";
import { acceptedText, citedTechnique, hostName, isOpen, placeText } from "../finding-facts.ts";
import { scheduleText } from "../flat-rows.ts";
import { codeSpan, prose } from "../markdown.ts";
import { rowsOf } from "../rows.ts";

/** GitHub-flavoured Markdown: for tickets, wikis, and job summaries. */
export const md: Exporter = {
  name: "md",
  takes: "report",
  mediaType: "text/markdown; charset=utf-8; variant=GFM",
  extension: ".md",
  summary: "Markdown for tickets and wikis",
  *write(report) {
    yield `# Timerwarden ${isAudit(report) ? "audit" : "list"}: ${codeSpan(hostName(report))}\n\n`;
    yield* head(report);
    if (isAudit(report)) yield* findings(report);
    yield* timers(report);
    yield* coverage(report);
  },
};

function* head(report: Report): Generator<string> {
  const { target, clock, tool } = report;
  for (const [label, text] of caseRows(report)) yield `- ${label}: ${codeSpan(text)}\n`;
  yield `- Target: ${codeSpan(target.name)}${target.system === null ? "" : `, ${codeSpan(target.system)}`}\n`;
  yield `- Time: ${codeSpan(clock.now)}, zone ${codeSpan(clock.zone)}, systemd ${codeSpan(clock.systemd)}\n`;
  yield `- Made by: timerwarden ${codeSpan(tool.version)}\n\n`;
}

function* findings(report: AuditReport): Generator<string> {
  const { verdicts, accepted } = report.summary;
  yield "## Findings\n\n";
  yield `${verdicts.alert} alert, ${verdicts.suspect} suspect, ${verdicts.review} review, ${verdicts.unknown} unknown, ${verdicts.ok} ok; ${accepted} accepted\n\n`;
  const open = report.findings.filter(isOpen);
  if (open.length === 0) yield "Nothing was found.\n\n";
  for (const finding of open) yield* section(finding);
  const settled = report.findings.filter((finding) => !isOpen(finding));
  if (settled.length > 0) yield "### Accepted\n\n";
  for (const finding of settled)
    yield `- ${finding.severity} ${codeSpan(finding.rule)} ${codeSpan(finding.unit)}: ${prose(finding.says)} (${codeSpan(acceptedText(finding))})\n`;
  if (settled.length > 0) yield "\n";
}

function* section(finding: FindingRow): Generator<string> {
  const { severity, confidence, rule, unit, scope, says, evidence, clears, id } = finding;
  yield `### ${severity}: ${codeSpan(unit)}${scope === "system" ? "" : ` of ${codeSpan(scope)}`}\n\n`;
  yield `${prose(says)}\n\n`;
  for (const place of evidence) {
    yield `- ${codeSpan(placeText(place))}${place.says ? `: ${prose(place.says)}` : ""}\n`;
    if (place.excerpt !== null && place.excerpt.trim() !== "")
      yield `  - ${codeSpan(place.excerpt.trim())}\n`;
  }
  yield `- Rule ${codeSpan(rule)}, confidence ${confidence}, ${codeSpan(id)}\n`;
  if (finding.techniques.length > 0) yield `- ATT&CK ${finding.techniques.map(techniqueLink).join(", ")}\n`;
  if (finding.controls.length > 0)
    yield `- NIST SP 800-53 ${finding.controls.map((control) => codeSpan(control)).join(", ")}\n`;
  yield `- Would be cleared: ${prose(clears)}\n\n`;
}

/** Ids in a saved report may be anything; only what looks like one becomes a link. */
function techniqueLink(id: string): string {
  return /^T\d{4}(\.\d{3})?$/.test(id) ? `[${id}](${citedTechnique(id).url})` : codeSpan(id);
}

function* timers(report: Report): Generator<string> {
  const timers = rowsOf(report);
  yield "## Timers and jobs\n\n";
  if (timers.length === 0) {
    yield "No timers.\n\n";
    return;
  }
  yield row(["Verdict", "Unit", "Scope", "State", "Next", "Schedule", "Runs", "As"]);
  yield `|${" --- |".repeat(8)}\n`;
  for (const timer of timers) {
    const { verdict, unit, scope, state, load, command, activates, runsAs } = timer;
    const cells = [unit, scope, load === "loaded" ? state : load, nextText(timer), scheduleText(timer)];
    yield row([
      codeSpan(verdict ?? "", true),
      ...[...cells, command ?? activates ?? "", runsAs].map((cell) => codeSpan(cell, true)),
    ]);
  }
  yield "\n";
}

function nextText({ next }: TimerRow): string {
  return next.earliest ?? next.relative[0] ?? next.reason ?? "";
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

function* coverage({ coverage }: Report): Generator<string> {
  yield "## What was examined\n\n";
  yield `${coverage.timers} timers, ${coverage.jobs} cron and at jobs, ${coverage.unitFiles} unit files, ${coverage.dropIns} drop-ins, ${coverage.programs} programs, ${coverage.users} users\n`;
  if (coverage.gaps.length > 0) yield "\nNot looked at:\n\n";
  for (const { path, reason, hides } of coverage.gaps)
    yield `- ${codeSpan(path)}: ${prose(reason)} (hides ${prose(hides)})\n`;
  if (coverage.notes.length > 0) yield "\nNotes:\n\n";
  for (const note of coverage.notes) yield `- ${prose(note)}\n`;
}
