import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CronDialect,
  type CronFields,
  type CronSchedule,
  parseCronExpression,
} from "./cron-expression.ts";

function fieldsOf(text: string, dialect: CronDialect = "debian"): CronFields {
  const result = parseCronExpression(text, dialect);
  if (!result.ok || result.value.kind !== "fields") throw new Error(`${text} is no schedule`);
  return result.value;
}

function sets(schedule: CronSchedule): readonly (readonly number[])[] {
  if (schedule.kind === "reboot") return [];
  return [schedule.minutes, schedule.hours, schedule.daysOfMonth, schedule.months, schedule.daysOfWeek];
}

const to = (low: number, high: number, step = 1): number[] =>
  Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => low + i * step);

test.each<[string, readonly (readonly number[])[]]>([
  ["* * * * *", [to(0, 59), to(0, 23), to(1, 31), to(1, 12), to(0, 6)]],
  ["*/20 1-9/4 1,15 jan,MAR 7", [[0, 20, 40], [1, 5, 9], [1, 15], [1, 3], [0]]],
  ["5\t4 3  2 Sat", [[5], [4], [3], [2], [6]]],
  ["0 0 */2 * 5-7", [[0], [0], to(1, 31, 2), to(1, 12), [0, 5, 6]]],
  ["0 0 1 feb-apr mon-fri", [[0], [0], [1], [2, 3, 4], to(1, 5)]],
  ["00 007 1 1 0", [[0], [7], [1], [1], [0]]],
  ["@daily", [[0], [0], to(1, 31), to(1, 12), to(0, 6)]],
  ["@yearly", [[0], [0], [1], [1], to(0, 6)]],
  ["@weekly", [[0], [0], to(1, 31), to(1, 12), [0]]],
  ["@hourly", [[0], to(0, 23), to(1, 31), to(1, 12), to(0, 6)]],
])("%s", (text, expected) => expect(sets(fieldsOf(text))).toEqual(expected));

test.each([
  ["* 0 1 1 1", [true, false, false, false]],
  ["0 */2 1 1 1", [false, true, false, false]],
  ["0 0 *,1 1 *", [false, false, true, true]],
  ["0-59 0-23 1-31 1 0-7", [false, false, false, false]],
  ["@hourly", [false, true, false, false]],
  ["@weekly", [false, false, true, false]],
  ["@monthly", [false, false, false, true]],
  ["@daily", [false, false, false, false]],
])("stars of %s", (text, stars) => {
  const { minuteStar, hourStar, dayOfMonthStar, dayOfWeekStar } = fieldsOf(text);
  expect([minuteStar, hourStar, dayOfMonthStar, dayOfWeekStar]).toEqual(stars);
});

/** What the daemons refuse: text, dialects, column, code. */
test.each<[string, readonly CronDialect[], number, string]>([
  ["60 * * * *", ["debian", "cronie"], 0, "ERANGE"],
  ["* 24 * * *", ["debian", "cronie"], 2, "ERANGE"],
  ["* * 0 * *", ["debian", "cronie"], 4, "ERANGE"],
  ["* * * 13 *", ["debian", "cronie"], 6, "ERANGE"],
  ["* * * * 8", ["debian", "cronie"], 8, "ERANGE"],
  ["1/5 * * * *", ["debian", "cronie"], 1, "EINVAL"],
  ["*/0 * * * *", ["debian", "cronie"], 2, "EINVAL"],
  ["1, * * * *", ["debian", "cronie"], 2, "EINVAL"],
  ["1- * * * *", ["debian", "cronie"], 2, "EINVAL"],
  ["jan * * * *", ["debian", "cronie"], 0, "EINVAL"],
  ["* * * january *", ["debian", "cronie"], 6, "EINVAL"],
  ["* * * *", ["debian", "cronie"], 7, "EINVAL"],
  ["", ["debian", "cronie"], 0, "EINVAL"],
  ["-5 * * * *", ["debian"], 0, "EINVAL"],
  ["5-64/30 * * * *", ["debian"], 0, "ERANGE"],
  ["@Daily", ["debian", "cronie"], 0, "EINVAL"],
  ["@every 5m", ["debian", "cronie"], 0, "EINVAL"],
  ["5.3 * * * *", ["cronie"], 1, "EINVAL"],
  ["5-1 * * * *", ["cronie"], 0, "EINVAL"],
  ["9~5 * * * *", ["cronie"], 0, "ERANGE"],
  ["* * * * * root", ["debian", "cronie"], 10, "EINVAL"],
])("%s is refused by %j", (text, dialects, at, code) => {
  for (const dialect of dialects) {
    const result = parseCronExpression(text, dialect);
    expect(result.ok ? result : { at: result.problem.at, code: result.problem.code }).toEqual({ at, code });
  }
});

