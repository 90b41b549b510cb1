/**
 * A recording as one JSON text, and back. A snapshot, and the bundle of an assessment, hold the contents themselves; the
 * manifest of a collected archive is the same text with digests in their place. All are evidence and so hostile: what is
 * read back is checked by shape, bounded, and never more than entries of a map.
 */
import { createHash } from "node:crypto";
import * as v from "valibot";
import { TargetError } from "./archive.ts";
import { encodeFileName } from "./file-name.ts";
import type { RecordedEntry, Recording } from "./recording.ts";

const KINDS = ["file", "directory", "symlink", "fifo", "socket", "character-device", "block-device"] as const;
const nanoseconds = v.nullable(v.pipe(v.string(), v.regex(/^-?\d{1,20}$/)));
const whole = v.pipe(v.number(), v.safeInteger());

const FACTS = v.object({
  kind: v.picklist(KINDS),
  mode: whole,
  uid: whole,
  gid: whole,
  size: whole,
  mtimeNs: nanoseconds,
  ctimeNs: nanoseconds,
  birthNs: nanoseconds,
  identity: v.string(),
  links: whole,
});

const ENTRY = v.object({
  path: v.pipe(v.string(), v.regex(/^\/(?:[^/\0]+(?:\/[^/\0]+)*)?$/), v.maxLength(8192)),
  facts: v.nullable(FACTS),
  link: v.optional(v.string()),
  /** Contents as text where they are plain UTF-8, else in base64; in a manifest, neither. */
  text: v.optional(v.string()),
  base64: v.optional(v.string()),
  /** Of the contents as stored, hexadecimal. */
  sha256: v.optional(v.string()),
  truncated: v.optional(v.literal(true)),
  listed: v.optional(v.literal(true)),
  refusal: v.optional(v.object({ code: v.string(), reason: v.string() })),
});

const IMAGE = v.object({
  schema: v.picklist(["timerwarden/snapshot", "timerwarden/bundle", "timerwarden/collection"]),
  version: v.literal("1.0"),
  target: v.string(),
  live: v.boolean(),
  /** Microseconds since 1970. */
  takenUsec: whole,
  gaps: v.array(v.object({ path: v.string(), reason: v.string(), hides: v.string() })),
  attachments: v.record(v.string(), v.string()),
  absent: v.array(v.string()),
  entries: v.array(ENTRY),
});

type Image = v.InferOutput<typeof IMAGE>;
type ImageEntry = v.InferOutput<typeof ENTRY>;

/** Entries of one image; a big host has fifty thousand. */
const MAX_ENTRIES = 2_000_000;

/** A whole recording with its contents; `schema` says what for. */
export function snapshotText(
  recording: Recording,
  schema: "timerwarden/snapshot" | "timerwarden/bundle" = "timerwarden/snapshot",
): string {
  return imageText(recording, schema, (bytes) => {
    const text = plainText(bytes);
    return text === null ? { base64: Buffer.from(bytes).toString("base64") } : { text };
  });
}

/** What a collection holds, with the digest of each member. */
export function manifestText(recording: Recording): string {
  const bare = { ...recording, attachments: new Map<string, string>() };
  return imageText(bare, "timerwarden/collection", () => ({}));
}

function imageText(
  recording: Recording,
  schema: Image["schema"],
  contentOf: (bytes: Uint8Array) => Pick<ImageEntry, "text" | "base64">,
): string {
  const image: Image = {
    schema,
    version: "1.0",
    target: recording.target,
    live: recording.live,
    takenUsec: recording.takenUsec,
    gaps: [...recording.gaps],
    attachments: Object.fromEntries(recording.attachments),
    absent: sorted(recording.absent),
    entries: sorted(recording.entries.keys()).flatMap((path) => {
      const entry = recording.entries.get(path);
      return entry === undefined ? [] : [imageEntry(path, entry, contentOf)];
    }),
  };
  // One entry a line: two snapshots can be compared with line tools.
  const { entries, ...head } = image;
  const lines = entries.map((entry) => JSON.stringify(entry)).join(",\n");
  return `${JSON.stringify(head).slice(0, -1)},"entries":[\n${lines}\n]}\n`;
}

