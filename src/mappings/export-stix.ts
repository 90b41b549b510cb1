/**
 * Mapping sets as a STIX 2.1 bundle: a `course-of-action` for each safeguard, `vulnerability` for KEV, `attack-pattern`
 * for VERIS, a `relationship` for each mapped row, a `note` for each row that joins nothing. A property extension
 * carries rows and metadata word by word: `readStixSets` gives back the same rows.
 *
 * Ids are UUIDv5 of what they name and times are the file's own, so the same sets give the same bytes.
 */

import { mapexDocument } from "./export-mapex.ts";
import { frameworkOf } from "./framework.ts";
import { type MappingRow, type MappingSet, rowsOf, setKey, setTitle } from "./mapping-set.ts";
import type { RawRow } from "./raw-row.ts";
import { rowKey } from "./row-id.ts";
import { EXTENSION, IDENTITY, stixId, stixTime } from "./stix-ids.ts";

type StixObject = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

interface Common {
  readonly spec_version: "2.1";
  readonly created: string;
  readonly modified: string;
  readonly created_by_ref: string;
}

/** `techniqueIds`: ATT&CK's own STIX id of a technique; one not in it gets a stand-in object in the bundle. */
export function exportStix(sets: readonly MappingSet[], techniqueIds: ReadonlyMap<string, string>): string {
  return `${JSON.stringify(stixBundle(sets, techniqueIds), null, 1)}\n`;
}

export function stixBundle(
  sets: readonly MappingSet[],
  techniqueIds: ReadonlyMap<string, string>,
): { readonly type: "bundle"; readonly id: string; readonly objects: readonly StixObject[] } {
  const objects = new Map<string, StixObject>();
  const add = (object: StixObject): string => {
    if (!objects.has(object.id)) objects.set(object.id, object);
    return object.id;
  };
  for (const object of preamble()) add(object);
  for (const set of sets) addSet(set, techniqueIds, add);
  const id = stixId("bundle", ...sets.map((set) => `${setKey(set)} ${voiceOf(set)}`));
  return { type: "bundle", id, objects: [...objects.values()] };
}

const OUR_TIME = "2026-11-23T00:00:00.000Z";

function preamble(): readonly StixObject[] {
  const times = { spec_version: "2.1", created: OUR_TIME, modified: OUR_TIME };
  return [
    { type: "identity", id: IDENTITY, ...times, name: "Timerwarden", identity_class: "system" },
    {
      type: "extension-definition",
      id: EXTENSION,
      ...times,
      created_by_ref: IDENTITY,
      name: "ATT&CK mapping row",
      description: "The mapping file's row or metadata, word by word.",
      schema: "urn:timerwarden:stix:mapping-row:1",
      version: "1.0.0",
      extension_types: ["property-extension"],
    },
  ];
}

function addSet(
  set: MappingSet,
  techniqueIds: ReadonlyMap<string, string>,
  add: (object: StixObject) => string,
): void {
  const common = commonOf(set);
  const grouping = stixId("grouping", setKey(set), voiceOf(set));
  const raws = mapexDocument(set).mapping_objects;
  const ordinals = new Map<string, number>();
  const ends = endsOf(common, techniqueIds, add);
  const refs = rowsOf(set).map((row, at) => {
    const source = ends.capability(row);
    const target = ends.technique(row);
    const key = rowKey(row);
    const ordinal = ordinals.get(key) ?? 0;
    ordinals.set(key, ordinal + 1);
    const extension = extensionOf({ set: grouping, index: row.index, row: withoutComment(raws[at] ?? {}) });
    if (row.state === "mapped" && source !== null && target !== null)
      return add(
        relationshipObject(
          row,
          common,
          stixId("relationship", voiceOf(set), key, ordinal),
          source,
          target,
          extension,
        ),
      );
    const about = [target ?? source ?? IDENTITY];
    return add(noteObject(row, common, stixId("note", voiceOf(set), key, ordinal), about, extension));
  });
  add({
    type: "grouping",
    id: grouping,
    ...common,
    name: setTitle(set),
    context: "unspecified",
    object_refs: refs.length === 0 ? [IDENTITY] : refs,
    extensions: extensionOf({
      metadata: set.metadata,
      file: set.file,
      origin: set.origin,
      complete: set.complete,
      rows: refs.length,
    }),
  });
}

