/**
 * An ATT&CK Navigator layer, format 4.5 (mitre-attack/attack-navigator, layers/spec/v4.5/layerformat.md).
 *
 * A technique's score is the number of distinct safeguards mapped to it. Vocabulary counts only in a layer of
 * vocabulary alone, which says so in its name. Techniques judged non-mappable are named, without a score.
 */
import { isTechniqueId } from "../attack/technique-id.ts";
import { grouped } from "../grouped.ts";
import { frameworkOf } from "./framework.ts";
import { compareIds } from "./library.ts";
import { type MappingRow, type MappingSet, rowsOf, setTitle } from "./mapping-set.ts";

export interface NavigatorLayer {
  readonly name: string;
  readonly versions: { readonly attack: string; readonly navigator: string; readonly layer: "4.5" };
  readonly domain: string;
  readonly description: string;
  readonly sorting: 0;
  readonly hideDisabled: false;
  readonly techniques: readonly LayerTechnique[];
  readonly gradient: {
    readonly colors: readonly string[];
    readonly minValue: number;
    readonly maxValue: number;
  };
  readonly legendItems: readonly { readonly label: string; readonly color: string }[];
}

interface LayerTechnique {
  readonly techniqueID: string;
  readonly score?: number;
  readonly color?: string;
  readonly comment: string;
  readonly enabled: true;
  readonly metadata: readonly { readonly name: string; readonly value: string }[];
  readonly showSubtechniques: true;
}

const JUDGED_COLOR = "#d9d9d9";
const COLORS = ["#deebf7", "#08519c"];

/** All sets must be of one domain and ATT&CK release; the first one's is stated. `techniques` limits, if not empty. */
export function navigatorLayer(
  sets: readonly MappingSet[],
  techniques: readonly string[] = [],
): NavigatorLayer {
  const isWanted = (id: string): boolean => techniques.length === 0 || techniques.includes(id);
  const isVocabulary = sets.every((set) => kindOf(set) === "vocabulary");
  const counted = sets.filter((set) => isVocabulary || kindOf(set) === "safeguard");
  const rows = grouped(
    counted
      .flatMap(rowsOf)
      .filter(({ technique }) => technique !== null && isTechniqueId(technique) && isWanted(technique)),
    ({ technique }) => technique ?? "",
  );
  const listed = [...rows]
    .sort(([a], [b]) => compareIds(a, b))
    .flatMap(([id, found]) => layerTechnique(id, found));
  const most = Math.max(2, ...listed.map(({ score }) => score ?? 0));
  return {
    name: `${isVocabulary ? "Vocabulary, no protection: " : ""}${sets.map(setTitle).join("; ")}`,
    versions: { attack: majorOf(sets[0]?.metadata.attack_version ?? ""), navigator: "5.1.0", layer: "4.5" },
    domain: `${sets[0]?.metadata.technology_domain ?? "enterprise"}-attack`,
    description: isVocabulary
      ? "Score: entries of the vocabulary that describe the technique. They protect from nothing."
      : "Score: distinct safeguards mapped to the technique. A mapping says what may help, not what is in place.",
    sorting: 0,
    hideDisabled: false,
    techniques: listed,
    gradient: { colors: COLORS, minValue: 1, maxValue: most },
    legendItems: [
      { label: isVocabulary ? "described" : "mapped (darker: more safeguards)", color: COLORS[1] ?? "" },
      { label: "judged non-mappable", color: JUDGED_COLOR },
    ],
  };
}

export function exportNavigator(sets: readonly MappingSet[], techniques: readonly string[] = []): string {
  return `${JSON.stringify(navigatorLayer(sets, techniques), null, 2)}\n`;
}

function layerTechnique(techniqueID: string, rows: readonly MappingRow[]): LayerTechnique[] {
  const mapped = rows.filter(({ state }) => state === "mapped");
  const judged = rows.filter(({ state }) => state === "technique-judged");
  const common = { techniqueID, enabled: true, showSubtechniques: true } as const;
  if (mapped.length === 0) {
    if (judged.length === 0) return [];
    const metadata = judged.map((row) => ({ name: titleOf(row.set), value: "judged non-mappable" }));
    return [{ ...common, color: JUDGED_COLOR, comment: "judged non-mappable", metadata }];
  }
  const capabilities = new Map(
    mapped.map((row) => [`${titleOf(row.set)} ${row.capability?.id}`, row] as const),
  );
  const metadata = [...capabilities.values()].map((row) => ({ name: titleOf(row.set), value: told(row) }));
  const plural = capabilities.size === 1 ? "capability" : "capabilities";
  return [{ ...common, score: capabilities.size, comment: `${capabilities.size} ${plural}`, metadata }];
}

function told({ capability, raw }: MappingRow): string {
  const score = [raw.score_category, raw.score_value].filter(Boolean).join(" ");
  return [capability?.id, raw.capability_description, score ? `(${score})` : ""].filter(Boolean).join(" ");
}

function titleOf({ metadata }: MappingSet): string {
  return `${frameworkOf(metadata.mapping_framework).title} ${metadata.mapping_framework_version}`;
}

function kindOf({ metadata }: MappingSet): string {
  return frameworkOf(metadata.mapping_framework).kind;
}

/** The importer takes the major number only. */
function majorOf(version: string): string {
  return version.split(".")[0] ?? version;
}
