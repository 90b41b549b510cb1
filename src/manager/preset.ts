import type { Span } from "../syntax/span.ts";
import { parseUnitName, templateOf } from "../syntax/unit-name.ts";
import { presetIgnore } from "../time/systemd-version.ts";
import { rankFiles } from "./drop-in-order.ts";
import { fileNature } from "./file-nature.ts";
import { matchesGlob } from "./glob.ts";
import type { Manager } from "./manager.ts";
import { usesSplitUsr } from "./search-path.ts";

export type PresetAction = "enabled" | "disabled" | "ignored";

/** A line of a preset file (systemd.preset(5)). */
export interface PresetRule {
  readonly action: PresetAction;
  readonly pattern: string;
  /** Instances of a template; null when the line names none. */
  readonly instances: readonly string[] | null;
  readonly span: Span;
}

/** All preset rules, strongest first (`read_presets()`, src/shared/install.c). */
export function readPresets(manager: Manager): readonly PresetRule[] {
  const name = manager.scope.kind === "system" ? "system-preset" : "user-preset";
  const bases = ["/etc", "/run", "/usr/local/lib", "/usr/lib"];
  if (usesSplitUsr(manager.host, manager.version)) bases.push("/lib");
  const directories = bases.map((base) => {
    const listed = `${base}/systemd/${name}`;
    return {
      listed,
      real: listed,
      searchDirectory: { path: listed, kind: "config", persistent: base !== "/run" },
    } as const;
  });
  const hides = "preset rules";
  return rankFiles(manager.reader, directories, ".preset", hides).flatMap(({ path }) => {
    const { kind } = fileNature(manager.host, path);
    if (kind !== "content" && kind !== "unreadable") return [];
    const content = manager.reader.valueOf(manager.host.readFile(path), path, hides);
    return content === null ? [] : parsePresets(content.bytes, path, presetIgnore(manager.version));
  });
}

/** The rules of one preset file; lines systemd cannot parse are skipped, as it does with a warning. */
export function parsePresets(bytes: Uint8Array, path: string, withIgnore: boolean): readonly PresetRule[] {
  const lines = new TextDecoder("utf-8").decode(bytes).split("\n");
  return lines.flatMap((raw, index) => {
    const line = raw.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
    if (line === "" || line.startsWith("#") || line.startsWith(";")) return [];
    const span = { path, line: index + 1, column: 1, length: 0 };
    const [, word = "", rest = ""] = /^(\S+)(?:\s+(.*))?$/.exec(line) ?? [];
    switch (word) {
      case "enable":
        return enableRule(rest, span);
      case "disable":
        return [{ action: "disabled", pattern: rest, instances: null, span }];
      case "ignore":
        return withIgnore ? [{ action: "ignored", pattern: rest, instances: null, span }] : [];
      default:
        return [];
    }
  });
}

/** `split_pattern_into_name_and_instances()`: instances only behind a template's name. */
function enableRule(rest: string, span: Span): readonly PresetRule[] {
  const [pattern = "", ...instances] = rest.split(/\s+/);
  if (pattern === "") return [];
  if (instances.length === 0) return [{ action: "enabled", pattern, instances: null, span }];
  return parseUnitName(pattern)?.kind === "template" ? [{ action: "enabled", pattern, instances, span }] : [];
}

/** What the presets say of a name as `list-unit-files` prints it: the first matching rule, else enabled. */
export function presetOf(rules: readonly PresetRule[], name: string): PresetAction {
  return presetRuleOf(rules, name)?.action ?? "enabled";
}

/** The first rule for a name (`query_presets()`). `systemctl preset` also honours instances behind a template. */
export function presetRuleOf(
  rules: readonly PresetRule[],
  name: string,
  withInstances = false,
): PresetRule | null {
  const found = rules.find(
    (rule) => matchesGlob(rule.pattern, name) || (withInstances && namesInstance(rule, name)),
  );
  return found ?? null;
}

function namesInstance({ pattern, instances }: PresetRule, name: string): boolean {
  const parts = parseUnitName(name);
  if (instances === null || parts === null || parts.instance === null) return false;
  return parts.kind === "template"
    ? pattern === name
    : pattern === templateOf(name) && instances.includes(parts.instance);
}
