import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { SEED } from "../../test/seed.ts";
import { Dice } from "./random-calendar.test-support.ts";
import { ERRNO, SKIPPED, sharedCases } from "./shared-facts.test-support.ts";
import { ANALYZE_VERSION, DIFFERENTIAL_FACTOR, hasSystemdAnalyze } from "./systemd-analyze.test-support.ts";
import { parseTimespan } from "./timespan.ts";
import { formatTimespan } from "./timespan-format.ts";
import { USEC_INFINITY, USEC_PER_MINUTE } from "./usec.ts";

function outcome(text: string): string {
  const span = parseTimespan(text);
  return span.ok ? `${span.value} ${formatTimespan(span.value)}` : span.problem.code;
}

/** Runs of systemd-analyze 252.38. */
test.each([
  ["1500ms", "1500000 1.500000s"],
  ["90", "90000000 1min 30s"],
  ["5M", "13149000000000 5month"],
  ["30.44d", "2630016000000 1month 3min 36s"],
  ["1h 0.0005s", "3600000500 1h 500us"],
  ["1 y 12month", "63115200000000 2y"],
  ["5min5", "305000000 5min 5s"],
  ["12.34 .56", "12900000 12.900000s"],
  ["12.34.56", "EINVAL"],
  ["infinity s", "EINVAL"],
  [" infinity ", `${USEC_INFINITY} infinity`],
  ["-0", "ERANGE"],
  ["600000y", "ERANGE"],
  ["18446744073709551615us", "ERANGE"],
  ["5μs 5µs", "10 10us"],
  ["", "EINVAL"],
])("%s is %s", (text, expected) => expect(outcome(text)).toBe(expected));

test("a bare number counts in the unit asked for", () => {
  expect(parseTimespan("5", USEC_PER_MINUTE)).toEqual({ ok: true, value: 300_000_000n });
});

test("accuracy cuts what is smaller", () => {
  expect(formatTimespan(3_723_500_000n, 1_000_000n)).toBe("1h 2min 3s");
  expect(formatTimespan(1_500n, 1_000n)).toBe("1ms");
});

test("a wrong unit is pointed at and mended", () => {
  expect(parseTimespan("5 Hours")).toMatchObject({
    ok: false,
    problem: { at: 2, length: 5, suggestion: "5 hours" },
  });
});

const shared = sharedCases<{ input: string; usec?: string; formatted?: string; error?: string }>(
  "timespan.json",
);
test.skipIf(shared === null)(`every recorded span ${shared === null ? SKIPPED : ""}`, () => {
  for (const { input, usec, formatted, error } of shared ?? [])
    expect.soft(outcome(input), input).toBe(error ? ERRNO.get(error) : `${usec} ${formatted}`);
});

test("any text has an answer", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 100 }), (text) => void parseTimespan(text)));
  for (const text of ["1", "1 ", ".5", "9".repeat(10), " "]) parseTimespan(text.repeat(100_000));
});

const CASES = Math.round(5_000 * DIFFERENTIAL_FACTOR);
const UNITS = [
  "",
  "s",
  "sec",
  "ms",
  "us",
  "m",
  "min",
  "h",
  "hr",
  "d",
  "w",
  "M",
  "month",
  "y",
  "S",
  "secs",
  "µs",
] as const;

function randomSpan(dice: Dice): string {
  const part = (): string => {
    const fraction = dice.chance(0.3) ? `.${dice.between(0, 99_999_999)}` : "";
    const number = dice.chance(0.02)
      ? ""
      : String(dice.between(0, dice.pick([9, 99, 99_999, 2_000_000_000])));
    const noise = dice.chance(0.03) ? dice.pick(["-", "+", ".", "x", ",", "\t", "infinity"]) : "";
    return noise + number + fraction + dice.pick(["", " ", ""]) + dice.pick(UNITS);
  };
  return Array.from({ length: dice.between(1, 4) }, part).join(dice.pick(["", " ", "  "]));
}

test.skipIf(!hasSystemdAnalyze)(
  `${CASES} random spans as systemd-analyze ${ANALYZE_VERSION ?? "(SKIPPED: not installed)"} reads them, seed ${SEED}`,
  () => {
    const dice = new Dice(SEED);
    for (let done = 0; done < CASES; ) {
      const texts = Array.from({ length: 100 }, () => randomSpan(dice));
      const valid = texts.filter((text) => parseTimespan(text).ok);
      const run = spawnSync("systemd-analyze", ["timespan", "--", ...valid], {
        encoding: "utf8",
        env: { ...process.env, LC_ALL: "C.UTF-8" },
      });
      const theirs = [...run.stdout.matchAll(/s: (\d+)\n +Human: (.*)/g)].map(
        (match) => `${match[1]} ${match[2]}`,
      );
      expect(theirs, run.stderr).toEqual(valid.map(outcome));
      done += texts.length;
      // It stops at the first span it refuses, so each refusal needs its own run; a few of them do.
      for (const text of texts.filter((each) => !parseTimespan(each).ok).slice(0, 3))
        expect(spawnSync("systemd-analyze", ["timespan", "--", text]).status, text).not.toBe(0);
    }
  },
);
