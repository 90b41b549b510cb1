import { describe, expect, test } from "vitest";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { readInventory } from "../inventory/inventory.ts";
import type { Forecast } from "./api.ts";
import { forecastsOf, WEEK_HOURS } from "./forecast.ts";
import { windowsOf } from "./window-runs.ts";

/** A Monday, a little after half past six: nothing elapses just then. */
const HALF_PAST_SIX = Date.UTC(2026, 10, 23, 6, 30) / 1000;
const NOW = HALF_PAST_SIX + 12;
const HOUR = 3600;
const DAY = 86_400;

function forecastOf(timer: string, more: Record<string, MemoryEntry> = {}): Forecast {
  const host = memoryHost({
    "/etc/systemd/system/x.timer": `[Timer]\n${timer}\n[Install]\nWantedBy=timers.target\n`,
    "/etc/systemd/system/x.service": "[Service]\nType=oneshot\nExecStart=/bin/true\n",
    "/etc/systemd/system/timers.target.wants/x.timer": { link: "/etc/systemd/system/x.timer" },
    "/usr/lib/systemd/system/timers.target": "[Unit]\n",
    "/usr/lib/systemd/system/default.target": "[Unit]\nWants=timers.target\n",
    "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    ...more,
  });
  const inventory = readInventory(host, { zones: zonesOf(host, null), nowUsec: NOW * 1e6 });
  const [forecast] = forecastsOf(inventory).all;
  if (forecast === undefined) throw new Error("there is no timer");
  return forecast;
}

const hoursOf = ({ hours }: Forecast): number[] =>
  hours.flatMap(([length, count]) => new Array<number>(length).fill(count));

describe("how often", () => {
  test.each([
    ["OnCalendar=hourly", 24, 168, 720],
    ["OnCalendar=daily", 1, 7, 30],
    ["OnCalendar=Mon 07:00", 1, 1, 5],
    ["OnCalendar=minutely", 1440, 10_080, 43_200],
    ["OnCalendar=*:0/15\nOnCalendar=daily", 97, 679, 2910],
    ["OnCalendar=daily\nRandomizedDelaySec=0", 1, 7, 30],
  ])("%s", (timer, day, week, month) => {
    const forecast = forecastOf(timer);
    expect([forecast.kind, forecast.day, forecast.week, forecast.month]).toEqual(["dated", day, week, month]);
    expect(forecast.approximate).toBe(false);
  });

  test("every second is carried on at its pace, and said to be approximate", () => {
    const forecast = forecastOf("OnCalendar=*:*:*");
    expect(forecast.approximate).toBe(true);
    expect(Math.round(forecast.week)).toBe(7 * DAY);
    expect(Math.round(forecast.month)).toBe(30 * DAY);
  });

  test("a span after the last run is a rate without moments", () => {
    const forecast = forecastOf("OnBootSec=1min\nOnUnitActiveSec=10min", {
      "/proc/stat": `btime ${NOW - 7200}\n`,
    });
    if (forecast.kind === "none") expect(forecast.reason).not.toBeNull();
    else expect(Math.round(forecast.day)).toBe(144);
  });
});

describe("windows", () => {
  test("random delay is a window as wide, and each of its hours gets its part", () => {
    const forecast = forecastOf("OnCalendar=*-*-* 12:00\nRandomizedDelaySec=4h\nAccuracySec=1us");
    const [first] = windowsOf(forecast.windows);
    const noon = HALF_PAST_SIX + 5.5 * HOUR;
    expect(first?.[0]).toBe(noon);
    expect((first?.[1] ?? 0) - noon).toBeGreaterThanOrEqual(4 * HOUR);
    expect((first?.[1] ?? 0) - noon).toBeLessThanOrEqual(4 * HOUR + 1);
    const hours = hoursOf(forecast);
    expect(hours.slice(6, 10)).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(hours[5]).toBe(0);
  });

  test("a fixed delay is a moment, the same that the report tells", () => {
    const forecast = forecastOf(
      "OnCalendar=daily\nRandomizedDelaySec=6h\nFixedRandomDelay=yes\nAccuracySec=1s",
    );
    const [first] = windowsOf(forecast.windows);
    expect((first?.[1] ?? 0) - (first?.[0] ?? 0)).toBeLessThanOrEqual(2);
    expect(first?.[0]).toBeGreaterThan(NOW);
  });

  test("only the first are handed over, and it is said how far they reach", () => {
    const forecast = forecastOf("OnCalendar=*:0/15");
    expect(windowsOf(forecast.windows).length).toBe(120);
    expect(forecast.windows.length).toBe(1);
    expect(forecast.windowsUntil).toBe(HALF_PAST_SIX + 121 * 900);
  });
});

test("the hours of a week add up to its count", () => {
  for (const timer of [
    "OnCalendar=*:0/7",
    "OnCalendar=Tue,Sat 03:15\nRandomizedDelaySec=30h",
    "OnCalendar=minutely",
  ]) {
    const forecast = forecastOf(timer);
    const hours = hoursOf(forecast);
    expect(hours.length).toBe(WEEK_HOURS);
    expect(hours.reduce((sum, count) => sum + count, 0)).toBeCloseTo(forecast.week, 1);
  }
});

test.each([
  ["OnCalendar=2020-01-01", /no moment matches/],
  ["OnCalendar=2040-01-01", /nothing within 30 days/],
  ["OnActiveSec=5min", /counts from the moment the timer is started/],
])("%s: none, and why", (timer, reason) => {
  const forecast = forecastOf(timer);
  expect([forecast.kind, forecast.week]).toEqual(["none", 0]);
  expect(forecast.reason).toMatch(reason);
});

test("jobs of cron are reckoned too", () => {
  const host = memoryHost({
    "/etc/cron.d/x": "*/20 * * * * root /bin/true\n",
    "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
  });
  const inventory = readInventory(host, { zones: zonesOf(host, null), nowUsec: NOW * 1e6 });
  const [forecast] = forecastsOf(inventory).all;
  expect([forecast?.kind, forecast?.day, forecast?.week]).toEqual(["dated", 72, 504]);
});
