/**
 * Arguments of one command: Node's `parseArgs` over the command's option table, then `TIMERWARDEN_<OPTION>` from the
 * environment for what the line leaves open. Errors are `UsageError` with the nearest option that exists.
 */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { nearest } from "../nearest.ts";
import { type Command, type OptionTable, UsageError } from "./command.ts";

export interface Arguments {
  readonly positionals: readonly string[];
  /** The last value given, or `null`. */
  text(option: string): string | null;
  /** Every value given, in order. */
  texts(option: string): readonly string[];
  flag(option: string): boolean;
  /** How often a flag was given: `-vv` is 2. */
  count(option: string): number;
}

export function parseCommand(
  command: Pick<Command, "name" | "options">,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Arguments {
  const { values, positionals } = parseLine(command, args);
  const given = new Map<string, readonly (string | boolean)[]>();
  for (const [name, option] of Object.entries(command.options)) {
    const value = values[name] ?? fromEnvironment(name, option.type, env);
    if (value !== undefined) given.set(name, Array.isArray(value) ? value : [value]);
  }
  return {
    positionals,
    text: (option) => given.get(option)?.findLast((value) => typeof value === "string") ?? null,
    texts: (option) => (given.get(option) ?? []).filter((value) => typeof value === "string"),
    flag: (option) => given.get(option)?.at(-1) === true,
    count: (option) => given.get(option)?.filter((value) => value === true).length ?? 0,
  };
}

type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

function parseLine(
  { name, options }: Pick<Command, "name" | "options">,
  args: readonly string[],
): { values: Values; positionals: string[] } {
  try {
    const config: NonNullable<ParseArgsConfig["options"]> = {};
    for (const [option, { type, short, multiple }] of Object.entries(options)) {
      config[option] = { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) };
      // Node's own negation would take `--no-accept` for "accept: false" though it is an option by itself.
      if (type === "boolean" && !Object.hasOwn(options, `no-${option}`))
        config[`no-${option}`] = { type: "boolean" };
    }
    const { values, positionals, tokens } = parseArgs({
      args: [...args],
      options: config,
      allowPositionals: true,
      tokens: true,
    });
    for (const token of tokens)
      if (token.kind !== "option") continue;
      else if (!Object.hasOwn(options, token.name)) values[token.name.slice("no-".length)] = false;
      else if (options[token.name]?.type === "boolean" && !options[token.name]?.multiple)
        values[token.name] = true;
    return { values, positionals };
  } catch (error) {
    throw new UsageError(`${name}: ${explain(error as NodeJS.ErrnoException, options)}`);
  }
}

function explain(error: NodeJS.ErrnoException, options: OptionTable): string {
  const ambiguous = /^Option '(?:-\w, )?(--?[^' ]+).*' argument is ambiguous/.exec(error.message)?.[1];
  if (ambiguous !== undefined) {
    const joint = ambiguous.startsWith("--") ? "=" : "";
    return `${ambiguous} needs a value; one that begins with a dash is joined to it: ${ambiguous}${joint}-VALUE`;
  }
  const unknown = /^Unknown option '(--?[^']*)'/.exec(error.message)?.[1];
  if (error.code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION" || unknown === undefined)
    return error.message.split(". ")[0] ?? error.message;
  const meant = nearest(unknown.replace(/^-+/, ""), Object.keys(options));
  return `unknown option ${unknown}${meant ? `; did you mean --${meant}?` : ""}`;
}

function fromEnvironment(
  option: string,
  type: "string" | "boolean",
  env: Readonly<Record<string, string | undefined>>,
): string | boolean | undefined {
  const value = env[`TIMERWARDEN_${option.toUpperCase().replaceAll("-", "_")}`];
  if (value === undefined || value === "") return undefined;
  return type === "string" ? value : !/^(0|no|n|false|f|off)$/i.test(value);
}
