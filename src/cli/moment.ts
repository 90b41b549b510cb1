import { parseTimestamp } from "../time/timestamp.ts";
import type { Zones } from "../time/zone.ts";
import type { Arguments } from "./arguments.ts";
import { UsageError } from "./command.ts";

/** The moment an option names, reckoned from `nowUsec`; microseconds since 1970, `null` when it was not given. */
export function momentOf(args: Arguments, option: string, nowUsec: number, zones: Zones): number | null {
  const text = args.text(option);
  if (text === null) return null;
  const parsed = parseTimestamp(text, nowUsec, zones);
  if (!parsed.ok) throw new UsageError(`--${option}: ${parsed.problem.message}: ${JSON.stringify(text)}`);
  return parsed.value;
}
