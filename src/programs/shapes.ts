import type { FileFacts, Host } from "../hosts/host.ts";
import type { Retellings } from "./retelling.ts";
import { fileSource, type Source } from "./source.ts";

/** What a file is to `execve`: judged by its first bytes. */
export interface FileShape {
  readonly path: string;
  readonly exists: boolean;
  readonly facts: FileFacts | null;
  /** Why it could not be read although it is there. */
  readonly unreadable: string | null;
  readonly head: "elf" | "interpreted" | "text" | "binary" | "empty" | "none";
  /** Words after `#!`: the interpreter and at most one argument, as the kernel splits them (binfmt_script.c). */
  readonly shebang: readonly string[];
}

/** A script's text, held once however many units lead to it. */
export interface ScriptText {
  readonly source: Source;
  readonly realPath: string;
  readonly truncated: boolean;
  /** A place for the parsed tree, filled by the parser of its language. */
  readonly trees: Map<string, unknown>;
  /** What runs of it yielded. */
  readonly retellings: Retellings;
}

/** What was read of one host's files. */
export interface Library {
  shape(path: string): FileShape;
  script(path: string, maxBytes: number): ScriptText | null;
  /** What `parse` makes of a short piece of code; the same hook or `sh -c` text stands in many places. */
  parsed<Tree>(text: string, parse: (text: string) => Tree): Tree;
}

/** Pieces of code kept parsed, and the longest. */
const PIECES_KEPT = 1024;
const PIECE_LENGTH = 4096;
/** Scripts kept with their trees and retellings; the one that was asked for longest ago goes first. */
const SCRIPTS_KEPT = 128;

const HEAD_BYTES = 512;
const UTF8 = new TextDecoder();

/** Reads every file at most once: first its head, the whole only of scripts. */
export function openLibrary(host: Host): Library {
  const shapes = new Map<string, FileShape>();
  const scripts = new Map<string, ScriptText | null>();
  const pieces = new Map<string, unknown>();
  return {
    parsed<Tree>(text: string, parse: (text: string) => Tree): Tree {
      if (text.length > PIECE_LENGTH) return parse(text);
      let tree = pieces.get(text) as Tree | undefined;
      if (tree === undefined) {
        tree = parse(text);
        if (pieces.size >= PIECES_KEPT) pieces.clear();
        pieces.set(text, tree);
      }
      return tree;
    },
    shape(path) {
      let shape = shapes.get(path);
      if (shape === undefined) {
        shape = readShape(host, path);
        shapes.set(path, shape);
      }
      return shape;
    },
    script(path, maxBytes) {
      const real = host.realPath(path);
      const key = real.kind === "present" ? real.value : path;
      const script = scripts.has(key) ? (scripts.get(key) ?? null) : readScript(host, path, maxBytes);
      scripts.delete(key);
      scripts.set(key, script);
      const [oldest] = scripts.keys();
      if (scripts.size > SCRIPTS_KEPT && oldest !== undefined) scripts.delete(oldest);
      return script;
    },
  };
}

function readShape(host: Host, path: string): FileShape {
  const none = { path, exists: false, facts: null, unreadable: null, head: "none", shebang: [] } as const;
  const read = host.readFile(path, HEAD_BYTES);
  if (read.kind === "present") {
    const { bytes, facts } = read.value;
    return { ...none, exists: true, facts, ...headOf(bytes) };
  }
  if (read.kind === "absent") return none;
  const facts = host.stat(path);
  return {
    ...none,
    // A directory that may not be searched hides whether it is there; then it counts as there and unread.
    exists: facts.kind !== "absent",
    facts: facts.kind === "present" ? facts.value : null,
    unreadable: read.reason,
  };
}

function headOf(bytes: Uint8Array): Pick<FileShape, "head" | "shebang"> {
  if (bytes.length === 0) return { head: "empty", shebang: [] };
  if (bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46) {
    return { head: "elf", shebang: [] };
  }
  if (bytes[0] === 0x23 && bytes[1] === 0x21) {
    const text = UTF8.decode(bytes);
    const end = text.indexOf("\n");
    return { head: "interpreted", shebang: shebangWords(text.slice(2, end < 0 ? undefined : end)) };
  }
  return { head: bytes.includes(0) ? "binary" : "text", shebang: [] };
}

/** The kernel passes everything after the interpreter as one argument. */
function shebangWords(line: string): string[] {
  const trimmed = line.trim();
  const gap = trimmed.search(/[ \t]/);
  if (gap < 0) return trimmed === "" ? [] : [trimmed];
  return [trimmed.slice(0, gap), trimmed.slice(gap).trim()];
}

function readScript(host: Host, path: string, maxBytes: number): ScriptText | null {
  const read = host.readFile(path, maxBytes);
  if (read.kind !== "present") return null;
  const text = UTF8.decode(read.value.bytes);
  return {
    source: fileSource(path, text),
    realPath: read.value.realPath,
    truncated: read.value.truncated,
    trees: new Map(),
    retellings: [],
  };
}
