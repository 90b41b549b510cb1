/**
 * What `mappings import` and `mappings lint` read: mapping files, ATT&CK bundles, OSCAL catalogs, our own STIX
 * bundles, out of files, folders and zip archives. Nothing is unpacked to disk, links are followed only when named.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readAttackBundle } from "../../attack/stix-bundle.ts";
import type { AttackRelease } from "../../attack/technique.ts";
import { type Fault, isMapex, readMapex } from "../../mappings/mapex.ts";
import type { MappingSet } from "../../mappings/mapping-set.ts";
import { type ControlCatalog, isOscalCatalog, readOscalCatalog } from "../../mappings/oscal-catalog.ts";
import { isStixMapping, readStixSets } from "../../mappings/read-stix.ts";
import { isZip, zipEntries } from "./zip-entries.ts";

export interface Documents {
  readonly sets: readonly MappingSet[];
  readonly releases: readonly AttackRelease[];
  readonly catalogs: readonly ControlCatalog[];
  readonly faults: readonly Fault[];
  /** JSON files in folders and archives that are none of the kinds read. */
  readonly skipped: number;
}

/** Published mapping files have up to 2 MB; only ATT&CK's own bundles are larger, 51 MB in release 18.1. */
const MOST_BYTES = 32 * 2 ** 20;
const MOST_BUNDLE_BYTES = 96 * 2 ** 20;
/** Objects, lists and members together: release 18.1 has under a million. Keeps made-up JSON from filling the memory. */
const MOST_VALUES = 8_000_000;
const HEAD_BYTES = 4096;
const MOST_FILES = 20_000;

interface Collected {
  readonly sets: MappingSet[];
  readonly releases: AttackRelease[];
  readonly catalogs: ControlCatalog[];
  readonly faults: Fault[];
  skipped: number;
}

export function readDocuments(paths: readonly string[]): Documents {
  const found: Collected = { sets: [], releases: [], catalogs: [], faults: [], skipped: 0 };
  for (const path of paths) readPath(path, found);
  return found;
}

function readPath(path: string, found: Collected): void {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) readFolder(path, found);
    else if (stat.isFile()) readFile(path, stat.size, true, found);
    else fault(found, path, "is neither a file nor a folder");
  } catch (error) {
    fault(found, path, plainError(error));
  }
}

function readFolder(folder: string, found: Collected): void {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.json(?:\.gz)?$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => (a < b ? -1 : 1));
  if (names.length > MOST_FILES) {
    fault(found, folder, `more than ${MOST_FILES} JSON files`);
    return;
  }
  const before = found.sets.length + found.releases.length + found.catalogs.length + found.faults.length;
  for (const name of names) readFile(name, statSync(name).size, false, found);
  if (found.sets.length + found.releases.length + found.catalogs.length + found.faults.length === before)
    fault(found, folder, "holds no mapping file, ATT&CK bundle or OSCAL catalog");
}

/** A file that cannot be read is a fault of its own, wherever it was found. */
function readFile(path: string, size: number, isNamed: boolean, found: Collected): void {
  try {
    readBytes(path, size, isNamed, found);
  } catch (error) {
    fault(found, path, plainError(error));
  }
}

function readBytes(path: string, size: number, isNamed: boolean, found: Collected): void {
  const head = readHead(path);
  if (isZip(head)) {
    readArchive(path, size, found);
    return;
  }
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  const refusal = isGzip ? null : refusalOf(head, size);
  if (refusal !== null) {
    if (isNamed) fault(found, path, refusal);
    else found.skipped += 1;
    return;
  }
  if (size > MOST_BUNDLE_BYTES) {
    fault(found, path, tooLarge(MOST_BUNDLE_BYTES));
    return;
  }
  const bytes = readFileSync(path);
  takeIn(isGzip ? gunzipSync(bytes, { maxOutputLength: MOST_BUNDLE_BYTES }) : bytes, path, isNamed, found);
}

