import { describe, expect, test } from "vitest";
import { UTC } from "../time/zone.ts";
import { distance, moment, momentWindow } from "./moment.ts";

const NOW = Date.UTC(2026, 10, 23, 6, 0, 0) * 1000;
const at = (...parts: [number, number, number, number, number, number]) => Date.UTC(...parts) * 1000;

describe("moments", () => {
  test.each([
    [at(2026, 10, 23, 6, 38, 0), "Mon 06:38:00"],
    [at(2026, 11, 23, 6, 38, 0), "Wed 23 Dec 06:38"],
    [at(2029, 0, 1, 0, 0, 0), "Mon 1 Jan 2029"],
  ])("%d", (usec, expected) => expect(moment(usec, NOW, UTC)).toBe(expected));

  test.each([
    ["a minute is a moment", at(2026, 10, 23, 6, 38, 0), 60e6, "Mon 06:38:00"],
    ["same day", at(2026, 10, 23, 6, 37, 0), 23 * 60e6, "Mon 06:37–07:00"],
    ["into the next day", at(2026, 10, 23, 18, 0, 0), 12 * 3600e6, "Mon 18:00–Tue 06:00"],
    ["no end", at(2026, 10, 23, 18, 0, 0), Number.POSITIVE_INFINITY, "Mon 18:00:00"],
  ])("%s", (_, earliest, length, expected) =>
    expect(momentWindow(earliest, earliest + length, NOW, UTC)).toBe(expected),
  );
});

test.each([
  [-5, "now"],
  [17, "17s"],
  [119, "119s"],
  [13 * 60 + 5, "13min"],
  [119 * 60, "119min"],
  [14 * 3600, "14h"],
  [20 * 86_400, "20d"],
  [3 * 366 * 86_400, "3y"],
])("%d seconds away is %s", (seconds, expected) => expect(distance(seconds * 1e6)).toBe(expected));
