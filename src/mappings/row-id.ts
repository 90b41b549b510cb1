/** Stable ids of mapping rows, so that a row can be cited, compared, and waived. */
import { encodeUtf8 } from "../syntax/utf8.ts";
import type { MappingRow } from "./mapping-set.ts";
import { sha1 } from "./sha1.ts";

/** What the id is made of: the same row in a later copy of the file has the same id, and so has its duplicate. */
export function rowKey(row: MappingRow): string {
  const { mapping_framework, mapping_framework_version, attack_version, technology_domain } =
    row.set.metadata;
  return JSON.stringify([
    mapping_framework,
    mapping_framework_version,
    attack_version,
    technology_domain,
    row.technique,
    row.capability?.id ?? null,
    row.type,
    row.raw.score_category ?? null,
  ]);
}

/** `row-` and twelve hexadecimal digits. */
export function rowId(row: MappingRow): string {
  const [first = 0, second = 0] = sha1(encodeUtf8(rowKey(row)));
  return `row-${first.toString(16).padStart(8, "0")}${(second >>> 16).toString(16).padStart(4, "0")}`;
}
