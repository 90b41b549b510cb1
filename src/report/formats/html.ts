import { verdictText } from "../audit-text.ts";
import { caseRows } from "../case-facts.ts";
import type { AuditReport, FindingRow, TimerRow } from "../envelope.ts";
import { type Exporter, isAudit, type Report } from "../exporter.ts";
import { acceptedText, hostName, isOpen, placeText } from "../finding-facts.ts";
import { scheduleText } from "../flat-rows.ts";
import { dataBlock, digestMeta, reportDigest } from "../html-data.ts";
import { HTML_STYLE } from "../html-style.ts";
import { markup } from "../html-text.ts";
import { unitText } from "../list-text.ts";
import { rowsOf } from "../rows.ts";
import { base64, sha256 } from "../sha256.ts";
import { PLAIN_STYLE } from "../text-style.ts";

/** One page that needs nothing else and runs nothing: it reads in mail, on paper, and where scripts are blocked. */
export const html: Exporter = {
  name: "html",
  takes: "report",
  mediaType: "text/html; charset=utf-8",
  extension: ".html",
  summary: "one page that needs nothing else; convert reads it back",
  *write(report) {
    const digest = reportDigest(report);
    const title = `${isAudit(report) ? "Audit" : "List"} of ${markup(hostName(report))}`;
    yield `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n`;
    yield `<meta http-equiv="Content-Security-Policy" content="${policy()}">\n`;
    yield `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n`;
    yield `${digestMeta(digest)}\n<title>${title} – Timerwarden</title>\n<style>${HTML_STYLE}</style>\n</head>\n<body>\n`;
    yield `<header>\n<h1>${title}</h1>\n`;
    yield* facts(report, digest);
    yield "</header>\n<main>\n";
    if (isAudit(report)) yield* findings(report);
    yield* timers(report);
    yield* coverage(report);
    yield `</main>\n${dataBlock(report)}\n</body>\n</html>\n`;
  },
};

/** Nothing may be loaded, run, sent or framed; of styles only ours. */
function policy(): string {
  const style = base64(sha256(HTML_STYLE));
  return `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`;
}

function* facts(report: Report, digest: string): Generator<string> {
  const { target, clock, tool } = report;
  yield "<dl>\n";
  for (const [label, text] of caseRows(report)) yield fact(label, text);
  yield fact("Target", target.name);
  if (target.system !== null) yield fact("System", target.system);
  if (target.machineId !== null) yield fact("Machine id", target.machineId);
  yield fact("Time", `${clock.now} (zone ${clock.zone})`);
  yield fact("Read as", `systemd ${clock.systemd} (${clock.systemdEvidence})`);
  yield fact("Made by", `${tool.name} ${tool.version}`);
  yield fact("SHA-256 of the JSON inside", digest);
  yield "</dl>\n";
}

function fact(name: string, text: string): string {
  return `<dt>${name}</dt><dd><code>${markup(text)}</code></dd>\n`;
}

function* findings(report: AuditReport): Generator<string> {
  yield `<section>\n<h2>Findings</h2>\n<p>${verdictCounts(report)}</p>\n`;
  const open = report.findings.filter(isOpen);
  if (open.length === 0) yield "<p>Nothing was found.</p>\n";
  for (const finding of open) yield* article(finding);
  const settled = report.findings.filter((finding) => !isOpen(finding));
  if (settled.length > 0) yield "<h2>Accepted</h2>\n";
  for (const finding of settled) yield* article(finding);
  yield "</section>\n";
}

function verdictCounts({ summary }: AuditReport): string {
  const counts = Object.entries(summary.verdicts).map(
    ([verdict, count]) => `<span class="verdict ${markup(verdict)}">${mark(verdict)} ${count}</span>`,
  );
  return [...counts, `${summary.accepted} accepted`].join(" · ");
}

function mark(verdict: string): string {
  return markup(verdictText(verdict, PLAIN_STYLE).trim());
}

