import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyzeCalendar, hasSystemdAnalyze } from "../time/systemd-analyze.test-support.ts";
import { parseTzif } from "../time/tzif.ts";
import { makeZone, type TimeZone, UTC } from "../time/zone.ts";
import { toSystemdCalendar, toSystemdCalendars } from "./cron-calendar.ts";
import { cronRuns, neverFits } from "./cron-elapses.ts";
import { type CronFields, type CronSchedule, parseCronExpression } from "./cron-expression.ts";

function schedule(text: string): CronSchedule {
  const result = parseCronExpression(text);
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

/** At most `count` runs after `afterUsec`, ascending. */
function nextCronElapses(
  schedule: CronSchedule,
  afterUsec: number,
  zone: TimeZone,
  count: number,
): readonly number[] {
  const runs = cronRuns(schedule);
  const found: number[] = [];
  for (let at = runs(afterUsec, zone); at !== null && found.length < count; at = runs(at, zone))
    found.push(at);
  return found;
}

const usec = (iso: string): number => Date.parse(iso) * 1000;
const iso = (at: number): string => new Date(at / 1000).toISOString().slice(0, 16);

function next(text: string, after: string, count: number, zone: TimeZone = UTC): readonly string[] {
  return nextCronElapses(schedule(text), usec(after), zone, count).map(iso);
}

test.each<[string, string, readonly string[]]>([
  ["0 3 * * *", "2026-01-01T03:00:00Z", ["2026-01-02T03:00", "2026-01-03T03:00"]],
  ["0 3 * * *", "2026-01-01T02:59:59.999Z", ["2026-01-01T03:00", "2026-01-02T03:00"]],
  ["*/20 * * * *", "2026-01-01T23:39:00Z", ["2026-01-01T23:40", "2026-01-02T00:00"]],
  // Either day is enough when neither is a star, both are needed when one is.
  ["0 0 13 * fri", "2026-02-01T00:00:00Z", ["2026-02-06T00:00", "2026-02-13T00:00", "2026-02-20T00:00"]],
  ["0 0 */2 * fri", "2026-02-01T00:00:00Z", ["2026-02-13T00:00", "2026-02-27T00:00", "2026-03-13T00:00"]],
  ["0 0 29 2 *", "2026-01-01T00:00:00Z", ["2028-02-29T00:00", "2032-02-29T00:00"]],
  ["0 0 29 2 *", "2096-03-01T00:00:00Z", ["2104-02-29T00:00"]],
  ["@weekly", "2026-01-01T00:00:00Z", ["2026-01-04T00:00", "2026-01-11T00:00"]],
  ["0 0 31 2,4 *", "2026-01-01T00:00:00Z", []],
  ["0 3 * * mon-sun", "2026-01-01T00:00:00Z", []],
  ["0 3 31 2 mon-sun", "2026-01-01T00:00:00Z", []],
  ["@reboot", "2026-01-01T00:00:00Z", []],
])("%s after %s", (text, after, expected) =>
  expect(next(text, after, Math.max(1, expected.length))).toEqual(expected),
);

/** UTC until 01:00, then an offset of so many minutes. */
function jump(minutes: number): TimeZone {
  const at = Date.parse("2026-03-10T01:00:00Z") / 1000;
  return makeZone(
    "Test",
    [
      { start: Number.NEGATIVE_INFINITY, end: at, offset: 0, dst: false, abbreviation: "A" },
      { start: at, end: Number.POSITIVE_INFINITY, offset: minutes * 60, dst: true, abbreviation: "B" },
    ],
    "A",
    "B",
  );
}

test.each([60, -60, 240, -240])("each searched anew is the same, over a jump of %i minutes", (minutes) => {
  const zone = jump(minutes);
  const start = usec("2026-03-09T23:00:00Z");
  for (const text of ["* * * * *", "30 1 * * *", "*/7 0-3 * * *", "0 0 29 2 *"]) {
    const all = nextCronElapses(schedule(text), start, zone, 300);
    const anew = all.map((_, at) => cronRuns(schedule(text))(all[at - 1] ?? start, zone));
    expect(anew).toEqual(all);
    // Whoever asks for something else than the next gets that: an earlier moment, another zone.
    const runs = cronRuns(schedule(text));
    expect([runs(start, zone), runs(start, zone)]).toEqual([all[0], all[0]]);
    expect(runs(all[0] ?? 0, UTC)).toBe(cronRuns(schedule(text))(all[0] ?? 0, UTC));
  }
});

/** cron(8): less than three hours forward, missed jobs run soon after; backward, they are not run again. */
describe("clock changes at 01:00 UTC on 10 March", () => {
  test.each<[string, number, string, readonly string[]]>([
    ["fixed job in the gap runs at once", 60, "30 1 * * *", ["2026-03-10T01:00", "2026-03-11T00:30"]],
    ["two in the gap are one elapse", 60, "10,40 1 * * *", ["2026-03-10T01:00", "2026-03-11T00:10"]],
    ["wildcard job follows the clock", 60, "*/30 1 * * *", ["2026-03-11T00:00", "2026-03-11T00:30"]],
    ["gap of three hours is a correction", 180, "30 1 * * *", ["2026-03-10T22:30", "2026-03-11T22:30"]],
    ["gap of 179 minutes is not", 179, "30 1 * * *", ["2026-03-10T01:00"]],
    ["fixed job is not repeated", -60, "30 0 * * *", ["2026-03-10T00:30", "2026-03-11T01:30"]],
    [
      "wildcard job is",
      -60,
      "*/30 0 * * *",
      ["2026-03-10T00:00", "2026-03-10T00:30", "2026-03-10T01:00", "2026-03-10T01:30", "2026-03-11T01:00"],
    ],
    [
      "four hours back is a correction",
      -240,
      "30 0 * * *",
      ["2026-03-10T00:30", "2026-03-10T04:30", "2026-03-11T04:30"],
    ],
    ["three minutes forward are caught up", 3, "1 1 * * *", ["2026-03-10T01:00", "2026-03-11T00:58"]],
    ["hourly goes on", 60, "0 * * * *", ["2026-03-10T00:00", "2026-03-10T01:00", "2026-03-10T02:00"]],
    ["@daily over midnight", 60, "@daily", ["2026-03-10T00:00", "2026-03-10T23:00"]],
  ])("%s", (_, minutes, text, expected) => {
    expect(next(text, "2026-03-09T23:59:00Z", expected.length, jump(minutes))).toEqual(expected);
  });

  test("asked in the middle of the repeated hour, it still knows", () => {
    expect(next("30 0 * * *", "2026-03-10T01:05:00Z", 1, jump(-60))).toEqual(["2026-03-11T01:30"]);
  });
});

/** The main loop of cron.c, minute by minute, as C has it. */
function* daemon(fields: CronFields, zone: TimeZone, from: number, until: number): Generator<number> {
  const fits = (minutes: number): boolean => {
    const at = new Date(minutes * 60_000);
    const dom = fields.daysOfMonth.includes(at.getUTCDate());
    const dow = fields.daysOfWeek.includes(at.getUTCDay());
    return (
      fields.minutes.includes(at.getUTCMinutes()) &&
      fields.hours.includes(at.getUTCHours()) &&
      fields.months.includes(at.getUTCMonth() + 1) &&
      (fields.dayOfMonthStar || fields.dayOfWeekStar ? dow && dom : dow || dom)
    );
  };
  const wild = fields.minuteStar || fields.hourStar;
  const due = (minutes: number, doWild: boolean, doNonWild: boolean): boolean =>
    fits(minutes) && ((doNonWild && !wild) || (doWild && wild));
  const clockTime = (second: number): number => Math.floor((second + zone.at(second).offset) / 60);
  let virtual = clockTime(from);
  let running = virtual;
  for (let second = from - (from % 60) + 60; ; second += 60) {
    if (second > until) return;
    const now = clockTime(second);
    if (now === running) continue;
    running = now;
    const difference = running - virtual;
    let ran = false;
    if (difference === 1) {
      virtual = running;
      ran = due(virtual, true, true);
    } else if (difference > 180 || difference <= -180) {
      virtual = running;
      ran = due(running, true, true);
    } else if (difference > 5) {
      ran = due(running, true, false);
      while (virtual < running) ran = due(++virtual, false, true) || ran;
    } else if (difference > 0) {
      while (virtual < running) ran = due(++virtual, true, true) || ran;
    } else ran = due(running, true, false);
    if (ran) yield second;
  }
}

const ZONES = [
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Africa/Casablanca",
  "Pacific/Apia",
  "Asia/Kathmandu",
  "America/St_Johns",
  "UTC",
];
const zoneFile = (name: string): string => `/usr/share/zoneinfo/${name}`;
const hasZones = ZONES.every((name) => existsSync(zoneFile(name)));
const SCALE = Number(process.env["TIMERWARDEN_DIFF"] ?? "1");

function zoneNamed(name: string): TimeZone {
  const result = parseTzif(new Uint8Array(readFileSync(zoneFile(name))), name);
  if (!result.ok) throw new Error(name);
  return result.value;
}

const field = (low: number, high: number): fc.Arbitrary<string> => {
  const number = fc.integer({ min: low, max: high });
  const item = fc.oneof(
    { weight: 3, arbitrary: number.map(String) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(number, number, fc.integer({ min: 1, max: 7 }))
        .map(([a, b, step]) => `${Math.min(a, b)}-${Math.max(a, b)}/${step}`),
    },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }).map((step) => `*/${step}`) },
  );
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant("*") },
    { weight: 3, arbitrary: fc.array(item, { minLength: 1, maxLength: 3 }).map((all) => all.join(",")) },
  );
};
const expressions = fc
  .tuple(field(0, 59), field(0, 5), field(1, 31), fc.constantFrom("*", "*", "3,4,10,11", "*/2"), field(0, 7))
  .map((fields) => fields.join(" "));

