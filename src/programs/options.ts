import { known, type Value } from "./value.ts";

/** Which options of a program take a value. */
export interface OptionSpec {
  /** Letters whose value is attached or the next word. */
  readonly short: string;
  /** Long names, with their dashes, whose value may be the next word (`--name=value` is always understood). */
  readonly long: readonly string[];
  /** Options stop at the first operand, as getopt does with `+`: for programs that run a command. */
  readonly stops: boolean;
}

/** A command's arguments, sorted. */
export interface Options {
  /** Values by letter or long name; flags have an empty list entry `""`. */
  readonly values: ReadonlyMap<string, readonly Value[]>;
  readonly operands: readonly Value[];
}

export function optionSpec(short: string, long: readonly string[] = [], stops = false): OptionSpec {
  return { short, long, stops };
}

/** Reads arguments as getopt_long(3) does. Unknown options count as flags. */
export function readOptions(args: readonly Value[], spec: OptionSpec): Options {
  const values = new Map<string, Value[]>();
  const operands: Value[] = [];
  const add = (name: string, value: Value): void => {
    const list = values.get(name);
    if (list === undefined) values.set(name, [value]);
    else list.push(value);
  };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (arg === undefined) break;
    const { text } = arg;
    if (text === "--") {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (text.startsWith("--")) {
      const equals = text.indexOf("=");
      const name = equals < 0 ? text : text.slice(0, equals);
      if (equals >= 0) add(name, part(arg, equals + 1));
      else if (spec.long.includes(name)) add(name, args[++at] ?? known("", arg.span));
      else add(name, known("", arg.span));
    } else if (text.startsWith("-") && text.length > 1) {
      for (let letter = 1; letter < text.length; letter++) {
        const name = text[letter] ?? "";
        if (!spec.short.includes(name)) {
          add(name, known("", arg.span));
          continue;
        }
        add(name, letter + 1 < text.length ? part(arg, letter + 1) : (args[++at] ?? known("", arg.span)));
        break;
      }
    } else {
      if (spec.stops) {
        operands.push(...args.slice(at));
        break;
      }
      operands.push(arg);
    }
  }
  return { values, operands };
}

function part(value: Value, from: number): Value {
  return { ...value, text: value.text.slice(from), source: null };
}

/** The first value of any of the named options. */
export function option(options: Options, ...names: readonly string[]): Value | undefined {
  for (const name of names) {
    const value = options.values.get(name)?.[0];
    if (value !== undefined) return value;
  }
  return undefined;
}

export function has(options: Options, ...names: readonly string[]): boolean {
  return names.some((name) => options.values.has(name));
}
