/**
 * Takes rows over to another ATT&CK release: same id where it lives on, the successor where ATT&CK names one. Nobody
 * has judged the rows again, and each says so (`origin: carried`).
 */
import type { AttackRelease, Technique } from "../attack/technique.ts";
import { type MappingSet, rowsOf, storeOf } from "./mapping-set.ts";
import type { RawRow } from "./raw-row.ts";

export interface Carried {
  readonly set: MappingSet;
  /** Rows left behind, with the reason. */
  readonly lost: readonly { readonly index: number; readonly technique: string; readonly says: string }[];
}

/** More successors in a row than ATT&CK has; stops a ring of `revoked-by`. */
const LONGEST_CHAIN = 8;

export function carryForward(set: MappingSet, release: AttackRelease): Carried {
  const byId = new Map(release.techniques.map((technique) => [technique.id, technique]));
  const kept: RawRow[] = [];
  const places: number[] = [];
  const lost: Carried["lost"][number][] = [];
  for (const row of rowsOf(set)) {
    const heir = row.technique === null ? null : heirOf(byId, row.technique);
    if (row.technique !== null && heir === null) {
      const says = byId.has(row.technique) ? "retired without a successor" : "not in this release";
      lost.push({ index: row.index, technique: row.technique, says });
      continue;
    }
    kept.push(
      heir === null ? row.raw : { ...row.raw, attack_object_id: heir.id, attack_object_name: heir.name },
    );
    places.push(row.index);
  }
  const metadata = { ...set.metadata, attack_version: release.version ?? set.metadata.attack_version };
  const rows = storeOf(metadata.mapping_framework, kept, places);
  return { set: { ...set, metadata, origin: "carried", rows }, lost };
}

function heirOf(byId: ReadonlyMap<string, Technique>, id: string): Technique | null {
  let technique = byId.get(id);
  for (let step = 0; step < LONGEST_CHAIN && technique !== undefined; step++) {
    if (technique.state === "active") return technique;
    technique = technique.revokedBy === null ? undefined : byId.get(technique.revokedBy);
  }
  return null;
}
