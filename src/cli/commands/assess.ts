import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Assessment } from "../../controls/assess.ts";
import { assess as assessControls } from "../../controls/assess.ts";
import {
  type AssessmentReport,
  assessmentReport,
  type ControlRow,
} from "../../controls/assessment-report.ts";
import { type AttestationFile, NO_ATTESTATIONS, parseAttestations } from "../../controls/attestation.ts";
import { type BundleGiven, looksLikeBundle, openBundle, recordingHost } from "../../controls/bundle.ts";
import { answerFor } from "../../controls/capability.ts";
import { CONTROLS, controlNamed } from "../../controls/control.ts";
import { type HistoryFile, readHistory } from "../../controls/history.ts";
import { hostId, hostName } from "../../controls/host-id.ts";
import { CHECKS } from "../../controls/index.ts";
import { inspectorResult, parseInspector } from "../../controls/inspector.ts";
import { objectivesOf } from "../../controls/objective.ts";
import { oscalResults } from "../../controls/oscal.ts";
import { subjectOf } from "../../controls/subject.ts";
import { verisIncidents } from "../../controls/veris.ts";
import { openDirectory } from "../../hosts/directory.ts";
import { zonesOf } from "../../hosts/zoneinfo.ts";
import { hasSystemd, type Inventory, readInventory } from "../../inventory/inventory.ts";
import { nearest } from "../../nearest.ts";
import { cardOf, checksOf, objectiveCounts } from "../../report/assessment/exporter.ts";
import { ASSESSMENT_EXPORTERS } from "../../report/assessment/exporters.ts";
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
    attestations: {
      type: "string",
      value: "FILE",
      does: "attestations, waivers and declarations (YAML or JSON)",
    },
    history: {
      type: "string",
      value: "DIR",
      does: "earlier results of assess -o json, read for the checks of CA-7",
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
    const { opened, inputs } = await openTargetOrBundle(given, streams);
    const { host, nowUsec, version, scopes } = opened;
    const attestations = attestationsOf(inputs);
    const inspector = inputs.inspector.map((text) => inspectorDocument(text));
    if (!hasSystemd(host))
      throw nothingToExamine(`${host.target}: there is no systemd here, so nothing to assess`);
    const keeps = outputs.some(({ format }) => format === "bundle");
    const { report, bundle, incidents, inventory, assessment } = await settle(host, () => {
      const recording = keeps ? recordingHost(host) : null;
      const seen = recording ?? host;
      const zones =
        recording === null
          ? opened.zones
          : zonesOf(seen, openDirectory("/", "host:", true), opened.zone ?? undefined);
      const inventory = readInventory(seen, { zones, nowUsec, version, scopes });
      const history =
        inputs.history && readHistory(inputs.history.map(historyFile), hostId(inventory), nowUsec);
      const subject = subjectOf(inventory, attestations.declarations, history);
      const assessment = assessControls(subject, { controls: inputs.controls, attestations });
      const report = assessmentReport(inventory, assessment, {
        inspector: inspectorResult(subject, assessment, inspector),
        history,
        toolVersion: VERSION,
      });
      const veris = outputs.some(({ format }) => format === "veris") || keeps;
      return {
        report,
        incidents: veris ? verisIncidents(inventory, judge(inventory), hostName(inventory)) : [],
        bundle:
          recording?.bundle({
            nowUsec,
            systemd: version === null ? null : formatSystemdVersion(version),
            scopes,
            zone: opened.zone,
            target: host.target,
            given: inputs,
          }) ?? "",
        inventory,
        assessment,
      };
    });
    const style = styleOf(given, streams, opened.zones);
    for (const output of outputs) writeOutput(output, text(output.format), streams);
    const fails = report.controls.some(({ result }) => result === "does not hold");
    return failOn === "any" && fails ? 12 : requireComplete(given, report.gaps);

    function text(format: string): string | Iterable<string> {
      const exporter = ASSESSMENT_EXPORTERS.find(({ name }) => name === format);
      if (exporter !== undefined) return exporter.write(report);
      switch (format) {
        case "json":
          return `${JSON.stringify(report, null, 2)}\n`;
        case "oscal":
          return oscalText(inventory, assessment);
        case "veris":
          return `${JSON.stringify(incidents, null, 2)}\n`;
        case "bundle":
          return bundle;
        default:
          return given.flag("todo") ? todoText(report) : tableText(report, style.columns);
      }
    }
  },
};

function oscalText(inventory: Inventory, assessment: Assessment): string {
  const facts = { host: hostName(inventory), nowUsec: inventory.nowUsec, toolVersion: VERSION };
  return `${JSON.stringify(oscalResults(assessment, facts), null, 2)}\n`;
}

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

function attestationsOf({ attestations }: BundleGiven): AttestationFile {
  if (attestations === null) return NO_ATTESTATIONS;
  const result = parseAttestations(attestations, new Set(CHECKS.map(({ id }) => id)));
  if (!result.ok) throw new UsageError(`--attestations: ${result.problem.message}`);
  return result.value;
}