describe("what only Debian's cron forgives", () => {
  test("text after a number", () => {
    const fields = fieldsOf("5.3 2#x * * 1~5");
    expect(sets(fields)).toEqual([[5], [2], to(1, 31), to(1, 12), [1]]);
    expect(fields.skipped.map(({ at, text }) => [at, text])).toEqual([
      [1, ".3"],
      [5, "#x"],
      [13, "~5"],
    ]);
  });
  test("a range that goes backwards is empty", () =>
    expect(fieldsOf("0 3 * * mon-sun").daysOfWeek).toEqual([]));
  test("2^32 is 0 to atoi(3)", () => expect(fieldsOf("4294967296 * * * *").minutes).toEqual([0]));
});

test.each<[string, readonly number[]]>([
  ["1~3", [1, 2, 3]],
  ["57~", [57, 58, 59]],
  ["~2", [0, 1, 2]],
  ["~", to(0, 59)],
])("cronie draws %s", (minute, range) => {
  const fields = fieldsOf(`${minute} * * * *`, "cronie");
  expect(fields.minutes).toEqual(range);
  expect(fields.random).toEqual(["minute"]);
});

test("a problem suggests what was meant", () => {
  const meant = (text: string): string | undefined => {
    const result = parseCronExpression(text);
    return result.ok ? undefined : result.problem.suggestion;
  };
  expect(meant("@DAILY")).toBe("@daily");
  expect(meant("0 0 * January *")).toBe("jan");
  expect(meant("5/10 * * * *")).toBe("5-59/");
});

test("no text makes it throw", () => {
  const near = fc.stringMatching(/^[-0-9*,/~@ \tjansu.]{0,40}$/);
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), near),
      fc.constantFrom("debian", "cronie"),
      (text, dialect) => {
        const result = parseCronExpression(text, dialect as CronDialect);
        if (!result.ok) expect(result.problem.at).toBeLessThanOrEqual(text.length);
      },
    ),
    { numRuns: 2000 },
  );
});

const probe = spawnSync("crontab", ["-h"], { encoding: "utf8" });
const hasDryRun = /-n\t? ?\(dry run/.test(`${probe.stdout ?? ""}${probe.stderr ?? ""}`);
const SCALE = Number(process.env["TIMERWARDEN_DIFF"] ?? "1");

test.skipIf(!hasDryRun)(
  `crontab -n of Debian's cron agrees${hasDryRun ? "" : " (SKIPPED: no crontab that can dry-run)"}`,
  () => {
    const directory = mkdtempSync(join(tmpdir(), "crontab-"));
    const item = fc.constantFrom(
      "*",
      "1",
      "5",
      "7",
      "12",
      "24",
      "31",
      "60",
      "*/2",
      "*/0",
      "1-5",
      "5-1",
      "1-5/2",
      "2/3",
      "jan",
      "MON",
      "sun",
      "tuesday",
      "5-64/30",
      "1~3",
      "5.3",
      "*x",
      "1-",
      "-",
      "/",
      "",
      "007",
      "4294967296",
      "@",
      "1-9x",
      "*/2y",
      "3,4,",
      "1,*",
    );
    const field = fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(","));
    const line = fc.array(field, { minLength: 5, maxLength: 5 }).map((fields) => fields.join(" "));
    const word = fc.constantFrom("daily", "reboot", "weekly", "Daily", "every", "").map((name) => `@${name}`);
    const samples = fc.sample(fc.oneof({ arbitrary: line, weight: 9 }, { arbitrary: word, weight: 1 }), {
      numRuns: Math.round(300 * SCALE),
    });
    try {
      let good = 0;
      for (const text of samples) {
        const file = join(directory, "tab");
        writeFileSync(file, `${text} true\n`);
        const accepted = spawnSync("crontab", ["-n", file]).status === 0;
        if (accepted) good++;
        const ours = parseCronExpression(text).ok;
        expect([text, ours]).toEqual([text, accepted]);
      }
      expect(good).toBeGreaterThan(5);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
);
