/** A row flattened for tables and JSON: what people ask for first, then where it comes from. */
import { frameworkOf } from "./framework.ts";
import type { MappingRow } from "./mapping-set.ts";
import { rowId } from "./row-id.ts";

export interface FlatRow {
  readonly capability_id: string | null;
  readonly description: string | null;
  readonly mapping_type: string | null;
  /** Id and the name the row gives it: `T1053.006 Systemd Timers`. */
  readonly technique: string | null;
  readonly technique_id: string | null;
  readonly technique_name: string | null;
  readonly framework: string;
  readonly framework_version: string;
  readonly attack_version: string;
  readonly domain: string;
  readonly kind: "safeguard" | "vocabulary";
  readonly state: string;
  readonly type: string | null;
  readonly group: string | null;
  readonly group_name: string | null;
  readonly score_category: string | null;
  readonly score_value: string | null;
  readonly related_score: string | null;
  /** `null` also where the row ships inside without it; see `origin`. */
  readonly comment: string | null;
  readonly references: readonly string[];
  readonly origin: string;
  readonly source_file: string;
  readonly row_index: number;
  readonly row_id: string;
  /** The capability id as the file writes it. */
  readonly original_capability_id: string | null;
}

export function flatRow(row: MappingRow): FlatRow {
  const { raw, set } = row;
  const { metadata } = set;
  const name = raw.attack_object_name ?? null;
  return {
    capability_id: row.capability?.id ?? null,
    description: raw.capability_description ?? null,
    mapping_type: row.typeLabel,
    technique: row.technique === null ? null : [row.technique, name ?? ""].join(" ").trim(),
    technique_id: row.technique,
    technique_name: name,
    framework: metadata.mapping_framework,
    framework_version: metadata.mapping_framework_version,
    attack_version: metadata.attack_version,
    domain: metadata.technology_domain,
    kind: frameworkOf(metadata.mapping_framework).kind,
    state: row.state,
    type: row.type,
    group: raw.capability_group ?? null,
    group_name: row.groupLabel,
    score_category: raw.score_category || null,
    score_value: raw.score_value || null,
    related_score: raw.related_score || null,
    comment: raw.comments || null,
    references: raw.references ?? [],
    origin: set.origin,
    source_file: set.file,
    row_index: row.index,
    row_id: rowId(row),
    original_capability_id: row.capability?.original ?? null,
  };
}
