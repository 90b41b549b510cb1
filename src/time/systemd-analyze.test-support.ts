/** The local systemd-analyze as referee for differential tests. */
import { spawnSync } from "node:child_process";
import type { TimeZone } from "./zone.ts";

export const ANALYZE_VERSION: string | null = versionOf();
export const hasSystemdAnalyze: boolean = ANALYZE_VERSION !== null;
/** How much more than the usual number of random cases to try. */
export const DIFFERENTIAL_FACTOR: number = Number(process.env["TIMERWARDEN_DIFF"] ?? "1");

function versionOf(): string | null {
  const { stdout, status } = spawnSync("systemd-analyze", ["--version"], { encoding: "utf8" });
  return status === 0 ? (/\(([^)]+)\)/.exec(stdout)?.[1] ?? null) : null;
}

/** What systemd-analyze says of one expression. */
export interface CalendarVerdict {
  /** `null` when it refuses the expression, and when its search gives up. */
  readonly normalized: string | null;
  /** Seconds since 1970. */
  readonly elapses: readonly number[];
  readonly refused: boolean;
}

/** Asks about several expressions in one process; later ones see what glibc remembers of earlier ones. */
export function analyzeCalendar(
  expressions: readonly string[],
  baseSeconds: number,
  zone: TimeZone,
  iterations: number,
): ReadonlyMap<string, CalendarVerdict> {
  const { stdout, stderr } = spawnSync(
    "systemd-analyze",
    ["calendar", `--base-time=@${baseSeconds}`, `--iterations=${iterations}`, "--", ...expressions],
    { encoding: "utf8", env: { PATH: process.env["PATH"], TZ: zone.name, LC_ALL: "C" }, maxBuffer: 1 << 26 },
  );
  const verdicts = new Map<string, CalendarVerdict>();
  const refused = new Set(
    [...stderr.matchAll(/^Failed to parse calendar specification '(.*)': /gm)].map((match) => match[1] ?? ""),
  );
  for (const expression of expressions)
    verdicts.set(expression, { normalized: null, elapses: [], refused: refused.has(expression) });
  for (const block of stdout.split(/\n\n+/)) {
    const normalized = /Normalized form: (.*)/.exec(block)?.[1];
    if (normalized === undefined) continue;
    const original = /Original form: (.*)/.exec(block)?.[1] ?? normalized;
    // Its table loses blanks at the end of a cell.
    const asked = expressions.find((expression) => expression.trimEnd() === original) ?? original;
    verdicts.set(asked, { normalized, elapses: elapsesOf(block, zone), refused: false });
  }
  return verdicts;
}

/** It prints UTC only where the zone differs from it today; elsewhere local time and abbreviation must do. */
function elapsesOf(block: string, zone: TimeZone): number[] {
  const inUtc = [...block.matchAll(/\(in UTC\): \w+ (\S+ \S+) UTC/g)];
  const local = [...block.matchAll(/(?:Next elapse|Iter\. #\d+): \w+ (\S+ \S+) (\S+)$/gm)];
  const seconds = (text = ""): number => Date.parse(`${text.replace(" ", "T")}Z`) / 1000;
  if (inUtc.length > 0) return inUtc.map((match) => seconds(match[1]));
  return local.map(([, wall, abbreviation]) => {
    const shown = seconds(wall);
    const period = zone.periods.find(
      (each) =>
        each.abbreviation === abbreviation &&
        shown - each.offset >= each.start &&
        shown - each.offset < each.end,
    );
    return shown - (period?.offset ?? 0);
  });
}
