import type { Span } from "../syntax/span.ts";
import { expandSpecifiers, type ManagerContext, ROOT_USER, UNKNOWN_USER } from "../syntax/specifier.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import { extractWord, unescapeText } from "../syntax/words.ts";
import { rankFiles } from "./drop-in-order.ts";
import { hostFactsOf } from "./host-facts.ts";
import type { Manager } from "./manager.ts";
import type { Scope } from "./scope.ts";
import { usesSplitUsr } from "./search-path.ts";

/** How a line makes its file: with a text, as a copy, or as a link. */
export type TmpfilesMaker = "text" | "copy" | "link";

/** A line of tmpfiles.d(5) that makes a file, or writes into one, at each boot. */
export interface TmpfilesLine {
  readonly makes: TmpfilesMaker;
  /** May hold a pattern where the line writes into what is there (`w`). */
  readonly path: string;
  /** The text, the file copied, or the link's target; `null` when the line leaves it to a credential. */
  readonly argument: string | null;
  readonly span: Span;
}

const MAKERS: ReadonlyMap<string, TmpfilesMaker> = new Map([
  ["f", "text"],
  ["F", "text"],
  ["w", "text"],
  ["C", "copy"],
  ["L", "link"],
]);
const MAX_BYTES = 1_048_576;
/** Type, path, mode, user, group, age: what stands before the argument. */
const FIELDS = 6;

/** What makes files, of all configuration in force, in the order systemd-tmpfiles(8) reads it. */
export function readTmpfiles(manager: Manager): readonly TmpfilesLine[] {
  const directories = directoriesOf(manager).map(
    (listed) =>
      ({
        listed,
        real: listed,
        searchDirectory: { path: listed, kind: "config", persistent: !listed.startsWith("/run/") },
      }) as const,
  );
  const hides = "files made at boot";
  return rankFiles(manager.reader, directories, ".conf", hides).flatMap(({ path }) => {
    const content = manager.reader.valueOf(manager.host.readFile(path, MAX_BYTES), path, hides);
    return content === null ? [] : parseTmpfiles(content.bytes, path, contextOf(manager));
  });
}

function directoriesOf({ scope, host, version }: Manager): readonly string[] {
  if (scope.kind === "system") {
    const bases = ["/etc", "/run", "/usr/local/lib", "/usr/lib"];
    return [...bases, ...(usesSplitUsr(host, version) ? ["/lib"] : [])].map((base) => `${base}/tmpfiles.d`);
  }
  const shared = ["/usr/local/share/user-tmpfiles.d", "/usr/share/user-tmpfiles.d"];
  return scope.kind === "global-user" ? shared : [...ownDirectories(scope), ...shared];
}

function ownDirectories({ home, runtimeDirectory }: Extract<Scope, { kind: "user" }>): readonly string[] {
  const runtime = runtimeDirectory === null ? [] : [`${runtimeDirectory}/user-tmpfiles.d`];
  return [`${home}/.config/user-tmpfiles.d`, ...runtime, `${home}/.local/share/user-tmpfiles.d`];
}

function contextOf({ host, scope, version }: Manager): ManagerContext {
  const base = { host: hostFactsOf(host), major: version.major };
  if (scope.kind === "system") return { ...base, manager: "system", user: ROOT_USER };
  const user = scope.kind === "user" ? { ...UNKNOWN_USER, ...scope } : UNKNOWN_USER;
  return { ...base, manager: "user", user };
}

/** The lines of one file that make files; those systemd-tmpfiles refuses are left out (`parse_line()`, src/tmpfiles). */
export function parseTmpfiles(
  bytes: Uint8Array,
  path: string,
  context: ManagerContext,
): readonly TmpfilesLine[] {
  const lines = new TextDecoder("utf-8").decode(bytes).split("\n");
  return lines.flatMap((raw, index) => {
    const text = raw.trim();
    if (text === "" || text.startsWith("#") || text.startsWith(";")) return [];
    const line = lineOf(text, context);
    return line === null ? [] : [{ ...line, span: { path, line: index + 1, column: 1, length: raw.length } }];
  });
}

function lineOf(text: string, context: ManagerContext): Omit<TmpfilesLine, "span"> | null {
  const fields: string[] = [];
  let at = 0;
  while (fields.length < FIELDS) {
    const word = extractWord(text, at, "environment");
    if (!word.ok) return null;
    if (word.value === null) break;
    fields.push(word.value.text);
    at = word.value.next;
  }
  const [type = "", given = ""] = fields;
  const makes = MAKERS.get(type[0] ?? "");
  const path = expanded(given, context);
  if (makes === undefined || path === null || !path.startsWith("/")) return null;
  const flags = type.slice(1);
  const rest = fields.length < FIELDS ? "" : text.slice(at);
  if (flags.includes("^")) return { makes, path, argument: null };
  const unescaped = unescapeText(rest === "-" ? "" : rest);
  const argument = unescaped.ok ? expanded(unescaped.value, context) : null;
  if (argument === null) return null;
  if (flags.includes("~")) return { makes, path, argument: Buffer.from(argument, "base64").toString("utf8") };
  // A copy or link without a source is of the file of that name among the factory's (/usr/share/factory).
  const isOfFactory = argument === "" && makes !== "text";
  return { makes, path, argument: isOfFactory ? `/usr/share/factory${path}` : argument };
}

const UNIT = parseUnitName("systemd-tmpfiles-setup.service");

/** Only letters that speak of no unit are known (`specifier_table`, src/tmpfiles/tmpfiles.c). */
function expanded(text: string, context: ManagerContext): string | null {
  if (UNIT === null || /%[^%aAbBCgGhHlLmMoStTuUvVwW\s/]/.test(text.replaceAll("%%", ""))) return null;
  const result = expandSpecifiers(text, { ...context, unit: UNIT, fragmentPath: null }, "unit");
  return result.ok ? result.value : null;
}
