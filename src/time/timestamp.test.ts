import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openDirectory } from "../hosts/directory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { ANALYZE_VERSION, hasSystemdAnalyze } from "./systemd-analyze.test-support.ts";
import { parseTimestamp } from "./timestamp.ts";
import { formatRfc3339, formatTimestamp } from "./timestamp-format.ts";
import { UTC } from "./zone.ts";

const berlin = zonesOf(openDirectory("/", "host:", true), null, "Europe/Berlin");
const NOW = Date.parse("2027-03-27T10:00:00Z") * 1000;

function outcome(text: string): string {
  const usec = parseTimestamp(text, NOW, berlin);
  return usec.ok ? formatRfc3339(usec.value) : usec.problem.code;
}

/** Those that do not hang on the clock, and not zone suffixes, are also asked of systemd-analyze below. */
const FIXED: readonly (readonly [string, string])[] = [
  ["2027-03-26 12:00", "2027-03-26T11:00:00Z"],
  ["Fri 2027-03-26 12:00", "2027-03-26T11:00:00Z"],
  ["Sat 2027-03-26 12:00", "EINVAL"],
  ["2027-03-26 12:00:01.5 UTC", "2027-03-26T12:00:01.500000Z"],
  ["2027-03-28 02:30", "2027-03-28T01:30:00Z"],
  ["27-3-2", "2027-03-01T23:00:00Z"],
  ["2027-02-30", "2027-03-01T23:00:00Z"],
  ["2012-09-22  16:34", "2012-09-22T14:34:00Z"],
  ["2027-03-26 12:00 CEST", "2027-03-26T10:00:00Z"],
  ["@1700000000.25", "2023-11-14T22:13:20.250000Z"],
  ["2027-13-01", "EINVAL"],
  ["now UTC", "EINVAL"],
  ["Mon now", "EINVAL"],
  ["", "EINVAL"],
  ["noon", "EINVAL"],
];

test.each<readonly [string, string]>([
  ...FIXED,
  ["2027-03-26 12:00 Asia/Tokyo", "2027-03-26T03:00:00Z"],
  ["now", "2027-03-27T10:00:00Z"],
  ["today", "2027-03-26T23:00:00Z"],
  ["tomorrow", "2027-03-27T23:00:00Z"],
  ["yesterday UTC", "2027-03-26T00:00:00Z"],
  ["+5min", "2027-03-27T10:05:00Z"],
  ["-5s", "2027-03-27T09:59:55Z"],
  ["2 days ago", "2027-03-25T10:00:00Z"],
  ["1h left", "2027-03-27T11:00:00Z"],
  ["12:30", "2027-03-27T11:30:00Z"],
  ["2027-03-26T12:00:00Z", "2027-03-26T12:00:00Z"],
  ["2027-03-26T12:00:00.123456+02:00", "2027-03-26T10:00:00.123456Z"],
  ["2027-03-26T25:00:00Z", "EINVAL"],
  ["200 years ago", "EINVAL"],
])("%s is %s", (text, expected) => expect(outcome(text)).toBe(expected));

test.skipIf(!hasSystemdAnalyze)(
  `fixed timestamps as systemd-analyze ${ANALYZE_VERSION ?? "(SKIPPED: not installed)"} reads them`,
  () => {
    for (const [text, expected] of FIXED) {
      const run = spawnSync("systemd-analyze", ["timestamp", "--", text], {
        encoding: "utf8",
        env: { ...process.env, TZ: "Europe/Berlin", LC_ALL: "C" },
      });
      const shown = /UNIX seconds: @([\d.]+)/.exec(run.stdout)?.[1];
      const theirs = shown === undefined ? "EINVAL" : formatRfc3339(Math.round(Number(shown) * 1e6));
      expect.soft(theirs, text).toBe(expected);
    }
  },
);

test("a timestamp is shown in the zone's own words", () => {
  expect(formatTimestamp(Date.parse("2026-11-23T05:38:00Z") * 1000, berlin.local)).toBe(
    "Mon 2026-11-23 06:38:00 CET",
  );
  expect(formatTimestamp(0, UTC)).toBe("Thu 1970-01-01 00:00:00 UTC");
});

test("what is shown is read back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 7.2e15 }), (usec) => {
      expect(parseTimestamp(formatRfc3339(usec), NOW, berlin)).toEqual({ ok: true, value: usec });
      const seconds = Math.floor(usec / 1e6) * 1e6;
      expect(parseTimestamp(formatTimestamp(seconds, UTC), NOW, berlin)).toEqual({
        ok: true,
        value: seconds,
      });
    }),
  );
});

test("any text has an answer", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseTimestamp(text, NOW, berlin)));
});
