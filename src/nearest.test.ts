import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

test.each([
  ["Europe/Berln", ["Europe/Berlin", "Europe/Dublin"], "Europe/Berlin"],
  ["fromat", ["format", "filter"], "format"],
  ["OnCalender", ["OnCalendar", "OnBootSec"], "OnCalendar"],
  ["zzzz", ["format", "filter"], null],
  ["x", [], null],
])("nearest to %s", (word, candidates, expected) => expect(nearest(word, candidates)).toBe(expected));
