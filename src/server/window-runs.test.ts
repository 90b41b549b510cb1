import { expect, test } from "vitest";
import { type Window, type WindowRun, windowRuns, windowsOf } from "./window-runs.ts";

const TABLE: readonly (readonly [what: string, windows: readonly Window[], runs: readonly WindowRun[]])[] = [
  ["nothing", [], []],
  ["one", [[10, 12]], [[10, 2, 0, 1]]],
  [
    "every ten seconds",
    [
      [0, 1],
      [10, 11],
      [20, 21],
    ],
    [[0, 1, 10, 3]],
  ],
  [
    "workdays",
    [
      [1, 1],
      [2, 2],
      [3, 3],
      [6, 6],
      [7, 7],
    ],
    [
      [1, 0, 1, 3],
      [6, 0, 1, 2],
    ],
  ],
  [
    "two at the same moment",
    [
      [5, 9],
      [5, 9],
    ],
    [[5, 4, 0, 2]],
  ],
  [
    "another length",
    [
      [0, 1],
      [10, 11],
      [20, 25],
      [30, 31],
    ],
    [
      [0, 1, 10, 2],
      [20, 5, 0, 1],
      [30, 1, 0, 1],
    ],
  ],
];

test.each(TABLE)("%s", (_, windows, runs) => {
  expect(windowRuns(windows)).toEqual(runs);
  expect(windowsOf(runs)).toEqual(windows);
});
