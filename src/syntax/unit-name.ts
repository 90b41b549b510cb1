import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

/** The unit types systemd knows, in its own order (src/basic/unit-def.h). */
export const UNIT_TYPES = [
  "service",
  "mount",
  "swap",
  "socket",
  "target",
  "device",
  "automount",
  "timer",
  "path",
  "slice",
  "scope",
] as const;

export type UnitType = (typeof UNIT_TYPES)[number];

/** A valid unit name and its parts: `prefix[@instance].type`. */
export interface UnitName {
  readonly name: string;
  /** The part before the first `@`; without `@`, all before the type's dot. */
  readonly prefix: string;
  /** The text between `@` and the type's dot: null for a plain name, empty for a template. */
  readonly instance: string | null;
  readonly type: UnitType;
  readonly kind: "plain" | "template" | "instance";
}

/** The longest name systemd accepts, in bytes (UNIT_NAME_MAX is 256 with the NUL). */
const MAX_LENGTH = 255;

const TYPES: ReadonlySet<string> = new Set(UNIT_TYPES);
const ALIASED: ReadonlySet<UnitType> = new Set(["service", "socket", "target", "device", "timer", "path"]);
const TEMPLATED: ReadonlySet<UnitType> = new Set(["service", "socket", "target", "timer", "path"]);

const STEM = /^[0-9A-Za-z:_.\\-][0-9A-Za-z:_.\\@-]*$/;

/** The parts of a unit name, or null if systemd refuses it (`unit_name_is_valid()`, src/basic/unit-name.c). */
export function parseUnitName(name: string): UnitName | null {
  const dot = name.lastIndexOf(".");
  if (dot <= 0 || name.length > MAX_LENGTH) return null;
  const type = name.slice(dot + 1);
  if (!isUnitType(type)) return null;
  const stem = name.slice(0, dot);
  if (!STEM.test(stem)) return null;
  const at = stem.indexOf("@");
  if (at < 0) return { name, prefix: stem, instance: null, type, kind: "plain" };
  const instance = stem.slice(at + 1);
  const kind = instance === "" ? "template" : "instance";
  return { name, prefix: stem.slice(0, at), instance, type, kind };
}

export function isUnitType(text: string): text is UnitType {
  return TYPES.has(text);
}

/** The template an instance is made from, `foo@x.timer` → `foo@.timer`; null for any other name. */
export function templateOf(name: string): string | null {
  const parts = parseUnitName(name);
  return parts?.kind === "instance" ? `${parts.prefix}@.${parts.type}` : null;
}

/**
 * The template's name with the instance put in: `foo@.timer`, `x` → `foo@x.timer`. A name that is no template comes
 * back unchanged. The result can be too long or hold characters no unit name may have: parse it before trusting it.
 */
export function instantiate(template: string, instance: string): string {
  const parts = parseUnitName(template);
  return parts?.kind === "template" ? `${parts.prefix}@${instance}.${parts.type}` : template;
}

/** May a unit of this type have alias names (systemd.unit(5), `unit_type_may_alias()`). */
export function canAlias(type: UnitType): boolean {
  return ALIASED.has(type);
}

/** May a unit of this type be a template (systemd.unit(5), `unit_type_may_template()`). */
export function canTemplate(type: UnitType): boolean {
  return TEMPLATED.has(type);
}

/** Any text as part of a unit name, as `systemd-escape` gives it (`unit_name_escape()`). */
export function escapeName(text: string): string {
  let out = "";
  encodeUtf8(text).forEach((byte, at) => {
    const character = String.fromCharCode(byte);
    if (character === "/") out += "-";
    else if (/[0-9A-Za-z:_.]/.test(character) && !(at === 0 && character === ".")) out += character;
    else out += `\\x${byte.toString(16).padStart(2, "0")}`;
  });
  return out;
}

/** The text an escaped name part stands for, or null for a bad escape (`unit_name_unescape()`). */
export function unescapeName(escaped: string): string | null {
  if (/\\(?!x[0-9a-fA-F]{2})/.test(escaped)) return null;
  const slashed = escaped.replaceAll("-", "/");
  if (!slashed.includes("\\")) return slashed;
  const bytes: number[] = [];
  for (const [piece] of slashed.matchAll(/\\x..|[^\\]+/g)) {
    if (piece.startsWith("\\x")) bytes.push(Number.parseInt(piece.slice(2), 16));
    else bytes.push(...encodeUtf8(piece));
  }
  // systemd keeps the result in a C string: an escaped NUL cuts it short.
  const end = bytes.indexOf(0);
  return decodeUtf8(Uint8Array.from(end < 0 ? bytes : bytes.slice(0, end)));
}

/** A path as part of a unit name, as `systemd-escape --path`; null for a path with `..` (`unit_name_path_escape()`). */
export function escapePath(path: string): string | null {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) return null;
  return parts.length === 0 ? "-" : escapeName(parts.join("/"));
}

/** The absolute path an escaped name part stands for; null if it is none (`unit_name_path_unescape()`). */
export function unescapePath(escaped: string): string | null {
  if (escaped === "-") return "/";
  const inner = escaped === "" ? null : unescapeName(escaped);
  if (inner === null) return null;
  const isNormal = inner.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  return isNormal ? `/${inner}` : null;
}
