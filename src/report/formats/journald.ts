import type { AuditReport, FindingRow, TimerRow } from "../envelope.ts";
import type { Exporter } from "../exporter.ts";
import {
  findingText,
  hostName,
  isOpen,
  placeText,
  type Severity,
  timerOf,
  timersById,
} from "../finding-facts.ts";
import { MESSAGE_IDS } from "../message-ids.ts";
import { visible } from "../visible.ts";

/**
 * systemd's Journal Export Format: an entry for each open finding, each thing that could not be read, and the audit.
 * `docs/formats/timerwarden.catalog` explains the message ids to `journalctl -x`.
 */
export const journald: Exporter = {
  name: "journald",
  takes: "audit",
  mediaType: "application/vnd.fdo.journal",
  extension: ".export",
  summary: "entries in systemd's Journal Export Format",
  *write(report) {
    const timers = timersById(report);
    const head = heading(report);
    for (const finding of report.findings.filter(isOpen))
      yield entry([...head, ...findingFields(finding, timerOf(finding, timers))]);
    for (const { path, reason, hides } of report.coverage.gaps)
      yield entry([
        ...head,
        ["MESSAGE", `Not looked at: ${visible(path)}: ${visible(reason)}; hides ${visible(hides)}`],
        ["PRIORITY", "4"],
        ["MESSAGE_ID", MESSAGE_IDS.gap],
        ["TIMERWARDEN_PATH", path],
        ["TIMERWARDEN_REASON", reason],
      ]);
    yield entry([...head, ...summaryFields(report)]);
  },
};

type Field = readonly [name: string, value: string];

/** syslog(3): 2 critical, 3 error, 4 warning, 5 notice, 6 informational. */
const PRIORITY: Readonly<Record<Severity, string>> = {
  critical: "2",
  high: "3",
  medium: "4",
  low: "5",
  info: "6",
};

function heading(report: AuditReport): readonly Field[] {
  const { target, clock, tool } = report;
  return [
    ["__REALTIME_TIMESTAMP", String(Date.parse(clock.now) * 1000)],
    ["SYSLOG_IDENTIFIER", "timerwarden"],
    ["TIMERWARDEN_VERSION", tool.version],
    ["TIMERWARDEN_HOST", hostName(report)],
    ["TIMERWARDEN_TARGET", target.name],
  ];
}

function findingFields(finding: FindingRow, timer: TimerRow | undefined): readonly Field[] {
  const { id, rule, severity, confidence, unit, scope, evidence, techniques, controls, clears } = finding;
  const [place] = evidence;
  const optional: readonly (readonly [string, string | null | undefined])[] = [
    ["TIMERWARDEN_VERDICT", timer?.verdict],
    ["TIMERWARDEN_COMMAND", timer?.command],
    ["TIMERWARDEN_NEXT", timer?.next.earliest],
    ["TIMERWARDEN_PLACE", place === undefined ? null : placeText(place)],
  ];
  return [
    ["MESSAGE", findingText(finding)],
    ["PRIORITY", PRIORITY[severity]],
    ["MESSAGE_ID", MESSAGE_IDS.finding],
    ["TIMERWARDEN_FINDING", id],
    ["TIMERWARDEN_RULE", rule],
    ["TIMERWARDEN_SEVERITY", severity],
    ["TIMERWARDEN_CONFIDENCE", confidence],
    ["TIMERWARDEN_UNIT", unit],
    ["TIMERWARDEN_SCOPE", scope],
    ["TIMERWARDEN_CLEARS", clears],
    ...techniques.map((technique): Field => ["TIMERWARDEN_TECHNIQUE", technique]),
    ...controls.map((control): Field => ["TIMERWARDEN_CONTROL", control]),
    ...optional.flatMap(([name, value]): Field[] => (value == null ? [] : [[name, value]])),
  ];
}

function summaryFields(report: AuditReport): readonly Field[] {
  const { alert, suspect, review, unknown, ok } = report.summary.verdicts;
  const counts = `${alert} alert, ${suspect} suspect, ${review} review, ${unknown} unknown, ${ok} ok`;
  return [
    ["MESSAGE", `Audited ${visible(hostName(report))}: ${counts}`],
    ["PRIORITY", alert > 0 ? "3" : suspect > 0 ? "4" : "6"],
    ["MESSAGE_ID", MESSAGE_IDS.audit],
    ["TIMERWARDEN_ALERTS", String(alert)],
    ["TIMERWARDEN_SUSPECTS", String(suspect)],
    ["TIMERWARDEN_GAPS", String(report.coverage.gaps.length)],
  ];
}

/** No value has a line break once made visible, so the text form of a field always does. */
function entry(fields: readonly Field[]): string {
  return `${fields.map(([name, value]) => `${name}=${visible(value)}\n`).join("")}\n`;
}
