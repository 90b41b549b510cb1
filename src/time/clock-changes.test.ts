import { expect, test } from "vitest";
import { openDirectory } from "../hosts/directory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { parseCalendar } from "./calendar-parse.ts";
import { clockChanges } from "./clock-changes.ts";
import { formatRfc3339 } from "./timestamp-format.ts";

const zones = zonesOf(openDirectory("/", "host:", true), null, "Europe/Berlin");
const usec = (text: string): number => Date.parse(text) * 1000;

test.each<[string, readonly string[]]>([
  ["02:30", ["skipped 2027-03-28T02:30:00Z", "repeated 2027-10-31T02:30:00Z"]],
  ["hourly", ["skipped 2027-03-28T02:00:00Z", "repeated 2027-10-31T02:00:00Z"]],
  ["03:00", []],
  ["Mon 02:30", []],
  ["02:30 UTC", []],
])("%s meets the clock changes of a year", (text, expected) => {
  const spec = parseCalendar(text, zones);
  if (!spec.ok) throw new Error(spec.problem.message);
  const changes = clockChanges(spec.value, zones.local, usec("2027-01-01"), usec("2028-01-01"));
  expect(changes.map(({ kind, wallUsec }) => `${kind} ${formatRfc3339(wallUsec)}`)).toEqual(expected);
});
