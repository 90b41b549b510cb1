/** `mappings list`: every set, ATT&CK release and control catalog at hand. */
import { csvCell } from "../../mappings/export-csv.ts";
import { yaml } from "../../mappings/export-mapex.ts";
import { markdown } from "../../mappings/export-markdown.ts";
import { frameworkOf } from "../../mappings/framework.ts";
import { admitted } from "../../mappings/library.ts";
import type { MappingSet } from "../../mappings/mapping-set.ts";
import { type Column, table } from "../../report/table.ts";
import { type Context, emit, json, nothingFor } from "./context.ts";
import { attackTitle, count, frameworkTitle, thousands, versionTitle } from "./words.ts";

const COLUMNS: readonly Column<MappingSet>[] = [
  { title: "FRAMEWORK", cell: frameworkTitle },
  { title: "VERSION", cell: versionTitle },
  { title: "ATT&CK", cell: attackTitle },
  { title: "ROWS", right: true, cell: ({ rows }) => thousands(rows.length) },
  { title: "ORIGIN", cell: ({ origin, complete }) => (complete ? origin : `${origin}, T1053.006 only`) },
  { title: "FILE", cell: ({ file }) => file },
];

export function listSets(context: Context): number {
  const library = context.library();
  const sets = admitted([...library.sets, ...library.own], context.selection);
  if (sets.length === 0) throw nothingFor(context, "no mapping set fits");
  const { releases, catalogs } = library;
  const document = (): unknown => ({
    schema: "timerwarden/mappings-list",
    version: "1.0",
    sets: sets.map(setJson),
    attack_releases: releases.map(({ version, domain, techniques }) => ({
      version,
      domain,
      techniques: techniques.filter(({ state }) => state === "active").length,
    })),
    catalogs: catalogs.map(({ title, version, baseline, controls }) => ({
      title,
      version,
      baseline,
      controls: controls.length,
    })),
  });
  emit(
    context,
    new Map([
      ["table", () => text(context, sets)],
      ["json", () => json(document())],
      ["csv", () => lines(sets, (cells) => `${cells.map(csvCell).join(",")}\r\n`)],
      ["md", () => md(sets)],
      ["yaml", () => `${yaml(document()).replace(/^\n/, "")}\n`],
    ]),
  );
  return 0;
}

function text(context: Context, sets: readonly MappingSet[]): string {
  const { releases, catalogs } = context.library();
  const parts = [table(COLUMNS, sets)];
  for (const { version, domain, techniques } of releases) {
    const active = techniques.filter(({ state }) => state === "active").length;
    parts.push(`ATT&CK ${version ?? "?"} ${domain}: ${count(active, "technique")}\n`);
  }
  for (const { title, version, controls } of catalogs)
    parts.push(`${title} (${version}): ${count(controls.length, "control")}\n`);
  return parts.join("");
}

function setJson({
  metadata,
  rows,
  origin,
  complete,
  file,
}: MappingSet): Readonly<Record<string, string | number | boolean>> {
  return {
    framework: metadata.mapping_framework,
    framework_version: metadata.mapping_framework_version,
    attack_version: metadata.attack_version,
    domain: metadata.technology_domain,
    kind: frameworkOf(metadata.mapping_framework).kind,
    rows: rows.length,
    origin,
    complete,
    file,
    last_update: metadata.last_update ?? metadata.creation_date,
  };
}

function lines(sets: readonly MappingSet[], line: (cells: readonly string[]) => string): string {
  const rows = sets.map(setJson);
  const head = Object.keys(rows[0] ?? {});
  return [head, ...rows.map((row) => Object.values(row).map(String))].map(line).join("");
}

function md(sets: readonly MappingSet[]): string {
  const [head = "", ...rest] = lines(sets, (cells) => `| ${cells.map(markdown).join(" | ")} |\n`).split(
    /(?<=\n)/,
  );
  return `${head}|${" --- |".repeat(10)}\n${rest.join("")}`;
}
