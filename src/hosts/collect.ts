import { gzipSync } from "node:zlib";
import type { ArchiveHost } from "./archive.ts";
import { TargetError } from "./archive.ts";
import { compareFileNames } from "./file-name.ts";
import { type RecordedHost, recordedHost } from "./recorded.ts";
import type { Recording } from "./recording.ts";
import { manifestText, parseImage } from "./snapshot.ts";
import { type TarMember, writeTar } from "./tar-writer.ts";

/** Where a collection keeps what is not a file of the host. */
export const COLLECTION_DIRECTORY = ".timerwarden";
const MANIFEST = `${COLLECTION_DIRECTORY}/manifest.json`;
const ATTACHMENTS = `${COLLECTION_DIRECTORY}/attachments`;
/** The manifest of a big host has 20 MiB. */
const MAX_TEXT = 512 * 1024 * 1024;

/**
 * A recording as a compressed tar: the manifest first, attachments, then the files in their places with owner, mode and
 * times. It can be unpacked and read like any root; devices, sockets and FIFOs, files never read and what could not be
 * read stand in the manifest only, as do birth times, which tar has no field for.
 */
export function collectionBytes(recording: Recording): Uint8Array {
  const tar = Buffer.concat([...writeTar(membersOf(recording))]);
  return gzipSync(tar, { level: 6 });
}

function* membersOf(recording: Recording): Generator<TarMember> {
  const mtimeNs = BigInt(recording.takenUsec) * 1000n;
  const own = { kind: "file", mode: 0o600, uid: 0, gid: 0, mtimeNs } as const;
  yield { ...own, path: MANIFEST, content: Buffer.from(manifestText(recording)) };
  for (const [name, text] of recording.attachments)
    yield { ...own, path: `${ATTACHMENTS}/${name}`, content: Buffer.from(text) };
  for (const path of [...recording.entries.keys()].sort(compareFileNames)) {
    const entry = recording.entries.get(path);
    if (path === "/" || entry?.facts == null) continue;
    const { mode, uid, gid, mtimeNs, ctimeNs, kind } = entry.facts;
    const facts = { path: path.slice(1), mode, uid, gid, mtimeNs, ctimeNs };
    if (kind === "directory") yield { ...facts, kind };
    else if (kind === "symlink" && entry.link !== null) yield { ...facts, kind, link: entry.link };
    else if (kind === "file" && entry.content !== null) yield { ...facts, kind, content: entry.content };
  }
}

/** True for an archive that `collect` made. */
export function isCollectedArchive(archive: ArchiveHost): boolean {
  return archive.lstat(`/${MANIFEST}`).kind === "present";
}

/**
 * The host a collection was made of: what was asked of it answers as it did then, anything else says that it was not
 * recorded. Throws `TargetError` when its manifest cannot be read.
 */
export async function openCollectedArchive(archive: ArchiveHost, target: string): Promise<RecordedHost> {
  const text = async (path: string): Promise<string | null> => {
    const bytes = await contentOf(archive, path);
    return bytes === null ? null : Buffer.from(bytes).toString("utf8");
  };
  const manifest = await text(`/${MANIFEST}`);
  if (manifest === null)
    throw new TargetError("Its manifest cannot be read.", "Use tar: to read it as a plain archive.");
  // Two passes: the first asks for every member, so that one run through the archive brings all of them.
  parseImage(manifest, (path) => readNow(archive, path));
  for (let pass = 0; pass < 4 && archive.wanted().length > 0 && (await archive.fetch()); pass++)
    parseImage(manifest, (path) => readNow(archive, path));
  const recording = parseImage(manifest, (path) => readNow(archive, path));
  const attachments = new Map<string, string>();
  const names = archive.readDirectory(`/${ATTACHMENTS}`);
  for (const { name } of names.kind === "present" ? names.value : []) {
    const content = await text(`/${ATTACHMENTS}/${name}`);
    if (content !== null) attachments.set(name, content);
  }
  return recordedHost({ ...recording, attachments, gaps: [...recording.gaps, ...archive.gaps] }, target);
}

function readNow(archive: ArchiveHost, path: string): Uint8Array | null {
  const content = archive.readFile(path, MAX_TEXT);
  return content.kind === "present" ? content.value.bytes : null;
}

async function contentOf(archive: ArchiveHost, path: string): Promise<Uint8Array | null> {
  const first = readNow(archive, path);
  if (first !== null || archive.wanted().length === 0) return first;
  await archive.fetch();
  return readNow(archive, path);
}
