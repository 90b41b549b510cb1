/** `mappings import`: takes files into the index, all of them or none. */
import type { AttackRelease } from "../../attack/technique.ts";
import { exportMapex } from "../../mappings/export-mapex.ts";
import { withSets } from "../../mappings/library.ts";
import { lint } from "../../mappings/lint.ts";
import { type Fault, faultLine } from "../../mappings/mapex.ts";
import { type MappingSet, setKey, setTitle } from "../../mappings/mapping-set.ts";
import type { ControlCatalog } from "../../mappings/oscal-catalog.ts";
import { visible } from "../../report/visible.ts";
import { RunError, UsageError } from "../command.ts";
import type { Context } from "./context.ts";
import { type Documents, readDocuments } from "./documents.ts";
import { indexFile, NOTHING, readIndex, writeIndex } from "./store.ts";
import { count } from "./words.ts";

export function importFiles(context: Context): number {
  const { directory, positionals, args, streams } = context;
  if (positionals.length === 0) throw new UsageError("import: name files, folders or zip archives");
  if (directory === null) throw new UsageError("import: no home directory; name one with --data-dir");
  const read = readDocuments(positionals);
  const faults = [...read.faults, ...rivals(read.sets), ...(args.flag("strict") ? lintFaults(read) : [])];
  tellFaults(context, faults);
  if (faults.length > 0)
    throw new RunError(`${count(faults.length, "fault")}; nothing was imported, the index is as it was`);
  const before = args.flag("replace") ? NOTHING : readIndex(directory);
  const size = writeIndex(directory, {
    sets: withSets(before.sets, read.sets),
    releases: withReleases(before.releases, read.releases),
    catalogs: withCatalogs(before.catalogs, read.catalogs),
  });
  const rows = read.sets.reduce((sum, set) => sum + set.rows.length, 0);
  const parts = [
    `${count(read.sets.length, "mapping set")} with ${count(rows, "row")}`,
    ...(read.releases.length > 0 ? [count(read.releases.length, "ATT&CK release")] : []),
    ...(read.catalogs.length > 0 ? [count(read.catalogs.length, "OSCAL catalog")] : []),
  ];
  streams.out(
    `imported ${parts.join(", ")}; ${indexFile(directory)} has ${count(Math.ceil(size / 1024), "KiB", "KiB")}\n`,
  );
  if (read.skipped > 0) streams.err(`note: ${count(read.skipped, "JSON file")} of other kinds passed over\n`);
  tellQuality(context, read);
  return 0;
}

/** Published data has faults of its own; one line says how many, `mappings lint` which. */
function tellQuality({ streams }: Context, { sets, releases }: Documents): void {
  const { findings } = lint(sets, releases);
  const serious = findings.filter(({ kind }) => SERIOUS.has(kind));
  if (serious.length > 0)
    streams.err(
      `note: ${count(serious.length, "fault")} in the data itself, taken in as published (timerwarden mappings lint)\n`,
    );
}

const SERIOUS: ReadonlySet<string> = new Set([
  "duplicate-row",
  "score-conflict",
  "dead-technique",
  "undeclared-type",
]);

function lintFaults({ sets, releases }: Documents): Fault[] {
  return lint(sets, releases).findings.map(({ file, index, kind, says }) => ({
    file,
    object: index === null ? "" : `mapping_objects[${index}]`,
    field: kind,
    says,
  }));
}

/** Two files that both claim to be the same set, and differ. The same file twice (folder and archive) is no fault. */
function rivals(sets: readonly MappingSet[]): Fault[] {
  const byKey = new Map<string, MappingSet>();
  return sets.flatMap((set) => {
    const other = byKey.get(setKey(set));
    if (other === undefined) {
      byKey.set(setKey(set), set);
      return [];
    }
    if (exportMapex(other) === exportMapex(set)) return [];
    const says = `is ${setTitle(set)}, and so is ${other.file} with other rows`;
    return [{ file: set.file, object: "metadata", field: "", says }];
  });
}

function withReleases(before: readonly AttackRelease[], added: readonly AttackRelease[]): AttackRelease[] {
  return [
    ...new Map([...before, ...added].map((entry) => [`${entry.domain} ${entry.version}`, entry])).values(),
  ];
}

function withCatalogs(before: readonly ControlCatalog[], added: readonly ControlCatalog[]): ControlCatalog[] {
  return [...new Map([...before, ...added].map((entry) => [entry.title, entry])).values()];
}

const SHOWN_FAULTS = 100;

/** One line a fault on stderr; past a hundred, how many more. */
export function tellFaults({ streams }: Context, faults: readonly Fault[]): void {
  for (const fault of faults.slice(0, SHOWN_FAULTS)) streams.err(`${visible(faultLine(fault))}\n`);
  if (faults.length > SHOWN_FAULTS)
    streams.err(`… and ${count(faults.length - SHOWN_FAULTS, "more fault")}\n`);
}
