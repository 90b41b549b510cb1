import { encodeFileName } from "./file-name.ts";

/**
 * What is asked of the other side: facts of paths (`F`), of all names in directories (`L`), of trees (`T`), contents of
 * files (`C`), or the first bytes of one (`H` and how many).
 */
export type Letter = "F" | "L" | "T" | "C" | `H${number}`;

/** Paths of one question: well below what one command line holds. */
const MOST_PATHS = 200;
const MOST_PATH_BYTES = 64 * 1024;
/** PATH_MAX of Linux. */
const LONGEST_PATH = 4096;

/** Absolute, without empty, `.` or `..` components. */
export function isPlain(path: string): boolean {
  return path === "/" || (/^(?:\/[^/\0]+)+$/.test(path) && !/\/\.{1,2}(?:\/|$)/.test(path));
}

/** Fit for one line of a question. */
export function canBeAsked(path: string): boolean {
  return (
    isPlain(path) && !path.includes("\n") && (encodeFileName(path)?.length ?? LONGEST_PATH) < LONGEST_PATH
  );
}

/** Paths in as many questions as they need; none asks for more than `mostWeight`, but for one path alone. */
export function* batchesOf(
  paths: readonly string[],
  weightOf: (path: string) => number = () => 0,
  mostWeight: number = Number.POSITIVE_INFINITY,
): Generator<readonly string[]> {
  let batch: string[] = [];
  let bytes = 0;
  let weight = 0;
  for (const path of paths) {
    const length = path.length * 3;
    const heavy = weightOf(path);
    if (
      batch.length > 0 &&
      (batch.length >= MOST_PATHS || bytes + length > MOST_PATH_BYTES || weight + heavy > mostWeight)
    ) {
      yield batch;
      batch = [];
      bytes = 0;
      weight = 0;
    }
    batch.push(path);
    bytes += length;
    weight += heavy;
  }
  if (batch.length > 0) yield batch;
}

export function question(paths: readonly string[], letter: Letter): Uint8Array {
  const lines = paths.map((path) => Buffer.from(encodeFileName(path === "/" ? "." : `.${path}`) ?? []));
  const newline = Buffer.from("\n");
  return Buffer.concat([...lines.flatMap((line) => [line, newline]), Buffer.from(`${letter}\n`)]);
}
