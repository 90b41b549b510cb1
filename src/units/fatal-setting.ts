import { expandSpecifiers, type SpecifierContext } from "../syntax/specifier.ts";
import { isValidText } from "../syntax/utf8.ts";
import { splitWords } from "../syntax/words.ts";

type Check = (value: string, context: SpecifierContext) => string | null;

/** Keys besides `Exec…=` whose bad value makes systemd refuse the unit (those returning -ENOEXEC, src/core/load-fragment.c). */
const CHECKS: ReadonlyMap<string, Check> = new Map([
  ["User", whole(userProblem)],
  ["Group", whole(userProblem)],
  ["SupplementaryGroups", eachWord(whole(userProblem))],
  ["WorkingDirectory", optional(whole(directoryProblem))],
  ["RootDirectory", whole(pathProblem)],
  ["RootImage", whole(pathProblem)],
  ["RootVerity", whole(pathProblem)],
  ["StandardInput", streamProblem],
  ["StandardOutput", streamProblem],
  ["StandardError", streamProblem],
]);

/** Why a value makes the whole unit a bad setting; null if it does not. An empty value never does. */
export function fatalReason(key: string, value: string, context: SpecifierContext): string | null {
  return value === "" ? null : (CHECKS.get(key)?.(value, context) ?? null);
}

function whole(check: (text: string) => string | null): Check {
  return (value, context) => {
    const text = expandSpecifiers(value, context, "unit");
    return text.ok ? check(text.value) : text.problem.message;
  };
}

function eachWord(check: Check): Check {
  return (value, context) => {
    const words = splitWords(value, "quoted");
    if (!words.ok) return null;
    return words.value.map(({ text }) => check(text, context)).find((reason) => reason !== null) ?? null;
  };
}

/** A leading `-` forgives everything. */
function optional(check: Check): Check {
  return (value, context) => (value.startsWith("-") ? null : check(value, context));
}

/** `valid_user_group_name()` with numbers allowed, relaxed form (src/basic/user-util.c). */
function userProblem(name: string): string | null {
  const isNumber = /^(0|[1-9][0-9]*)$/.test(name);
  if (isNumber) return isUserId(name) ? null : `'${name}' is no user or group id`;
  const isBad =
    name === "" ||
    name === "." ||
    name === ".." ||
    name.startsWith("-") ||
    /^\s|\s$|[\u0001-\u001f\u007f:/]/.test(name) ||
    /^[0-9]+$/.test(name) ||
    !isValidText(name);
  return isBad ? `'${name}' is no user or group name` : null;
}

/** 65535 and 4294967295 mean "no user" to the kernel. */
function isUserId(text: string): boolean {
  const id = Number(text);
  return id < 4_294_967_295 && id !== 65_535;
}

function directoryProblem(path: string): string | null {
  return path === "~" ? null : pathProblem(path);
}

function pathProblem(path: string): string | null {
  if (!path.startsWith("/")) return `'${path}' is no absolute path`;
  if (!isValidText(path)) return "path is not valid UTF-8";
  return path.length >= 4096 || path.split("/").some((part) => part.length > 255) ? "path too long" : null;
}

/** Only the specifiers of a stream's file are checked this hard; a relative path is merely ignored. */
function streamProblem(value: string, context: SpecifierContext): string | null {
  return /^(file|append|truncate|fd):/.test(value) ? whole(() => null)(value, context) : null;
}
