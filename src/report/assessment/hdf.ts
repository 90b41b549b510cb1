import type { AssessmentReport, CheckRow, ControlRow } from "../../controls/assessment-report.ts";
import type { CheckEvidence } from "../../controls/check.ts";
import { heimdallText, IMPACT } from "../heimdall.ts";
import { visible } from "../visible.ts";
import { type AssessmentExporter, assessedHost, cardOf, checksOf } from "./exporter.ts";

/** Heimdall Data Format (InSpec exec-json): a control for each check. */
export const hdf: AssessmentExporter = {
  name: "hdf",
  mediaType: "application/json",
  extension: ".json",
  summary: "Heimdall Data Format, for MITRE Heimdall and SAF",
  *write(report) {
    const controls = checksOf(report).map(([check, control]) => controlOf(check, control, report));
    yield heimdallText("assessment", assessedHost(report), report.tool.version, controls);
  },
};

const STATUS = {
  pass: "passed",
  fail: "failed",
  "not-applicable": "skipped",
  "not-assessable": "skipped",
} as const;

function controlOf(check: CheckRow, control: ControlRow, report: AssessmentReport): unknown {
  const { id, title, severity, outcome, says, waiver, remediation, evidence } = check;
  return {
    id: cardOf(id),
    title,
    desc: `${id}: ${title}`,
    descriptions: remediation === null ? [] : [{ label: "fix", data: remediation }],
    impact: outcome === "not-applicable" ? 0 : IMPACT[severity],
    refs: [],
    tags: { nist: [control.id, "Rev_5"], attack: ["T1053.006"], severity, outcome, check: id },
    source_location: {},
    ...(waiver === null
      ? {}
      : {
          waiver_data: {
            expiration_date: waiver.until,
            justification: visible(`${waiver.owner}: ${waiver.reason}`),
            run: true,
            skipped_due_to_waiver: false,
            message: "",
          },
        }),
    results: [
      {
        status: STATUS[outcome],
        code_desc: visible(says),
        start_time: report.now,
        ...(outcome === "fail" ? { message: evidence.map(evidenceText).join("\n") } : {}),
        ...(STATUS[outcome] === "skipped" ? { skip_message: visible(`${outcome}: ${says}`) } : {}),
      },
    ],
  };
}

function evidenceText({ path, line, mode, owner, value, excerpt }: CheckEvidence): string {
  const facts = [mode, owner, value].filter((part) => part !== null && part !== "").join(", ");
  return visible(
    `${path}${line > 0 ? `:${line}` : ""}${facts === "" ? "" : ` (${facts})`}${excerpt === null ? "" : `: ${excerpt}`}`,
  );
}
