import { nearest } from "../nearest.ts";
import { type Command, type Streams, UsageError } from "./command.ts";
import { COMMANDS } from "./index.ts";

/** `timerwarden help [COMMAND]`. */
export async function help(args: readonly string[], streams: Streams): Promise<number> {
  const [name] = args;
  if (name === undefined) {
    const commands = await Promise.all(COMMANDS.map((entry) => entry.load()));
    streams.out(overview(commands));
    return 0;
  }
  const entry = COMMANDS.find((candidate) => candidate.name === name || candidate.aliases?.includes(name));
  if (entry === undefined) {
    const meant = nearest(
      name,
      COMMANDS.map((candidate) => candidate.name),
    );
    throw new UsageError(
      `help: no command ${JSON.stringify(name)}${meant ? `; did you mean ${meant}?` : ""}`,
    );
  }
  streams.out(commandHelp(await entry.load()));
  return 0;
}

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    "timerwarden: what will this Linux host run by itself, when, as whom, and is any of it hostile?",
    "",
    "  timerwarden                      audit this host, one screen",
    "  timerwarden root:/mnt            audit mounted evidence; nothing on it is run",
    "  timerwarden explain apt.timer    one timer: when, what, why",
    "",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "timerwarden help COMMAND shows a command's options; --version prints the version.",
    "",
  ].join("\n");
}

/** Examples first, then the options in their groups. */
export function commandHelp(command: Command): string {
  const lines = [`${command.name}: ${command.summary}`, "", `usage: ${command.usage}`, ""];
  for (const { line, does } of command.examples) lines.push(`  ${line}`, `      ${does}`);
  const groups = new Map<string, string[]>();
  for (const [name, option] of Object.entries(command.options)) {
    const short = option.short ? `-${option.short}, ` : "    ";
    const value = option.type === "string" ? `=${option.value ?? "VALUE"}` : "";
    const rows = groups.get(option.group ?? "options") ?? [];
    rows.push(`  ${short}--${name}${value}`.padEnd(32).concat(` ${option.does}`));
    groups.set(option.group ?? "options", rows);
  }
  for (const [group, rows] of groups) lines.push("", `${group}:`, ...rows);
  return `${lines.join("\n")}\n`;
}
