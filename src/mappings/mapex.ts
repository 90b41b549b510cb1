/**
 * Reads mapping files in the Mappings Explorer's form (mapex unified data schema): any framework, any version, also
 * those not yet made. Each fault names the file, the object and the field.
 */
import { parseAttackVersion } from "../attack/attack-version.ts";
import { DOMAINS } from "../attack/technique.ts";
import { techniqueIdOf } from "../attack/technique-id.ts";
import { type MappingSet, type MappingType, type Metadata, type Origin, storeOf } from "./mapping-set.ts";
import { type RawRow, ROW_FIELDS } from "./raw-row.ts";

/** Why a file cannot be taken in. */
export interface Fault {
  readonly file: string;
  /** `metadata`, `mapping_objects[7]`, or empty for the file as a whole. */
  readonly object: string;
  readonly field: string;
  readonly says: string;
}

export type ReadSet = { readonly set: MappingSet } | { readonly faults: readonly Fault[] };

/** `file: object: field: what is wrong`, without the parts that are empty. */
export function faultLine({ file, object, field, says }: Fault): string {
  return [file, object, field, says].filter((part) => part !== "").join(": ");
}

type Json = Readonly<Record<string, unknown>>;
type Report = (object: string, field: string, says: string) => void;

/** True if the document looks like a mapping file, faulty or not. */
export function isMapex(document: unknown): boolean {
  return isObject(document) && ("mapping_objects" in document || "metadata" in document);
}

export function readMapex(document: unknown, file: string, origin: Origin = "imported"): ReadSet {
  const faults: Fault[] = [];
  const report: Report = (object, field, says) => faults.push({ file, object, field, says });
  if (!isObject(document)) {
    report("", "", "not a mapping file: the document is no object");
    return { faults };
  }
  for (const key of Object.keys(document))
    if (key !== "metadata" && key !== "mapping_objects") report("", key, "unknown field");
  const metadata = readMetadata(document["metadata"], report);
  const rows = readRows(document["mapping_objects"], metadata, report);
  if (metadata === null || faults.length > 0) return { faults };
  return {
    set: { metadata, origin, file, complete: true, rows: storeOf(metadata.mapping_framework, rows) },
  };
}

const METADATA_TEXTS = [
  "mapping_version",
  "attack_version",
  "technology_domain",
  "creation_date",
  "mapping_framework",
  "mapping_framework_version",
] as const;
const METADATA_OPTIONAL: ReadonlySet<string> = new Set([
  "last_update",
  "mapping_framework_version_schema",
  "author",
  "contact",
  "organization",
]);
const METADATA_TABLES: ReadonlySet<string> = new Set(["mapping_types", "capability_groups"]);
const DATE = /^\d{2}\/\d{2}\/\d{4}$/;

function readMetadata(value: unknown, report: Report): Metadata | null {
  const tell = (field: string, says: string): void => report("metadata", field, says);
  if (!isObject(value)) {
    tell("", value === undefined ? "missing" : "is no object");
    return null;
  }
  const texts: ReadonlySet<string> = new Set(METADATA_TEXTS);
  for (const [key, entry] of Object.entries(value)) {
    if (METADATA_OPTIONAL.has(key)) {
      if (entry !== null && typeof entry !== "string") tell(key, `is ${kindOf(entry)}, not text`);
    } else if (!texts.has(key) && !METADATA_TABLES.has(key)) tell(key, "unknown field");
  }
  for (const key of METADATA_TEXTS)
    if (typeof value[key] !== "string")
      tell(key, key in value ? `is ${kindOf(value[key])}, not text` : "missing");
  checkVersions(value, tell);
  checkTables(value, tell);
  return value as unknown as Metadata;
}

function checkVersions(value: Json, tell: (field: string, says: string) => void): void {
  const { attack_version: version, technology_domain: domain, mapping_framework: framework } = value;
  if (typeof version === "string" && parseAttackVersion(version) === null)
    tell("attack_version", `${quote(version)} is no ATT&CK release such as "16.1"`);
  if (typeof domain === "string" && !(DOMAINS as readonly string[]).includes(domain))
    tell("technology_domain", `${quote(domain)} is none of ${DOMAINS.join(", ")}`);
  if (framework === "") tell("mapping_framework", "is empty");
  for (const key of ["creation_date", "last_update"])
    if (typeof value[key] === "string" && !DATE.test(value[key]))
      tell(key, `${quote(value[key])} is no date of the form MM/DD/YYYY`);
}

