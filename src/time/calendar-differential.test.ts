import { expect, test } from "vitest";
import { SEED } from "../../test/seed.ts";
import { openDirectory } from "../hosts/directory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { nextElapses } from "./calendar-next.ts";
import { parseCalendar } from "./calendar-parse.ts";
import { formatCalendar } from "./calendar-spec.ts";
import { wallTime } from "./civil.ts";
import { Dice, randomExpression } from "./random-calendar.test-support.ts";
import {
  ANALYZE_VERSION,
  analyzeCalendar,
  type CalendarVerdict,
  DIFFERENTIAL_FACTOR,
  hasSystemdAnalyze,
} from "./systemd-analyze.test-support.ts";
import { parseSystemdVersion } from "./systemd-version.ts";
import type { TimeZone, Zones } from "./zone.ts";

const CASES = Math.round(2_000 * DIFFERENTIAL_FACTOR);
const BATCH = 20;
const ITERATIONS = 4;
const host = openDirectory("/", "host:", true);
const zones = zonesOf(host, null, "UTC");
const names = [...(zones.names?.() ?? [])];
const version = parseSystemdVersion(ANALYZE_VERSION ?? "") ?? undefined;

/** An instant close to a change of offset of the zone, or anywhere. */
function randomBase(dice: Dice, zone: TimeZone): number {
  const low = 86_400;
  const high = 7_200_000_000;
  const changes = zone.periods.filter(({ start }) => start > low && start < high);
  if (changes.length === 0 || dice.chance(0.1)) return dice.between(low, high);
  const change = dice.pick(changes).start;
  const reach = dice.pick([0, 7_200, 86_400, 40 * 86_400]);
  const precise = change + dice.between(-reach, reach);
  return Math.max(low, dice.chance(0.4) ? Math.round(precise / 1800) * 1800 : precise);
}

/** What we say, in the words of the referee. */
function ours(expression: string, base: number, own: Zones): string {
  const spec = parseCalendar(expression, own, version);
  if (!spec.ok) return "refused";
  const { usec, end } = nextElapses(spec.value, base * 1e6, ITERATIONS, own, version);
  if (end === "loop") return "gave up";
  return [formatCalendar(spec.value), ...usec.map((each) => Math.floor(each / 1e6))].join(" | ");
}

function theirs(expression: string, base: number, zone: TimeZone): string {
  return inWords(analyzeCalendar([expression], base, zone, ITERATIONS).get(expression));
}

function inWords(verdict: CalendarVerdict | undefined): string {
  if (verdict === undefined || verdict.refused) return "refused";
  return verdict.normalized === null ? "gave up" : [verdict.normalized, ...verdict.elapses].join(" | ");
}

test.skipIf(!hasSystemdAnalyze)(
  `${CASES} random expressions as systemd-analyze ${ANALYZE_VERSION ?? "(SKIPPED: not installed)"} sees them, seed ${SEED}`,
  { timeout: 1_200_000 },
  () => {
    const dice = new Dice(SEED);
    const different: string[] = [];
    for (let done = 0; done < CASES; done += BATCH) {
      const name = dice.pick(names);
      const zone = zones.zone(name);
      if (zone === null) continue;
      const own = zonesOf(host, null, name);
      const base = randomBase(dice, zone);
      const wall = wallTime(base + zone.at(base).offset);
      const suffixes = [
        "UTC",
        "utc",
        zone.standardName,
        zone.daylightName,
        name,
        dice.pick(names),
        "right/UTC",
      ];
      const expressions = new Set<string>();
      while (expressions.size < BATCH) expressions.add(randomExpression(dice, wall, suffixes));
      const verdicts = analyzeCalendar([...expressions], base, zone, ITERATIONS);
      for (const expression of expressions) {
        const mine = ours(expression, base, own);
        // What glibc remembers of the batch's earlier expressions may matter; alone is what counts.
        if (mine === inWords(verdicts.get(expression))) continue;
        const alone = theirs(expression, base, zone);
        if (mine !== alone)
          different.push(`TZ=${name} @${base} '${expression}'\n  ours   ${mine}\n  theirs ${alone}`);
      }
    }
    expect(different.slice(0, 20)).toEqual([]);
  },
);
