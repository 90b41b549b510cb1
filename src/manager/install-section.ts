import type { Host } from "../hosts/host.ts";
import { expandSpecifiers, ROOT_USER, UNKNOWN_HOST } from "../syntax/specifier.ts";
import { parseUnitFile } from "../syntax/unit-file.ts";
import { canAlias, instantiate, parseUnitName } from "../syntax/unit-name.ts";
import { extractWord } from "../syntax/words.ts";
import { hasUpholds, type SystemdVersion } from "../time/systemd-version.ts";
import type { Scope } from "./scope.ts";

/** What `systemctl enable` would do, collected over a fragment and its drop-ins. */
export interface InstallRules {
  aliases: string[];
  wantedBy: string[];
  requiredBy: string[];
  upheldBy: string[];
  also: string[];
  defaultInstance: string | null;
}

export function noRules(): InstallRules {
  return { aliases: [], wantedBy: [], requiredBy: [], upheldBy: [], also: [], defaultInstance: null };
}

export interface InstallContext {
  readonly host: Host;
  readonly scope: Scope;
  readonly version: SystemdVersion;
}

/**
 * Adds the `[Install]` section of a file to the rules of the unit `name` (`unit_file_load()`, src/shared/install.c).
 * False if systemctl would call the unit bad: a syntax failure, an invalid name in Also=.
 */
export function readInstall(
  context: InstallContext,
  name: string,
  bytes: Uint8Array,
  path: string,
  rules: InstallRules,
): boolean {
  const file = parseUnitFile(bytes, path);
  for (const { section, key, value } of file.assignments) {
    if (section !== "Install") continue;
    if (!applyRule(context, name, key, value, rules)) return false;
  }
  return file.failure === null;
}

function applyRule(
  context: InstallContext,
  name: string,
  key: string,
  value: string,
  rules: InstallRules,
): boolean {
  switch (key) {
    case "Alias": {
      const type = parseUnitName(name)?.type;
      if (type !== undefined && canAlias(type)) rules.aliases = extended(rules.aliases, value);
      return true;
    }
    case "WantedBy":
      rules.wantedBy = extended(rules.wantedBy, value);
      return true;
    case "RequiredBy":
      rules.requiredBy = extended(rules.requiredBy, value);
      return true;
    case "UpheldBy":
      if (hasUpholds(context.version)) rules.upheldBy = extended(rules.upheldBy, value);
      return true;
    case "Also":
      return addAlso(context, name, value, rules);
    case "DefaultInstance":
      return setDefaultInstance(context, name, value, rules);
    default:
      return true;
  }
}

/** `config_parse_strv()`: words are added, an empty value clears, a broken quote ends the line. */
function extended(list: readonly string[], value: string): string[] {
  return value === "" ? [] : [...list, ...wordsOf(value, "retain").words];
}

function wordsOf(
  value: string,
  style: "retain" | "plain",
): { readonly words: readonly string[]; readonly ok: boolean } {
  const words: string[] = [];
  for (let at = 0; ; ) {
    const word = extractWord(value, at, style);
    if (!word.ok) return { words, ok: false };
    if (word.value === null) return { words, ok: true };
    words.push(word.value.text);
    at = word.value.next;
  }
}

/** `config_parse_also()`: it accumulates and no empty value clears it. */
function addAlso(context: InstallContext, name: string, value: string, rules: InstallRules): boolean {
  const { words, ok } = wordsOf(value, "plain");
  for (const word of words) {
    const expanded = expandName(context, name, word);
    if (expanded === null || parseUnitName(expanded) === null) return false;
    rules.also.push(expanded);
  }
  return ok;
}

/** `config_parse_default_instance()`: only templates have one, and an impossible one makes the whole unit bad. */
function setDefaultInstance(
  context: InstallContext,
  name: string,
  value: string,
  rules: InstallRules,
): boolean {
  if (parseUnitName(name)?.kind !== "template") return true;
  const expanded = expandName(context, name, value);
  if (expanded === null) return false;
  if (expanded !== "" && parseUnitName(instantiate(name, expanded)) === null) return false;
  rules.defaultInstance = expanded === "" ? null : expanded;
  return true;
}

function expandName(context: InstallContext, name: string, text: string): string | null {
  const unit = parseUnitName(name);
  if (unit === null) return null;
  const manager = context.scope.kind === "system" ? "system" : "user";
  const expanded = expandSpecifiers(
    text,
    { unit, fragmentPath: null, manager, user: ROOT_USER, host: UNKNOWN_HOST, major: context.version.major },
    "name",
  );
  return expanded.ok ? expanded.value : null;
}
