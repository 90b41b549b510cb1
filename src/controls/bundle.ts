/**
 * The evidence bundle: every file, link and directory an assessment looked at, as one JSON document from which the
 * same assessment can be made again elsewhere. Content is deflated and written in Base64; password hashes are left out.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import * as v from "valibot";
import { CASE_FACTS, type CaseFacts } from "../case-facts.ts";
import { DEFAULT_MAX_BYTES, type FileFacts, type FileKind, type Host, type Reading } from "../hosts/host.ts";
import { type MemoryEntry, type MemoryFile, memoryHost } from "../hosts/memory.ts";
import { redacted } from "../hosts/redaction.ts";
import type { Gap } from "../inventory/closure.ts";
import { type Parsed, parsed, problem } from "../parsed.ts";

export const BUNDLE_SCHEMA = "timerwarden/bundle";

/** What must be known besides the files to come to the same result. */
export interface BundleContext {
  readonly nowUsec: number;
  readonly systemd: string | null;
  readonly scopes: "system" | "user" | "all";
  /** The time zone asked for; `null` for the target's own. */
  readonly zone: string | null;
  /** How the target was named. */
  readonly target: string;
  /** What the operator gave besides the target. */
  readonly given: BundleGiven;
}

/** The operator's files, as they were: their verdicts rest on them too. */
export interface BundleGiven {
  /** Ids of the controls that were asked for. */
  readonly controls: readonly string[];
  /** The text of the attestations file. */
  readonly attestations: string | null;
  /** Texts of Inspector's documents. */
  readonly inspector: readonly string[];
  /** Earlier results; `null` when no history was given. */
  readonly history:
    | readonly { readonly name: string; readonly text?: string; readonly error?: string }[]
    | null;
  readonly case: CaseFacts | null;
}

interface BundleEntry {
  readonly kind: FileKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtimeNs: string | null;
  readonly ctimeNs: string | null;
  readonly birthNs: string | null;
  readonly links: number;
  readonly identity: string;
  readonly link?: string;
  /** Deflated, Base64. */
  readonly content?: string;
  readonly error?: string;
}

interface Bundle extends BundleContext {
  readonly schema: typeof BUNDLE_SCHEMA;
  readonly version: 1;
  readonly live: boolean;
  readonly gaps: readonly Gap[];
  readonly files: Readonly<Record<string, BundleEntry>>;
}

/** A host that remembers what was asked of it. */
export interface RecordingHost extends Host {
  readonly gaps?: readonly Gap[];
  /** The bundle of all that was asked so far, as text. */
  bundle(context: BundleContext): string;
}

const MAX_LINKS = 40;

export function recordingHost(host: Host): RecordingHost {
  const recorder = new Recorder(host);
  const recording: RecordingHost = {
    target: host.target,
    live: host.live,
    lstat: (path) => recorder.noted(path, false, host.lstat(path)),
    stat: (path) => recorder.noted(path, true, host.stat(path)),
    realPath: (path) => recorder.noted(path, true, host.realPath(path)),
    readLink: (path) => recorder.noted(path, false, host.readLink(path)),
    readFile: (path, maxBytes = DEFAULT_MAX_BYTES) => {
      const reading = recorder.noted(path, true, host.readFile(path, maxBytes));
      recorder.wantContent(path, maxBytes);
      return reading;
    },
    readDirectory: (path) => {
      const reading = recorder.noted(path, true, host.readDirectory(path));
      recorder.wantListing(path);
      return reading;
    },
    bundle: (context) => recorder.bundle(context),
  };
  if (!("gaps" in host)) return recording;
  return Object.defineProperty(recording, "gaps", { get: () => host.gaps, enumerable: true });
}

class Recorder {
  readonly #host: Host;
  readonly #asked = new Map<string, boolean>();
  readonly #contents = new Map<string, number>();
  readonly #listings = new Set<string>();
  readonly #entries = new Map<string, BundleEntry>();

  constructor(host: Host) {
    this.#host = host;
  }

  noted<T>(path: string, follow: boolean, reading: Reading<T>): Reading<T> {
    this.#asked.set(path, follow || this.#asked.get(path) === true);
    return reading;
  }

  wantContent(path: string, maxBytes: number): void {
    this.#contents.set(path, Math.max(maxBytes, this.#contents.get(path) ?? 0));
  }

  wantListing(path: string): void {
    this.#listings.add(path);
  }

  bundle(context: BundleContext): string {
    for (const [path, follow] of this.#asked) this.#walk(path, follow);
    for (const path of this.#listings) this.#list(path);
    for (const [path, maxBytes] of this.#contents) this.#content(path, maxBytes);
    const files = [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1));
    const gaps = "gaps" in this.#host ? (this.#host.gaps as readonly Gap[]) : [];
    const bundle: Bundle = {
      schema: BUNDLE_SCHEMA,
      version: 1,
      ...context,
      live: this.#host.live,
      gaps,
      files: Object.fromEntries(files),
    };
    return `${JSON.stringify(bundle)}\n`;
  }

  /** Records every component on the way, links included; answers with the canonical path, or `null`. */
  #walk(path: string, follow: boolean): string | null {
    const names = namesOf(path);
    let here = "";
    let links = 0;
    this.#facts("/");
    while (names.length > 0) {
      const name = names.shift() ?? "";
      if (name === "..") {
        here = here.slice(0, Math.max(0, here.lastIndexOf("/")));
        continue;
      }
      const at = `${here}/${name}`;
      const entry = this.#facts(at);
      if (entry === null) return null;
      if (entry.link === undefined || (names.length === 0 && !follow)) {
        here = at;
        continue;
      }
      if (++links > MAX_LINKS) return null;
      if (entry.link.startsWith("/")) here = "";
      names.unshift(...namesOf(entry.link));
    }
    return here === "" ? "/" : here;
  }

  #facts(path: string): BundleEntry | null {
    const known = this.#entries.get(path);
    if (known !== undefined) return known;
    const facts = this.#host.lstat(path);
    if (facts.kind === "absent") return null;
    if (facts.kind === "unreadable") {
      const parent = path.slice(0, path.lastIndexOf("/")) || "/";
      const above = this.#entries.get(parent);
      if (above !== undefined) this.#entries.set(parent, { ...above, error: facts.code });
      return null;
    }
    const link = facts.value.kind === "symlink" ? this.#host.readLink(path) : null;
    const entry: BundleEntry = {
      ...entryOf(facts.value),
      ...(link?.kind === "present" ? { link: link.value } : {}),
    };
    this.#entries.set(path, entry);
    return entry;
  }

