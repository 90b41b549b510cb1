/** Tables recorded from real systemd binaries, kept beside the project; tests that need them skip where they lack. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const DIRECTORY = join(import.meta.dirname, "../../../shared/data/systemd");

/** The cases of one table, or `null` where it is missing. */
export function sharedCases<T>(name: string): readonly T[] | null {
  const path = join(DIRECTORY, name);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { cases: T[] }).cases : null;
}

export const SKIPPED = "(SKIPPED: the shared tables are not here)";

/** errno by the words of `strerror`. */
export const ERRNO: ReadonlyMap<string, string> = new Map([
  ["Invalid argument", "EINVAL"],
  ["Numerical result out of range", "ERANGE"],
  ["No buffer space available", "ENOBUFS"],
]);
