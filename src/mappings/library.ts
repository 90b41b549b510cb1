/** All sets at hand, and the choice among them: newest of each framework unless the operator says otherwise. */
import { compareAttackVersions, isAttackVersion } from "../attack/attack-version.ts";
import type { AttackRelease, Technique } from "../attack/technique.ts";
import { SEED_RELEASE } from "../attack/timer-techniques.ts";
import { compareFrameworks, compareFrameworkVersions, frameworkIdOf } from "./framework.ts";
import { type MappingRow, type MappingSet, rowOf, setKey } from "./mapping-set.ts";
import { controlIdOf } from "./normal-form.ts";
import type { ControlCatalog } from "./oscal-catalog.ts";

export interface Library {
  /** Without two of the same key. */
  readonly sets: readonly MappingSet[];
  /** Own sets, laid over the others. */
  readonly own: readonly MappingSet[];
  /** Imported ATT&CK releases, whole. */
  readonly releases: readonly AttackRelease[];
  readonly catalogs: readonly ControlCatalog[];
}

/** What to look at. `null` leaves open. */
export interface Selection {
  readonly framework: string | null;
  readonly frameworkVersion: string | null;
  /** `16` means any 16.x. */
  readonly attackVersion: string | null;
  readonly domain: string | null;
}

export const EVERYTHING: Selection = {
  framework: null,
  frameworkVersion: null,
  attackVersion: null,
  domain: null,
};

/** Sets the selection admits, in the order results show them: framework, newest first. */
export function admitted(sets: readonly MappingSet[], selection: Selection): MappingSet[] {
  const framework = selection.framework === null ? null : frameworkIdOf(selection.framework);
  return sets
    .filter(({ metadata }) => {
      const version = metadata.mapping_framework_version;
      return (
        (framework === null || metadata.mapping_framework === framework) &&
        (selection.frameworkVersion === null || sameVersion(version, selection.frameworkVersion)) &&
        (selection.attackVersion === null ||
          isAttackVersion(metadata.attack_version, selection.attackVersion)) &&
        (selection.domain === null || metadata.technology_domain === selection.domain)
      );
    })
    .sort(compareSets);
}

/** Of the admitted sets the newest of each framework and domain: highest ATT&CK release, then framework version. */
export function newest(sets: readonly MappingSet[], selection: Selection): MappingSet[] {
  const seen = new Set<string>();
  return admitted(sets, selection).filter(({ metadata }) => {
    const key = `${metadata.mapping_framework}\n${metadata.technology_domain}`;
    return !seen.has(key) && Boolean(seen.add(key));
  });
}

function compareSets({ metadata: a }: MappingSet, { metadata: b }: MappingSet): number {
  return (
    compareFrameworks(a.mapping_framework, b.mapping_framework) ||
    compareAttackVersions(b.attack_version, a.attack_version) ||
    compareFrameworkVersions(b.mapping_framework_version, a.mapping_framework_version) ||
    (a.technology_domain < b.technology_domain ? -1 : Number(a.technology_domain > b.technology_domain))
  );
}

/** `rev5` = `5`, `v2.1` = `2.1`; `12/12/2024` = `12.12.2024`, and so is its year and month, `2024-12`. */
function sameVersion(version: string, asked: string): boolean {
  const plain = (text: string): string =>
    text
      .trim()
      .toLowerCase()
      .replace(/^(\d{2})[/.](\d{2})[/.](\d{4})$/, "$3-$1-$2")
      .replace(/^(?:rev(?:ision)?|v)[\s.]*(?=\d)/, "");
  const [is, wanted] = [plain(version), plain(asked)];
  return is === wanted || (/^\d{4}-\d{2}$/.test(wanted) && is.startsWith(`${wanted}-`));
}

/** Later sets take the place of earlier ones with the same key. */
export function withSets(earlier: readonly MappingSet[], later: readonly MappingSet[]): MappingSet[] {
  const byKey = new Map(earlier.map((set) => [setKey(set), set]));
  for (const set of later) byKey.set(setKey(set), set);
  return [...byKey.values()];
}

/**
 * Rows of one technique out of the chosen sets, in order of framework, then capability. A row the operator's own set
 * states too (same set key, technique, capability, category) gives way to it.
 */
export function rowsOfTechniqueIn(
  sets: readonly MappingSet[],
  own: readonly MappingSet[],
  technique: string,
): MappingRow[] {
  const overridden = new Set(
    own.flatMap((set) => collect(set, set.rows.ofTechnique(technique)).map(identityOf)),
  );
  return sets
    .flatMap((set) => collect(set, set.rows.ofTechnique(technique)).sort(compareRows))
    .filter((row) => overridden.size === 0 || !overridden.has(identityOf(row)));
}

/** Rows of one capability, whatever way its id is written. */
export function rowsOfCapabilityIn(sets: readonly MappingSet[], id: string): MappingRow[] {
  const control = controlIdOf(id);
  return sets.flatMap((set) => {
    const wanted = set.metadata.mapping_framework === "nist_800_53" ? (control ?? id.trim()) : id.trim();
    return collect(set, set.rows.ofCapability(wanted.toLowerCase())).sort(compareByTechnique);
  });
}

function collect(set: MappingSet, indices: readonly number[]): MappingRow[] {
  return indices.map((index) => rowOf(set, index));
}

function identityOf(row: MappingRow): string {
  return JSON.stringify([setKey(row.set), row.technique, row.capability?.id, row.raw.score_category ?? null]);
}

function compareRows(a: MappingRow, b: MappingRow): number {
  return compareIds(a.capability?.id ?? "", b.capability?.id ?? "") || a.index - b.index;
}

function compareByTechnique(a: MappingRow, b: MappingRow): number {
  return compareIds(a.technique ?? "", b.technique ?? "") || a.index - b.index;
}

/** By letters, numbers in ids as numbers: AC-2 before AC-10. */
export function compareIds(a: string, b: string): number {
  const left = a.split(/(\d+)/);
  const right = b.split(/(\d+)/);
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [x = "", y = ""] = [left[at], right[at]];
    if (x === y) continue;
    if (at % 2 === 1 && Number(x) !== Number(y)) return Number(x) - Number(y);
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

/** The imported release asked for, else the newest of the domain, else `null`. */
export function releaseFor(library: Library, domain: string, version: string | null): AttackRelease | null {
  const fitting = library.releases
    .filter((release) => release.domain === domain)
    .toSorted((a, b) => compareAttackVersions(b.version ?? "", a.version ?? ""));
  if (version === null) return fitting[0] ?? null;
  return (
    fitting.find((release) => release.version !== null && isAttackVersion(release.version, version)) ?? null
  );
}

/** A technique from the newest imported release, or from the facts inside. */
export function techniqueFor(
  library: Library,
  id: string,
): { technique: Technique; release: AttackRelease } | null {
  for (const domain of ["enterprise", "mobile", "ics"]) {
    const release = releaseFor(library, domain, null);
    const technique = release?.techniques.find((entry) => entry.id === id);
    if (release && technique) return { technique, release };
  }
  const technique = SEED_RELEASE.techniques.find((entry) => entry.id === id);
  return technique === undefined ? null : { technique, release: SEED_RELEASE };
}
