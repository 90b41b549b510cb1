/** Windows that are equally long and equally far apart, said once: most schedules are one or two such runs. */

/** Earliest and latest second. */
export type Window = readonly [earliest: number, latest: number];

/** `count` windows of `length` seconds, their beginnings `apart` seconds from each other. */
export type WindowRun = readonly [earliest: number, length: number, apart: number, count: number];

/** Of windows in order of time. */
export function windowRuns(windows: readonly Window[]): WindowRun[] {
  const runs: [number, number, number, number][] = [];
  for (const [earliest, latest] of windows) {
    const length = latest - earliest;
    const last = runs.at(-1);
    if (last === undefined || last[1] !== length) runs.push([earliest, length, 0, 1]);
    else if (last[3] === 1) last.splice(2, 2, earliest - last[0], 2);
    else if (earliest === last[0] + last[2] * last[3]) last[3]++;
    else runs.push([earliest, length, 0, 1]);
  }
  return runs;
}

/** The same windows again, in the same order. */
export function windowsOf(runs: readonly WindowRun[]): Window[] {
  return runs.flatMap(([earliest, length, apart, count]) =>
    Array.from({ length: count }, (_, at): Window => {
      const start = earliest + at * apart;
      return [start, start + length];
    }),
  );
}
