/** Sigma rules (specification 2), a stream of YAML documents: file events, audit records by key, process creation. */
import { createHash } from "node:crypto";
import { stringify } from "yaml";
import {
  COMMAND_LIMIT,
  type CommandDetection,
  keyOf,
  LIMIT,
  REFERENCES,
  type WriteDetection,
} from "../detection.ts";
import { mappingText, type RuleExporter } from "../exporter.ts";
import { isDirectory, type Place } from "../place.ts";

export const sigma: RuleExporter = {
  name: "sigma",
  summary: "Sigma rules: file events, audit records, process creation",
  installAs: "timerwarden.yml",
  needs: "nothing",
  write({ writes, commands }) {
    const rules = [
      ...writes.map(fileEvent),
      ...writes.map(auditRecord),
      ...commands.map(processCreation),
    ].map((rule) => stringify(rule, { lineWidth: 0, singleQuote: true, indent: 4 }));
    return rules.join("---\n");
  },
};

/** When the rules last changed in what they select. */
const DATE = "2026-11-28";

const LEVELS = { critical: "critical", high: "high", medium: "medium", low: "low", info: "informational" };

function facts(
  source: string,
  detection: WriteDetection | CommandDetection,
  limit: string,
  logsource: Readonly<Record<string, string>>,
  selections: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { id, title, why, techniques, severity, benign } = detection;
  return {
    title: source === "auditd" ? `${title} (audit record)` : title,
    id: uuidOf(`${source}/${id}`),
    status: "experimental",
    description: `${why} ${limit} ${mappingText(detection)}.`,
    references: [...REFERENCES],
    author: "Timerwarden",
    date: DATE,
    tags: techniques.map((technique) => `attack.${technique.toLowerCase()}`),
    logsource,
    detection: selections,
    falsepositives: [...benign],
    level: LEVELS[severity],
  };
}

function fileEvent(detection: WriteDetection): Readonly<Record<string, unknown>> {
  return facts(
    "file_event",
    detection,
    LIMIT,
    {
      category: "file_event",
      product: "linux",
      definition: "Requirements: file events that name what was made, linked, renamed or removed",
    },
    {
      ...pathSelections(detection.places),
      ...writerFilters("Image", detection.writers),
      condition: condition("1 of selection_*", detection.writers),
    },
  );
}

function auditRecord(detection: WriteDetection): Readonly<Record<string, unknown>> {
  return facts(
    "auditd",
    detection,
    LIMIT,
    {
      product: "linux",
      service: "auditd",
      definition: "Requirements: the rules of timerwarden rules export --to auditd",
    },
    {
      selection: { type: "SYSCALL", key: keyOf(detection) },
      ...writerFilters("exe", detection.writers),
      condition: condition("selection", detection.writers),
    },
  );
}

function processCreation(detection: CommandDetection): Readonly<Record<string, unknown>> {
  const { programs, words, also } = detection;
  return facts(
    "process_creation",
    detection,
    COMMAND_LIMIT,
    { category: "process_creation", product: "linux" },
    {
      selection_program: { "Image|endswith": programs.map((program) => `/${program}`) },
      selection_words: { "CommandLine|contains": [...words] },
      ...(also.length > 0 ? { selection_also: { "CommandLine|contains": [...also] } } : {}),
      condition: "all of selection_*",
    },
  );
}

function pathSelections(places: readonly Place[]): Readonly<Record<string, unknown>> {
  const fixed = places.filter((place) => place.startsWith("/"));
  const homes = places.filter((place) => place.startsWith("HOME/")).map((place) => place.slice(4));
  const groups: readonly (readonly [string, string, readonly string[]])[] = [
    ["selection_directories", "TargetFilename|startswith", fixed.filter(isDirectory)],
    ["selection_files", "TargetFilename", fixed.filter((place) => !isDirectory(place))],
    ["selection_homes", "TargetFilename|contains", homes.filter(isDirectory)],
    ["selection_home_files", "TargetFilename|endswith", homes.filter((place) => !isDirectory(place))],
    [
      "selection_sessions",
      "TargetFilename",
      places.filter((place) => place.startsWith("RUNTIME/")).map((place) => `/run/user/*${place.slice(7)}*`),
    ],
  ];
  return Object.fromEntries(
    groups
      .filter(([, , values]) => values.length > 0)
      .map(([name, field, values]) => [name, { [field]: values }]),
  );
}

function writerFilters(field: string, writers: readonly string[]): Readonly<Record<string, unknown>> {
  const programs = writers.filter((writer) => !writer.endsWith("/"));
  const folders = writers.filter((writer) => writer.endsWith("/"));
  return {
    ...(programs.length > 0 ? { filter_main_writers: { [field]: programs } } : {}),
    ...(folders.length > 0 ? { filter_main_writers_below: { [`${field}|startswith`]: folders } } : {}),
  };
}

function condition(selection: string, writers: readonly string[]): string {
  return writers.length === 0 ? selection : `${selection} and not 1 of filter_main_*`;
}

const NAMESPACE = "a3c1d1de4f0b4b0f9d0e6a6f0c5b7e21";

/** A UUID of version 5, so that a rule keeps its id. */
function uuidOf(name: string): string {
  const bytes = createHash("sha1")
    .update(Buffer.from(NAMESPACE, "hex"))
    .update(name)
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
