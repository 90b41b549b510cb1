import type { Assessment } from "../../controls/assess.ts";
import { assessmentReport } from "../../controls/assessment-report.ts";
import { bundleText } from "../../controls/bundle.ts";
import { CONTROLS } from "../../controls/control.ts";
import { hostName } from "../../controls/host-id.ts";
import { inspectorResult } from "../../controls/inspector.ts";
import { oscalResults } from "../../controls/oscal.ts";
import { verisIncidents } from "../../controls/veris.ts";
import { openDirectory } from "../../hosts/directory.ts";
import { recordingHost } from "../../hosts/recording.ts";
import { zonesOf } from "../../hosts/zoneinfo.ts";
import { type Inventory, readInventory } from "../../inventory/inventory.ts";
import { ASSESSMENT_EXPORTERS } from "../../report/assessment/exporters.ts";
import { tableText, todoText } from "../../report/assessment/text.ts";
import { judge } from "../../rules/judge.ts";
import { formatSystemdVersion } from "../../time/systemd-version.ts";
import { VERSION } from "../../version.ts";
import { parseCommand } from "../arguments.ts";
import { openTargetOrBundle } from "../assessed-target.ts";
import { assessmentInputs, assessWith, EVIDENCE_OPTIONS } from "../assessment-inputs.ts";
import { CASE_OPTIONS } from "../case.ts";
import { type Command, UsageError } from "../command.ts";
import { OUTPUT_OPTIONS, outputsOf, writeOutput } from "../output.ts";
import { REDACT_OPTIONS, redactor } from "../redact.ts";
import {
  mustHaveSystemd,
  requireComplete,
  STYLE_OPTIONS,
  settle,
  styleOf,
  TARGET_OPTIONS,
} from "../target.ts";

const FORMATS = [
  "table",
  "json",
  ...ASSESSMENT_EXPORTERS.map(({ name }) => name),
  "oscal",
  "veris",
  "bundle",
];

export const assess: Command = {
  name: "assess",
  summary: "Which safeguards hold: checks of ten SP 800-53 controls, with evidence",
  usage: "timerwarden assess [TARGET] [options]",
  examples: [
    { line: "timerwarden assess", does: "this host; exit status 12 when a control does not hold" },
    {
      line: "timerwarden assess --control AC-6,SI-7 root:/mnt/evidence",
      does: "two controls of mounted evidence",
    },
    { line: "timerwarden assess --todo", does: "what only people and papers can show" },
    {
      line: "timerwarden assess --history results -o json=results/2027-01-31.json",
      does: "judged by earlier results too, and saved as the next of them",
    },
    {
      line: "timerwarden assess -o oscal=results.json -o bundle=evidence.json",
      does: "for assessors, with the evidence",
    },
  ],
  operands: [["TARGET"]],
  formats: FORMATS,
  options: {
    control: {
      type: "string",
      multiple: true,
      value: "IDS",
      words: CONTROLS.map(({ id }) => id),
      does: "only these, such as AC-6,SI-7",
    },
    todo: { type: "boolean", does: "list the objectives that need people and papers" },
    ...EVIDENCE_OPTIONS,
    inspector: {
      type: "string",
      multiple: true,
      value: "FILE",
      does: "findings or CIS results of Amazon Inspector (JSON)",
    },
    "fail-on": {
      type: "string",
      value: "any|none",
      does: "exit 12 when a control does not hold (default), or never",
    },
    ...CASE_OPTIONS,
    ...OUTPUT_OPTIONS,
    ...REDACT_OPTIONS,
    ...TARGET_OPTIONS,
    ...STYLE_OPTIONS,
  },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const outputs = outputsOf(given, FORMATS);
    const failOn = given.text("fail-on") ?? "any";
    if (failOn !== "any" && failOn !== "none")
      throw new UsageError(`--fail-on: any or none, not ${JSON.stringify(failOn)}`);
    const { opened, given: kept } = await openTargetOrBundle(given.positionals, given, streams);
    const { host, nowUsec, version, scopes, zone } = opened;
    const inputs = assessmentInputs(kept);
    mustHaveSystemd(opened);
    const asksFor = (format: string): boolean => outputs.some((output) => output.format === format);
    const { inventory, assessed, incidents, bundle } = await settle(host, () => {
      const recording = asksFor("bundle") ? recordingHost(host) : null;
      const seen = recording ?? host;
      const zones =
        recording === null
          ? opened.zones
          : zonesOf(seen, openDirectory("/", "host:", true), zone ?? undefined);
      const inventory = readInventory(seen, { zones, nowUsec, version, scopes });
      const assessed = assessWith(inventory, inputs);
      const incidents =
        asksFor("veris") || recording !== null
          ? verisIncidents(inventory, judge(inventory), hostName(inventory))
          : [];
      const systemd = version === null ? null : formatSystemdVersion(version);
      const context = { nowUsec, systemd, scopes, zone, given: kept };
      return {
        inventory,
        assessed,
        incidents,
        bundle: recording === null ? "" : bundleText(recording, context),
      };
    });
    const circumstances = {
      inspector: inspectorResult(assessed.subject, assessed.assessment, inputs.inspector),
      history: assessed.history,
      toolVersion: VERSION,
      case: kept.case,
    };
    const { columns } = styleOf(given, streams, opened.zones);
    const forFormat = redactor({ assessment: assessed.assessment, incidents }, given, streams);
    for (const output of outputs) writeOutput(output, text(output.format), streams);
    const fails = assessed.assessment.controls.some(({ state }) => state === "does not hold");
    return failOn === "any" && fails ? 12 : requireComplete(given, inventory.gaps());

    function text(format: string): string | Iterable<string> {
      if (format === "bundle") return bundle;
      const { assessment, incidents } = forFormat(format);
      if (format === "veris") return `${JSON.stringify(incidents, null, 2)}\n`;
      if (format === "oscal") return oscalText(inventory, assessment);
      const report = assessmentReport(inventory, assessment, circumstances);
      if (format === "json") return `${JSON.stringify(report, null, 2)}\n`;
      const exporter = ASSESSMENT_EXPORTERS.find(({ name }) => name === format);
      if (exporter !== undefined) return exporter.write(report);
      return given.flag("todo") ? todoText(report) : tableText(report, columns);
    }
  },
};

function oscalText(inventory: Inventory, assessment: Assessment): string {
  const facts = { host: hostName(inventory), nowUsec: inventory.nowUsec, toolVersion: VERSION };
  return `${JSON.stringify(oscalResults(assessment, facts), null, 2)}\n`;
}
