/** Gives back the mapping files that `exportStix` made a bundle of. */
import type { Fault } from "./mapex.ts";
import { readMapex } from "./mapex.ts";
import type { MappingSet } from "./mapping-set.ts";
import { EXTENSION } from "./stix-ids.ts";

type Json = Readonly<Record<string, unknown>>;

/** True for a bundle with our extension; ATT&CK's own bundles have none. */
export function isStixMapping(document: unknown): boolean {
  return objectsOf(document).some((object) => object["type"] === "grouping" && extensionOf(object) !== null);
}

/** Rows come back in the file's order; each set is checked like any other mapping file, and must be a whole published one. */
export function readStixSets(document: unknown, file: string): { sets: MappingSet[]; faults: Fault[] } {
  const sets: MappingSet[] = [];
  const faults: Fault[] = [];
  const objects = objectsOf(document);
  const rows = new Map<unknown, { readonly index: number; readonly row: Json }[]>();
  for (const object of objects) {
    const extension = extensionOf(object);
    if (extension === null || !isObject(extension["row"])) continue;
    const known = rows.get(extension["set"]) ?? [];
    known.push({ index: Number(extension["index"]), row: withComment(extension["row"], object) });
    rows.set(extension["set"], known);
  }
  for (const object of objects) {
    const extension = extensionOf(object);
    if (object["type"] !== "grouping" || extension === null) continue;
    const found = (rows.get(object["id"]) ?? []).sort((a, b) => a.index - b.index).map(({ row }) => row);
    const name = typeof extension["file"] === "string" ? extension["file"] : file;
    const tell = (field: string, says: string): void => {
      faults.push({ file, object: String(object["id"]), field, says });
    };
    if (found.length !== extension["rows"])
      tell("object_refs", `${found.length} of ${String(extension["rows"])} rows are here`);
    const unfit = unfitness(extension);
    if (unfit !== null) tell("extensions", unfit);
    const read = readMapex({ metadata: extension["metadata"], mapping_objects: found }, name);
    if ("set" in read) sets.push(read.set);
    else faults.push(...read.faults.map((fault) => ({ ...fault, file })));
  }
  return { sets, faults };
}

/**
 * Why a set must not come in as a published file, or `null`. An index of whole published files could not tell these
 * from them afterwards: it would call unnamed techniques silent, and nobody's judgement the publisher's.
 */
function unfitness({ complete, origin }: Json): string | null {
  if (origin === "own") return "is own judgement; keep it as a mapping file and lay it over with --own";
  if (origin === "carried") return "was carried to another ATT&CK release; import what it was made of";
  return complete === false
    ? "holds a part of its file only; export the set without naming techniques"
    : null;
}

function withComment(row: Json, object: Json): Json {
  if ("comments" in row) return row;
  const comment = object["type"] === "note" ? noteComment(object) : object["description"];
  return comment === undefined ? row : { ...row, comments: comment };
}

/** A note must have content; one that repeats its abstract had no comment. */
function noteComment(object: Json): unknown {
  return object["content"] === object["abstract"] ? undefined : object["content"];
}

function extensionOf(object: Json): Json | null {
  const extensions = object["extensions"];
  const extension = isObject(extensions) ? extensions[EXTENSION] : undefined;
  return isObject(extension) ? extension : null;
}

function objectsOf(document: unknown): readonly Json[] {
  if (!isObject(document) || !Array.isArray(document["objects"])) return [];
  return document["objects"].filter(isObject);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