function checkTables(value: Json, tell: (field: string, says: string) => void): void {
  for (const key of METADATA_TABLES)
    if (!isObject(value[key])) tell(key, key in value ? `is ${kindOf(value[key])}, not a table` : "missing");
  for (const [id, type] of entriesOf(value["mapping_types"]))
    if (!isObject(type) || typeof type["name"] !== "string" || typeof type["description"] !== "string")
      tell(`mapping_types.${id}`, "has no name and description");
    else
      for (const key of Object.keys(type))
        if (key !== "name" && key !== "description") tell(`mapping_types.${id}.${key}`, "unknown field");
  for (const [id, label] of entriesOf(value["capability_groups"]))
    if (typeof label !== "string") tell(`capability_groups.${id}`, `is ${kindOf(label)}, not text`);
}

const FIELDS: ReadonlySet<string> = new Set(ROW_FIELDS);
const STATUSES: ReadonlySet<unknown> = new Set(["complete", "in_progress", "non_mappable"]);
const CATEGORIES: ReadonlySet<unknown> = new Set(["protect", "detect", "respond"]);
const VALUES: ReadonlySet<unknown> = new Set(["minimal", "partial", "significant"]);
const WORDS: readonly (readonly [string, ReadonlySet<unknown>])[] = [
  ["status", STATUSES],
  ["score_category", CATEGORIES],
  ["score_value", VALUES],
];

function readRows(value: unknown, metadata: Metadata | null, report: Report): readonly RawRow[] {
  if (!Array.isArray(value)) {
    report("mapping_objects", "", value === undefined ? "missing" : `is ${kindOf(value)}, not a list`);
    return [];
  }
  for (const [at, row] of value.entries()) {
    const tell = (field: string, says: string): void => report(`mapping_objects[${at}]`, field, says);
    if (!isObject(row)) tell("", `is ${kindOf(row)}, not an object`);
    else if (checkFields(row, tell)) checkMeaning(row as RawRow, metadata, tell);
  }
  return value as readonly RawRow[];
}

/** True if every field is known and of its type, so that the row can be read further. */
function checkFields(row: Json, tell: (field: string, says: string) => void): boolean {
  let isSound = true;
  const fault = (field: string, says: string): void => {
    isSound = false;
    tell(field, says);
  };
  for (const key of Object.keys(row)) {
    const entry = row[key];
    if (key === "references") {
      if (entry !== null && !(Array.isArray(entry) && entry.every((item) => typeof item === "string")))
        fault(key, "is no list of texts");
    } else if (!FIELDS.has(key)) fault(key, "unknown field");
    else if (entry !== null && typeof entry !== "string") fault(key, `is ${kindOf(entry)}, not text`);
  }
  for (const key of ["mapping_type", "capability_group"]) if (!(key in row)) fault(key, "missing");
  return isSound;
}

function checkMeaning(
  row: RawRow,
  metadata: Metadata | null,
  tell: (field: string, says: string) => void,
): void {
  const { attack_object_id: technique, mapping_type: type, capability_group: group } = row;
  if (technique && techniqueIdOf(technique) === null)
    tell("attack_object_id", `${quote(technique)} is no ATT&CK technique id`);
  if (!technique && !row.capability_id) tell("", "names neither a technique nor a capability");
  for (const [key, words] of WORDS) {
    const word = (row as Json)[key];
    if (word !== undefined && word !== null && !words.has(word))
      tell(key, `${quote(String(word))} is none of ${[...words].join(", ")}`);
  }
  if (type && type !== "non_mappable" && !declares(metadata?.mapping_types, type))
    tell("mapping_type", `${quote(type)} is not declared in metadata.mapping_types`);
  if (group && !declares(metadata?.capability_groups, group))
    tell("capability_group", `${quote(group)} is not declared in metadata.capability_groups`);
}

function declares(table: Readonly<Record<string, string | MappingType>> | undefined, key: string): boolean {
  return isObject(table) ? Object.hasOwn(table, key) : true;
}

function entriesOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
