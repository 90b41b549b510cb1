/** Mapping files in the published form: JSON and YAML of the same document, every row exactly as it was read. */
import type { MappingSet } from "./mapping-set.ts";
import { type RawRow, ROW_FIELDS } from "./raw-row.ts";

/** The order published files write a row in: texts, then references. */
const FIELDS = [...ROW_FIELDS, "references"] as const;

export interface MapexDocument {
  readonly metadata: MappingSet["metadata"];
  readonly mapping_objects: readonly RawRow[];
}

export function mapexDocument({ metadata, rows }: MappingSet): MapexDocument {
  const objects = Array.from({ length: rows.length }, (_, at) => inOrder(rows.at(at)));
  return { metadata, mapping_objects: objects };
}

function inOrder(row: RawRow): RawRow {
  return Object.fromEntries(FIELDS.flatMap((field) => (field in row ? [[field, row[field]]] : [])));
}

export function exportMapex(set: MappingSet): string {
  return `${JSON.stringify(mapexDocument(set), null, 2)}\n`;
}

/** YAML 1.2 in block form, every text in double quotes, so that no reader takes `no` or `1.10` for something else. */
export function exportYaml(set: MappingSet): string {
  return `${yaml(mapexDocument(set), "")}\n`.replace(/^\n/, "");
}

/** Any plain JSON value as YAML, beginning on the line the caller is on. */
export function yaml(value: unknown, indent = ""): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return value.map((item) => `\n${indent}- ${yaml(item, `${indent}  `).replace(/^\n\s*/, "")}`).join("");
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    if (entries.length === 0) return "{}";
    return entries
      .map(([key, entry]) => {
        const text = yaml(entry, `${indent}  `);
        return `\n${indent}${yamlKey(key)}:${text.startsWith("\n") ? text : ` ${text}`}`;
      })
      .join("");
  }
  return scalar(value);
}

function yamlKey(key: string): string {
  return /^[a-z][a-z_]*$/.test(key) && !/^(?:y|n|yes|no|on|off|true|false|null)$/.test(key)
    ? key
    : scalar(key);
}

/** JSON's escapes are YAML's too; the characters YAML forbids or breaks lines at are escaped as well. */
function scalar(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
