import { readFileSync } from "node:fs";
import type { AssessedControl, Assessment } from "../../controls/assess.ts";
import { assess as assessControls } from "../../controls/assess.ts";
import { type AttestationFile, NO_ATTESTATIONS, parseAttestations } from "../../controls/attestation.ts";
import { looksLikeBundle, openBundle, recordingHost } from "../../controls/bundle.ts";
import { CONTROLS, controlNamed } from "../../controls/control.ts";
import { CHECKS } from "../../controls/index.ts";
import { type InspectorResult, inspectorResult, parseInspector } from "../../controls/inspector.ts";
import { objectivesOf } from "../../controls/objective.ts";
import { oscalResults } from "../../controls/oscal.ts";
import { subjectOf } from "../../controls/subject.ts";
import { verisIncidents } from "../../controls/veris.ts";
import { openDirectory } from "../../hosts/directory.ts";
import { zonesOf } from "../../hosts/zoneinfo.ts";
import { hasSystemd, type Inventory, readInventory } from "../../inventory/inventory.ts";
import { nearest } from "../../nearest.ts";
import { table } from "../../report/table.ts";
import { visible } from "../../report/visible.ts";
import { judge } from "../../rules/judge.ts";
import { formatSystemdVersion, parseSystemdVersion } from "../../time/systemd-version.ts";
import { VERSION } from "../../version.ts";
import { type Arguments, parseCommand } from "../arguments.ts";
import { type Command, RunError, type Streams, UsageError } from "../command.ts";
import { OUTPUT_OPTIONS, outputsOf, writeOutput } from "../output.ts";
import {
  nothingToExamine,
  type OpenedTarget,
  openOne,
  requireComplete,
  STYLE_OPTIONS,
  settle,
  styleOf,
  TARGET_OPTIONS,
} from "../target.ts";

const FORMATS = ["table", "json", "oscal", "md", "veris", "bundle"];

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
    attestations: {
      type: "string",
      value: "FILE",
      does: "attestations, waivers and declarations (YAML or JSON)",
    },
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
    ...OUTPUT_OPTIONS,
    ...TARGET_OPTIONS,
    ...STYLE_OPTIONS,
  },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const outputs = outputsOf(given, FORMATS);
    const failOn = given.text("fail-on") ?? "any";
    if (failOn !== "any" && failOn !== "none")
      throw new UsageError(`--fail-on: any or none, not ${JSON.stringify(failOn)}`);
    const controls = controlsOf(given);
    const attestations = attestationsOf(given);
    const inspector = given.texts("inspector").map((file) => readInspector(file));
    const opened = await openTargetOrBundle(given, streams);
    const { host, nowUsec, version, scopes } = opened;
    if (!hasSystemd(host))
      throw nothingToExamine(`${host.target}: there is no systemd here, so nothing to assess`);
    const keeps = outputs.some(({ format }) => format === "bundle");
    const { report, bundle, inventory, assessment } = await settle(host, () => {
      const recording = keeps ? recordingHost(host) : null;
      const seen = recording ?? host;
      const zones =
        recording === null
          ? opened.zones
          : zonesOf(seen, openDirectory("/", "host:", true), given.text("tz") ?? undefined);
      const inventory = readInventory(seen, { zones, nowUsec, version, scopes });
      const subject = subjectOf(inventory, attestations.declarations);
      const assessment = assessControls(subject, { controls, attestations });
      const report = reportOf(inventory, assessment, inspectorResult(subject, assessment, inspector));
      const veris = outputs.some(({ format }) => format === "veris") || keeps;
      const incidents = veris ? verisIncidents(inventory, judge(inventory), hostId(inventory)) : [];
      const context = { nowUsec, systemd: version === null ? null : formatSystemdVersion(version), scopes };
      return {
        report: { ...report, incidents },
        bundle: recording?.bundle(context) ?? "",
        inventory,
        assessment,
      };
    });
    const style = styleOf(given, streams, opened.zones);
    const width = style.columns;
    for (const output of outputs) writeOutput(output, text(output.format), streams);
    const fails = assessment.controls.some(({ state }) => state === "does not hold");
    return failOn === "any" && fails ? 12 : requireComplete(given, report.gaps);

    function text(format: string): string {
      const { incidents, ...rest } = report;
      switch (format) {
        case "json":
          return `${JSON.stringify(rest, null, 2)}\n`;
        case "oscal":
          return `${JSON.stringify(oscalResults(assessment, { host: hostId(inventory), nowUsec, toolVersion: VERSION }), null, 2)}\n`;
        case "veris":
          return `${JSON.stringify(incidents, null, 2)}\n`;
        case "bundle":
          return bundle;
        case "md":
          return markdown(report, assessment);
        default:
          return given.flag("todo") ? todoText(assessment) : tableText(report, assessment, width);
      }
    }
  },
};

type Report = ReturnType<typeof reportOf>;