function readArchive(path: string, size: number, found: Collected): void {
  if (size > MOST_BUNDLE_BYTES) {
    fault(found, path, tooLarge(MOST_BUNDLE_BYTES));
    return;
  }
  let left = 4 * MOST_BUNDLE_BYTES;
  for (const entry of zipEntries(readFileSync(path), MOST_BUNDLE_BYTES)) {
    if (!/\.json$/i.test(entry.name)) continue;
    const name = `${path}!${entry.name}`;
    try {
      const bytes = entry.read();
      left -= bytes.length;
      if (left < 0) throw new Error("the archive holds too much");
      const refusal = refusalOf(bytes.subarray(0, HEAD_BYTES), bytes.length);
      if (refusal === null) takeIn(bytes, name, false, found);
      else found.skipped += 1;
    } catch (error) {
      fault(found, name, plainError(error));
      if (left < 0) return;
    }
  }
}

/** Judged by the first bytes, so that a hundred megabytes of junk cost nothing. */
function refusalOf(head: Uint8Array, size: number): string | null {
  if (size === 0) return "is empty";
  const text = Buffer.from(head)
    .toString("utf8")
    .replace(/^\ufeff/, "")
    .trimStart();
  if (!text.startsWith("{")) return "not a mapping file: it is no JSON object";
  return size <= MOST_BYTES || /"(?:type|objects|spec_version)"/.test(text) ? null : tooLarge(MOST_BYTES);
}

function tooLarge(most: number): string {
  return `larger than ${most / 2 ** 20} MiB`;
}

function takeIn(bytes: Uint8Array, path: string, isNamed: boolean, found: Collected): void {
  if (valuesIn(bytes) > MOST_VALUES) {
    fault(found, path, `holds more than ${MOST_VALUES / 1e6} million values`);
    return;
  }
  let document: unknown;
  try {
    document = JSON.parse(
      Buffer.from(bytes)
        .toString("utf8")
        .replace(/^\ufeff/, ""),
    );
  } catch (error) {
    fault(found, path, `not JSON: ${plainError(error)}`);
    return;
  }
  const file = fileName(path);
  if (isMapex(document)) {
    const read = readMapex(document, file);
    if ("set" in read) found.sets.push(read.set);
    else found.faults.push(...read.faults.map((entry) => ({ ...entry, file: path })));
  } else if (isStixMapping(document)) {
    const { sets, faults } = readStixSets(document, path);
    found.sets.push(...sets);
    found.faults.push(...faults);
  } else if (isOscalCatalog(document)) {
    const read = readOscalCatalog(document);
    if (read.ok) found.catalogs.push(read.value);
    else fault(found, path, read.problem.message);
  } else {
    const read = readAttackBundle(document, versionIn(file));
    if (read.ok && read.value.version !== null) found.releases.push(read.value);
    else if (read.ok)
      fault(found, path, "names no ATT&CK release; put it in the file name: enterprise-attack-9.0.json");
    else if (isNamed) fault(found, path, "neither a mapping file, an ATT&CK bundle, nor an OSCAL catalog");
    else found.skipped += 1;
  }
}

/** Counted by the marks that begin them, in texts too: more than there are, never fewer. */
function valuesIn(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === 0x2c || byte === 0x7b || byte === 0x5b) count += 1;
  return count;
}

/** `enterprise-attack-16.1.json` names its release; so does `…-v9.0.json`. */
function versionIn(file: string): string | null {
  return /-v?(\d{1,3}\.\d{1,3})(?:[.\-_].*)?\.json/i.exec(file)?.[1] ?? null;
}

function fileName(path: string): string {
  return basename(path.slice(path.lastIndexOf("!") + 1)).replace(/\.gz$/i, "");
}

function readHead(path: string): Uint8Array {
  const descriptor = openSync(path, "r");
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(descriptor, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}

function fault(found: Collected, file: string, says: string): void {
  found.faults.push({ file, object: "", field: "", says });
}

function plainError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "no such file or folder";
  if (code === "EACCES") return "permission denied";
  if (code === "ERR_BUFFER_TOO_LARGE") return tooLarge(MOST_BUNDLE_BYTES);
  return message.split("\n")[0] ?? "cannot be read";
}
