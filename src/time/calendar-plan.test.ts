import { expect, test } from "vitest";
import { SEED } from "../../test/seed.ts";
import { openDirectory } from "../hosts/directory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { parseCalendar } from "./calendar-parse.ts";
import { compileCalendar } from "./calendar-plan.ts";
import { searchElapse } from "./calendar-search.ts";
import { formatCalendar } from "./calendar-spec.ts";
import { wallTime } from "./civil.ts";
import { Dice, randomExpression } from "./random-calendar.test-support.ts";
import { DIFFERENTIAL_FACTOR } from "./systemd-analyze.test-support.ts";
import type { SystemdVersion } from "./systemd-version.ts";
import { WallClock } from "./wall-clock.ts";

const CASES = Math.round(20_000 * DIFFERENTIAL_FACTOR);
const host = openDirectory("/", "host:", true);
const zones = zonesOf(host, null, "UTC");
const names = [...(zones.names?.() ?? ["UTC"])];
const VERSIONS: readonly SystemdVersion[] = [
  { major: 252, point: 38 },
  { major: 252, point: 31 },
  { major: 257, point: 13 },
  { major: 259, point: null },
];

test(`${CASES} random searches by table as by the exact rounds, seed ${SEED}`, () => {
  const dice = new Dice(SEED);
  const different: string[] = [];
  for (let done = 0; done < CASES; ) {
    const name = dice.pick(names);
    const own = zonesOf(host, null, name);
    const base = dice.between(86_400, 7_200_000_000);
    const changes = own.local.periods.filter(({ start }) => start > 86_400 && start < 7_200_000_000);
    const near =
      changes.length === 0
        ? base
        : dice.pick(changes).start + dice.between(-86_400, 86_400) * dice.pick([1, 3, 30]);
    const start = Math.max(86_400, dice.chance(0.3) ? base : near);
    const wall = wallTime(start + own.local.at(start).offset);
    for (let each = 0; each < 50; each++, done++) {
      const text = randomExpression(dice, wall, ["UTC", name, own.local.standardName]);
      const spec = parseCalendar(text, own);
      if (!spec.ok) continue;
      const version = dice.pick(VERSIONS);
      const after = start * 1e6 + (dice.chance(0.2) ? dice.between(0, 999_999) : 0);
      const plan = compileCalendar(spec.value, own, version);
      const fast = plan.next(after);
      const exact = searchElapse(spec.value, after, new WallClock(plan.zone), version);
      if (JSON.stringify(fast) !== JSON.stringify(exact))
        different.push(
          `TZ=${name} after ${after} ${formatCalendar(spec.value)} ${version.major}: ${JSON.stringify({ fast, exact })}`,
        );
      // Where clocks begin to differ from UTC systemd itself goes back (252: Antarctica/Rothera, @218247297, `*:53`).
      const isNearChange = changes.some((change) => Math.abs(change.start - start) <= 86_400);
      if (fast.kind === "elapse" && fast.usec <= after && !isNearChange)
        different.push(`${text} does not move on from ${after}`);
    }
  }
  expect(different.slice(0, 10)).toEqual([]);
});