function controlsOf(args: Arguments): readonly string[] {
  const texts = args
    .texts("control")
    .flatMap((list) => list.split(","))
    .filter((id) => id.trim() !== "");
  if (texts.length === 0) return CONTROLS.map(({ id }) => id);
  return texts.map((id) => {
    const control = controlNamed(id);
    if (control !== null) return control.id;
    const meant = nearest(
      id.toUpperCase(),
      CONTROLS.map((known) => known.id),
    );
    throw new UsageError(
      `--control: ${JSON.stringify(id)} is not among the ten${meant ? `; did you mean ${meant}?` : ""}`,
    );
  });
}

function attestationsOf(args: Arguments): AttestationFile {
  const file = args.text("attestations");
  if (file === null) return NO_ATTESTATIONS;
  const result = parseAttestations(readInput(file, "--attestations"), new Set(CHECKS.map(({ id }) => id)));
  if (!result.ok) throw new UsageError(`--attestations ${file}: ${result.problem.message}`);
  return result.value;
}

function readInspector(file: string): ReturnType<typeof parseInspector> & { readonly ok: true } {
  const result = parseInspector(readInput(file, "--inspector"));
  if (!result.ok) throw new UsageError(`--inspector ${file}: ${result.problem.message}`);
  return result;
}

function readInput(file: string, option: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`${option}: cannot read ${file}: ${(error as Error).message}`);
  }
}

/** `bundle:FILE`, or a file that begins as one: the bundle's own circumstances hold unless others are asked for. */
async function openTargetOrBundle(args: Arguments, streams: Streams): Promise<OpenedTarget> {
  const [name] = args.positionals;
  const file = name?.startsWith("bundle:")
    ? name.slice("bundle:".length)
    : name !== undefined && isBundle(name)
      ? name
      : null;
  if (file === null || args.positionals.length > 1) return openOne(args.positionals, args, streams);
  const opened = openBundle(readInput(file, "bundle"), `bundle:${file}`);
  if (!opened.ok) throw new RunError(`${file}: ${opened.problem.message}`);
  const { host, context } = opened.value;
  const local = await openOne([], args, streams);
  return {
    host,
    zones: zonesOf(host, openDirectory("/", "host:", true), args.text("tz") ?? undefined),
    nowUsec: args.text("now") === null ? context.nowUsec : local.nowUsec,
    version: local.version ?? (context.systemd === null ? null : parseSystemdVersion(context.systemd)),
    scopes: args.text("scope") === null ? context.scopes : local.scopes,
    progress: local.progress,
  };
}

function isBundle(path: string): boolean {
  try {
    return looksLikeBundle(readFileSync(path).subarray(0, 64));
  } catch {
    return false;
  }
}

/** What tells the host apart, for ids: its machine id, else its name, else how it was named. */
function hostId({ facts, host }: Inventory): string {
  return facts.machineId ?? facts.hostName ?? host.target;
}

function reportOf(inventory: Inventory, assessment: Assessment, inspector: InspectorResult) {
  return {
    schema: "timerwarden/assessment",
    version: 1,
    target: inventory.host.target,
    host: inventory.facts.hostName,
    now: new Date(inventory.nowUsec / 1000).toISOString(),
    controls: assessment.controls.map((assessed) => ({
      id: assessed.control.id,
      title: assessed.control.title,
      result: assessed.state,
      objectives: assessed.objectives.map(({ objective, state, checks, attestation }) => ({
        id: objective.id,
        label: objective.label,
        states: objective.states,
        result: state,
        checks,
        attestation,
      })),
      checks: assessed.checks.map(({ check, result, severity, waiver }) => ({
        id: check.id,
        title: check.title,
        severity,
        outcome: result.outcome,
        says: result.says,
        waiver,
        remediation: result.outcome === "fail" ? check.remediation : null,
        evidence: result.evidence,
      })),
    })),
    inspector,
    gaps: inventory.gaps(),
    notes: inventory.notes,
  };
}

function countOf({ checks }: AssessedControl, outcome: string): number {
  return checks.filter(({ result }) => result.outcome === outcome).length;
}

function objectiveText({ objectives }: AssessedControl): string {
  const reachable = objectives.filter(({ objective }) => objective.reach === "in-part");
  const shown = objectives.filter(({ state }) => state === "shown").length;
  const attested = objectives.filter(({ state }) => state === "attested").length;
  return `${shown} of ${reachable.length} of ${objectives.length}${attested > 0 ? ` + ${attested} attested` : ""}`;
}

function cardOf(id: string): string {
  return id.slice(0, id.indexOf("-", id.indexOf("-") + 1)).toUpperCase();
}