  #list(path: string): void {
    const listing = this.#host.readDirectory(path);
    const real = this.#walk(path, true);
    const entry = real === null ? undefined : this.#entries.get(real);
    if (real === null || entry === undefined) return;
    if (listing.kind === "unreadable" && entry.kind === "directory")
      this.#entries.set(real, { ...entry, error: listing.code });
    if (listing.kind !== "present") return;
    for (const { name } of listing.value) this.#facts(real === "/" ? `/${name}` : `${real}/${name}`);
  }

  #content(path: string, maxBytes: number): void {
    const real = this.#walk(path, true);
    const entry = real === null ? undefined : this.#entries.get(real);
    if (real === null || entry === undefined || entry.kind !== "file") return;
    const content = this.#host.readFile(real, maxBytes);
    if (content.kind === "unreadable") this.#entries.set(real, { ...entry, error: content.code });
    if (content.kind !== "present") return;
    const deflated = Buffer.from(deflateRawSync(redacted(real, content.value.bytes))).toString("base64");
    // A path asked for twice keeps the longer content.
    if (entry.content === undefined || entry.content.length < deflated.length)
      this.#entries.set(real, { ...entry, content: deflated });
  }
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function entryOf(facts: FileFacts): BundleEntry {
  const time = (value: bigint | null): string | null => (value === null ? null : String(value));
  const { kind, mode, uid, gid, size, links, identity } = facts;
  return {
    kind,
    mode,
    uid,
    gid,
    size,
    mtimeNs: time(facts.mtimeNs),
    ctimeNs: time(facts.ctimeNs),
    birthNs: time(facts.birthNs),
    links,
    identity,
  };
}

/** Does a file begin as a bundle does? */
export function looksLikeBundle(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 64)).startsWith(`{"schema":"${BUNDLE_SCHEMA}"`);
}

const names = v.array(v.string());
const SHAPE = v.object({
  schema: v.literal(BUNDLE_SCHEMA),
  version: v.literal(1),
  live: v.boolean(),
  nowUsec: v.number(),
  systemd: v.nullable(v.string()),
  scopes: v.picklist(["system", "user", "all"]),
  zone: v.nullable(v.string()),
  target: v.string(),
  given: v.object({
    controls: names,
    attestations: v.nullable(v.string()),
    inspector: names,
    history: v.nullable(
      v.array(v.object({ name: v.string(), text: v.optional(v.string()), error: v.optional(v.string()) })),
    ),
    case: v.nullable(CASE_FACTS),
  }),
  gaps: v.array(v.object({ path: v.string(), reason: v.string() })),
  files: v.record(v.string(), v.object({ kind: v.string(), mode: v.number() })),
});

/** The host a bundle was made of, and the circumstances of its assessment. */
export function openBundle(text: string): Parsed<{ readonly host: Host; readonly context: BundleContext }> {
  try {
    const bundle = JSON.parse(text) as Bundle;
    const shape = v.safeParse(SHAPE, bundle);
    if (!shape.success) {
      const [issue] = shape.issues;
      return problem("EBADMSG", `not an evidence bundle: ${v.getDotPath(issue) ?? ""} ${issue.message}`, 0);
    }
    const tree = new Map<string, MemoryEntry>();
    for (const [path, entry] of Object.entries(bundle.files)) tree.set(path, memoryEntry(entry));
    const host = memoryHost(tree, { target: bundle.target, live: bundle.live });
    const withGaps =
      bundle.gaps.length === 0 ? host : Object.defineProperty(host, "gaps", { value: bundle.gaps });
    const { nowUsec, systemd, scopes, zone, target, given } = bundle;
    return parsed({ host: withGaps, context: { nowUsec, systemd, scopes, zone, target, given } });
  } catch (error) {
    return problem("EBADMSG", `not an evidence bundle: ${(error as Error).message}`, 0);
  }
}

/** Content may be a thousand times its deflated size at most; a bundle that claims more is refused. */
const MAX_CONTENT = 256 * 1024 * 1024;

function memoryEntry(entry: BundleEntry): MemoryFile {
  const time = (value: string | null): bigint | null => (value === null ? null : BigInt(value));
  const { kind, mode, uid, gid, size, links, identity } = entry;
  return {
    ...(kind === "directory" ? { dir: true as const } : kind === "symlink" ? {} : { kind }),
    ...(entry.link === undefined ? {} : { link: entry.link }),
    ...(entry.content === undefined
      ? {}
      : { content: inflateRawSync(Buffer.from(entry.content, "base64"), { maxOutputLength: MAX_CONTENT }) }),
    ...(entry.error === undefined ? {} : { error: entry.error }),
    mode,
    uid,
    gid,
    size,
    links,
    identity,
    mtimeNs: time(entry.mtimeNs),
    ctimeNs: time(entry.ctimeNs),
    birthNs: time(entry.birthNs),
  };
}
