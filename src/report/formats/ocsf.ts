import type { AuditReport, FindingRow, TimerRow } from "../envelope.ts";
import type { Exporter } from "../exporter.ts";
import {
  acceptedText,
  type CitedTechnique,
  type Confidence,
  citedTechnique,
  findingText,
  hostName,
  isOpen,
  timerOf,
  timersById,
} from "../finding-facts.ts";
import { foreignLine } from "../json-text.ts";
import { ocsfFinding, ocsfMetadata } from "../ocsf-event.ts";
import { splitPath } from "../path-uri.ts";
import { visible } from "../visible.ts";

/**
 * OCSF 1.6 Detection Finding (class 2004), one event a line. What older versions required is there too, so the same
 * events pass from 1.1 on.
 */
export const ocsf: Exporter = {
  name: "ocsf",
  takes: "audit",
  mediaType: "application/x-ndjson",
  extension: ".jsonl",
  summary: "OCSF 1.6 Detection Findings, one a line, for security lakes",
  *write(report) {
    const timers = timersById(report);
    for (const finding of report.findings)
      yield foreignLine(event(finding, timerOf(finding, timers), report));
  },
};

const CONFIDENCE_ID: Readonly<Record<Confidence, number>> = { low: 1, medium: 2, high: 3 };
const REGULAR_FILE = 1;
const RULE = 1;
const LINUX = 200;

function event(finding: FindingRow, timer: TimerRow | undefined, report: AuditReport): unknown {
  const { id, rule, title, severity, confidence, clears } = finding;
  const time = Date.parse(report.clock.now);
  return {
    ...ocsfFinding([2004, "Detection Finding"], time, severity, isOpen(finding) ? "New" : "Suppressed"),
    timezone_offset: 0,
    confidence_id: CONFIDENCE_ID[confidence],
    confidence: confidence[0]?.toUpperCase() + confidence.slice(1),
    ...(isOpen(finding) ? {} : { comment: acceptedText(finding) }),
    is_alert: isOpen(finding) && (timer?.verdict === "alert" || timer?.verdict === "suspect"),
    message: findingText(finding),
    metadata: ocsfMetadata(rule, report.tool.version),
    finding_info: {
      uid: id,
      title: visible(title),
      desc: findingText(finding),
      created_time: time,
      types: tacticNames(finding),
      analytic: { type_id: RULE, type: "Rule", uid: rule, name: visible(title) },
      attacks: finding.techniques.map((technique) => attack(citedTechnique(technique))),
    },
    evidences: finding.evidence.map((place) => evidence(place, finding, timer)),
    resources: [{ name: finding.unit, type: "systemd unit", uid: `${finding.scope}/${finding.unit}` }],
    remediation: { desc: visible(clears) },
    device: device(report),
    unmapped: { controls: finding.controls, veris: finding.veris, verdict: timer?.verdict ?? null },
  };
}

function tacticNames({ techniques }: FindingRow): readonly string[] {
  return [...new Set(techniques.flatMap((id) => citedTechnique(id).tactics.map(({ name }) => name)))];
}

function attack({ id, name, parent, tactics, url }: CitedTechnique): unknown {
  const [tactic] = tactics;
  const cited = { uid: id, name, src_url: url };
  const above = parent === null ? null : { uid: parent.id, name: parent.name };
  return {
    ...(tactic === undefined ? {} : { tactic: uidOf(tactic), tactics: tactics.map(uidOf) }),
    technique: above ?? cited,
    ...(above === null ? {} : { sub_technique: cited }),
  };
}

function uidOf({ id, name }: { readonly id: string; readonly name: string }): unknown {
  return { uid: id, name };
}

function evidence(
  { path, line, column, excerpt, says }: FindingRow["evidence"][number],
  { unit, scope }: FindingRow,
  timer: TimerRow | undefined,
): unknown {
  const { name, directory } = splitPath(path);
  return {
    file: { name, path, parent_folder: directory, type_id: REGULAR_FILE, type: "Regular File" },
    data: { unit, scope, line, column, excerpt, says },
    ...(timer === undefined ? {} : { job: job(timer) }),
  };
}

function job(timer: TimerRow): unknown {
  const { unit, path, command, description, next, last, runsAs } = timer;
  const file = splitPath(path ?? unit);
  return {
    name: unit,
    file: { name: file.name, type_id: REGULAR_FILE, ...(path === null ? {} : { path }) },
    ...(command === null ? {} : { cmd_line: command }),
    ...(description === null ? {} : { desc: visible(description) }),
    ...(next.earliest === null ? {} : { next_run_time: Date.parse(next.earliest) }),
    ...(last === null ? {} : { last_run_time: Date.parse(last.time) }),
    user: { name: runsAs },
  };
}

function device(report: AuditReport): unknown {
  const { target } = report;
  return {
    type_id: 0,
    type: "Unknown",
    hostname: hostName(report),
    ...(target.machineId === null ? {} : { uid: target.machineId }),
    os: { name: target.system ?? "Linux", type_id: LINUX, type: "Linux" },
  };
}
