import { besideTimers } from "./beside-timers.ts";
import { caseLine } from "./case-facts.ts";
import type { AuditReport, FindingRow, TimerRow } from "./envelope.ts";
import { counted, coverageLines, nextText, padTo, type TextStyle, unitText } from "./list-text.ts";
import { rowsOf } from "./rows.ts";
import { systemdWords } from "./systemd-words.ts";
import { columnsOf, cutTo, visible } from "./visible.ts";

type VerdictWord = keyof AuditReport["summary"]["verdicts"];

const MARKS: Readonly<Record<string, readonly [string, string, string]>> = {
  alert: ["●", "!", "31;1"],
  suspect: ["▲", "A", "33;1"],
  review: ["△", "~", "33"],
  unknown: ["?", "?", "36"],
  ok: [" ", "-", "32"],
};

/** A verdict with its mark: meaning is never by colour alone. */
export function verdictText(verdict: string, { ascii, color }: TextStyle): string {
  const [mark, plain, code] = MARKS[verdict] ?? [" ", "-", "0"];
  const text = `${ascii ? plain : mark} ${verdict}`;
  return color ? `\x1b[${code}m${text}\x1b[0m` : text;
}

/** The findings, each with the line it stands on, then what was examined and what was not. */
export function* auditText(report: AuditReport, style: TextStyle, showAccepted = false): Generator<string> {
  const verdicts = new Map(rowsOf(report).map((row) => [row.id, row]));
  const shown = report.findings.filter(({ accepted }) => showAccepted || accepted === null);
  for (const finding of shown) yield `${findingText(finding, verdicts, report, style)}\n`;
  yield* summaryText(report);
}

/** `sha256:` and twelve digits, as container tools show layers. */
const LAYER_COLUMNS = 19;

function findingText(
  finding: FindingRow,
  timers: ReadonlyMap<string, TimerRow>,
  report: AuditReport,
  style: TextStyle,
): string {
  const head = `${finding.severity}[${finding.rule}]: ${visible(finding.says)}`;
  const lines = [style.color ? `\x1b[1m${head}\x1b[0m` : head];
  for (const { path, line, column, length, excerpt, says, layer } of finding.evidence.slice(0, 4)) {
    const place = `${visible(path)}${line > 0 ? `:${line}${column > 0 ? `:${column}` : ""}` : ""}`;
    const from = layer === undefined ? "" : `  (layer ${visible(layer).slice(0, LAYER_COLUMNS)})`;
    lines.push(`  --> ${place}${from}${excerpt === null && says !== null ? `  ${visible(says)}` : ""}`);
    if (excerpt === null) continue;
    const margin = " ".repeat(String(line).length);
    const before = visible(excerpt.slice(0, Math.max(0, column - 1)));
    const accused = visible(excerpt.slice(Math.max(0, column - 1), Math.max(0, column - 1) + length));
    const room = (style.columns ?? 160) - margin.length - 4;
    lines.push(` ${margin} |`, ` ${line} | ${cutTo(visible(excerpt), room)}`);
    const carets = Math.min(Math.max(1, columnsOf(accused)), Math.max(1, room - columnsOf(before)));
    if (columnsOf(before) < room)
      lines.push(` ${margin} | ${" ".repeat(columnsOf(before))}${"^".repeat(carets)}`);
  }
  const timer = timers.get(`${finding.scope}/${finding.unit}`);
  const facts = timer
    ? `${unitText(timer)}, next ${nextText(timer, Date.parse(report.clock.now) * 1000, style.zone)}, as ${timer.runsAs}`
    : unitText(finding);
  const techniques = finding.techniques.join(" ");
  lines.push(`   = ${visible(facts)} · confidence ${finding.confidence} · ${techniques} · ${finding.id}`);
  if (finding.accepted !== null) {
    const { reason, owner, until } = finding.accepted;
    lines.push(
      `   = accepted by ${visible(owner)}${until === null ? "" : ` until ${until}`}: ${visible(reason)}`,
    );
  }
  lines.push(`   = clears: ${visible(finding.clears)}`);
  return `${lines.join("\n")}\n`;
}

/** What was examined, how it came out, what was not looked at. */
export function* summaryText(report: AuditReport): Generator<string> {
  const { coverage, clock, target } = report;
  const name = target.host ?? target.name;
  const system = [name, target.system, systemdWords(clock)].filter((part) => part !== null);
  const counts = [
    counted(coverage.timers, "timer"),
    ...(coverage.jobs > 0 ? [counted(coverage.jobs, "cron or at job")] : []),
    counted(coverage.unitFiles, "unit file"),
    counted(coverage.dropIns, "drop-in"),
    counted(coverage.programs, "program"),
    counted(coverage.users, "user manager"),
  ];
  yield `${system.map(visible).join(" · ")} · examined ${counts.join(", ")}\n`;
  const words: VerdictWord[] = ["alert", "suspect", "review", "unknown", "ok"];
  const said = words
    .filter((word) => report.summary.verdicts[word] > 0)
    .map((word) => `${report.summary.verdicts[word]} ${word}`);
  const accepted = report.summary.accepted > 0 ? ` · ${report.summary.accepted} findings accepted` : "";
  yield `${said.join("  ") || "nothing that runs by itself"}${accepted}\n`;
  yield* caseLine(report);
  yield* coverageLines(report);
}

/** One screen: the verdict on the host, a line for each activation that needs a look, what to do next. */
export function* shortAuditText(report: AuditReport, style: TextStyle): Generator<string> {
  const worth = rowsOf(report).filter(({ verdict }) => verdict !== "ok" && verdict !== null);
  const host = visible(report.target.host ?? report.target.name);
  const now = Date.parse(report.clock.now) * 1000;
  const beside = besideTimers(report);
  const more = beside.length === 0 ? "" : `; ${counted(beside.length, "finding")} beside them`;
  if (worth.length === 0) yield `${host}: ${rowsOf(report).length} timers and jobs, all ok${more}\n`;
  else yield `${host}: ${worth.length} of ${rowsOf(report).length} timers and jobs need a look${more}\n`;
  const width = Math.max(0, ...worth.slice(0, 12).map((row) => columnsOf(visible(unitText(row)))));
  for (const row of worth.slice(0, 12)) {
    const finding = report.findings.find(({ id }) => row.findings.includes(id));
    const verdict = verdictText(row.verdict ?? "unknown", style);
    const line = `${padTo(visible(unitText(row)), width)}  ${visible(finding?.says ?? row.problems[0]?.says ?? row.next.detail ?? "")}`;
    const room = (style.columns ?? 200) - 12;
    yield `${padTo(verdict, 10 + verdict.length - columnsOf(bare(verdict)))}${cutTo(line, room)}\n`;
  }
  for (const { severity, says } of beside.slice(0, 12))
    yield `${padTo(severity, 10)}${cutTo(visible(says), (style.columns ?? 200) - 12)}\n`;
  const rest = Math.max(0, worth.length - 12) + Math.max(0, beside.length - 12);
  if (rest > 0) yield `  and ${rest} more: timerwarden audit\n`;
  yield "\n";
  yield* summaryText(report);
  const upcoming = rowsOf(report)
    .filter((row) => row.next.earliest !== null)
    .sort((a, b) => ((a.next.earliest ?? "") < (b.next.earliest ?? "") ? -1 : 1))[0];
  if (upcoming) yield `next to run: ${visible(unitText(upcoming))}, ${nextText(upcoming, now, style.zone)}\n`;
}

/** The text without colour codes of our own. */
function bare(text: string): string {
  return text.replace(/\x1b\[[\d;]*m/g, "");
}
