/**
 * Which changes audit rules record. The kernel takes the first rule that fits, over all lists of the system call exit
 * (`audit_filter_rules()` compares priorities, kernel/auditsc.c), so an earlier `never` hides what a later watch names.
 */

import type { AuditRule, AuditRules } from "./audit-rules.ts";
import type { AuditField } from "./audit-rules-line.ts";

/** Fields that leave a rule as wide as it was, or nearly: a change that succeeded, one architecture, a permission. */
const WIDE = new Set(["arch", "perm", "success", "path", "dir"]);

/** Without any of these a list of system calls shows no change of a file. */
const WRITING = new Set(
  "all open openat openat2 creat rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat mkdir mkdirat truncate ftruncate chmod fchmod fchmodat chown fchown lchown fchownat write pwrite64".split(
    " ",
  ),
);

/** Records without which the rest of an event tells neither who nor what. */
const ESSENTIAL = new Map([
  ["SYSCALL", 1300],
  ["PATH", 1302],
]);

/**
 * The rule that records a change of `path` (`wa`), whoever makes it; `null` when none does or an earlier `never` rule
 * hides it. Rules for only some users, programs, or system calls do not count. Two rules may cover one architecture
 * each. `path` should have its links followed.
 */
export function watchOf(rules: AuditRules, path: string, permissions: string): AuditRule | null {
  const architectures = new Set<string>();
  let first: AuditRule | null = null;
  for (const rule of rules.rules) {
    if (hides(rule, path)) return null;
    if (!records(rule, path, permissions)) continue;
    first ??= rule;
    const arch = rule.fields.find(({ name, operator }) => name === "arch" && operator === "=");
    if (arch === undefined) return isHiddenAnywhere(rules) ? null : rule;
    architectures.add(/64|x86_64|aarch64|s390x|ppc64/.test(arch.value) ? "64" : "32");
    if (architectures.size === 2) return isHiddenAnywhere(rules) ? null : first;
  }
  return null;
}

/** The rule that keeps changes of a path from being recorded, if one does. */
export function blindedBy(rules: AuditRules, path: string): AuditRule | null {
  return rules.rules.find((rule) => hides(rule, path) || isGlobalBlinder(rule)) ?? null;
}

/** Rules of the lists `task` and `exclude` act whatever stands before them. */
function isHiddenAnywhere({ rules }: AuditRules): boolean {
  return rules.some(isGlobalBlinder);
}

/** `-a never,task` switches the audit of all processes off; an `exclude` takes the records that matter away. */
export function isGlobalBlinder(rule: AuditRule): boolean {
  if (rule.list === "task") return rule.action === "never" && rule.fields.every(isOfServices);
  if (rule.list !== "exclude") return false;
  const types = rule.fields.filter(({ name }) => name === "msgtype");
  const others = rule.fields.filter(({ name }) => name !== "msgtype");
  return (
    others.every(isOfServices) &&
    [...ESSENTIAL].some((record) => types.every((field) => takes(field, record)))
  );
}

function takes({ operator, value }: AuditField, [name, number]: readonly [string, number]): boolean {
  const known = ESSENTIAL.get(value.toUpperCase());
  const wanted = known ?? (/^\d+$/.test(value) ? Number(value) : null);
  switch (operator) {
    case "=":
      return value.toUpperCase() === name || wanted === number;
    case "!=":
      return value.toUpperCase() !== name && wanted !== number;
    case ">":
      return wanted !== null && number > wanted;
    case ">=":
      return wanted !== null && number >= wanted;
    case "<":
      return wanted !== null && number < wanted;
    case "<=":
      return wanted !== null && number <= wanted;
    default:
      return false;
  }
}

function records(rule: AuditRule, path: string, permissions: string): boolean {
  const { list, action, watch, fields, syscalls } = rule;
  if (list !== "exit" || action !== "always" || watch === null || watch.shallow) return false;
  if (!reaches(rule, path)) return false;
  if (![...permissions].every((letter) => watch.permissions.includes(letter))) return false;
  if (syscalls.length > 0 && !syscalls.includes("all")) return false;
  return fields.every((field) => WIDE.has(field.name) && !isFailureOnly(field));
}

function isFailureOnly({ name, operator, value }: AuditField): boolean {
  return name === "success" && (value === "0" || value === "no") === (operator === "=");
}

function hides(rule: AuditRule, path: string): boolean {
  const { list, action, watch, fields, syscalls } = rule;
  if (list !== "exit" || action !== "never") return false;
  if (watch !== null && !reaches(rule, path)) return false;
  if (syscalls.length > 0 && !syscalls.some((call) => WRITING.has(call))) return false;
  if (watch !== null && !/[wa]/.test(watch.permissions)) return false;
  return fields.every((field) => WIDE.has(field.name) || isOfServices(field));
}

/** Conditions that whatever systemd starts fulfils: it bears no login uid, and usually is root. */
function isOfServices({ name, operator, value }: AuditField): boolean {
  const isUnset = value === "unset" || value === "-1" || value === "4294967295";
  switch (name) {
    case "auid":
    case "loginuid":
    case "sessionid":
      return (operator === "=" && isUnset) || (operator === "!=" && !isUnset);
    case "uid":
    case "euid":
    case "suid":
    case "fsuid":
      return operator === "=" && (value === "0" || value === "root");
    case "arch":
    case "success":
      return true;
    default:
      return false;
  }
}

function reaches({ watch }: AuditRule, path: string): boolean {
  if (watch === null) return false;
  return [watch.path, watch.realPath].some(
    (place) => place === path || (watch.directory && (place === "/" || path.startsWith(`${place}/`))),
  );
}
