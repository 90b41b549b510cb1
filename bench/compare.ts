/** Whole-process timings of several commands in one run, interleaved, so that a ratio is a ratio. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Contestant {
  readonly name: string;
  readonly command: readonly string[];
}

/** What GNU time says of a process: medians of user and system time together, and of the peak of its memory. */
export interface Usage {
  readonly cpuMs: number;
  readonly peakMb: number;
}

export interface Timing {
  readonly name: string;
  readonly medianMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
  /** Only of `compareUsage`, and only where GNU time is installed. */
  readonly usage?: Usage;
}

/** Start-up is measured as users have it: a certificate file preloaded by the surroundings triples Node 20's. */
const { NODE_EXTRA_CA_CERTS: _, ...ENVIRONMENT } = process.env;

export function compare(contestants: readonly Contestant[], rounds = 7): readonly Timing[] {
  return run(contestants, rounds, null);
}

const GNU_TIME = "/usr/bin/time";

/** The same with processor time and memory, which stay meaningful on a machine that has other work. */
export function compareUsage(contestants: readonly Contestant[], rounds = 5): readonly Timing[] {
  if (!existsSync(GNU_TIME)) {
    console.log("no GNU time on this machine: processor time and memory are left out");
    return run(contestants, rounds, null);
  }
  const work = mkdtempSync(join(tmpdir(), "timerwarden-bench-"));
  try {
    return run(contestants, rounds, join(work, "usage"));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(
  contestants: readonly Contestant[],
  rounds: number,
  usageFile: string | null,
): readonly Timing[] {
  const times = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  const usages = new Map<string, Usage[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, command } of contestants) {
      const measured = usageFile === null ? [] : [GNU_TIME, "-q", "-f", "%U %S %M", "-o", usageFile];
      const [program = "", ...args] = [...measured, ...command];
      const start = process.hrtime.bigint();
      const { error } = spawnSync(program, args, { env: ENVIRONMENT, stdio: ["ignore", "ignore", "ignore"] });
      if (error) throw error;
      if (round === 0) continue;
      times.get(name)?.push(Number(process.hrtime.bigint() - start) / 1e6);
      if (usageFile !== null) usages.get(name)?.push(usageOf(readFileSync(usageFile, "utf8")));
    }
  }
  return contestants.map(({ name }) => {
    const all = times.get(name) ?? [];
    const used = usages.get(name) ?? [];
    const timing = { name, medianMs: median(all), leastMs: Math.min(...all), mostMs: Math.max(...all) };
    if (used.length === 0) return timing;
    const usage = {
      cpuMs: median(used.map(({ cpuMs }) => cpuMs)),
      peakMb: median(used.map(({ peakMb }) => peakMb)),
    };
    return { ...timing, usage };
  });
}

function usageOf(text: string): Usage {
  const [user = Number.NaN, system = Number.NaN, kilobytes = Number.NaN] = text.trim().split(" ").map(Number);
  return { cpuMs: (user + system) * 1000, peakMb: kilobytes / 1024 };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

/** Prints a block: each contestant's median, spread, and its ratio to the first. */
export function print(title: string, timings: readonly Timing[]): void {
  const base = timings[0]?.medianMs ?? 1;
  console.log(`\n${title}`);
  for (const { name, medianMs, leastMs, mostMs, usage } of timings) {
    const wall = `${medianMs.toFixed(1).padStart(9)} ms  (${leastMs.toFixed(1)}–${mostMs.toFixed(1)})`;
    const used =
      usage === undefined ? "" : `  CPU ${usage.cpuMs.toFixed(0)} ms  peak ${usage.peakMb.toFixed(0)} MB`;
    console.log(`  ${name.padEnd(40)} ${wall}  × ${(medianMs / base).toFixed(2)}${used}`);
  }
}
