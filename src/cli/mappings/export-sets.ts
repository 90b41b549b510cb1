/** `mappings export`: whole sets, or the rows of some techniques, in a file format. */
import { exportCsv } from "../../mappings/export-csv.ts";
import { exportMapex, exportYaml } from "../../mappings/export-mapex.ts";
import { exportMarkdown } from "../../mappings/export-markdown.ts";
import { exportNavigator } from "../../mappings/export-navigator.ts";
import { exportStix } from "../../mappings/export-stix.ts";
import { flatRow } from "../../mappings/flat-row.ts";
import { type MappingSet, rowsOf, rowsOfTechnique } from "../../mappings/mapping-set.ts";
import {
  type Context,
  chosenSets,
  emit,
  json,
  nothingFor,
  ownSets,
  stixIdsOf,
  subset,
  techniquesOf,
} from "./context.ts";
import { oneDomain, onlySet } from "./show.ts";

export function exportSets(context: Context): number {
  const techniques = techniquesOf(context.positionals);
  const chosen = chosenSets(context);
  const sets = withTechniques(chosen.length > 0 ? chosen : ownSets(context), techniques);
  if (sets.length === 0) throw nothingFor(context, "no mapping set fits");
  const rows = () => sets.flatMap(rowsOf);
  emit(
    context,
    new Map([
      ["csv", () => exportCsv(rows())],
      [
        "json",
        () => json({ schema: "timerwarden/mappings-export", version: "1.0", rows: rows().map(flatRow) }),
      ],
      ["mapex", () => exportMapex(onlySet(sets))],
      ["yaml", () => exportYaml(onlySet(sets))],
      ["md", () => exportMarkdown(rows())],
      ["navigator", () => exportNavigator(oneDomain(sets), techniques)],
      ["stix", () => exportStix(sets, stixIdsOf(context.library()))],
    ]),
  );
  return 0;
}

function withTechniques(sets: readonly MappingSet[], techniques: readonly string[]): readonly MappingSet[] {
  if (techniques.length === 0) return sets;
  return sets
    .map((set) =>
      subset(
        set,
        techniques.flatMap((id) => rowsOfTechnique(set, id)).sort((a, b) => a.index - b.index),
      ),
    )
    .filter(({ rows }) => rows.length > 0);
}
