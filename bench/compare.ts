/** Whole-process timings of several commands in one run, interleaved, so that a ratio is a ratio. */
import { spawnSync } from "node:child_process";

export interface Contestant {
  readonly name: string;
  readonly command: readonly string[];
}

export interface Timing {
  readonly name: string;
  readonly medianMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

/** Start-up is measured as users have it: a certificate file preloaded by the surroundings triples Node 20's. */
const { NODE_EXTRA_CA_CERTS: _, ...ENVIRONMENT } = process.env;

export function compare(contestants: readonly Contestant[], rounds = 7): readonly Timing[] {
  const times = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, command } of contestants) {
      const [program = "", ...args] = command;
      const start = process.hrtime.bigint();
      const { error } = spawnSync(program, args, { env: ENVIRONMENT, stdio: ["ignore", "ignore", "ignore"] });
      if (error) throw error;
      if (round > 0) times.get(name)?.push(Number(process.hrtime.bigint() - start) / 1e6);
    }
  }
  return contestants.map(({ name }) => {
    const sorted = (times.get(name) ?? []).sort((a, b) => a - b);
    return {
      name,
      medianMs: sorted[sorted.length >> 1] ?? Number.NaN,
      leastMs: sorted[0] ?? Number.NaN,
      mostMs: sorted.at(-1) ?? Number.NaN,
    };
  });
}

/** Prints a block: each contestant's median, spread, and its ratio to the first. */
export function print(title: string, timings: readonly Timing[]): void {
  const base = timings[0]?.medianMs ?? 1;
  console.log(`\n${title}`);
  for (const { name, medianMs, leastMs, mostMs } of timings)
    console.log(
      `  ${name.padEnd(40)} ${medianMs.toFixed(1).padStart(9)} ms  (${leastMs.toFixed(1)}–${mostMs.toFixed(1)})  × ${(medianMs / base).toFixed(2)}`,
    );
}
