import {
  base32Decoded,
  base64Decoded,
  bytesText,
  hexDecoded,
  inflated,
  isReadable,
  textBytes,
} from "./decoding.ts";
import type { Call, Handler } from "./engine.ts";
import { noteTree } from "./execution.ts";
import { has, option, optionSpec, readOptions } from "./options.ts";
import { insidePath, workingDirectory } from "./paths.ts";
import { noteSentInput } from "./raw-senders.ts";
import { known, type Taint, unknown, type Value } from "./value.ts";
import { noteWrite } from "./writes.ts";

type Decode = (text: string) => Uint8Array | null;

/** The stream a filter reads: its file operand or standard input. */
export function inputOf(call: Call, operand: Value | undefined): Value | null {
  if (operand === undefined || operand.text === "-") return call.frame.stdin;
  if (operand.content !== undefined) return operand.content;
  const path = insidePath(call.frame, operand.text) ?? operand.text;
  const written = call.frame.session.written.get(path);
  if (written !== undefined) return written.content;
  return unknown("", operand.span, { kind: "file", span: operand.span, path });
}

/** Decodes what can be decoded; the result carries that it was encoded. A fetched stream stays fetched. */
function decoded(call: Call, input: Value | null, decode: Decode): Value {
  const { frame, span, name } = call;
  const bytes = input?.complete ? decode(input.text) : null;
  const text = bytes === null ? null : bytesText(bytes);
  const readable = text !== null && isReadable(text);
  const shown = readable ? text.slice(0, 4096) : undefined;
  const detail = shown === undefined ? { program: name } : { program: name, decoded: shown };
  const says =
    shown === undefined
      ? `${name} decodes data.`
      : `${name} decodes text that stands here: ${excerpt(shown)}`;
  frame.session.say(frame, "decode", span, says, shown === undefined ? "low" : "medium", detail);
  if (readable)
    frame.session.say(frame, "encoded-text", span, `Encoded text hides: ${excerpt(text)}`, "medium", detail);
  const fetched = input?.taint?.kind === "fetch" ? input.taint : null;
  const unseen =
    input !== null && !input.complete && input.taint === null && /^\$\{?\w+\}?\s*$/.test(input.text);
  const plain: Taint = { kind: "decode", span, ...(unseen ? { unseen: true } : {}) };
  const taint = fetched ?? (shown === undefined ? plain : { ...plain, decoded: shown });
  if (text === null) return unknown("", span, taint);
  return { ...known(text, span), taint };
}

/** The start of a decoded text, on one line. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}

function filter(decode: Decode, flags: readonly string[], valued = "w"): Handler {
  return (call) => {
    const options = readOptions(call.args, optionSpec(valued, ["--wrap"]));
    if (!has(options, ...flags)) return passed(call, inputOf(call, options.operands[0]));
    return decoded(call, inputOf(call, options.operands[0]), decode);
  };
}

/** An encoder or other filter: unknown output of the same origin. */
function passed(call: Call, input: Value | null): Value {
  return unknown("", call.span, input?.taint ?? null);
}

function openssl(call: Call): Value | null {
  const [verb, ...rest] = call.args;
  const options = readOptions(
    rest.map(singleDash),
    optionSpec("", [
      "--in",
      "--out",
      "--pass",
      "--k",
      "--kfile",
      "--iter",
      "--md",
      "--K",
      "--iv",
      "--connect",
    ]),
  );
  const enciphered = verb !== undefined && /^(enc|base64|aes|des|bf|rc4|camellia|chacha)/.test(verb.text);
  if (!enciphered || !has(options, "--d")) {
    const talks = verb?.text === "s_client";
    const host = talks ? (option(options, "--connect")?.text ?? "") : "";
    if (talks) noteSentInput(call, host);
    return talks ? unknown("", call.span, { kind: "fetch", span: call.span, url: host }) : null;
  }
  const plain = verb.text === "base64" || (verb.text === "enc" && has(options, "--base64", "--a"));
  const ciphered =
    [...options.values.keys()].some((name) => /^--(aes|des|bf|rc4|camellia|chacha)/.test(name)) ||
    /^(aes|des)/.test(verb.text);
  const input = inputOf(call, option(options, "--in"));
  const result = decoded(call, input, plain && !ciphered ? base64Decoded : () => null);
  const out = option(options, "--out");
  if (out === undefined) return result;
  noteWrite(call.frame, out, call.span, result, false);
  return null;
}

/** OpenSSL's options have one dash and long names. */
function singleDash(value: Value): Value {
  return /^-[a-zA-Z]/.test(value.text) ? { ...value, text: `-${value.text}` } : value;
}

function xxd(call: Call): Value | null {
  const options = readOptions(call.args, optionSpec("clsgo"));
  const reverse = has(options, "r") || call.args.some((arg) => /^-revert/.test(arg.text));
  const input = inputOf(call, options.operands[0]);
  return reverse ? decoded(call, input, hexDecoded) : passed(call, input);
}

function gunzip(call: Call): Value | null {
  const options = readOptions(call.args, optionSpec("S"));
  const decompresses = call.name !== "gzip" || has(options, "d", "--decompress", "--uncompress");
  const operand = options.operands[0];
  const input = inputOf(call, operand);
  if (!decompresses) return passed(call, input);
  // Unpacking a file is everyday work, so nothing is said; it counts as decoded when an interpreter runs it.
  if (input?.complete !== true) return undecoded(call, input);
  return decoded(call, input, (text) => inflated(textBytes(text)));
}

