/** A mapping file's content: rows as the file has them, and what they mean in one spelling. */
import { techniqueIdOf } from "../attack/technique-id.ts";
import {
  type Capability,
  canonicalCapability,
  canonicalType,
  type RowState,
  stateOf,
} from "./normal-form.ts";
import type { RawRow } from "./raw-row.ts";

export interface MappingType {
  readonly name: string;
  readonly description: string;
}

export interface Metadata {
  readonly mapping_version: string;
  readonly attack_version: string;
  readonly technology_domain: string;
  readonly creation_date: string;
  readonly last_update?: string;
  readonly mapping_framework: string;
  readonly mapping_framework_version: string;
  readonly mapping_framework_version_schema?: string;
  readonly author?: string | null;
  readonly contact?: string | null;
  readonly organization?: string | null;
  readonly mapping_types: Readonly<Record<string, MappingType>>;
  readonly capability_groups: Readonly<Record<string, string>>;
}

/**
 * Where rows come from. `seed`: facts inside this program, a part of the published file only. `imported`: the whole
 * file. `own`: the operator's judgement or ours. `carried`: taken over to a newer ATT&CK release, not judged again.
 */
export type Origin = "seed" | "imported" | "own" | "carried";

/** Rows in the file's order. */
export interface RowStore {
  readonly length: number;
  at(index: number): RawRow;
  /** The row's place in the source file, counting from 0. */
  placeOf(index: number): number;
  /** Indices of the rows of a technique, by canonical id. */
  ofTechnique(id: string): readonly number[];
  /** Indices of the rows of a capability, by canonical id in lower case. */
  ofCapability(id: string): readonly number[];
}

export interface MappingSet {
  readonly metadata: Metadata;
  readonly origin: Origin;
  /** The file's name, without the folders of the machine it was read on. */
  readonly file: string;
  /** False when only some techniques' rows are here: nothing follows from a row that is not. */
  readonly complete: boolean;
  readonly rows: RowStore;
}

/** One row with its meaning. */
export interface MappingRow {
  readonly set: MappingSet;
  /** Counts from 0 in the source file. */
  readonly index: number;
  readonly raw: RawRow;
  readonly state: RowState;
  /** Canonical id, or `null` when the row has none. */
  readonly technique: string | null;
  readonly capability: Capability | null;
  /** Canonical mapping type (`protects` is `mitigates`, `technique_score` is `technique_scores`). */
  readonly type: string | null;
  /** The type's label as the file declares it: `Protects`. */
  readonly typeLabel: string | null;
  readonly groupLabel: string | null;
}

/** What makes two sets the same one: a later import of it takes the place of the earlier. */
export function setKey({ metadata }: Pick<MappingSet, "metadata">): string {
  const { mapping_framework, mapping_framework_version, attack_version, technology_domain } = metadata;
  return JSON.stringify([mapping_framework, mapping_framework_version, attack_version, technology_domain]);
}

/** For people: `nist_800_53 rev5, ATT&CK 16.1 enterprise`. */
export function setTitle({ metadata }: Pick<MappingSet, "metadata">): string {
  const { mapping_framework, mapping_framework_version, attack_version, technology_domain } = metadata;
  return `${mapping_framework} ${mapping_framework_version}, ATT&CK ${attack_version} ${technology_domain}`;
}

export function rowOf(set: MappingSet, index: number): MappingRow {
  const raw = set.rows.at(index);
  const { mapping_framework, mapping_types, capability_groups } = set.metadata;
  const id = raw.attack_object_id ?? null;
  const type = raw.mapping_type ?? null;
  const group = raw.capability_group ?? null;
  return {
    set,
    index: set.rows.placeOf(index),
    raw,
    state: stateOf(raw),
    technique: id === null ? null : (techniqueIdOf(id) ?? id),
    capability: raw.capability_id ? canonicalCapability(mapping_framework, raw.capability_id) : null,
    type: type === null ? null : canonicalType(type),
    typeLabel: type === null ? null : (own(mapping_types, type)?.name ?? type),
    groupLabel: group === null ? null : (own(capability_groups, group) ?? group),
  };
}

export function rowsOf(set: MappingSet): MappingRow[] {
  return Array.from({ length: set.rows.length }, (_, index) => rowOf(set, index));
}

export function rowsOfTechnique(set: MappingSet, technique: string): MappingRow[] {
  return set.rows.ofTechnique(technique).map((index) => rowOf(set, index));
}

/** Rows held as they were parsed. `indices`: their places in the source file, when only some of it is here. */
export function storeOf(framework: string, rows: readonly RawRow[], indices?: readonly number[]): RowStore {
  const techniques = new Map<string, number[]>();
  const capabilities = new Map<string, number[]>();
  for (const [at, row] of rows.entries()) {
    if (row.attack_object_id)
      push(techniques, techniqueIdOf(row.attack_object_id) ?? row.attack_object_id, at);
    if (row.capability_id)
      push(capabilities, canonicalCapability(framework, row.capability_id).id.toLowerCase(), at);
  }
  return {
    length: rows.length,
    at: (index) => rows[index] ?? {},
    placeOf: (index) => indices?.[index] ?? index,
    ofTechnique: (id) => techniques.get(id) ?? [],
    ofCapability: (id) => capabilities.get(id) ?? [],
  };
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function push(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
