/** What every `mappings` subcommand works with: its arguments, the library, and the choice among its sets. */
import { compareAttackVersions, parseAttackVersion } from "../../attack/attack-version.ts";
import { DOMAINS, type Domain } from "../../attack/technique.ts";
import { techniqueIdOf } from "../../attack/technique-id.ts";
import { SEED_RELEASE } from "../../attack/timer-techniques.ts";
import { carryForward } from "../../mappings/carry.ts";
import { admitted, type Library, newest, releaseFor, type Selection } from "../../mappings/library.ts";
import { type MappingRow, type MappingSet, storeOf } from "../../mappings/mapping-set.ts";
import { nearest } from "../../nearest.ts";
import type { Arguments } from "../arguments.ts";
import { type OptionTable, RunError, type Streams, UsageError } from "../command.ts";
import { OUTPUT_OPTIONS, type Output, outputsOf, writeOutput } from "../output.ts";
import { dataDirectory, openLibrary } from "./store.ts";

/** Nothing fits what was asked for. */
const NOTHING_FOUND = 4;

export const MAPPINGS_OPTIONS = {
  framework: { type: "string", value: "NAME", does: "one framework: nist, cri, csa, veris, kev, aws, …" },
  "framework-version": { type: "string", value: "VERSION", does: "its version: rev5, v2.1, 12/12/2024" },
  "attack-version": {
    type: "string",
    value: "VERSION",
    does: "rows made for this ATT&CK release: 9.0, or 16 for any 16.x",
  },
  domain: { type: "string", value: "NAME", words: DOMAINS, does: "enterprise, mobile or ics" },
  carry: {
    type: "string",
    value: "VERSION",
    does: "take older rows over to this ATT&CK release, marked as carried",
  },
  all: { type: "boolean", short: "a", does: "every version, not only the newest of each framework" },
  from: { type: "string", value: "SIDE", does: "diff: the older side, such as 12.1 or rev4@9.0" },
  to: { type: "string", value: "SIDE", does: "diff: the newer side" },
  list: { type: "boolean", short: "l", does: "gaps, lint: every technique or fault, not only counts" },
  own: {
    type: "string",
    multiple: true,
    value: "FILE",
    does: "lay this mapping file over the others, as own judgement",
  },
  replace: { type: "boolean", does: "import: forget what was imported before" },
  strict: { type: "boolean", does: "import: refuse files in which lint finds a fault" },
  "data-dir": {
    type: "string",
    value: "DIR",
    does: "where the index lives (default $XDG_DATA_HOME/timerwarden)",
  },
  ...OUTPUT_OPTIONS,
} as const satisfies OptionTable;

export interface Context {
  readonly args: Arguments;
  /** Without the subcommand. */
  readonly positionals: readonly string[];
  readonly streams: Streams;
  readonly selection: Selection;
  readonly directory: string | null;
  library(): Library;
}

export function contextOf(args: Arguments, positionals: readonly string[], streams: Streams): Context {
  const directory = dataDirectory(args.text("data-dir"), streams.env);
  const domain = args.text("domain");
  if (domain !== null && !DOMAINS.includes(domain as Domain)) {
    const meant = nearest(domain, DOMAINS);
    throw new UsageError(
      `unknown domain ${domain}${meant ? `; did you mean ${meant}?` : ""} (one of: ${DOMAINS.join(" ")})`,
    );
  }
  const carry = args.text("carry");
  if (carry !== null && parseAttackVersion(carry) === null)
    throw new UsageError(`--carry ${carry} is no ATT&CK release such as 18.1`);
  let opened: Library | null = null;
  return {
    args,
    positionals,
    streams,
    directory,
    selection: {
      framework: args.text("framework"),
      frameworkVersion: args.text("framework-version"),
      attackVersion: args.text("attack-version"),
      domain,
    },
    library: () => {
      opened ??= openLibrary(directory, args.texts("own"));
      return opened;
    },
  };
}

