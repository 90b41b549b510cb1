import { describe, expect, test } from "vitest";
import { openDirectory } from "../hosts/directory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { nextElapse, nextElapses } from "./calendar-next.ts";
import { parseCalendar } from "./calendar-parse.ts";
import { SKIPPED, sharedCases } from "./shared-facts.test-support.ts";
import { DEFAULT_SYSTEMD_VERSION, type SystemdVersion } from "./systemd-version.ts";
import { formatRfc3339 } from "./timestamp-format.ts";

const host = openDirectory("/", "host:", true);

function next(
  text: string,
  base: string,
  tz: string,
  version: SystemdVersion = DEFAULT_SYSTEMD_VERSION,
): string {
  const zones = zonesOf(host, null, tz);
  const spec = parseCalendar(text, zones, version);
  if (!spec.ok) return spec.problem.message;
  const elapse = nextElapse(spec.value, Date.parse(base) * 1000, zones, version);
  return elapse.kind === "elapse" ? formatRfc3339(elapse.usec) : elapse.kind;
}

/** Runs of systemd-analyze 252.38. */
test.each([
  ["02:30", "2024-03-10T05:00:00Z", "America/New_York", "2024-03-11T06:30:00Z"],
  ["2024-03-10 02:30", "2024-03-01T00:00:00Z", "America/New_York", "never"],
  ["01:30", "2024-11-03T05:40:00Z", "America/New_York", "2024-11-04T06:30:00Z"],
  ["*:0/30", "2024-11-03T05:59:30Z", "America/New_York", "2024-11-03T07:00:00Z"],
  ["daily EST", "2024-07-01T00:00:00Z", "America/New_York", "never"],
  ["daily", "2018-11-03T12:00:00Z", "America/Sao_Paulo", "2018-11-05T02:00:00Z"],
  ["Fri", "2011-12-29T12:00:00Z", "Pacific/Apia", "2012-01-05T10:00:00Z"],
  ["*-02-30", "2024-01-01T00:00:00Z", "UTC", "never"],
  ["Thu *-02-29", "2024-05-01T00:00:00Z", "UTC", "2052-02-29T00:00:00Z"],
  ["Mon *-05~07/1", "2024-05-15T00:00:00Z", "UTC", "2024-05-27T00:00:00Z"],
  // The step runs over the hour and over midnight: 00:00 is missed.
  ["*:0/17", "2024-05-15T23:52:00Z", "UTC", "2024-05-16T00:17:00Z"],
  // The same at the end of a month, for hours.
  ["0,1/6:00", "2024-05-31T23:52:00Z", "UTC", "2024-06-01T01:00:00Z"],
  // A month past December lands in summer; the search then goes in circles.
  ["Mon,Sat 1/5-20 22:*:44", "2018-10-22T05:30:00Z", "Canada/Yukon", "loop"],
  ["yearly right/UTC", "1975-05-01T00:00:00Z", "UTC", "1976-01-01T00:00:05Z"],
])("%s after %s in %s is %s", (text, base, tz, expected) => expect(next(text, base, tz)).toBe(expected));

test("a step of days over New Year keeps its day until systemd mended it", () => {
  const [text, base] = ["*-*-1/11 23:00", "2024-12-24T00:00:00Z"];
  expect(next(text, base, "UTC", { major: 252, point: 38 })).toBe("2025-01-12T23:00:00Z");
  expect(next(text, base, "UTC", { major: 257, point: 13 })).toBe("2025-01-01T23:00:00Z");
});

interface Recorded {
  readonly spec: string;
  readonly base: string;
  readonly base_epoch: number;
  readonly tz: string;
  readonly next_utc?: readonly string[];
  readonly error?: string;
}

const shared = sharedCases<Recorded>("calendar-next.json");
test.skipIf(shared === null)(`every recorded row of elapses ${shared === null ? SKIPPED : ""}`, () => {
  for (const { spec: text, base, base_epoch, tz, next_utc, error } of shared ?? []) {
    const zones = zonesOf(host, null, tz);
    const spec = parseCalendar(text, zones);
    if (!spec.ok) throw new Error(`${text}: ${spec.problem.message}`);
    const { usec, end } = nextElapses(spec.value, base_epoch * 1e6, 3, zones);
    const shown = usec.map((each) => formatRfc3339(Math.floor(each / 1e6) * 1e6));
    const answer = error === undefined ? (shown.length === 0 ? [end] : shown) : [end];
    expect.soft(answer, `${text} after ${base} in ${tz}`).toEqual(error === undefined ? next_utc : ["loop"]);
  }
});

describe("nextElapses", () => {
  const zones = zonesOf(host, null, "UTC");
  test("stops when the expression ends", () => {
    const spec = parseCalendar("2024-01-01..02", zones);
    expect(spec.ok && nextElapses(spec.value, Date.parse("2023-06-01") * 1000, 5, zones)).toEqual({
      usec: [Date.parse("2024-01-01") * 1000, Date.parse("2024-01-02") * 1000],
      end: "never",
    });
  });
  test("keeps fractions of a second", () => {
    const spec = parseCalendar("*:*:0/0.25", zones);
    expect(spec.ok && nextElapses(spec.value, 60e6, 3, zones).usec).toEqual([
      60_250_000, 60_500_000, 60_750_000,
    ]);
  });
  test("has no answer outside systemd's calendar", () => {
    const spec = parseCalendar("daily", zones);
    for (const base of [-1, Number.NaN, 8e18, Number.POSITIVE_INFINITY])
      expect(spec.ok && nextElapse(spec.value, base, zones)).toEqual({ kind: "never" });
  });
});