/** How an archiver or a cipher is told to give back the plain text. */
interface Unpacking {
  /** Options that ask for it; without any it does nothing else. */
  readonly flags?: readonly string[];
  /** Letters and long names that take a value. */
  readonly short?: string;
  readonly long?: readonly string[];
}

/** A filter whose output nobody can read here: said nothing of, decoded all the same when it is run. */
export function unpacked(call: Call, { flags = [], short = "", long = [] }: Unpacking): Value | null {
  const options = readOptions(call.args, optionSpec(`o${short}`, ["--output", ...long]));
  const input = inputOf(call, options.operands[0]);
  if (flags.length > 0 && !has(options, ...flags)) return passed(call, input);
  const plain = undecoded(call, input);
  const out = option(options, "o", "--output");
  if (out === undefined || out.text === "-") return plain;
  noteWrite(call.frame, out, call.span, plain, false);
  return null;
}

function unpacker(unpacking: Unpacking): Handler {
  return (call) => unpacked(call, unpacking);
}

const DECOMPRESS: readonly string[] = ["d", "--decompress", "--uncompress", "--decrypt"];

function rev(call: Call): Value | null {
  const input = inputOf(
    call,
    call.args.find((arg) => !arg.text.startsWith("-")),
  );
  if (input?.complete !== true) return undecoded(call, input);
  const lines = input.text.split("\n").map((line) => [...line].reverse().join(""));
  return transformed(call, input, lines.join("\n"));
}

/** `unzip -p FILE` prints; else what it unpacks comes from where the archive came from. */
function unzip(call: Call): Value | null {
  const options = readOptions(call.args, optionSpec("Pd"));
  if (has(options, "p")) return undecoded(call, inputOf(call, options.operands[0]));
  const directory = option(options, "d");
  const target =
    directory === undefined ? workingDirectory(call.frame) : insidePath(call.frame, directory.text);
  noteTree(call.frame, target, inputOf(call, options.operands[0])?.taint);
  return null;
}

/** Unknown text after a decoder: fetched if it was fetched before, else decoded. */
export function undecoded({ span }: Call, input: Value | null): Value {
  return unknown("", span, input?.taint?.kind === "fetch" ? input.taint : { kind: "decode", span });
}

/** Rewritten text counts as decoded when it is run; letters made small or great and white space hide nothing. */
function transformed(call: Call, input: Value, text: string): Value {
  const taint: Taint = { kind: "decode", span: call.span, decoded: text.slice(0, 4096) };
  return { ...known(text, call.span), taint: input.taint ?? (readsAlike(input.text, text) ? null : taint) };
}

function readsAlike(one: string, other: string): boolean {
  const plain = (text: string): string => text.replace(/\s+/g, "").toLowerCase();
  return plain(one) === plain(other);
}

/** `tr SET1 SET2` on known text (ROT13 and friends), ranges expanded; `tr -d SET`. */
function tr(call: Call): Value | null {
  const input = call.frame.stdin;
  const flags = call.args
    .filter((arg) => arg.text.startsWith("-"))
    .map((arg) => arg.text)
    .join("");
  const [from, to] = call.args.filter((arg) => !arg.text.startsWith("-"));
  if (input?.complete !== true || from === undefined || /[cCs]/.test(flags)) return passed(call, input);
  const source = characterSet(from.text);
  if (flags.includes("d"))
    return transformed(call, input, [...input.text].filter((char) => !source.includes(char)).join(""));
  if (to === undefined) return passed(call, input);
  const target = characterSet(to.text);
  const text = [...input.text].map((char) => {
    const at = source.lastIndexOf(char);
    return at < 0 ? char : (target[Math.min(at, target.length - 1)] ?? char);
  });
  return transformed(call, input, text.join(""));
}

function characterSet(text: string): string[] {
  const chars = [...text.slice(0, 1024)];
  const found: string[] = [];
  for (let at = 0; at < chars.length; at++) {
    const first = chars[at] ?? "";
    const last = chars[at + 2];
    if (chars[at + 1] === "-" && last !== undefined) {
      for (let code = first.charCodeAt(0); code <= last.charCodeAt(0) && found.length < 512; code++) {
        found.push(String.fromCharCode(code));
      }
      at += 2;
    } else found.push(first);
  }
  return found;
}

/** Filters that decode, by name. */
export const DECODERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["base64", filter(base64Decoded, ["d", "D", "--decode"])],
  ["base32", filter(base32Decoded, ["d", "--decode"])],
  ["basenc", filter(base64Decoded, ["d", "--decode"])],
  ["uudecode", (call) => decoded(call, inputOf(call, call.args[0]), () => null)],
  ["openssl", openssl],
  ["xxd", xxd],
  ["gunzip", gunzip],
  ["gzip", gunzip],
  ["zcat", gunzip],
  ...["xz", "bzip2", "lz4", "lzop", "lzma", "brotli", "ccrypt", "mcrypt"].map((name): [string, Handler] => [
    name,
    unpacker({ flags: DECOMPRESS }),
  ]),
  ["zstd", unpacker({ flags: DECOMPRESS, short: "DMT" })],
  ["age", unpacker({ flags: DECOMPRESS, short: "irR", long: ["--identity"] })],
  ["rage", unpacker({ flags: DECOMPRESS, short: "irR", long: ["--identity"] })],
  ["unzip", unzip],
  ["strings", unpacker({ short: "nte" })],
  ...["xzcat", "unxz", "bzcat", "bunzip2", "lz4cat", "lzcat", "unlzma", "zstdcat", "unzstd", "ccat"].map(
    (name): [string, Handler] => [name, unpacker({})],
  ),
  ["rev", rev],
  ["tr", tr],
]);