function* article(finding: FindingRow): Generator<string> {
  const { severity, confidence, rule, says, evidence, clears, id, techniques, controls } = finding;
  yield `<article class="${markup(severity)}">\n<h3>${markup(severity)}: <code>${markup(unitText(finding))}</code></h3>\n<p>${markup(says)}</p>\n`;
  for (const place of evidence) yield evidenceText(place);
  yield "<dl>\n";
  yield fact("Rule", `${rule}: ${finding.title}`);
  yield fact("Confidence", confidence);
  if (techniques.length > 0) yield fact("ATT&amp;CK", techniques.join(" "));
  if (controls.length > 0) yield fact("NIST SP 800-53", controls.join(" "));
  yield fact("Would be cleared", clears);
  yield fact("Id", id);
  if (!isOpen(finding)) yield fact("Accepted", acceptedText(finding));
  yield "</dl>\n</article>\n";
}

/** The line with the accused part marked. */
function evidenceText(place: FindingRow["evidence"][number]): string {
  const says = place.says ? ` ${markup(place.says)}` : "";
  const where = `<div><code>${markup(placeText(place))}</code>${says}</div>\n`;
  if (place.excerpt === null) return where;
  const start = Math.max(0, place.column - 1);
  const [before, accused, after] = [
    place.excerpt.slice(0, start),
    place.excerpt.slice(start, start + place.length),
    place.excerpt.slice(start + place.length),
  ].map(markup);
  return `${where}<pre>${before}${accused ? `<mark>${accused}</mark>` : ""}${after}</pre>\n`;
}

const TITLES = ["Verdict", "Unit", "State", "Next", "Schedule", "Runs", "As", "File"];

function* timers(report: Report): Generator<string> {
  const timers = rowsOf(report);
  yield `<section>\n<h2>Timers and jobs</h2>\n`;
  if (timers.length === 0) {
    yield "<p>No timers.</p>\n</section>\n";
    return;
  }
  yield `<div class="wide" role="region" aria-label="Timers and jobs" tabindex="0"><table>\n<caption>${timers.length} timers and jobs, times in UTC</caption>\n`;
  yield `<thead><tr>${TITLES.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>\n<tbody>\n`;
  for (const row of timers) yield timerRow(row);
  yield "</tbody>\n</table></div>\n</section>\n";
}

function timerRow(row: TimerRow): string {
  const { verdict, load, state, command, activates, runsAs, path } = row;
  const said = verdict === null ? "" : `<span class="verdict ${markup(verdict)}">${mark(verdict)}</span>`;
  const cells = [load === "loaded" ? state : load, nextText(row), scheduleText(row)];
  const rest = [...cells, command ?? activates ?? "", runsAs, path ?? ""].map(
    (text) => `<td>${markup(text)}</td>`,
  );
  return `<tr><td>${said}</td><th scope="row">${markup(unitText(row))}</th>${rest.join("")}</tr>\n`;
}

function nextText({ next }: TimerRow): string {
  if (next.earliest === null) return next.relative[0] ?? next.detail ?? "";
  return next.latest === null || next.latest === next.earliest
    ? next.earliest
    : `${next.earliest} to ${next.latest}`;
}

function* coverage({ coverage }: Report): Generator<string> {
  const { gaps, notes } = coverage;
  yield `<section>\n<h2>What was examined</h2>\n<p>${coverage.timers} timers, ${coverage.jobs} cron and at jobs, ${coverage.unitFiles} unit files, ${coverage.dropIns} drop-ins, ${coverage.programs} programs, ${coverage.users} users.</p>\n`;
  if (gaps.length > 0) yield "<p>Not looked at:</p>\n<ul>\n";
  for (const { path, reason, hides } of gaps)
    yield `<li><code>${markup(path)}</code>: ${markup(reason)} (hides ${markup(hides)})</li>\n`;
  if (gaps.length > 0) yield "</ul>\n";
  for (const note of notes) yield `<p>Note: ${markup(note)}</p>\n`;
  yield "</section>\n";
}
