/** Where an operator's rules and decisions lie, and who may have written them. Never on the target, never in `.`. */
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type AcceptanceRecord, parseAcceptances } from "../policy/acceptance.ts";
import { ALL_RULES } from "../rules/memory-rules.ts";
import type { ActivationRule } from "../rules/rule.ts";
import type { Arguments } from "./arguments.ts";
import { type OptionTable, RunError, type Streams, UsageError } from "./command.ts";

export const POLICY_OPTIONS = {
  rules: {
    type: "string",
    multiple: true,
    value: "DIR",
    does: "also use the rules in this folder or file",
    group: "policy",
  },
  accept: {
    type: "string",
    multiple: true,
    value: "DIR",
    does: "use the decisions in this folder or file instead of the usual places",
    group: "policy",
  },
  "no-accept": { type: "boolean", does: "use no decisions at all", group: "policy" },
} as const satisfies OptionTable;

const MAX_FILE = 1024 * 1024;

/** Where decisions are looked for when none are named: the machine's, then the user's own. */
export function acceptFolders(env: Streams["env"]): readonly string[] {
  const config = env["XDG_CONFIG_HOME"] ?? (env["HOME"] ? join(env["HOME"], ".config") : null);
  return ["/etc/timerwarden/accept.d", ...(config === null ? [] : [join(config, "timerwarden/accept.d")])];
}

/** The rules of `--rules`; one mistake in them stops the run, since silence would look like innocence. */
export async function ownRulesOf(args: Arguments): Promise<readonly ActivationRule[]> {
  const named = args.texts("rules");
  if (named.length === 0) return [];
  const { parseOwnRules } = await import("../policy/own-rule.ts");
  const rules: ActivationRule[] = [];
  for (const path of named.flatMap(ruleFilesIn)) {
    const { rules: found, problems } = parseOwnRules(readTrusted(path), path);
    const [first] = problems;
    if (first) throw new UsageError(`${first.place}: ${first.message}${more(problems.length)}`);
    rules.push(...found);
  }
  const ids = new Set(ALL_RULES.map(({ id }) => id));
  for (const { id } of rules) {
    if (ids.has(id)) throw new UsageError(`--rules: two rules are called ${id}`);
    ids.add(id);
  }
  return rules;
}

function ruleFilesIn(named: string): readonly string[] {
  const files = filesIn(named, true);
  if (files.length === 0)
    throw new UsageError(`--rules: no rules in ${named} (files called *.yaml, *.yml or *.json)`);
  return files;
}

export function acceptancesOf(args: Arguments, env: Streams["env"]): readonly AcceptanceRecord[] {
  if (args.flag("no-accept")) return [];
  const named = args.texts("accept");
  const files =
    named.length > 0
      ? named.flatMap((path) => filesIn(path, true))
      : acceptFolders(env).flatMap((path) => filesIn(path, false));
  return files.flatMap((path) => {
    const { records, problems } = parseAcceptances(readTrusted(path), path);
    const [first] = problems;
    if (first) throw new UsageError(`${first.place}: ${first.message}${more(problems.length)}`);
    return records;
  });
}

function more(count: number): string {
  return count > 1 ? ` (and ${count - 1} more)` : "";
}

/** The `.yaml`, `.yml` and `.json` files of a folder in the order of their names, or the one file that is named. */
function filesIn(path: string, must: boolean): readonly string[] {
  if (!existsSync(path)) {
    if (must) throw new UsageError(`${path} does not exist`);
    return [];
  }
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .filter((name) => /\.(ya?ml|json)$/.test(name) && !name.startsWith("."))
      .sort((a, b) => (a < b ? -1 : 1))
      .map((name) => join(path, name));
  } catch (error) {
    throw cannotRead(path, error, must);
  }
}

/** Decisions nobody named can be gone without. */
function cannotRead(path: string, error: unknown, isNamed = true): RunError {
  const remedy = isNamed ? "" : "; --no-accept goes without the decisions there";
  return new RunError(`cannot read ${path}: ${(error as Error).message}${remedy}`);
}

/** As root, a file that somebody else could have written is refused: it could talk findings away. */
function readTrusted(path: string): string {
  try {
    return trustedText(path);
  } catch (error) {
    throw error instanceof UsageError ? error : cannotRead(path, error);
  }
}

function trustedText(path: string): string {
  const facts = statSync(path);
  if (!facts.isFile()) throw new UsageError(`${path} is not a regular file`);
  if (facts.size > MAX_FILE) throw new UsageError(`${path} is larger than 1 MiB`);
  if (process.getuid?.() === 0)
    for (const part of [path, dirname(path)]) {
      const { uid, mode } = statSync(part);
      if (uid !== 0 || (mode & 0o022) !== 0)
        throw new UsageError(
          `${part} is not only root's to write (owner ${uid}, mode ${(mode & 0o7777).toString(8)}); as root only such files are read`,
        );
    }
  if (lstatSync(path).isSymbolicLink() && process.getuid?.() === 0)
    throw new UsageError(`${path} is a link; name the file itself`);
  return readFileSync(path, "utf8");
}
