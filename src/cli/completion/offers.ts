/** What a shell can offer, drawn from the one table of commands; the shells' own languages are written from this. */
import { CONTROLS } from "../../controls/control.ts";
import { SCHEMES } from "../../hosts/open.ts";
import { ALL_RULES } from "../../rules/memory-rules.ts";
import type { Command, CommandEntry, Operand, Option } from "../command.ts";
import { EXIT_CODES } from "../exit-codes.ts";

/** The one value of an option. */
export type Value =
  | { readonly kind: "none" }
  | { readonly kind: "any" }
  | { readonly kind: "file" }
  | { readonly kind: "directory" }
  | { readonly kind: "words"; readonly words: readonly string[] }
  /** A format, or `FORMAT=FILE`. */
  | { readonly kind: "format"; readonly words: readonly string[] };

export interface OfferedOption {
  readonly long: string;
  readonly short: string | null;
  readonly value: Value;
  readonly multiple: boolean;
  readonly does: string;
}

/** What can stand at one place of the line; the dynamic ones are asked for when the key is pressed. */
export interface OfferedPlace {
  readonly words: readonly string[];
  readonly timers: boolean;
  readonly targets: boolean;
  readonly files: boolean;
}

export interface OfferedCommand {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly options: readonly OfferedOption[];
  /** One for each place; the last holds for all that follow. Never empty. */
  readonly places: readonly OfferedPlace[];
}

export interface Offers {
  /** In the order help shows them, with `help` and `version`. */
  readonly commands: readonly OfferedCommand[];
  /** `root:` and so on. */
  readonly schemes: readonly string[];
}

const NOTHING: OfferedPlace = { words: [], timers: false, targets: false, files: false };

/** The command meant when the line begins with an option. */
export const DEFAULT_COMMAND = "audit";

const HELP: OfferedOption = {
  long: "help",
  short: "h",
  value: { kind: "none" },
  multiple: false,
  does: "examples and options",
};

/** Every command's offers. */
export async function offersOf(entries: readonly CommandEntry[]): Promise<Offers> {
  const commands = await Promise.all(entries.map((entry) => entry.load()));
  const names = commands.map(({ name }) => name);
  return {
    commands: [
      ...commands.map(offersOfCommand),
      word("help", "A command's examples and options", names),
      word("version", "The version", []),
    ],
    schemes: SCHEMES.map((scheme) => `${scheme}:`),
  };
}

function word(name: string, summary: string, words: readonly string[]): OfferedCommand {
  return { name, aliases: [], summary, options: [], places: [{ ...NOTHING, words }, NOTHING] };
}

function offersOfCommand(command: Command): OfferedCommand {
  const { name, aliases = [], summary, options, operands = [], formats = [] } = command;
  return {
    name,
    aliases,
    summary,
    options: [
      ...Object.entries(options).map(([long, option]) => ({
        long,
        short: option.short ?? null,
        value: takenBy(option, formats),
        multiple: option.multiple === true,
        does: option.does,
      })),
      HELP,
    ],
    places: placesOf(operands),
  };
}

function takenBy({ type, value = "", words = [] }: Option, formats: readonly string[]): Value {
  if (type === "boolean") return { kind: "none" };
  if (words.length > 0) return { kind: "words", words };
  if (value.startsWith("FORMAT")) return { kind: "format", words: formats };
  if (value.includes("|")) return { kind: "words", words: value.split("|") };
  if (value === "FILE") return { kind: "file" };
  return value === "DIR" ? { kind: "directory" } : { kind: "any" };
}

function placesOf(operands: readonly (readonly Operand[])[]): readonly OfferedPlace[] {
  const places = operands.map((place) => ({
    words: place.flatMap(wordsOf),
    timers: place.includes("TIMER"),
    targets: place.includes("TARGET"),
    files: place.includes("FILE"),
  }));
  return places.length > 0 ? places : [NOTHING];
}

function wordsOf(operand: Operand): readonly string[] {
  switch (operand) {
    case "RULE":
      return ALL_RULES.map(({ id }) => id);
    case "CONTROL":
      return CONTROLS.map(({ id }) => id);
    case "EXIT":
      return EXIT_CODES.map(({ code }) => String(code));
    case "TARGET":
    case "TIMER":
    case "FILE":
      return [];
    default:
      return [operand];
  }
}
