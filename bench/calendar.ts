/** Calendar search: microseconds per elapse, and how many times faster than `systemd-analyze calendar`. */
import { spawnSync } from "node:child_process";
import { openDirectory } from "../src/hosts/directory.ts";
import { zonesOf } from "../src/hosts/zoneinfo.ts";
import { parseCalendar } from "../src/time/calendar-parse.ts";
import { compileCalendar } from "../src/time/calendar-plan.ts";
import type { Zones } from "../src/time/zone.ts";

const EXPRESSIONS = [
  "daily",
  "Mon..Fri 03:10",
  "*:0/15",
  "*-02-29",
  "Fri *-*-13 12:00",
  "Sat *-*-1..7 02:30",
  "03:10 Europe/Berlin",
] as const;
const ZONES = ["UTC", "Europe/Berlin"] as const;
const RUNS = 7;
const BASE = 1_800_000_000;
const ELAPSES = 2_000;

interface Row {
  readonly expression: string;
  readonly zone: string;
  /** Microseconds per elapse, ours, the median of the runs. */
  readonly own: number;
  /** The same of systemd-analyze with its start-up taken off; `null` where it is not installed. */
  readonly systemd: number | null;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** One timed pass over the elapses after the base, again and again for about a tenth of a second. */
function ownTime(expression: string, zones: Zones): number {
  const spec = parseCalendar(expression, zones);
  if (!spec.ok) throw new Error(spec.problem.message);
  const plan = compileCalendar(spec.value, zones);
  let found = 0;
  const started = performance.now();
  do {
    let last = BASE * 1e6;
    for (let count = 0; count < ELAPSES; count++) {
      const next = plan.following(last);
      if (next.kind !== "elapse") break;
      last = next.usec;
      found++;
    }
  } while (performance.now() - started < 100);
  return ((performance.now() - started) * 1000) / found;
}

/** The sum of runs of systemd-analyze, in milliseconds, and how many elapses it printed. */
function analyze(expression: string, zone: string, iterations: number): { ms: number; count: number } | null {
  const started = performance.now();
  const { status, stdout } = spawnSync(
    "systemd-analyze",
    ["calendar", `--base-time=@${BASE}`, `--iterations=${iterations}`, "--", expression],
    { encoding: "utf8", env: { PATH: process.env["PATH"], TZ: zone }, maxBuffer: 1 << 26 },
  );
  const count = stdout?.match(/(?:Next elapse|Iter\. #\d+): [A-Z]/g)?.length ?? 0;
  return status === 0 ? { ms: performance.now() - started, count } : null;
}

function systemdTime(expression: string, zone: string): number | null {
  const many = analyze(expression, zone, 1000);
  const one = analyze(expression, zone, 1);
  return many === null || one === null ? null : ((many.ms - one.ms) * 1000) / Math.max(1, many.count - 1);
}

/** Measures every expression in both zones. */
function measure(): readonly Row[] {
  const host = openDirectory("/", "host:", true);
  return ZONES.flatMap((zone) => {
    const zones = zonesOf(host, null, zone);
    return EXPRESSIONS.map((expression) => {
      ownTime(expression, zones);
      const own = median(Array.from({ length: RUNS }, () => ownTime(expression, zones)));
      const theirs = Array.from({ length: RUNS }, () => systemdTime(expression, zone));
      const measured = theirs.filter((value) => value !== null);
      return { expression, zone, own, systemd: measured.length === RUNS ? median(measured) : null };
    });
  });
}

/** Prints a line for each expression and zone. */
export function benchCalendar(): void {
  console.log("\nexpression             zone           own µs   systemd µs   ratio");
  for (const { expression, zone, own, systemd } of measure()) {
    const theirs = systemd === null ? "-" : systemd.toFixed(1);
    const ratio = systemd === null ? "-" : (systemd / own).toFixed(0);
    console.log(
      `${expression.padEnd(22)} ${zone.padEnd(14)} ${own.toFixed(3)}    ${theirs.padStart(8)}     ${ratio.padStart(5)}`,
    );
  }
}
