/** What the operator gives to an assessment besides the target: attestations, earlier results, Inspector's documents. */
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Assessment, assess } from "../controls/assess.ts";
import { type AttestationFile, NO_ATTESTATIONS, parseAttestations } from "../controls/attestation.ts";
import type { BundleGiven } from "../controls/bundle.ts";
import { CONTROLS, controlNamed } from "../controls/control.ts";
import { type AssessmentHistory, type HistoryFile, readHistory } from "../controls/history.ts";
import { hostId } from "../controls/host-id.ts";
import { CHECKS } from "../controls/index.ts";
import { type InspectorData, parseInspector } from "../controls/inspector.ts";
import { type Subject, subjectOf } from "../controls/subject.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { nearest } from "../nearest.ts";
import type { Arguments } from "./arguments.ts";
import { caseOf } from "./case.ts";
import { type OptionTable, UsageError } from "./command.ts";

/** What the verdict on every control may rest on. */
export const EVIDENCE_OPTIONS = {
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
} as const satisfies OptionTable;

/** The texts given, as a bundle keeps them. */
export function givenBy(args: Arguments): BundleGiven {
  const attestations = args.text("attestations");
  const history = args.text("history");
  return {
    controls: controlsOf(args),
    attestations: attestations === null ? null : readInput(attestations, "--attestations"),
    inspector: args.texts("inspector").map((file) => readInput(file, "--inspector")),
    history: history === null ? null : historyIn(history),
    case: caseOf(args),
  };
}

/** The texts understood. */
export interface AssessmentInputs {
  readonly controls: readonly string[];
  readonly attestations: AttestationFile;
  readonly inspector: readonly InspectorData[];
  readonly history: readonly HistoryFile[] | null;
}

export function assessmentInputs({
  controls,
  attestations,
  inspector,
  history,
}: BundleGiven): AssessmentInputs {
  return {
    controls,
    attestations: attestations === null ? NO_ATTESTATIONS : attestationsOf(attestations),
    inspector: inspector.map(inspectorOf),
    history: history?.map(historyFile) ?? null,
  };
}

/** An inventory assessed with them. */
export function assessWith(
  inventory: Inventory,
  { controls, attestations, history }: AssessmentInputs,
): {
  readonly subject: Subject;
  readonly history: AssessmentHistory | null;
  readonly assessment: Assessment;
} {
  const results = history && readHistory(history, hostId(inventory), inventory.nowUsec);
  const subject = subjectOf(inventory, attestations.declarations, results);
  return { subject, history: results, assessment: assess(subject, { controls, attestations }) };
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
      `--control: ${JSON.stringify(id)} is not among the ten${meant ? `; did you mean ${meant}?` : ""} (${CONTROLS.map(({ id }) => id).join(", ")})`,
    );
  });
}

function attestationsOf(text: string): AttestationFile {
  const result = parseAttestations(text, new Set(CHECKS.map(({ id }) => id)));
  if (!result.ok) throw new UsageError(`--attestations: ${result.problem.message}`);
  return result.value;
}

function inspectorOf(text: string): InspectorData {
  const result = parseInspector(text);
  if (!result.ok) throw new UsageError(`--inspector: ${result.problem.message}`);
  return result.value;
}

export function readInput(file: string, option: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`${option}: cannot read ${file}: ${(error as Error).message}`);
  }
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
