import { type Parsed, parsed, problem } from "../parsed.ts";
import { type UnitName, unescapeName, unescapePath } from "./unit-name.ts";

/** Facts about a host that specifiers stand for; null where they are not known. */
export interface HostFacts {
  readonly machineId: string | null;
  readonly bootId: string | null;
  readonly hostName: string | null;
  readonly prettyHostName: string | null;
  readonly kernelRelease: string | null;
  /** As systemd names it: `x86-64`, `arm64`, … */
  readonly architecture: string | null;
  /** The keys of os-release(5); null if the file was not read, a missing key is an empty value. */
  readonly osRelease: ReadonlyMap<string, string> | null;
}

/** Who runs the manager: not the `User=` of a service. */
export interface ManagerUser {
  readonly name: string | null;
  readonly uid: number | null;
  readonly group: string | null;
  readonly gid: number | null;
  readonly home: string | null;
  readonly shell: string | null;
}

/** Everything a specifier may stand for. What is null is unknown, and its specifier stays as written (`%b`). */
export interface SpecifierContext {
  readonly unit: UnitName;
  readonly fragmentPath: string | null;
  readonly manager: "system" | "user";
  readonly user: ManagerUser;
  readonly host: HostFacts;
  /** systemd's major version; decides which letters exist. */
  readonly major: number;
}

export const UNKNOWN_HOST: HostFacts = {
  machineId: null,
  bootId: null,
  hostName: null,
  prettyHostName: null,
  kernelRelease: null,
  architecture: null,
  osRelease: null,
};

export const ROOT_USER: ManagerUser = {
  name: "root",
  uid: 0,
  group: "root",
  gid: 0,
  home: "/root",
  shell: null,
};

export const UNKNOWN_USER: ManagerUser = {
  name: null,
  uid: null,
  group: null,
  gid: null,
  home: null,
  shell: null,
};

/**
 * Which letters a directive knows: `unit` all of systemd.unit(5), `name` those allowed in names of units, which are
 * also those of `[Install]` (src/core/unit-printf.c, src/shared/install-printf.c).
 */
export type SpecifierTable = "unit" | "name";

/** What a letter stands for: a text, null if unknown here, or an error. */
type Meaning = { readonly text: string | null } | { readonly error: string };

/** `specifier_printf()` refuses longer results for units (LONG_LINE_MAX). */
const MAX_RESULT = 1_048_576;

/**
 * The text with its specifiers replaced (systemd.unit(5) "Specifiers", `specifier_printf()`,
 * src/shared/specifier.c). An unknown letter or digit is an error; `%` before anything else
 * stays.
 */
export function expandSpecifiers(
  text: string,
  context: SpecifierContext,
  table: SpecifierTable,
): Parsed<string> {
  if (!text.includes("%")) return parsed(text);
  let out = "";
  for (let at = 0; at < text.length; ) {
    const percent = text.indexOf("%", at);
    if (percent < 0) {
      out += text.slice(at);
      break;
    }
    out += text.slice(at, percent);
    const letter = text[percent + 1];
    if (letter === "%") out += "%";
    else if (letter === undefined || !/[0-9A-Za-z]/.test(letter)) out += `%${letter ?? ""}`;
    else {
      const meaning = meaningOf(letter, context, table);
      if (meaning === null) return problem("EBADSLT", `unknown specifier '%${letter}'`, percent, 2);
      if ("error" in meaning) return problem("EINVAL", meaning.error, percent, 2);
      out += meaning.text ?? `%${letter}`;
    }
    if (out.length > MAX_RESULT) return problem("ENAMETOOLONG", "text too long after specifiers", percent, 2);
    at = percent + 2;
  }
  return parsed(out);
}

function meaningOf(letter: string, context: SpecifierContext, table: SpecifierTable): Meaning | null {
  const common = nameMeaning(letter, context) ?? hostMeaning(letter, context.host);
  if (common !== null || table === "name") return common;
  return unitMeaning(letter, context) ?? managerMeaning(letter, context);
}