test.skipIf(!hasZones)(
  `agrees with the daemon's loop over whole weeks around clock changes${hasZones ? "" : " (SKIPPED: no tzdata)"}`,
  () => {
    const zones = ZONES.map(zoneNamed);
    let compared = 0;
    const samples = fc.sample(fc.tuple(expressions, fc.nat(ZONES.length - 1), fc.nat(500)), {
      numRuns: Math.round(120 * SCALE),
    });
    for (const [text, zoneIndex, pick] of samples) {
      const zone = zones[zoneIndex] ?? UTC;
      const changes = zone.periods.filter((period) => period.start > 1.2e9 && period.start < 2e9);
      const change = changes[pick % Math.max(1, changes.length)]?.start ?? 1.7e9;
      const from = change - 3 * 86_400;
      const fields = schedule(text) as CronFields;
      const expected: number[] = [];
      for (const second of daemon(fields, zone, from, change + 3 * 86_400)) {
        expected.push(second);
        if (expected.length >= 400) break;
      }
      const ours = nextCronElapses(fields, from * 1e6, zone, expected.length + 1).map((at) => at / 1e6);
      expect({ text, zone: zone.name, elapses: ours.slice(0, expected.length) }).toEqual({
        text,
        zone: zone.name,
        elapses: expected,
      });
      compared += expected.length;
    }
    expect(compared).toBeGreaterThan(500);
  },
);

