import type { AssessmentReport, CheckRow, ControlRow } from "../../controls/assessment-report.ts";
import type { CheckEvidence } from "../../controls/check.ts";
import { caseRows } from "../case-facts.ts";
import { HTML_STYLE } from "../html-style.ts";
import { markup } from "../html-text.ts";
import { base64, sha256 } from "../sha256.ts";
import { type AssessmentExporter, assessedHost, cardOf, objectiveCounts } from "./exporter.ts";

/** One page that needs nothing else and runs nothing: for assessors, for print, for the archive. */
export const html: AssessmentExporter = {
  name: "html",
  mediaType: "text/html; charset=utf-8",
  extension: ".html",
  summary: "one self-contained page without scripts",
  *write(report) {
    const title = `Assessment of ${markup(assessedHost(report))}`;
    yield `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n`;
    yield `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${base64(sha256(HTML_STYLE))}'; base-uri 'none'; form-action 'none'">\n`;
    yield `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n`;
    yield `<title>${title} – Timerwarden</title>\n<style>${HTML_STYLE}</style>\n</head>\n<body>\n<header>\n<h1>${title}</h1>\n<dl>\n`;
    for (const [label, text] of caseRows(report)) yield fact(label, text);
    yield fact("Target", report.target);
    yield fact("Host id", report.hostId);
    yield fact("Time", report.now);
    yield fact("Made by", `${report.tool.name} ${report.tool.version}`);
    yield `</dl>\n</header>\n<main>\n`;
    yield* summary(report);
    for (const control of report.controls) yield* controlOf(control);
    yield* people(report);
    yield* limits(report);
    yield "</main>\n</body>\n</html>\n";
  },
};

function fact(name: string, text: string): string {
  return `<dt>${name}</dt><dd><code>${markup(text)}</code></dd>\n`;
}

function* summary({ controls, inspector, history }: AssessmentReport): Generator<string> {
  yield `<section>\n<h2>Controls</h2>\n<div class="wide" role="region" aria-label="Controls" tabindex="0"><table>\n`;
  yield "<caption>SP 800-53 revision 5; objectives are shown, reachable by a program, all. No control is ever called satisfied: that is for an assessor to say.</caption>\n";
  yield `<thead><tr>${["Control", "Result", "Pass", "Fail", "Not applicable", "Not assessable", "Objectives"].map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>\n<tbody>\n`;
  for (const control of controls) {
    const counts = ["pass", "fail", "not-applicable", "not-assessable"].map(
      (wanted) => `<td>${control.checks.filter(({ outcome }) => outcome === wanted).length}</td>`,
    );
    yield `<tr><th scope="row"><a href="#${control.id}">${control.id} ${markup(control.title)}</a></th><td class="${CLASS[control.result]}">${control.result}</td>${counts.join("")}<td>${objectiveCounts(control)}</td></tr>\n`;
  }
  yield `</tbody>\n</table></div>\n<p>Amazon Inspector: ${markup(inspector.state)}: ${markup(inspector.says)}</p>\n`;
  if (history !== null && history.since !== null)
    yield `<p>Since the result of ${history.since}: worse ${list(history.drift.worse)}; better ${list(history.drift.better)}.</p>\n`;
  yield "</section>\n";
}

const CLASS = {
  "does not hold": "alert",
  "partly shown": "review",
  "not shown": "unknown",
  "technical part holds": "ok",
} as const;

function list(ids: readonly string[]): string {
  return ids.length === 0 ? "none" : ids.map((id) => markup(cardOf(id))).join(", ");
}

function* controlOf(control: ControlRow): Generator<string> {
  yield `<section id="${control.id}">\n<h2>${control.id} ${markup(control.title)}: ${control.result}</h2>\n`;
  const order = { fail: 0, "not-assessable": 1, pass: 2, "not-applicable": 3 } as const;
  for (const check of [...control.checks].sort((a, b) => order[a.outcome] - order[b.outcome]))
    yield* checkOf(check);
  yield "</section>\n";
}

function* checkOf(check: CheckRow): Generator<string> {
  const { id, title, severity, outcome, says, waiver, remediation, evidence } = check;
  yield `<article class="${outcome === "fail" ? severity : ""}">\n<h3>${cardOf(id)} ${markup(title)}: ${outcome}${outcome === "fail" ? ` (${severity})` : ""}</h3>\n<p>${markup(says)}</p>\n`;
  if (waiver !== null)
    yield `<p>Waived by ${markup(waiver.owner)} until ${markup(waiver.until ?? "?")}: ${markup(waiver.reason)}</p>\n`;
  if (remediation !== null) yield `<p>To mend it: ${markup(remediation)}</p>\n`;
  if (evidence.length > 0) {
    yield `<details><summary>Evidence (${evidence.length})</summary>\n`;
    for (const item of evidence) yield evidenceText(item);
    yield "</details>\n";
  }
  yield "</article>\n";
}

function evidenceText({ path, line, excerpt, mode, owner, digest, value }: CheckEvidence): string {
  const facts = [mode, owner, value, digest === null ? null : `SHA-256 ${digest}`]
    .filter((part): part is string => part !== null && part !== "")
    .map(markup);
  const where = `<div><code>${markup(path)}${line > 0 ? `:${line}` : ""}</code> ${facts.join(", ")}</div>\n`;
  return excerpt === null ? where : `${where}<pre>${markup(excerpt)}</pre>\n`;
}

function* people({ controls }: AssessmentReport): Generator<string> {
  yield "<section>\n<h2>For people and papers to show</h2>\n";
  for (const { id, title, objectives } of controls) {
    const own = objectives.filter(({ result }) => result === "people" || result === "attested");
    if (own.length === 0) continue;
    yield `<h3>${id} ${markup(title)}</h3>\n<ul>\n`;
    for (const { label, states, attestation } of own)
      yield `<li>${label} ${markup(states)}${attestation === null ? "" : `: attested by ${markup(attestation.owner)}${attestation.until === null ? "" : ` until ${markup(attestation.until)}`}: ${markup(attestation.statement)}`}</li>\n`;
    yield "</ul>\n";
  }
  yield "</section>\n";
}

function* limits({ gaps, notes }: AssessmentReport): Generator<string> {
  if (gaps.length === 0 && notes.length === 0) return;
  yield "<section>\n<h2>Not looked at</h2>\n<ul>\n";
  for (const { path, reason } of gaps) yield `<li><code>${markup(path)}</code>: ${markup(reason)}</li>\n`;
  for (const note of notes) yield `<li>${markup(note)}</li>\n`;
  yield "</ul>\n</section>\n";
}