/** The letters names of units may hold. */
function nameMeaning(letter: string, { unit, user }: SpecifierContext): Meaning | null {
  switch (letter) {
    case "n":
      return { text: unit.name };
    case "N":
      return { text: stemOf(unit) };
    case "p":
      return { text: unit.prefix };
    case "i":
      return { text: unit.instance ?? "" };
    case "j":
      return { text: lastPart(unit.prefix) };
    case "u":
      return { text: user.name };
    case "U":
      return { text: user.uid === null ? null : String(user.uid) };
    case "g":
      return { text: user.group };
    case "G":
      return { text: user.gid === null ? null : String(user.gid) };
    default:
      return null;
  }
}

function hostMeaning(letter: string, host: HostFacts): Meaning | null {
  const fromRelease = OS_RELEASE.get(letter);
  if (fromRelease !== undefined) {
    return { text: host.osRelease === null ? null : (host.osRelease.get(fromRelease) ?? "") };
  }
  switch (letter) {
    case "m":
      return { text: host.machineId };
    case "b":
      return { text: host.bootId };
    case "H":
      return { text: host.hostName };
    case "l":
      return { text: host.hostName?.split(".")[0] ?? null };
    case "q":
      return { text: host.prettyHostName };
    case "v":
      return { text: host.kernelRelease };
    case "a":
      return { text: host.architecture };
    default:
      return null;
  }
}

const OS_RELEASE: ReadonlyMap<string, string> = new Map([
  ["o", "ID"],
  ["w", "VERSION_ID"],
  ["W", "VARIANT_ID"],
  ["B", "BUILD_ID"],
  ["M", "IMAGE_ID"],
  ["A", "IMAGE_VERSION"],
]);

function unitMeaning(letter: string, context: SpecifierContext): Meaning | null {
  const { unit, fragmentPath } = context;
  switch (letter) {
    case "I":
      return unescaped(unit.instance ?? "");
    case "P":
      return unescaped(unit.prefix);
    case "J":
      return unescaped(lastPart(unit.prefix));
    case "f":
      return pathOf(unit);
    case "y":
      return { text: fragmentPath };
    case "Y":
      return { text: fragmentPath === null ? null : directoryOf(fragmentPath) };
    // Control group paths exist only at run time.
    case "c":
    case "r":
    case "R":
      return { text: null };
    default:
      return null;
  }
}

/** Directories of the manager (file-hierarchy(7)); a user manager's depend on its environment, so defaults count. */
function managerMeaning(letter: string, context: SpecifierContext): Meaning | null {
  const { user, unit, major } = context;
  const isSystem = context.manager === "system";
  const inHome = (path: string): string | null => (user.home === null ? null : `${user.home}/${path}`);
  const runtime = isSystem ? "/run" : user.uid === null ? null : `/run/user/${user.uid}`;
  switch (letter) {
    case "t":
      return { text: runtime };
    case "d":
      return { text: runtime === null ? null : `${runtime}/credentials/${unit.name}` };
    case "S":
      return { text: isSystem ? "/var/lib" : inHome(major >= 254 ? ".local/state" : ".config") };
    case "C":
      return { text: isSystem ? "/var/cache" : inHome(".cache") };
    case "L":
      return { text: isSystem ? "/var/log" : inHome(major >= 254 ? ".local/state/log" : ".config/log") };
    case "E":
      return { text: isSystem ? "/etc" : inHome(".config") };
    case "D":
      return major < 256 ? null : { text: isSystem ? "/usr/share" : inHome(".local/share") };
    case "h":
      return { text: user.home };
    case "s":
      return { text: user.shell };
    case "T":
      return { text: "/tmp" };
    case "V":
      return { text: "/var/tmp" };
    default:
      return null;
  }
}

function stemOf(unit: UnitName): string {
  return unit.name.slice(0, -(unit.type.length + 1));
}

function lastPart(prefix: string): string {
  return prefix.slice(prefix.lastIndexOf("-") + 1);
}

function unescaped(part: string): Meaning {
  const text = unescapeName(part);
  return text === null ? { error: `'${part}' holds a bad escape` } : { text };
}

function pathOf(unit: UnitName): Meaning {
  const part = unit.instance ?? unit.prefix;
  const path = unescapePath(part);
  return path === null ? { error: `'${part}' stands for no path` } : { text: path };
}

function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

/** What all units of one manager share; `mergeUnit()` adds the unit. */
export type ManagerContext = Omit<SpecifierContext, "unit" | "fragmentPath">;
