import type { DbusValue } from "./dbus-wire.ts";

/** Properties of one interface by name, read with a default for what an older or newer systemd does not have. */
export interface Properties {
  text(name: string): string;
  flag(name: string, usual?: boolean): boolean;
  count(name: string): number;
  /** Microseconds; `null` for 0 (unset) and 2^64-1 (infinity). */
  usec(name: string): number | null;
  /** A span in microseconds: 0 counts; `null` for infinity. */
  span(name: string): number | null;
  texts(name: string): readonly string[];
  /** An array of structures. */
  rows(name: string): readonly (readonly DbusValue[])[];
}

/** Texts in one list; a unit has a few, a hostile manager may send millions. */
const MAX_TEXTS = 10_000;
const INFINITY = 2n ** 64n - 1n;

export function listOf(value: DbusValue | undefined): readonly DbusValue[] {
  return Array.isArray(value) ? (value as readonly DbusValue[]) : [];
}

export function textOf(value: DbusValue | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Microseconds as a number: below 2^53 until the year 2255. */
export function usecOf(value: DbusValue | undefined): number | null {
  if (typeof value !== "bigint" || value === 0n || value === INFINITY) return null;
  return Number(value);
}

/** A span, for which 0 is a value and only infinity `null`. */
export function spanOf(value: DbusValue | undefined): number | null {
  if (value === INFINITY) return null;
  return typeof value === "bigint" ? Number(value) : 0;
}

export function textsOf(value: DbusValue | undefined): string[] {
  return listOf(value)
    .slice(0, MAX_TEXTS)
    .filter((each) => typeof each === "string");
}

/** The answer of `GetAll`: a{sv}. */
export function propertiesOf(value: DbusValue | undefined): Properties {
  const known = new Map<string, DbusValue>();
  for (const pair of listOf(value)) {
    const [name, content] = listOf(pair);
    if (typeof name === "string" && content !== undefined) known.set(name, content);
  }
  return {
    text: (name) => textOf(known.get(name)),
    flag: (name, usual = false) => {
      const value = known.get(name);
      return typeof value === "boolean" ? value : usual;
    },
    count: (name) => {
      const value = known.get(name);
      return typeof value === "number" ? value : 0;
    },
    usec: (name) => usecOf(known.get(name)),
    span: (name) => spanOf(known.get(name)),
    texts: (name) => textsOf(known.get(name)),
    rows: (name) => listOf(known.get(name)).slice(0, MAX_TEXTS).map(listOf),
  };
}
