/**
 * The inert corpus: one folder a case, each a manifest with a tree of text. Nothing in it is ever executed; addresses
 * are 192.0.2.0/24 and names end in example.test. `docs/corpus.md` says how to add one.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { Host } from "../src/hosts/host.ts";
import { type MemoryEntry, type MemoryFile, memoryHost } from "../src/hosts/memory.ts";
import { debianTree } from "./base/debian-12.ts";
import { fedoraTree } from "./base/fedora.ts";
import { HOMES } from "./base/host.ts";
import { archTree, bareTree } from "./base/other.ts";
import { mergedPath, type PackageFiles } from "./base/packages.ts";

const path = v.pipe(v.string(), v.startsWith("/"));
const lines = v.union([v.string(), v.array(v.string())]);
const bigint = v.pipe(v.string(), v.regex(/^\d+$/), v.transform((text) => BigInt(text)));
const octal = v.pipe(
  v.string(),
  v.regex(/^0[0-7]{3,4}$/),
  v.transform((text) => Number.parseInt(text, 8)),
);

const entry = v.union([
  v.string(),
  v.array(v.string()),
  v.strictObject({
    /** Text, or lines that each end in a newline. */
    content: v.optional(lines),
    base64: v.optional(v.pipe(v.string(), v.base64())),
    link: v.optional(v.string()),
    dir: v.optional(v.literal(true)),
    kind: v.optional(v.picklist(["fifo", "socket", "character-device", "block-device"])),
    mode: v.optional(octal),
    uid: v.optional(v.number()),
    gid: v.optional(v.number()),
    size: v.optional(v.number()),
    mtimeNs: v.optional(bigint),
    ctimeNs: v.optional(bigint),
    birthNs: v.optional(bigint),
    error: v.optional(v.string()),
  }),
  /** Takes a path of the base away. */
  v.null(),
]);

const tree = v.record(path, entry);

const caseSchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[A-Z]\d{2,4}[a-z]?$/)),
  title: v.pipe(v.string(), v.minLength(10)),
  /** What in the world it stands for. */
  imitates: v.pipe(v.string(), v.minLength(3)),
  /** Where that is described. */
  source: v.pipe(v.string(), v.minLength(3)),
  base: v.picklist(["debian-12", "fedora", "arch", "bare"]),
  expects: v.strictObject({
    /** Malicious: at least this. Benign: at most this. */
    verdict: v.picklist(["alert", "suspect", "review", "ok"]),
    /** The activation meant, `scope/unit`; without it the whole host counts. */
    unit: v.optional(v.string()),
    /** Rules of which one (`anyOf`) or every one (`allOf`) must speak. */
    rules: v.optional(
      v.strictObject({ anyOf: v.optional(v.array(v.string())), allOf: v.optional(v.array(v.string())) }),
    ),
  }),
  /** RFC 3339; default 2024-03-01T09:30:00Z. */
  now: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  /** Further packages the host has. `listed` false: no configured repository offers it. */
  packages: v.optional(
    v.array(
      v.strictObject({
        name: v.string(),
        version: v.string(),
        listed: v.optional(v.boolean()),
        conffiles: v.optional(v.array(path)),
        tree,
      }),
    ),
  ),
  tree,
});

type Entry = v.InferOutput<typeof entry>;

/** A case as its manifest says it. */
export type CorpusCase = v.InferOutput<typeof caseSchema> & {
  readonly kind: CorpusKind;
  /** The name of its folder. */
  readonly folder: string;
};

export type CorpusKind = "malicious" | "benign";

const BASES: ReadonlyMap<string, (extra: readonly PackageFiles[]) => Map<string, MemoryEntry>> = new Map([
  ["debian-12", debianTree],
  ["fedora", fedoraTree],
  ["arch", archTree],
  ["bare", bareTree],
]);

const DEFAULT_NOW = "2024-03-01T09:30:00Z";
/** When a planted file was written if its case does not say: an afternoon, one file after the other. */
const PLANTED_NS = 1_708_610_400_000_000_000n;
const STEP_NS = 37_004_100_203n;

/** Every case, malicious first, in order of folder names. Throws, naming file and field, on a manifest that is wrong. */
export function loadCorpus(): readonly CorpusCase[] {
  return (["malicious", "benign"] as const).flatMap((kind) => {
    const directory = join(import.meta.dirname, kind);
    return readdirSync(directory)
      .sort()
      .map((folder) => loadCase(kind, folder, readFileSync(join(directory, folder, "case.json"), "utf8")));
  });
}

/** Reads one manifest. */
export function loadCase(kind: CorpusKind, folder: string, json: string): CorpusCase {
  const parsed = v.safeParse(caseSchema, JSON.parse(json));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new Error(`${kind}/${folder}/case.json: ${v.getDotPath(issue) ?? "(whole)"}: ${issue.message}`);
  }
  return { ...parsed.output, kind, folder };
}

/** Microseconds since 1970 at which a case is looked at. */
export function nowUsecOf({ now = DEFAULT_NOW }: CorpusCase): number {
  return Date.parse(now) * 1000;
}

/** The tree of a case: its base, its packages, and what it plants. */
export function treeOf(one: CorpusCase): Map<string, MemoryEntry> {
  const build = BASES.get(one.base);
  if (build === undefined) throw new Error(`no base ${one.base}`);
  const result = build((one.packages ?? []).map(packageOf));
  let time = PLANTED_NS;
  for (const [path, planted] of Object.entries(one.tree)) {
    const place = mergedPath(path);
    if (planted === null) {
      result.delete(place);
      continue;
    }
    time += STEP_NS;
    const owner = ownerOf(place);
    if (owner !== null) addHomeDirectories(result, place, owner, time);
    const owned = owner === null ? {} : { uid: owner, gid: owner };
    result.set(place, { mtimeNs: time, ctimeNs: time, ...owned, ...fileOf(planted) });
  }
  return result;
}

/** The host of a case. */
export function hostOf(one: CorpusCase): Host {
  return memoryHost(treeOf(one), { target: `corpus:${one.folder}` });
}

function packageOf({ name, version, listed = true, conffiles = [], tree: files }: NonNullable<CorpusCase["packages"]>[number]): PackageFiles {
  const present = Object.entries(files).flatMap(([path, one]) => (one === null ? [] : [[path, fileOf(one)] as const]));
  return { name, version, listed, conffiles, files: Object.fromEntries(present) };
}

function fileOf(given: NonNullable<Entry>): MemoryFile {
  if (typeof given === "string") return { content: given };
  if (Array.isArray(given)) return { content: textOf(given) };
  const { content, base64, ...facts } = given;
  const file = withoutUndefined(facts);
  if (base64 !== undefined) return { ...file, content: new Uint8Array(Buffer.from(base64, "base64")) };
  return content === undefined ? file : { ...file, content: textOf(content) };
}

function textOf(text: string | readonly string[]): string {
  return typeof text === "string" ? text : `${text.join("\n")}\n`;
}

function withoutUndefined(facts: object): MemoryFile {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** The owner of a home that holds the path, so that planted files there are the user's own. */
function ownerOf(path: string): number | null {
  for (const [home, uid] of HOMES) if (path.startsWith(`${home}/`)) return uid;
  return null;
}

function addHomeDirectories(result: Map<string, MemoryEntry>, path: string, uid: number, time: bigint): void {
  const parts = path.split("/");
  for (let depth = 4; depth < parts.length; depth++) {
    const directory = parts.slice(0, depth).join("/");
    if (!result.has(directory)) result.set(directory, { dir: true, uid, gid: uid, mtimeNs: time, ctimeNs: time });
  }
}