function inspectorDocument(text: string): ReturnType<typeof parseInspector> & { readonly ok: true } {
  const result = parseInspector(text);
  if (!result.ok) throw new UsageError(`--inspector: ${result.problem.message}`);
  return result;
}

function readInput(file: string, option: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`${option}: cannot read ${file}: ${(error as Error).message}`);
  }
}

function inputsOf(args: Arguments): BundleGiven {
  const attestations = args.text("attestations");
  const history = args.text("history");
  return {
    controls: controlsOf(args),
    attestations: attestations === null ? null : readInput(attestations, "--attestations"),
    inspector: args.texts("inspector").map((file) => readInput(file, "--inspector")),
    history: history === null ? null : historyIn(history),
  };
}

/** Larger files, and more of them, than years of results make are not read. */
const MAX_RESULT_BYTES = 64 * 1024 * 1024;
const MAX_RESULTS = 10_000;

/** The JSON files of the folder in the order of their names; what cannot be read is told, not passed over. */
function historyIn(folder: string): NonNullable<BundleGiven["history"]> {
  let names: readonly string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".json") && !name.startsWith("."));
  } catch (error) {
    throw new UsageError(
      `--history: cannot read ${folder}: ${(error as Error).message}; make the folder first, it may be empty`,
    );
  }
  if (names.length > MAX_RESULTS)
    throw new UsageError(
      `--history: ${folder} holds more than ${MAX_RESULTS} results; move old ones elsewhere`,
    );
  return [...names]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const file = join(folder, name);
      try {
        const facts = lstatSync(file);
        if (!facts.isFile()) return { name, error: "it is no plain file" };
        if (facts.size > MAX_RESULT_BYTES) return { name, error: "it is too long for a result" };
        return { name, text: readFileSync(file, "utf8") };
      } catch (error) {
        return { name, error: (error as Error).message };
      }
    });
}

function historyFile({ name, text, error }: NonNullable<BundleGiven["history"]>[number]): HistoryFile {
  return { name, content: text === undefined ? { error: error ?? "it cannot be read" } : Buffer.from(text) };
}

interface OpenedAssessment {
  readonly opened: OpenedTarget & { readonly zone: string | null };
  readonly inputs: BundleGiven;
}

/**
 * `bundle:FILE`, or a file that begins as one: the bundle's own circumstances, and what the operator gave when it was
 * made, hold unless others are given.
 */
async function openTargetOrBundle(args: Arguments, streams: Streams): Promise<OpenedAssessment> {
  const [name] = args.positionals;
  const file = name?.startsWith("bundle:")
    ? name.slice("bundle:".length)
    : name !== undefined && isBundle(name)
      ? name
      : null;
  const own = inputsOf(args);
  const zone = args.text("tz");
  if (file === null || args.positionals.length > 1)
    return { opened: { ...(await openOne(args.positionals, args, streams)), zone }, inputs: own };
  const bundle = openBundle(readInput(file, "bundle"));
  if (!bundle.ok) throw new RunError(`${file}: ${bundle.problem.message}`);
  const { host, context } = bundle.value;
  const local = await openOne([], args, streams);
  const { given } = context;
  return {
    opened: {
      host,
      zone: zone ?? context.zone,
      zones: zonesOf(host, openDirectory("/", "host:", true), zone ?? context.zone ?? undefined),
      nowUsec: args.text("now") === null ? context.nowUsec : local.nowUsec,
      version: local.version ?? (context.systemd === null ? null : parseSystemdVersion(context.systemd)),
      scopes: args.text("scope") === null ? context.scopes : local.scopes,
      progress: local.progress,
    },
    inputs: {
      controls: args.texts("control").length > 0 ? own.controls : given.controls,
      attestations: own.attestations ?? given.attestations,
      inspector: own.inspector.length > 0 ? own.inspector : given.inspector,
      history: own.history ?? given.history,
    },
  };
}

function isBundle(path: string): boolean {
  try {
    return looksLikeBundle(readFileSync(path).subarray(0, 64));
  } catch {
    return false;
  }
}

function countOf({ checks }: ControlRow, outcome: string): number {
  return checks.filter((check) => check.outcome === outcome).length;
}

function tableText(report: AssessmentReport, width = 120): string {
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
    rows,
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

const SEVERITIES = ["critical", "high", "medium", "low", "info"];

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

function todoText({ controls }: AssessmentReport): string {
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

/** The text of `explain PR.AA-05.02`: what answers for a mapped capability here; `null` for what is none. */
export function explainCapability(id: string): string | null {
  const answer = answerFor(id);
  if (answer === null) return null;
  if (answer.kind === "reason") return `${id}\n\nno check: ${answer.reason}\n`;
  const checks = CHECKS.filter((check) => answer.checks.includes(check.id));
  return `${[
    id,
    "",
    "checks that look at the same on a host",
    ...checks.map(({ id: check, title, severity }) => `  ${cardOf(check)}  ${title} (${severity})`),
  ].join("\n")}\n`;
}
