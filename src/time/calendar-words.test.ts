import { expect, test } from "vitest";
import { parseCalendar } from "./calendar-parse.ts";
import { describeCalendar, neverReason } from "./calendar-words.ts";
import { fromCron } from "./cron.ts";
import { UTC_ONLY } from "./zone.ts";

test.each([
  ["*-*-* 02:30", "every day at 02:30", 1],
  ["*:0/17", "at :00, :17, :34 and :51 of every hour", 96],
  ["minutely", "every minute", 1440],
  ["hourly", "every hour", 24],
  ["*:0/15", "every 15 minutes", 96],
  ["0/6:00", "every day at 00:00, 06:00, 12:00 and 18:00", 4],
  ["Mon..Fri 09:00", "every Monday to Friday at 09:00", 5 / 7],
  ["Sat,Sun 12:00", "every Saturday or Sunday at 12:00", 2 / 7],
  ["*-*-01 00:00", "on the 1st of every month at 00:00", 12 / 365.2425],
  ["Fri *-*-13", "on the 13th of every month if it is a Friday at 00:00", 12 / 365.2425 / 7],
  ["*-*~01 06:00", "on the last day of every month at 06:00", 12 / 365.2425],
  ["2027-05-01 10:00", "on the 1st of May 2027 at 10:00", 1 / 365.2425],
  ["*:*:*", "every second", 86_400],
  ["Mon *:0/30", "every 30 minutes, every Monday", 48 / 7],
  ["09..17:00", "every hour from 09:00 to 17:00", 9],
  ["09..17:00,20", "every day at :00 and :20 of every hour from 09:00 to 17:59", 18],
  ["1,5,9,13:0..5", "every day at :00, :01, :02, :03, :04 and :05 of hours 01, 05, 09 and 13", 24],
])("%s is %s", (text, words, perDay) => {
  const spec = parseCalendar(text, UTC_ONLY);
  if (!spec.ok) throw new Error(spec.problem.message);
  const description = describeCalendar(spec.value);
  expect.soft(description.words).toBe(words);
  expect.soft(description.perDay).toBeCloseTo(perDay, 9);
});

test("steps that are not even, and what they miss, are told", () => {
  const spec = parseCalendar("*:0/17", UTC_ONLY);
  expect(spec.ok && describeCalendar(spec.value)).toMatchObject({
    unevenMinutes: [17, 17, 17, 9],
    oddity: expect.stringContaining("misses 00:00") as string,
  });
});

test.each([
  ["*-02-30", "February has no 30th day"],
  ["*-04,06-31", "none of its months has a 31st day"],
  ["2020-01-01", "2020 is over"],
])("%s never elapses: %s", (text, reason) => {
  const spec = parseCalendar(text, UTC_ONLY);
  expect(spec.ok && neverReason(spec.value, 2026)).toBe(reason);
});

/** crontab(5). */
test.each<[string, readonly string[] | null]>([
  ["0 3 * * *", ["*-*-* 03:00:00"]],
  ["*/15 9-17 * * 1-5", ["Mon..Fri *-*-* 09..17:00/15:00"]],
  ["*/17 * * * *", ["*-*-* *:00..51/17:00"]],
  ["0 0 13 * 5", ["*-*-13 00:00:00", "Fri *-*-* 00:00:00"]],
  ["0 0 1 jan,jul *", ["*-01,07-01 00:00:00"]],
  ["5 4 * * sun", ["Sun *-*-* 04:05:00"]],
  ["5 4 * * 7", ["Sun *-*-* 04:05:00"]],
  ["@midnight", ["daily"]],
  ["60 * * * *", null],
  ["* * * *", null],
  ["1-x * * * *", null],
])("cron's %s", (line, expected) => {
  const translation = fromCron(line);
  expect(translation?.expressions ?? null).toEqual(expected);
  for (const expression of translation?.expressions ?? [])
    expect(parseCalendar(expression, UTC_ONLY).ok).toBe(true);
});
