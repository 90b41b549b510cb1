/**
 * The packed index in the user's data directory: one file, replaced whole or not at all.
 *
 * Layout: `TWMAP1\n\0`, six lengths (32 bit, little-endian), six gzip blocks: header, columns, strings, wide strings, ATT&CK
 * releases, OSCAL catalogs. Each block is unpacked when it is first asked for; gzip's checksum guards it.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { AttackRelease } from "../../attack/technique.ts";
import { BEYOND_ATTACK } from "../../mappings/beyond-attack.ts";
import { type Library, withSets } from "../../mappings/library.ts";
import { faultLine, readMapex } from "../../mappings/mapex.ts";
import { type MappingSet, setKey } from "../../mappings/mapping-set.ts";
import type { ControlCatalog } from "../../mappings/oscal-catalog.ts";
import { type PackedHeader, packSets, unpackSets } from "../../mappings/packed-index.ts";
import { SEED_SETS } from "../../mappings/seed.ts";
import { RunError } from "../command.ts";
import { writeWholeFile } from "../whole-file.ts";

const MAGIC = "TWMAP1\n\0";
const BLOCKS = 6;
const START = MAGIC.length + BLOCKS * 4;
/** Far above what 33 published files take; stops a forged block from filling the memory. */
const MOST_BLOCK_BYTES = 512 * 2 ** 20;

export type Imported = Pick<Library, "sets" | "releases" | "catalogs">;

export const NOTHING: Imported = { sets: [], releases: [], catalogs: [] };

/** `--data-dir`, else `$XDG_DATA_HOME/timerwarden`, else `~/.local/share/timerwarden`; `null` without a home. */
export function dataDirectory(
  given: string | null,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  if (given !== null) return given;
  const { XDG_DATA_HOME: data, HOME: home } = env;
  // The specification says that a relative path there is to be ignored.
  if (data?.startsWith("/")) return join(data, "timerwarden");
  return home ? join(home, ".local", "share", "timerwarden") : null;
}

export function indexFile(directory: string): string {
  return join(directory, "mappings", "index.twm");
}

function ownFolder(directory: string): string {
  return join(directory, "mappings", "own");
}

/** What was imported: nothing if there is no index. A damaged one is an error, never an empty answer. */
export function readIndex(directory: string | null): Imported {
  if (directory === null) return NOTHING;
  const file = indexFile(directory);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return NOTHING;
    throw new RunError(`cannot read ${file}: ${message}`);
  }
  try {
    return decodeIndex(bytes);
  } catch {
    throw new RunError(`${file} is damaged or of another version; import again with --replace`);
  }
}

function encodeIndex({ sets, releases, catalogs }: Imported): Uint8Array {
  const { header, columns, narrow, wide } = packSets(sets);
  const blocks = [
    JSON.stringify(header),
    columns,
    Buffer.from(narrow, "latin1"),
    // Two bytes a unit: what JSON can say, lone surrogates too, comes back as it was.
    Buffer.from(wide(), "utf16le"),
    JSON.stringify(releases),
    JSON.stringify(catalogs),
  ].map((block) => gzipSync(block, { level: 9 }));
  const head = Buffer.alloc(START);
  head.write(MAGIC, "latin1");
  for (const [at, block] of blocks.entries()) head.writeUInt32LE(block.length, MAGIC.length + at * 4);
  return Buffer.concat([head, ...blocks]);
}

/** Throws if the bytes are no index of this version. */
function decodeIndex(bytes: Buffer): Imported {
  if (bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) throw new Error("not an index");
  const lengths = Array.from({ length: BLOCKS }, (_, at) => bytes.readUInt32LE(MAGIC.length + at * 4));
  if (START + lengths.reduce((a, b) => a + b, 0) !== bytes.length) throw new Error("cut short");
  const block = (at: number): Buffer => {
    const from = lengths.slice(0, at).reduce((a, b) => a + b, START);
    return unpack(bytes.subarray(from, from + (lengths[at] ?? 0)));
  };
  const json = (at: number): unknown => JSON.parse(block(at).toString("utf8"));
  const sets = unpackSets({
    header: json(0) as PackedHeader,
    columns: block(1),
    narrow: block(2).toString("latin1"),
    wide: once(() => block(3).toString("utf16le")),
  });
  if (sets === null) throw new Error("its parts do not fit");
  const releases = once(() => json(4) as readonly AttackRelease[]);
  const catalogs = once(() => json(5) as readonly ControlCatalog[]);
  return {
    sets,
    get releases() {
      return releases();
    },
    get catalogs() {
      return catalogs();
    },
  };
}

/** In one piece: gzip's last four bytes say how large (RFC 1952), so nothing is copied twice. */
function unpack(block: Buffer): Buffer {
  const size = block.length < 4 ? 0 : block.readUInt32LE(block.length - 4);
  const chunkSize = Math.min(Math.max(size + 1, 1024), 64 * 2 ** 20);
  return gunzipSync(block, { chunkSize, maxOutputLength: MOST_BLOCK_BYTES });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Returns the size in bytes. Readers see the old index or the new one, nothing between. */
export function writeIndex(directory: string, imported: Imported): number {
  const file = indexFile(directory);
  const bytes = encodeIndex(imported);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new RunError(`cannot write ${file}: ${(error as Error).message}`);
  }
  writeWholeFile(file, [bytes], 0o600);
  return bytes.length;
}

/** Everything at hand: what ships inside, under what was imported, under the operator's own files. */
export function openLibrary(directory: string | null, ownFiles: readonly string[]): Library {
  const imported = readIndex(directory);
  const own = once(() => withOwn([...ownFilesIn(directory), ...ownFiles].map(readOwn)));
  return {
    sets: withSets(SEED_SETS, imported.sets),
    get own() {
      return own();
    },
    get releases() {
      return imported.releases;
    },
    get catalogs() {
      return imported.catalogs;
    },
  };
}

/** Ours, unless one of the operator's files is it rewritten. Several of their files may speak of the same set. */
function withOwn(files: readonly MappingSet[]): readonly MappingSet[] {
  const isRewritten = files.some((set) => setKey(set) === setKey(BEYOND_ATTACK));
  return isRewritten ? files : [BEYOND_ATTACK, ...files];
}

function ownFilesIn(directory: string | null): readonly string[] {
  const folder = directory === null ? null : ownFolder(directory);
  if (folder === null || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => join(folder, name));
}

const MOST_OWN_BYTES = 32 * 2 ** 20;

function readOwn(file: string): MappingSet {
  let document: unknown;
  try {
    const bytes = readFileSync(file);
    if (bytes.length > MOST_OWN_BYTES) throw new Error("larger than 32 MiB");
    document = JSON.parse(bytes.toString("utf8").replace(/^\ufeff/, ""));
  } catch (error) {
    throw new RunError(`cannot read own mappings ${file}: ${(error as Error).message}`);
  }
  const read = readMapex(document, file.slice(file.lastIndexOf("/") + 1), "own");
  if ("set" in read) return read.set;
  const [first] = read.faults;
  const rest = read.faults.length - 1;
  const more = rest > 0 ? ` (and ${rest} more; timerwarden mappings lint ${file})` : "";
  throw new RunError(`${first === undefined ? file : faultLine({ ...first, file })}${more}`);
}
