/** Short texts about sets and rows, for people. */
import { frameworkOf } from "../../mappings/framework.ts";
import type { MappingRow, MappingSet } from "../../mappings/mapping-set.ts";

export function frameworkTitle({ metadata }: MappingSet): string {
  const { title, kind } = frameworkOf(metadata.mapping_framework);
  return kind === "vocabulary" ? `${title} (vocabulary)` : title;
}

/** `rev 5`, `2024-12`, `v2.1`. */
export function versionTitle({ metadata }: MappingSet): string {
  const version = metadata.mapping_framework_version;
  const [, month, , year] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(version) ?? [];
  if (year !== undefined) return `${year}-${month}`;
  return version.replace(/^rev(?=\d)/, "rev ");
}

export function attackTitle(set: MappingSet): string {
  const { attack_version: version, technology_domain: domain } = set.metadata;
  const carried = set.origin === "carried" ? " carried" : "";
  return `${version}${domain === "enterprise" ? "" : ` ${domain}`}${carried}`;
}

/** The score, or the mapping type as published where there is none. */
export function kindOf({ raw, typeLabel }: MappingRow): string {
  const score = [raw.score_category, raw.score_value].filter(Boolean).join(" ");
  return score || (typeLabel ?? "no type");
}

/** Ids people know, or the title where the id is a made-up word such as `ai_security_recommendations`. */
export function capabilityTitle({ capability, raw, set }: MappingRow): string {
  const id = capability?.id ?? "";
  const isWord = /^[a-z0-9]+(?:_[a-z0-9]+)*$/.test(id);
  return isWord && frameworkOf(set.metadata.mapping_framework).kind === "safeguard"
    ? (raw.capability_description ?? id)
    : id;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${thousands(number)} ${number === 1 ? one : many}`;
}

/** `67,363`. Without `Intl`, whose start costs more than a query. */
export function thousands(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