function imageEntry(
  path: string,
  { facts, link, content, truncated, listed, refusal }: RecordedEntry,
  contentOf: (bytes: Uint8Array) => Pick<ImageEntry, "text" | "base64">,
): ImageEntry {
  return {
    path,
    facts:
      facts === null
        ? null
        : {
            ...facts,
            mtimeNs: facts.mtimeNs?.toString() ?? null,
            ctimeNs: facts.ctimeNs?.toString() ?? null,
            birthNs: facts.birthNs?.toString() ?? null,
          },
    ...(link === null ? {} : { link }),
    ...(content === null ? {} : { ...contentOf(content), sha256: digestOf(content) }),
    ...(truncated ? { truncated } : {}),
    ...(listed ? { listed } : {}),
    ...(refusal === null ? {} : { refusal }),
  };
}

/**
 * The recording in a text. `contentOf` gives the bytes of a manifest's entry, `null` where they are missing. Contents
 * that do not have their digest are kept out and become a gap. Throws `TargetError` for a text that is no image.
 */
export function parseImage(
  text: string,
  contentOf: (path: string) => Uint8Array | null = () => null,
): Recording {
  const image = checkedImage(text);
  const entries = new Map<string, RecordedEntry>();
  const gaps = [...image.gaps];
  for (const entry of image.entries) {
    const { recorded, gap } = recordedEntry(entry, contentOf);
    entries.set(entry.path, recorded);
    if (gap !== null) gaps.push({ path: entry.path, reason: gap, hides: "what it holds" });
  }
  return {
    target: image.target,
    live: image.live,
    takenUsec: image.takenUsec,
    entries,
    absent: new Set(image.absent),
    gaps,
    attachments: new Map(Object.entries(image.attachments)),
  };
}

function checkedImage(text: string): Image {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new TargetError("It is no whole JSON text.", "Check that it was copied whole.");
  }
  const result = v.safeParse(IMAGE, json);
  if (!result.success) {
    const [issue] = result.issues;
    const where = issue === undefined ? "" : ` (${v.getDotPath(issue) ?? "the whole"}: ${issue.message})`;
    throw new TargetError(
      `It is no recording of timerwarden${where}.`.slice(0, 300),
      "Make one with: timerwarden snapshot, or assess -o bundle=FILE.",
    );
  }
  if (result.output.entries.length > MAX_ENTRIES)
    throw new TargetError(`It has more than ${MAX_ENTRIES} entries.`, "No real host has.");
  return result.output;
}

function recordedEntry(
  entry: ImageEntry,
  contentOf: (path: string) => Uint8Array | null,
): { readonly recorded: RecordedEntry; readonly gap: string | null } {
  const { facts, link, text, base64, sha256, truncated, listed, refusal } = entry;
  const recorded: RecordedEntry = {
    facts:
      facts === null
        ? null
        : {
            ...facts,
            mtimeNs: facts.mtimeNs === null ? null : BigInt(facts.mtimeNs),
            ctimeNs: facts.ctimeNs === null ? null : BigInt(facts.ctimeNs),
            birthNs: facts.birthNs === null ? null : BigInt(facts.birthNs),
          },
    link: link ?? null,
    content: null,
    truncated: truncated ?? false,
    listed: listed ?? false,
    refusal: refusal ?? null,
  };
  if (sha256 === undefined) return { recorded, gap: null };
  const content =
    text !== undefined
      ? new Uint8Array(Buffer.from(text, "utf8"))
      : base64 !== undefined
        ? new Uint8Array(Buffer.from(base64, "base64"))
        : contentOf(entry.path);
  if (content !== null && digestOf(content) === sha256)
    return { recorded: { ...recorded, content }, gap: null };
  const reason =
    content === null
      ? "Its content is missing from the collection."
      : "Its content is not what was recorded.";
  return { recorded: { ...recorded, refusal: { code: "EBADMSG", reason } }, gap: reason };
}

/** Text that comes back as the same bytes, or `null`. */
function plainText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Byte order; names are the keys here, so text that no file can have sorts as it stands. */
function sorted(paths: Iterable<string>): string[] {
  return [...paths].sort((a, b) =>
    Buffer.compare(encodeFileName(a) ?? Buffer.from(a), encodeFileName(b) ?? Buffer.from(b)),
  );
}

/** True when a text can only be one of our own images. */
export function looksLikeSnapshot(head: string): boolean {
  return /^\s*\{\s*"schema"\s*:\s*"timerwarden\/snapshot"/.test(head);
}
