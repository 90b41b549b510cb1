/** Random calendar expressions for differential tests: mostly valid, with everything systemd is odd about. */

/** A small generator of numbers in [0, 1) from a seed (mulberry32), so that a run can be repeated. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class Dice {
  readonly #random: () => number;
  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }
  /** A whole number from low to high, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }
  chance(probability: number): boolean {
    return this.#random() < probability;
  }
  pick<T>(choices: readonly T[]): T {
    const choice = choices[Math.floor(this.#random() * choices.length)];
    if (choice === undefined) throw new Error("nothing to pick from");
    return choice;
  }
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "monday", "SUNDAY"] as const;
const WORDS = [
  "minutely",
  "hourly",
  "daily",
  "weekly",
  "monthly",
  "quarterly",
  "semi-annually",
  "yearly",
  "Daily",
] as const;

/** A random expression whose fields cluster around a moment, so that clock changes there are met. */
export function randomExpression(
  dice: Dice,
  near: { readonly year: number; readonly month: number; readonly day: number; readonly hour: number },
  suffixes: readonly string[],
): string {
  const suffix = dice.chance(0.3) ? ` ${dice.pick(suffixes)}` : "";
  if (dice.chance(0.05)) return dice.pick(WORDS) + suffix;
  if (dice.chance(0.02)) return `@${dice.between(0, 4_000_000_000)}${suffix}`;
  const parts: string[] = [];
  if (dice.chance(0.25)) parts.push(weekdays(dice));
  if (dice.chance(0.6)) parts.push(date(dice, near));
  if (dice.chance(0.85) || parts.length === 0) parts.push(time(dice, near.hour));
  const text = parts.join(dice.chance(0.01) ? "  " : " ") + suffix;
  return dice.chance(0.03) ? spoil(dice, text) : text;
}

function weekdays(dice: Dice): string {
  const item = (): string => {
    if (dice.chance(0.6)) return dice.pick(DAYS);
    const first = dice.between(0, 6);
    return `${DAYS[first]}${dice.pick(["..", "..", "-"])}${DAYS[dice.chance(0.95) ? dice.between(first, 6) : dice.between(0, 6)]}`;
  };
  return Array.from({ length: dice.between(1, 3) }, item).join(",") + (dice.chance(0.03) ? "," : "");
}

function date(dice: Dice, near: { year: number; month: number; day: number }): string {
  const separator = dice.chance(0.2) ? "~" : "-";
  const day =
    separator === "~"
      ? chain(dice, 1, 28, dice.between(1, 28), 0.05)
      : chain(dice, 1, 31, dice.chance(0.5) ? near.day : dice.between(1, 31), 0.3);
  const month = chain(dice, 1, 12, near.month, 0.6);
  if (dice.chance(0.3)) return `${month}${separator}${day}`;
  const year = chain(dice, 1970, 2199, near.year + dice.between(0, 1), 0.8);
  return `${year}-${month}${separator}${day}`;
}

function time(dice: Dice, hour: number): string {
  const hours = chain(dice, 0, 23, dice.chance(0.7) ? hour : dice.between(0, 23), 0.35);
  const minutes = chain(dice, 0, 59, dice.pick([0, 0, 15, 30, 59, dice.between(0, 59)]), 0.25);
  if (dice.chance(0.6)) return `${hours}:${minutes}`;
  return `${hours}:${minutes}:${dice.chance(0.3) ? fractions(dice) : chain(dice, 0, 59, dice.between(0, 59), 0.2)}`;
}

function fractions(dice: Dice): string {
  const number = (): string => (dice.between(0, 59_999) / 1000).toString();
  if (dice.chance(0.3)) return `${number()}/${(dice.between(1, 30_000) / 1000).toString()}`;
  if (dice.chance(0.3))
    return `${dice.between(0, 10)}.5..${dice.between(12, 59)}.25/${dice.between(1, 9)}.125`;
  return dice.chance(0.5) ? number() : `${number()},${number()}`;
}

/** A list around a middle value, `*` with the given probability. */
function chain(dice: Dice, low: number, high: number, middle: number, star: number): string {
  if (dice.chance(star)) return "*";
  const value = (): number =>
    dice.chance(0.75)
      ? Math.min(high, Math.max(low, middle + dice.between(-1, 1)))
      : dice.between(low, dice.chance(0.97) ? high : high + 2);
  const item = (): string => {
    const start = value();
    if (dice.chance(0.65)) return pad(dice, start);
    const span = Math.max(1, Math.floor((high - low) / 2));
    const step = `/${dice.between(dice.chance(0.98) ? 1 : 0, Math.min(span, 20))}`;
    if (dice.chance(0.5)) return pad(dice, dice.chance(0.5) ? low : start) + step;
    const stop = dice.chance(0.97) ? dice.between(start, high) : dice.between(low, high);
    return `${pad(dice, start)}..${pad(dice, stop)}${dice.chance(0.4) ? step : ""}`;
  };
  return Array.from({ length: dice.chance(0.75) ? 1 : dice.between(2, 4) }, item).join(",");
}

function pad(dice: Dice, value: number): string {
  return dice.chance(0.4) ? String(value) : String(value).padStart(2, "0");
}

function spoil(dice: Dice, text: string): string {
  const at = dice.between(0, text.length);
  const letter = dice.pick([..." ,.-~:/*0x@Tz"]);
  return text.slice(0, at) + letter + text.slice(at + dice.between(0, 1));
}
