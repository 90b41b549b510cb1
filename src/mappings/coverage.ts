/**
 * What a framework's set says of each technique. Mapped, judged non-mappable, and silent are three things; vocabulary
 * (VERIS, KEV) is never counted as protection, and protective and detective rows are never added up.
 */

import { compareAttackVersions } from "../attack/attack-version.ts";
import type { AttackRelease } from "../attack/technique.ts";
import { grouped } from "../grouped.ts";
import { frameworkOf } from "./framework.ts";
import { compareIds, type Library, releaseFor } from "./library.ts";
import { type MappingRow, type MappingSet, rowsOf } from "./mapping-set.ts";
import type { RowState } from "./normal-form.ts";

export type Standing = "mapped" | "judged non-mappable" | "silent" | "not imported";

export interface Counts {
  /** Distinct capabilities by score category; `mitigates` for rows without one. */
  readonly protect: number;
  readonly detect: number;
  readonly respond: number;
  readonly mitigates: number;
  /** Capabilities of a vocabulary: descriptions, no safeguards. */
  readonly vocabulary: number;
}

export interface Coverage {
  readonly set: MappingSet;
  readonly mapped: ReadonlyMap<string, Counts>;
  readonly judged: ReadonlySet<string>;
}

export function coverageOf(set: MappingSet): Coverage {
  const rows = rowsOf(set);
  const named = (state: RowState): Map<string, MappingRow[]> =>
    grouped(
      rows.filter((row) => row.technique !== null && row.state === state),
      ({ technique }) => technique ?? "",
    );
  const mapped = new Map([...named("mapped")].map(([id, found]) => [id, countsOf(set, found)] as const));
  const judged = [...named("technique-judged").keys()].filter((id) => !mapped.has(id));
  return { set, mapped, judged: new Set(judged) };
}

function countsOf(set: MappingSet, rows: readonly MappingRow[]): Counts {
  const isVocabulary = frameworkOf(set.metadata.mapping_framework).kind === "vocabulary";
  const of = (category: string | null): number =>
    isVocabulary
      ? 0
      : new Set(
          rows
            .filter(({ raw }) => (raw.score_category ?? null) === category)
            .map(({ capability }) => capability?.id),
        ).size;
  return {
    protect: of("protect"),
    detect: of("detect"),
    respond: of("respond"),
    mitigates: of(null),
    vocabulary: isVocabulary ? new Set(rows.map(({ capability }) => capability?.id)).size : 0,
  };
}

export function standingOf({ set, mapped, judged }: Coverage, technique: string): Standing {
  if (mapped.has(technique)) return "mapped";
  if (judged.has(technique)) return "judged non-mappable";
  return set.complete ? "silent" : "not imported";
}

/** All techniques to ask about, and where the list comes from. */
export interface Universe {
  readonly ids: readonly string[];
  readonly source: string;
}

/**
 * The active techniques of the imported release nearest to the set's (the same, else the newest); without one, every
 * technique that some set of the same domain and ATT&CK release names.
 */
export function universeOf(library: Library, set: MappingSet): Universe {
  const { technology_domain: domain, attack_version: version } = set.metadata;
  if (!set.complete)
    return {
      ids: [...new Set(rowsOf(set).flatMap(({ technique }) => technique ?? []))].sort(compareIds),
      source: "from the facts inside; import the file for all techniques",
    };
  const release = releaseFor(library, domain, version) ?? releaseFor(library, domain, null);
  if (release !== null)
    return { ids: activeIds(release), source: `ATT&CK ${release.version ?? "?"} ${domain}` };
  const ids = new Set<string>();
  for (const other of library.sets) {
    const { metadata } = other;
    if (metadata.technology_domain !== domain) continue;
    if (compareAttackVersions(metadata.attack_version, version) !== 0) continue;
    for (const { technique } of rowsOf(other)) if (technique !== null) ids.add(technique);
  }
  return {
    ids: [...ids].sort(compareIds),
    source: `techniques that any set for ATT&CK ${version} ${domain} names (import an ATT&CK bundle for all of them)`,
  };
}

function activeIds(release: AttackRelease): string[] {
  return release.techniques.filter(({ state }) => state === "active").map(({ id }) => id);
}