function tableText(report: Report, { controls }: Assessment, width: number | undefined): string {
  const rows = table<AssessedControl>(
    [
      { title: "CONTROL", cell: ({ control }) => `${control.id}${control.inSeed ? "" : " ²"}` },
      { title: "RESULT", cell: ({ state }) => state },
      { title: "CHECKS", cell: ({ checks }) => String(checks.length), right: true },
      { title: "pass", cell: (row) => String(countOf(row, "pass")), right: true },
      { title: "fail", cell: (row) => String(countOf(row, "fail")), right: true },
      { title: "n/a", cell: (row) => String(countOf(row, "not-applicable")), right: true },
      { title: "n/as", cell: (row) => String(countOf(row, "not-assessable")), right: true },
      { title: "OBJECTIVES ¹", cell: objectiveText },
      {
        title: "WORST",
        cell: ({ worst }) =>
          worst === null ? "–" : `${cardOf(worst.check.id)} ${worst.severity}: ${worst.result.says}`,
        least: 12,
      },
    ],
    controls,
    width ?? 120,
  );
  const people = controls.flatMap(({ objectives }) =>
    objectives.filter(({ objective }) => objective.reach === "people"),
  );
  const all = controls.reduce((sum, { objectives }) => sum + objectives.length, 0);
  const lines = [
    rows,
    `Amazon Inspector    ${report.inspector.state}: ${visible(report.inspector.says)}`,
    "",
    "n/as = not assessable with this evidence",
    `¹ shown, of those a machine can speak to, of all (SP 800-53A)${controls.some(({ control }) => !control.inSeed) ? "   ² not in the older mapping, added from ATT&CK 14.1" : ""}`,
    `${people.length} of ${all} objectives need people and papers: timerwarden assess --todo`,
    "",
  ];
  return lines.join("\n");
}

function todoText({ controls }: Assessment): string {
  const lines = controls.flatMap(({ control, objectives }) => {
    const open = objectives.filter(({ state }) => state === "people");
    if (open.length === 0) return [];
    return [
      "",
      `${control.id} ${control.title}`,
      ...open.map(({ objective }) => `  ${objective.label.padEnd(14)} ${objective.states}`),
    ];
  });
  const done = controls.flatMap(({ objectives }) => objectives.filter(({ state }) => state === "attested"));
  const vouched = done.map(
    ({ objective, attestation }) =>
      `  ${objective.label.padEnd(14)} ${visible(attestation?.owner ?? "")}: ${visible(attestation?.statement ?? "")}`,
  );
  return `${["For people and papers to show:", ...lines, ...(vouched.length > 0 ? ["", "Attested:", ...vouched] : [])].join("\n")}\n`;
}

function markdown(report: Report, { controls }: Assessment): string {
  const cell = (text: string): string => visible(text).replaceAll("|", "\\|").replaceAll("<", "&lt;");
  const parts = [`# Assessment of ${cell(report.host ?? report.target)}`, `As of ${report.now}.`];
  for (const assessed of controls) {
    parts.push(
      `## ${assessed.control.id} ${assessed.control.title}: ${assessed.state}`,
      `Objectives shown, reachable by a program, all: ${objectiveText(assessed)}.`,
      [
        "| check | result | severity | what was seen |",
        "|---|---|---|---|",
        ...assessed.checks.map(
          ({ check, result, severity, waiver }) =>
            `| ${cardOf(check.id)} ${cell(check.title)} | ${result.outcome}${waiver === null ? "" : " (waived)"} | ${severity} | ${cell(result.says)} |`,
        ),
      ].join("\n"),
    );
  }
  parts.push(`## Amazon Inspector: ${report.inspector.state}`, cell(report.inspector.says));
  return `${parts.join("\n\n")}\n`;
}

/** The text of `explain AC-6`: the control, its objectives and checks, and this host's result when there is one. */
export function explainControl(id: string, inventory: Inventory | null): string {
  const control = controlNamed(id);
  if (control === null)
    throw new UsageError(`no control ${JSON.stringify(id)} among the ten mapped to systemd timers`);
  const assessed =
    inventory === null ? null : assessControls(subjectOf(inventory), { controls: [control.id] }).controls[0];
  const lines = [
    `${control.id} ${control.title}`,
    "",
    `asks      ${control.asks}`,
    `matters   ${control.bears}`,
    ...(assessed ? [`here      ${assessed.state}`] : []),
    "",
    "objectives (SP 800-53A)",
    ...objectivesOf(control.id).map(({ id: objective, label, states, reach }) => {
      const state = assessed?.objectives.find((known) => known.objective.id === objective)?.state;
      const said = state === undefined ? (reach === "people" ? "people" : "in part") : state;
      return `  ${label.padEnd(14)} ${said.padEnd(9)} ${states}`;
    }),
    "",
    "checks",
    ...CHECKS.filter((check) => check.control === control.id).flatMap((check) => {
      const own = assessed?.checks.find((known) => known.check.id === check.id);
      const head = `  ${cardOf(check.id)}  ${check.title} (${check.severity})`;
      return own === undefined
        ? [head]
        : [head, `           ${own.result.outcome}: ${visible(own.result.says)}`];
    }),
    "",
  ];
  return lines.join("\n");
}
