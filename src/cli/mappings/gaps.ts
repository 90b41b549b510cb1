/** `mappings gaps`: which techniques a framework maps, has judged non-mappable, or says nothing of. */

import { type Coverage, coverageOf, standingOf, type Universe, universeOf } from "../../mappings/coverage.ts";
import { csvCell } from "../../mappings/export-csv.ts";
import { yaml } from "../../mappings/export-mapex.ts";
import { markdown } from "../../mappings/export-markdown.ts";
import { frameworkOf } from "../../mappings/framework.ts";
import { setTitle } from "../../mappings/mapping-set.ts";
import { type Column, table } from "../../report/table.ts";
import { type Context, chosenSets, emit, json, nothingFor, techniquesOf } from "./context.ts";
import { attackTitle, frameworkTitle, versionTitle } from "./words.ts";

interface Gap {
  readonly coverage: Coverage;
  readonly universe: Universe;
  readonly mapped: readonly string[];
  readonly judged: readonly string[];
  readonly silent: readonly string[];
  /** Nothing is known: the set ships inside, for one technique. */
  readonly unknown: readonly string[];
}

export function gaps(context: Context): number {
  const techniques = techniquesOf(context.positionals);
  const found = chosenSets(context).map((set) => {
    const coverage = coverageOf(set);
    const universe =
      techniques.length > 0 ? { ids: techniques, source: "asked for" } : universeOf(context.library(), set);
    const standing = (wanted: string): string[] =>
      universe.ids.filter((id) => standingOf(coverage, id) === wanted);
    return {
      coverage,
      universe,
      mapped: standing("mapped"),
      judged: standing("judged non-mappable"),
      silent: standing("silent"),
      unknown: standing("not imported"),
    };
  });
  if (found.length === 0) throw nothingFor(context, "no mapping set fits");
  const document = (): unknown => ({
    schema: "timerwarden/mappings-gaps",
    version: "1.0",
    sets: found.map(gapJson),
  });
  emit(
    context,
    new Map([
      ["table", () => text(context, found, techniques)],
      ["json", () => json(document())],
      ["csv", () => csv(found)],
      ["md", () => md(found)],
      ["yaml", () => `${yaml(document()).replace(/^\n/, "")}\n`],
    ]),
  );
  return 0;
}

function gapJson({ coverage, universe, mapped, judged, silent, unknown }: Gap): unknown {
  const { metadata, origin } = coverage.set;
  return {
    framework: metadata.mapping_framework,
    framework_version: metadata.mapping_framework_version,
    attack_version: metadata.attack_version,
    domain: metadata.technology_domain,
    kind: frameworkOf(metadata.mapping_framework).kind,
    origin,
    of: universe.source,
    techniques: universe.ids.length,
    mapped,
    non_mappable: judged,
    silent,
    not_imported: unknown,
  };
}

const COLUMNS: readonly Column<Gap>[] = [
  { title: "FRAMEWORK", cell: ({ coverage }) => frameworkTitle(coverage.set) },
  { title: "VERSION", cell: ({ coverage }) => versionTitle(coverage.set) },
  { title: "ATT&CK", cell: ({ coverage }) => attackTitle(coverage.set) },
  { title: "MAPPED", right: true, cell: ({ mapped }) => String(mapped.length) },
  { title: "NON-MAPPABLE", right: true, cell: ({ judged }) => String(judged.length) },
  {
    title: "SILENT",
    right: true,
    cell: ({ coverage, silent }) => (coverage.set.complete ? String(silent.length) : "?"),
  },
  { title: "OF", cell: ({ universe }) => `${universe.ids.length} ${universe.source}`, least: 20 },
];

function text(context: Context, found: readonly Gap[], techniques: readonly string[]): string {
  const parts = [table(COLUMNS, found, context.streams.columns)];
  if (found.some(({ unknown }) => unknown.length > 0))
    parts.push("? a set that ships inside speaks of T1053.006 only; import the file for the others\n");
  if (techniques.length > 0 || context.args.flag("list"))
    for (const { coverage, mapped, judged, silent } of found) {
      const lists = [
        ["mapped", techniques.length > 0 ? mapped : []],
        ["judged non-mappable", judged],
        ["silent", silent],
      ] as const;
      for (const [word, ids] of lists)
        if (ids.length > 0) parts.push(`${setTitle(coverage.set)}: ${word}: ${ids.join(" ")}\n`);
    }
  return parts.join("");
}

function lines(found: readonly Gap[]): readonly (readonly string[])[] {
  return found.flatMap(({ coverage, universe }) => {
    const { metadata } = coverage.set;
    const { mapping_framework, mapping_framework_version, attack_version, technology_domain } = metadata;
    const set = [mapping_framework, mapping_framework_version, attack_version, technology_domain];
    return universe.ids.map((id) => [...set, id, standingOf(coverage, id)]);
  });
}

const HEAD = ["framework", "framework_version", "attack_version", "domain", "technique", "standing"];

function csv(found: readonly Gap[]): string {
  return `${[HEAD, ...lines(found)].map((cells) => cells.map(csvCell).join(",")).join("\r\n")}\r\n`;
}

function md(found: readonly Gap[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdown).join(" | ")} |\n`;
  return `${line(HEAD)}|${" --- |".repeat(HEAD.length)}\n${lines(found).map(line).join("")}`;
}
