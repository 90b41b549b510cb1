/**
 * The program: finds the command, hands it its arguments and streams, and turns what it throws into one line and a
 * status. Only this file touches `process`. Modules of commands load when asked for, so start-up stays short.
 */
import { readFileSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import { nearest } from "../nearest.ts";
import { VERSION } from "../version.ts";
import type { Streams } from "./command.ts";
import { RunError, UsageError } from "./command.ts";
import { COMMANDS } from "./index.ts";

async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === "--version" || first === "version") {
    write(1, `timerwarden ${VERSION}\n`);
    return 0;
  }
  if (first === "--help" || first === "-h" || first === "help") {
    const { help } = await import("./help.ts");
    return help(rest, streams());
  }
  if (first === undefined) return run("audit", ["--short"]);
  if (first.startsWith("-")) return runWithoutName(args);
  const name = nameOf(first);
  if (name !== undefined) return run(name, rest);
  const { isTarget } = await import("./target.ts");
  if (isTarget(first)) return run("audit", ["--short", ...args]);
  const meant = nearest(
    first,
    COMMANDS.map((entry) => entry.name),
  );
  throw new UsageError(
    `unknown command ${JSON.stringify(first)}${meant ? `; did you mean ${meant}?` : ""} (timerwarden help lists them)`,
  );
}

function nameOf(word: string): string | undefined {
  return COMMANDS.find((entry) => entry.name === word || entry.aliases?.includes(word))?.name;
}

/** `timerwarden -H web-03`. Where that fails and a command's name comes later, it is what was meant. */
async function runWithoutName(args: readonly string[]): Promise<number> {
  try {
    return await run("audit", args);
  } catch (error) {
    const later = args.find((word) => nameOf(word) !== undefined);
    if (later === undefined || !(error instanceof UsageError || error instanceof RunError)) throw error;
    throw new UsageError(
      `${error.message.replace(/\.$/, "")}; a command's name comes first: timerwarden ${later} …`,
    );
  }
}

async function run(name: string, args: readonly string[]): Promise<number> {
  const command = await COMMANDS.find((entry) => entry.name === name)?.load();
  if (command === undefined) throw new UsageError(`unknown command ${name}`);
  if (args.includes("--help") || args.includes("-h")) {
    const { commandHelp } = await import("./help.ts");
    write(1, commandHelp(command));
    return 0;
  }
  return await command.run(args, streams());
}

function streams(): Streams {
  const isTerminal = isatty(1);
  return {
    out: (result) => write(1, result),
    err: (text) => write(2, text),
    isTerminal,
    errIsTerminal: isatty(2),
    columns: isTerminal ? process.stdout.columns : undefined,
    env: process.env,
    readInput: () => readFileSync(0),
  };
}

/** Writes all of it, waiting where a pipe is full; a reader that has gone ends the program quietly, as `SIGPIPE` would. */
function write(descriptor: 1 | 2, result: string | Uint8Array): void {
  let rest: Uint8Array = Buffer.from(result);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") process.exit(141);
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** One line for what the operator can mend; everything else is ours and keeps its stack. */
function statusOf(error: unknown): number {
  if (error instanceof UsageError || (error instanceof Error && error.name === "OwnRuleError")) {
    write(2, `timerwarden: ${error.message}\n`);
    return 2;
  }
  if (error instanceof RunError) {
    write(2, `timerwarden: ${error.message}\n`);
    return error.status;
  }
  write(2, `timerwarden: this is a fault of timerwarden itself, please report it\n`);
  write(2, `${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.exitCode = statusOf(error);
  },
);