test.each<[string, readonly string[]]>([
  ["0 3 * * *", ["*-*-* 03:00:00"]],
  ["*/15 * * * *", ["*-*-* *:00/15:00"]],
  ["0 9-17 * * mon-fri", ["Mon..Fri *-*-* 09..17:00:00"]],
  ["0 0 * * 0,6", ["Sat..Sun *-*-* 00:00:00"]],
  ["5 4 1,15 jan *", ["*-01-01,15 04:05:00"]],
  ["0 0 13 * fri", ["*-*-13 00:00:00", "Fri *-*-* 00:00:00"]],
  ["0 0 1-31 * fri", ["*-*-* 00:00:00"]],
  ["@reboot", []],
  ["0 0 30 2 *", []],
])("%s in systemd's language", (text, calendars) => {
  expect(toSystemdCalendars(schedule(text))).toEqual(calendars);
  expect(toSystemdCalendar(schedule(text))).toBe(calendars.length === 1 ? calendars[0] : null);
});

test.skipIf(!hasSystemdAnalyze)(
  `systemd elapses when cron does, in UTC${hasSystemdAnalyze ? "" : " (SKIPPED: no systemd-analyze)"}`,
  () => {
    const base = 1_790_000_000;
    const texts = fc.sample(expressions, { numRuns: Math.round(100 * SCALE) });
    const pairs = texts.flatMap((text) => {
      const calendar = toSystemdCalendar(schedule(text));
      return calendar === null || neverFits(schedule(text) as CronFields) ? [] : [{ text, calendar }];
    });
    expect(pairs.length).toBeGreaterThan(20);
    const verdicts = analyzeCalendar([...new Set(pairs.map((pair) => pair.calendar))], base, UTC, 3);
    for (const { text, calendar } of pairs) {
      const ours = nextCronElapses(schedule(text), base * 1e6, UTC, 3).map((at) => at / 1e6);
      expect([text, calendar, verdicts.get(calendar)?.elapses]).toEqual([text, calendar, ours]);
    }
  },
);