interface Ends {
  capability(row: MappingRow): string | null;
  technique(row: MappingRow): string | null;
}

/** The objects rows join, each made once: a set has far fewer of them than rows. */
function endsOf(
  common: Common,
  techniqueIds: ReadonlyMap<string, string>,
  add: (object: StixObject) => string,
): Ends {
  const made = new Map<string, string>();
  const once = (key: string, make: () => string): string => {
    const known = made.get(key) ?? make();
    made.set(key, known);
    return known;
  };
  return {
    capability: (row) =>
      row.capability === null
        ? null
        : once(`c ${row.capability.id}`, () => add(capabilityObject(row, common))),
    technique: (row) =>
      row.technique === null
        ? null
        : once(`t ${row.technique}`, () => addTechnique(row, common, techniqueIds, add)),
  };
}

/** Who says it: a row is the same one whether it ships inside or was imported; an own or carried row is another. */
function voiceOf({ origin }: MappingSet): string {
  return origin === "own" || origin === "carried" ? origin : "published";
}

function extensionOf(content: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { [EXTENSION]: { extension_type: "property-extension", ...content } };
}

/** A comment is the object's own description; an empty one stays where it was. */
function withoutComment(row: RawRow): RawRow {
  if (!row.comments) return row;
  const { comments: _, ...rest } = row;
  return rest;
}

function commonOf({ metadata }: MappingSet): Common {
  const created = stixTime(metadata.creation_date);
  const updated = stixTime(metadata.last_update ?? metadata.creation_date);
  // Fixed-width text: the alphabet's order is time's order.
  const modified = [created, updated].sort(compareText)[1] ?? created;
  return { spec_version: "2.1", created, modified, created_by_ref: IDENTITY };
}

/** One object for a capability in all ATT&CK releases of the same framework version. */
function capabilityObject({ set, capability, raw }: MappingRow, common: Common): StixObject {
  const { mapping_framework: framework, mapping_framework_version: version } = set.metadata;
  const id = capability?.id ?? "";
  const { title, kind } = frameworkOf(framework);
  const type =
    kind === "safeguard" ? "course-of-action" : framework === "kev" ? "vulnerability" : "attack-pattern";
  const isCve = /^CVE-\d{4}-(?:0\d{3}|[1-9]\d{3,})$/.test(id);
  return {
    type,
    id: stixId(type, framework, version, id),
    ...common,
    name: type === "vulnerability" ? id : [id, raw.capability_description ?? ""].join(" ").trim(),
    external_references: [
      isCve
        ? { source_name: "cve", external_id: id }
        : { source_name: `${title} ${version}`, external_id: id },
    ],
  };
}

function addTechnique(
  { technique, raw }: MappingRow,
  common: Common,
  techniqueIds: ReadonlyMap<string, string>,
  add: (object: StixObject) => string,
): string {
  const id = technique ?? "";
  const known = techniqueIds.get(id);
  if (known !== undefined) return known;
  return add({
    type: "attack-pattern",
    id: stixId("attack-pattern", "mitre-attack", id),
    ...common,
    name: raw.attack_object_name || id,
    external_references: [{ source_name: "mitre-attack", external_id: id }],
  });
}

/** STIX knows `mitigates` and `related-to`; what only detects or responds is not called a mitigation. */
function relationshipType({ set, raw }: MappingRow): string {
  if (frameworkOf(set.metadata.mapping_framework).kind === "vocabulary") return "related-to";
  if (raw.score_category === "detect") return "detects";
  return raw.score_category === "respond" ? "responds-to" : "mitigates";
}

function relationshipObject(
  row: MappingRow,
  common: Common,
  id: string,
  source_ref: string,
  target_ref: string,
  extensions: Readonly<Record<string, unknown>>,
): StixObject {
  return {
    type: "relationship",
    id,
    ...common,
    relationship_type: relationshipType(row),
    ...(row.raw.comments ? { description: row.raw.comments } : {}),
    source_ref,
    target_ref,
    extensions,
  };
}

function noteObject(
  row: MappingRow,
  common: Common,
  id: string,
  object_refs: readonly string[],
  extensions: Readonly<Record<string, unknown>>,
): StixObject {
  const abstract = row.state === "broken" ? "names no technique" : "judged non-mappable";
  return {
    type: "note",
    id,
    ...common,
    abstract,
    content: row.raw.comments || abstract,
    object_refs,
    extensions,
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
