/**
 * Files of people that are encrypted and then removed (T1486): what ransomware does, and what no backup does, which
 * leaves them where they are or removes only what it made itself.
 */
import type { Span } from "../syntax/span.ts";
import type { Call, Frame } from "./engine.ts";
import { has, option, optionSpec, readOptions } from "./options.ts";
import type { Value } from "./value.ts";

/** What a session knows of it. */
export interface Encrypting {
  /** The words by which files of people were encrypted: paths, patterns, or a loop's own `$f`. */
  readonly words: Set<string>;
  /** A tree of people's files was searched, so that an unknown word may stand for each of them. */
  walks: boolean;
}

const KEPT_APART = /backup|bkp|dump|archive|export|spool|outgoing|incoming|cache|tmp|\/log/i;
const HOMES =
  /^(\/home(\/[^/]+)?|\/root|\/(srv|data|export|mnt|media|opt|Users)|\/var\/www(\/[^/]+)?|~|\$\{?HOME\}?)(\/\*+)?\/?$/;
const PEOPLES =
  /^\/home\/\*\/|^(\/home\/[^/]+|\/root|~|\$\{?HOME\}?)\/(Documents|Desktop|Pictures|Downloads|Music|Videos)(\/|$)/;

/** Whole homes, the directories in which desktops keep people's files, and trees of data as a whole. */
export function holdsPeoplesFiles(path: string): boolean {
  return !KEPT_APART.test(path) && (HOMES.test(path) || PEOPLES.test(path));
}

/** A program goes through whole trees. */
export function noteWalk({ session }: Frame, roots: readonly string[]): void {
  session.encrypting.walks ||= roots.some(holdsPeoplesFiles);
}

/** What a call encrypts, when it does, and whether it removes the originals itself. */
interface Enciphered {
  readonly files: readonly Value[];
  readonly removes: boolean;
}

/** Says or remembers that files of people are encrypted. */
export function noteEncryption(call: Call): void {
  const { frame, name, span } = call;
  const enciphered = encipheredBy(call);
  if (enciphered === null) return;
  const { encrypting } = frame.session;
  const stream = frame.stdin?.taint?.kind === "file" ? [frame.stdin.taint.path ?? ""] : [];
  for (const word of [...enciphered.files.map(({ text }) => text), ...stream]) {
    const isUnknown = !word.startsWith("/") && encrypting.walks;
    if (!isUnknown && !holdsPeoplesFiles(word)) continue;
    if (enciphered.removes) sayEncrypted(frame, name, word, span);
    else if (encrypting.words.size < 64) encrypting.words.add(word);
  }
}

/** What was encrypted is removed. */
export function noteRemovalOfEncrypted({ frame, name, span }: Call, removed: Value): void {
  if (frame.session.encrypting.words.has(removed.text)) sayEncrypted(frame, name, removed.text, span);
}

function sayEncrypted(frame: Frame, name: string, word: string, span: Span): void {
  const what = word.startsWith("/") ? word : "whole trees";
  const says = `The files of ${what} are encrypted and their originals removed (${name}).`;
  frame.session.say(frame, "encrypts-files", span, says, "medium", { program: name, path: word });
}

function encipheredBy({ name, args }: Call): Enciphered | null {
  switch (name) {
    case "openssl": {
      const verb = args[0]?.text ?? "";
      const words = args.map(({ text }) => text);
      const isCipher = /^(enc|aes|des|bf|rc4|camellia|chacha|cast|seed|aria|sm4)/.test(verb);
      if (isCipher ? words.includes("-d") : !words.includes("-encrypt")) return null;
      return { files: args.filter((_, at) => words[at - 1] === "-in"), removes: false };
    }
    case "gpg":
    case "gpg2": {
      const options = readOptions(args, GPG);
      if (!has(options, "c", "e", "--symmetric", "--encrypt", "--encrypt-files")) return null;
      return { files: options.operands, removes: false };
    }
    case "age":
    case "rage": {
      const options = readOptions(args, optionSpec("irRo"));
      return has(options, "d", "--decrypt") ? null : { files: options.operands, removes: false };
    }
    case "ccrypt":
    case "ccencrypt":
    case "mcrypt": {
      const options = readOptions(args, optionSpec("kKESafmo"));
      if (has(options, "d", "--decrypt", "c")) return null;
      return { files: options.operands, removes: name !== "mcrypt" || has(options, "u", "--unlink") };
    }
    case "7z":
    case "7za":
    case "7zr":
    case "rar": {
      const words = args.map(({ text }) => text);
      if (words[0] !== "a" || !words.some((word) => /^-h?p/.test(word))) return null;
      const files = args.slice(1).filter(({ text }) => !text.startsWith("-"));
      return { files: files.slice(1), removes: words.some((word) => /^-(sdel|df|dw)$/.test(word)) };
    }
    case "zip": {
      const options = readOptions(args, optionSpec("Pbtnix", ["--password"]));
      if (option(options, "P", "--password") === undefined && !has(options, "e", "--encrypt")) return null;
      return { files: options.operands.slice(1), removes: has(options, "m", "--move") };
    }
    default:
      return null;
  }
}

const GPG = optionSpec("ruo", [
  "--passphrase",
  "--passphrase-file",
  "--passphrase-fd",
  "--recipient",
  "--recipient-file",
  "--hidden-recipient",
  "--pinentry-mode",
  "--trust-model",
  "--homedir",
  "--keyring",
  "--output",
  "--cipher-algo",
  "--compress-algo",
  "--local-user",
]);
