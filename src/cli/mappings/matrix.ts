/** `mappings matrix`: techniques by tactic, with what each framework maps to them. */
import type { AttackRelease } from "../../attack/technique.ts";
import { isSameFamily, parentOf } from "../../attack/technique-id.ts";
import { SEED_RELEASE } from "../../attack/timer-techniques.ts";
import { type Counts, type Coverage, coverageOf, standingOf } from "../../mappings/coverage.ts";
import { csvCell } from "../../mappings/export-csv.ts";
import { yaml } from "../../mappings/export-mapex.ts";
import { markdown } from "../../mappings/export-markdown.ts";
import { exportNavigator } from "../../mappings/export-navigator.ts";
import { compareIds, releaseFor } from "../../mappings/library.ts";
import { type MappingSet, setTitle } from "../../mappings/mapping-set.ts";
import { type Column, table } from "../../report/table.ts";
import { type Context, chosenSets, emit, json, nothingFor, techniquesOf } from "./context.ts";
import { oneDomain } from "./show.ts";
import { frameworkTitle, versionTitle } from "./words.ts";

interface Line {
  readonly tactic: string;
  readonly id: string;
  readonly name: string;
}

export function matrix(context: Context): number {
  const asked = techniquesOf(context.positionals);
  const sets = oneDomain(chosenSets(context));
  const [first] = sets;
  if (first === undefined) throw nothingFor(context, "no mapping set fits");
  const coverages = sets.map(coverageOf);
  const release = releaseOf(context, first);
  const lines = linesOf(release, coverages, asked);
  if (lines.length === 0) throw nothingFor(context, `no row for ${asked.join(", ")}`);
  const document = (): unknown => ({
    schema: "timerwarden/mappings-matrix",
    version: "1.0",
    sets: sets.map(setTitle),
    tactics_from: `ATT&CK ${release.version ?? "?"}`,
    techniques: lines.map(({ tactic, id, name }) => ({
      tactic,
      id,
      name,
      cells: coverages.map((coverage) => ({
        set: setTitle(coverage.set),
        standing: standingOf(coverage, id),
        counts: coverage.mapped.get(id) ?? null,
      })),
    })),
  });
  emit(
    context,
    new Map([
      ["table", () => `${table(columnsOf(coverages), lines)}${LEGEND}\n`],
      ["json", () => json(document())],
      ["csv", () => cells(coverages, lines, (row) => `${row.map(csvCell).join(",")}\r\n`)],
      ["md", () => md(coverages, lines)],
      ["yaml", () => `${yaml(document()).replace(/^\n/, "")}\n`],
      [
        "navigator",
        () => exportNavigator(sets, asked.length > 0 ? [...new Set(lines.map(({ id }) => id))] : []),
      ],
    ]),
  );
  return 0;
}

const LEGEND =
  "m mitigates, p protect, d detect, r respond, v vocabulary (no protection); x judged non-mappable, . silent, ? not imported";

function releaseOf(context: Context, { metadata }: MappingSet): AttackRelease {
  const { technology_domain: domain, attack_version: version } = metadata;
  const library = context.library();
  return releaseFor(library, domain, version) ?? releaseFor(library, domain, null) ?? SEED_RELEASE;
}

/** A technique stands under each of its tactics; one whose tactics are not known, at the end. */
function linesOf(release: AttackRelease, coverages: readonly Coverage[], asked: readonly string[]): Line[] {
  const known = new Map(release.techniques.map((technique) => [technique.id, technique]));
  const named = new Set(coverages.flatMap(({ mapped, judged }) => [...mapped.keys(), ...judged]));
  const active = release.techniques.filter(({ state }) => state === "active").map(({ id }) => id);
  const ids = asked.length === 0 ? named : new Set([...named, ...active]);
  const wanted = [...ids].filter((id) => asked.length === 0 || asked.some((other) => isWanted(id, other)));
  const order = [...release.tactics.map(({ shortName }) => shortName), UNKNOWN];
  const lines = wanted.flatMap((id) => {
    const technique = known.get(id);
    const tactics = technique && technique.tactics.length > 0 ? technique.tactics : [UNKNOWN];
    return tactics.map((tactic) => ({ tactic, id, name: technique?.name ?? "" }));
  });
  return lines.sort((a, b) => order.indexOf(a.tactic) - order.indexOf(b.tactic) || compareIds(a.id, b.id));
}

const UNKNOWN = "tactic unknown";

/** A technique asked for brings its sub-techniques; a sub-technique only itself. */
function isWanted(id: string, asked: string): boolean {
  return id === asked || (parentOf(asked) === null && isSameFamily(id, asked));
}

function columnsOf(coverages: readonly Coverage[]): readonly Column<Line>[] {
  return [
    { title: "TACTIC", cell: ({ tactic }) => tactic },
    { title: "TECHNIQUE", cell: ({ id }) => id },
    { title: "NAME", cell: ({ name }) => name },
    ...coverages.map((coverage) => ({
      title: columnTitle(coverage),
      cell: ({ id }: Line) => cellOf(coverage, id),
    })),
  ];
}

function columnTitle({ set }: Coverage): string {
  return `${frameworkTitle(set).replace(" (vocabulary)", "")} ${versionTitle(set)}`.toUpperCase();
}

function cellOf(coverage: Coverage, id: string): string {
  const counts = coverage.mapped.get(id);
  if (counts !== undefined) return countsText(counts);
  const standing = standingOf(coverage, id);
  return standing === "silent" ? "." : standing === "not imported" ? "?" : "x";
}

function countsText({ mitigates, protect, detect, respond, vocabulary }: Counts): string {
  const pairs = [
    ["m", mitigates],
    ["p", protect],
    ["d", detect],
    ["r", respond],
    ["v", vocabulary],
  ] as const;
  return pairs.flatMap(([letter, number]) => (number > 0 ? [`${letter}${number}`] : [])).join(" ");
}

function cells(
  coverages: readonly Coverage[],
  lines: readonly Line[],
  line: (row: readonly string[]) => string,
): string {
  const head = ["tactic", "technique", "name", ...coverages.map(({ set }) => setTitle(set))];
  const body = lines.map((entry) => [
    entry.tactic,
    entry.id,
    entry.name,
    ...coverages.map((coverage) => cellOf(coverage, entry.id)),
  ]);
  return [head, ...body].map(line).join("");
}

function md(coverages: readonly Coverage[], lines: readonly Line[]): string {
  const rule = `|${" --- |".repeat(coverages.length + 3)}\n`;
  const [head = "", ...body] = cells(
    coverages,
    lines,
    (row) => `| ${row.map(markdown).join(" | ")} |\n`,
  ).split(/(?<=\n)/);
  return `${head}${rule}${body.join("")}\n${LEGEND}\n`;
}
