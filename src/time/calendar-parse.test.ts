import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openDirectory } from "../hosts/directory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { parseCalendar } from "./calendar-parse.ts";
import { formatCalendar } from "./calendar-spec.ts";
import { Dice, randomExpression } from "./random-calendar.test-support.ts";
import { ERRNO, SKIPPED, sharedCases } from "./shared-facts.test-support.ts";

const host = openDirectory("/", "host:", true);
const utc = zonesOf(host, null, "UTC");
const newYork = zonesOf(host, null, "America/New_York");

function outcome(text: string, zones = utc): string {
  const spec = parseCalendar(text, zones);
  return spec.ok ? formatCalendar(spec.value) : spec.problem.code;
}

/** systemd.time(7), systemd's test-calendarspec.c, and runs of systemd-analyze 252.38. */
test.each([
  ["Sat,Thu,Mon-Wed,Sat-Sun", "Mon..Thu,Sat,Sun *-*-* 00:00:00"],
  ["Mon,Sun 12-*-* 2,1:23", "Mon,Sun 2012-*-* 01,02:23:00"],
  ["*:20..39/5", "*-*-* *:20..35/5:00"],
  ["00:00:1.0..3.8", "*-*-* 00:00:01..03"],
  ["93..00-*-*", "1993..2000-*-* 00:00:00"],
  ["*~03/1,03..05", "*-*~03/1,03..05 00:00:00"],
  ["*-*~03/1,03..05", "*-*~03/1,03..05 00:00:00"],
  ["1~1", "*-01~01 00:00:00"],
  ["2016~11~22", "EINVAL"],
  ["*-*~1,2,3,4,5,6,7,8", "EINVAL"],
  ["*-*~2,28", "EINVAL"],
  ["*-*~2,25", "*-*~02,25 00:00:00"],
  ["@1493187147 Europe/Berlin", "2017-04-26 06:12:27 UTC"],
  ["@-60000000000", "2068-09-03 13:20:00 UTC"],
  ["*:*:0/1,5", "*-*-* *:*:*"],
  ["*:*:0,0/1", "*-*-* *:*:*"],
  ["100-01-01", "EINVAL"],
  ["daily Etc/UTC", "*-*-* 00:00:00 Etc/UTC"],
  ["daily  UTC", "EINVAL"],
  ["*-*-* ", "*-*-* 00:00:00"],
  ["Wed, 17:48", "Wed *-*-* 17:48:00"],
  ["*:*:3000", "ERANGE"],
  ["*:*:59.9999995", "EINVAL"],
  ["0:0/0", "ERANGE"],
  [`*:${Array.from({ length: 242 }, () => "1").join(",")}`, "ENOBUFS"],
  [`*:${Array.from({ length: 241 }, () => "1").join(",")}`, "*-*-* *:01:00"],
  ["99999999999999999999:0", "ERANGE"],
  ["", "EINVAL"],
  [" UTC", "EINVAL"],
])("%s is %s", (text, expected) => expect(outcome(text)).toBe(expected));

test("a local abbreviation is part of the expression only where it is the zone's", () => {
  expect(outcome("daily edt", newYork)).toBe("*-*-* 00:00:00 EDT");
  expect(outcome("daily EDT", utc)).toBe("EINVAL");
});

const shared = sharedCases<{ input: string; tz: string; normalized?: string; error?: string }>(
  "calendar-normalize.json",
);
test.skipIf(shared === null)(
  `every recorded normal form and refusal ${shared === null ? SKIPPED : ""}`,
  () => {
    const zones = new Map((shared ?? []).map(({ tz }) => [tz, zonesOf(host, null, tz)]));
    for (const { input, tz, normalized, error } of shared ?? [])
      expect
        .soft(outcome(input, zones.get(tz)), `${input} in ${tz}`)
        .toBe(normalized ?? ERRNO.get(error ?? ""));
  },
);

/** Column, length and suggestion of the usual mistakes. */
test.each<[string, number, number, string | undefined]>([
  ["0 3 * * *", 0, 9, "*-*-* 03:00:00"],
  ["*/15 9-17 * * 1-5", 0, 17, "Mon..Fri *-*-* 09..17:00/15:00"],
  ["@daily", 0, 6, "daily"],
  ["@weekly", 0, 7, "Sun *-*-* 00:00:00"],
  ["@reboot", 0, 7, undefined],
  ["Mon..Fri *-*-* 9:00 Europe/Berln", 20, 12, "Mon..Fri *-*-* 9:00 Europe/Berlin"],
  ["25:00", 0, 2, undefined],
  ["12:61", 3, 2, undefined],
  ["24:00", 0, 2, "00:00"],
  ["Fri..Mon", 0, 8, "Fri..Sun,Mon"],
  ["Sat-Tue 10:00", 0, 7, "Sat..Sun,Mon..Tue 10:00"],
  ["10:00 PM", 0, 8, "22:00"],
  ["12 AM", 0, 5, "00:00"],
  ["2024-01-01T10:00", 10, 1, "2024-01-01 10:00"],
  ["2024-01-01 10:00Z", 16, 1, "2024-01-01 10:00 UTC"],
  ["Mon 9:00 # weekly", 9, 8, "Mon 9:00"],
  ['"Mon 9:00"', 0, 1, "Mon 9:00"],
  ["Mon\t9:00", 3, 1, "Mon 9:00"],
  ["*/5", 0, 1, "*:0/5"],
  ["dialy", 0, 5, "daily"],
  ["10:00 +02:00", 5, 7, undefined],
])("%s is explained at column %i", (text, at, length, suggestion) => {
  const spec = parseCalendar(text, utc);
  expect(spec.ok).toBe(false);
  if (spec.ok) return;
  expect.soft(spec.problem.message).not.toBe("");
  expect.soft([spec.problem.at, spec.problem.length]).toEqual([at, length]);
  if (suggestion !== undefined) expect.soft(spec.problem.suggestion).toBe(suggestion);
});

describe("whatever the text", () => {
  const letters = fc.string({
    unit: fc.constantFrom(..."0123456789*-~:/.,@ MonFriSunUTCz\t\0é😀"),
    maxLength: 60,
  });
  test("the parser answers, and points inside it", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), letters), (text) => {
        const spec = parseCalendar(text, utc);
        if (spec.ok) return;
        expect(spec.problem.at).toBeGreaterThanOrEqual(0);
        expect(spec.problem.at).toBeLessThanOrEqual(text.length);
        if (spec.problem.suggestion !== undefined)
          expect(outcome(spec.problem.suggestion)).not.toMatch(/^E[A-Z]+$/);
      }),
      { numRuns: 2_000 },
    );
  });
  test("the normal form of a normal form is itself", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const text = randomExpression(new Dice(seed), { year: 2024, month: 3, day: 31, hour: 2 }, [
          "UTC",
          "EST",
          "Europe/Berlin",
        ]);
        const form = outcome(text, newYork);
        if (!/^E[A-Z]+$/.test(form)) expect(outcome(form, newYork)).toBe(form);
      }),
      { numRuns: 2_000 },
    );
  });
  test("a megabyte is refused at once", () => {
    for (const text of ["1,", "*", " ", "0 ", "@1", "a/"])
      expect(outcome(text.repeat(500_000))).toMatch(/^E/);
  });
});
