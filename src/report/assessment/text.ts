/** The report of `assess` on a terminal: every control in a line, what failed and how to mend it, what people must show. */
import type { AssessmentReport, ControlRow } from "../../controls/assessment-report.ts";
import { SEVERITIES } from "../../rules/rule.ts";
import { caseLine } from "../case-facts.ts";
import { table } from "../table.ts";
import { visible } from "../visible.ts";
import { cardOf, checksOf, objectiveCounts } from "./exporter.ts";

export function tableText(report: AssessmentReport, width = 120): string {
  const { controls } = report;
  const rows = table<ControlRow>(
    [
      { title: "CONTROL", cell: ({ id, inSeed }) => `${id}${inSeed ? "" : " ²"}` },
      { title: "RESULT", cell: ({ result }) => result },
      { title: "CHECKS", cell: ({ checks }) => String(checks.length), right: true },
      { title: "pass", cell: (row) => String(countOf(row, "pass")), right: true },
      { title: "fail", cell: (row) => String(countOf(row, "fail")), right: true },
      { title: "n/a", cell: (row) => String(countOf(row, "not-applicable")), right: true },
      { title: "n/as", cell: (row) => String(countOf(row, "not-assessable")), right: true },
      { title: "OBJECTIVES ¹", cell: objectiveCounts },
    ],
    controls,
    width,
  );
  const objectives = controls.flatMap((control) => control.objectives);
  const people = objectives.filter(({ reach }) => reach === "people");
  return [
    [...caseLine(report), rows].join(""),
    "n/a = does not apply here   n/as = not assessable with this evidence",
    `¹ shown, of those a program can speak to, of all (SP 800-53A)${controls.some(({ inSeed }) => !inSeed) ? "   ² not in the older mapping, added from ATT&CK 14.1" : ""}`,
    ...failures(report),
    ...sinceText(report),
    "",
    `Amazon Inspector: ${report.inspector.state}: ${visible(report.inspector.says)}`,
    `${people.length} of ${objectives.length} objectives need people and papers: timerwarden assess --todo`,
    "for every check of a control: timerwarden explain AC-6; with all evidence: assess -o html=FILE",
    "",
  ].join("\n");
}

/** What failed, the gravest first, with what to do; what was waived; what could not be judged, and why. */
function failures(report: AssessmentReport): readonly string[] {
  const checks = checksOf(report).map(([check]) => check);
  const unjudged = checks.filter(({ outcome }) => outcome === "not-assessable");
  const failed = checks
    .filter(({ outcome }) => outcome === "fail")
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const open = failed.filter(({ waiver }) => waiver === null);
  const waived = failed.filter(({ waiver }) => waiver !== null);
  return [
    ...(open.length > 0 ? ["", "Failed:"] : []),
    ...open.flatMap(({ id, severity, title, says, remediation }) => [
      `  ${cardOf(id)} ${severity.padEnd(8)} not so: ${title}`,
      `    because  ${visible(says)}`,
      `    to mend  ${visible(remediation ?? "")}`,
    ]),
    ...(waived.length > 0 ? ["", "Failed and waived:"] : []),
    ...waived.map(
      ({ id, severity, says, waiver }) =>
        `  ${cardOf(id)} ${severity.padEnd(8)} until ${waiver?.until ?? "?"} by ${visible(waiver?.owner ?? "")}: ${visible(says)}`,
    ),
    ...(unjudged.length > 0 ? ["", "Could not be judged:"] : []),
    ...unjudged.map(({ id, says }) => `  ${cardOf(id)} ${visible(says)}`),
  ];
}

function sinceText({ history }: AssessmentReport): readonly string[] {
  if (history === null || history.since === null) return [];
  const { worse, better, other } = history.drift;
  const list = (ids: readonly string[]): string => (ids.length === 0 ? "none" : ids.map(cardOf).join(" "));
  return [
    "",
    `Since the result of ${history.since}: worse ${list(worse)}; better ${list(better)}; otherwise changed ${list(other)}`,
  ];
}

export function todoText({ controls }: AssessmentReport): string {
  const lines = controls.flatMap(({ id, title, objectives }) => {
    const open = objectives.filter(({ result }) => result === "people");
    if (open.length === 0) return [];
    return ["", `${id} ${title}`, ...open.map(({ label, states }) => `  ${label.padEnd(14)} ${states}`)];
  });
  const vouched = controls
    .flatMap(({ objectives }) => objectives.filter(({ result }) => result === "attested"))
    .map(
      ({ label, attestation }) =>
        `  ${label.padEnd(14)} ${visible(attestation?.owner ?? "")}${attestation?.until ? ` until ${attestation.until}` : ""}: ${visible(attestation?.statement ?? "")}`,
    );
  return `${["For people and papers to show:", ...lines, ...(vouched.length > 0 ? ["", "Attested:", ...vouched] : [])].join("\n")}\n`;
}

function countOf({ checks }: ControlRow, outcome: string): number {
  return checks.filter((check) => check.outcome === outcome).length;
}