/** Writes the result in every format asked for; each format is a function, made only when it is wanted. */
export function emit(context: Context, formats: ReadonlyMap<string, (output: Output) => string>): void {
  for (const output of outputsOf(context.args, [...formats.keys()]))
    writeOutput(output, formats.get(output.format)?.(output) ?? "", context.streams);
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The newest set of each framework that fits, or all of them with `--all`; carried over with `--carry`. */
export function chosenSets(context: Context): readonly MappingSet[] {
  const { args, selection } = context;
  const { sets } = context.library();
  const target = args.text("carry");
  const older =
    target === null
      ? sets
      : sets.filter(({ metadata }) => compareAttackVersions(metadata.attack_version, target) <= 0);
  const chosen = args.flag("all") ? admitted(older, selection) : newest(older, selection);
  if (target === null) return chosen;
  const carried = chosen.map((set) => ({ set, moved: carriedOver(context, set, target) }));
  const missing = carried
    .filter(({ moved }) => moved === null)
    .map(({ set }) => set.metadata.technology_domain);
  const [domain] = missing;
  if (domain !== undefined && (missing.length === carried.length || selection.domain !== null))
    throw new UsageError(
      `carrying to ATT&CK ${target} needs that ${domain} release; add it with: timerwarden mappings import ${domain}-attack-${target}.json`,
    );
  for (const name of new Set(missing))
    context.streams.err(`note: ${name} rows are not carried, ATT&CK ${target} ${name} is not imported\n`);
  return carried.flatMap(({ moved }) => moved ?? []);
}

/** `null` if the release is not at hand. */
function carriedOver(context: Context, set: MappingSet, target: string): MappingSet | null {
  const { attack_version: version, technology_domain: domain } = set.metadata;
  if (compareAttackVersions(version, target) === 0) return set;
  const inside =
    domain === "enterprise" && !set.complete && SEED_RELEASE.version === target ? SEED_RELEASE : null;
  const release = releaseFor(context.library(), domain, target) ?? inside;
  if (release === null) return null;
  const { set: moved, lost } = carryForward(set, release);
  for (const { technique, says } of lost.slice(0, 3))
    context.streams.err(`note: ${set.file}: ${technique} is left behind: ${says}\n`);
  if (lost.length > 3) context.streams.err(`note: ${set.file}: ${lost.length} rows are left behind in all\n`);
  return moved;
}

/** Own sets the selection admits: they are shown beside, never among, the published rows. */
export function ownSets(context: Context): readonly MappingSet[] {
  return admitted(context.library().own, context.selection);
}

/** Canonical technique ids out of words; a word that is none is a usage error. */
export function techniquesOf(words: readonly string[]): readonly string[] {
  return words.map((word) => {
    const id = techniqueIdOf(word);
    if (id === null) throw new UsageError(`${word} is no ATT&CK technique id such as T1053.006`);
    return id;
  });
}

/** A set of only these rows, their places in the file kept. */
export function subset(set: MappingSet, rows: readonly MappingRow[]): MappingSet {
  const store = storeOf(
    set.metadata.mapping_framework,
    rows.map(({ raw }) => raw),
    rows.map(({ index }) => index),
  );
  return { ...set, complete: false, rows: store };
}

/** STIX ids of techniques, out of imported releases and what ships inside. */
export function stixIdsOf(library: Library): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const release of [SEED_RELEASE, ...library.releases])
    for (const { id, stixId } of release.techniques) ids.set(id, stixId);
  return ids;
}

/** For what is asked with nothing to answer from: says which versions there are. */
export function nothingFor(context: Context, what: string): RunError {
  const { framework, frameworkVersion, attackVersion } = context.selection;
  const there = admitted(context.library().sets, {
    ...context.selection,
    attackVersion: null,
    frameworkVersion: null,
  }).map(({ metadata }) => metadata);
  const versions = there.map((metadata) => metadata.attack_version).sort(compareAttackVersions);
  const ofFramework = there.map((metadata) => metadata.mapping_framework_version);
  const hint =
    framework !== null && there.length === 0
      ? `; no set of framework ${framework} is here (timerwarden mappings list)`
      : attackVersion !== null && there.length > 0
        ? `; there are rows for ATT&CK ${[...new Set(versions)].join(", ")}`
        : frameworkVersion !== null && there.length > 0
          ? `; there are versions ${[...new Set(ofFramework)].join(", ")}`
          : "";
  return new RunError(`${what}${hint}`, NOTHING_FOUND);
}
