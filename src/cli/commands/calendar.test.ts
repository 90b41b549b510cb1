import { expect, test } from "vitest";
import { run as runCommand, type Told } from "../run.test-support.ts";
import { calendar } from "./calendar.ts";

const run = (...args: readonly string[]): Promise<Told> => runCommand(calendar, args, { env: { TZ: "UTC" } });

const BERLIN = ["--timezone", "Europe/Berlin", "--base-time", "2027-03-26 12:00"] as const;

test("JSON has one item for each expression in order, and status 0 even where one is refused", async () => {
  const { status, out } = await run(
    "--format",
    "json",
    ...BERLIN,
    "--iterations",
    "2",
    "--",
    "*-*-* 02:30",
    "bogus",
    "*-02-30",
  );
  expect(status).toBe(0);
  expect(JSON.parse(out)).toEqual([
    {
      input: "*-*-* 02:30",
      normalized: "*-*-* 02:30:00",
      elapses: ["2027-03-27T01:30:00Z", "2027-03-29T00:30:00Z"],
      error: null,
    },
    { input: "bogus", normalized: null, elapses: [], error: expect.stringContaining("number") as string },
    { input: "*-02-30", normalized: "*-02-30 00:00:00", elapses: [], error: null },
  ]);
});

test("text shows local time, UTC, distance, and the clock changes in between", async () => {
  const { status, out } = await run(...BERLIN, "--iterations", "2", "*-*-* 02:30");
  expect(status).toBe(0);
  expect(out).toBe(
    [
      "*-*-* 02:30  →  *-*-* 02:30:00    every day at 02:30, Europe/Berlin · 1 a day",
      "  #1  Sat 2027-03-27 02:30:00 CET  2027-03-27 01:30:00 UTC   +14h 30min",
      "  #2  Mon 2027-03-29 02:30:00 CEST  2027-03-29 00:30:00 UTC   +2d 13h 30min",
      "      ^ Sun 2027-03-28 02:00–03:00 does not exist; what falls into it is skipped",
      "  note: on Sun 2027-10-31 02:30 happens twice; systemd runs it once, the first time",
      "",
    ].join("\n"),
  );
});

test("a refused expression is shown with a caret, after which the rest is still answered, status 2", async () => {
  const { status, out } = await run(...BERLIN, "Mon..Fri 9:00 Europe/Berln", "daily");
  expect(status).toBe(2);
  expect(out).toContain("\n                ^^^^^^^^^^^^ unknown time zone");
  expect(out).toContain("did you mean  Mon..Fri 9:00 Europe/Berlin");
  expect(out).toContain("daily  →  *-*-* 00:00:00");
});

test("never says why", async () => {
  expect((await run("*-02-30 03:00")).out).toContain("never elapses: February has no 30th day");
});

test("control characters of an expression do not reach the terminal", async () => {
  expect((await run("\u001b[31mdaily")).out).not.toContain("\u001b");
});

test("cron schedules are translated", async () => {
  expect(JSON.parse((await run("--json", "--from-cron", "0 0 13 * 5")).out)).toMatchObject([
    { normalized: "*-*-13 00:00:00" },
    { normalized: "Fri *-*-* 00:00:00" },
  ]);
});

test("two expressions are compared", async () => {
  expect((await run("hourly", "--same-as", "*:00")).out).toContain(
    "same moments as *-*-* *:00:00 for ten years",
  );
  expect((await run("*:0/17", "--same-as", "*:0,17,34,51", "--now", "2027-01-01 23:00")).out).toContain(
    "only *-*-* *:00,17,34,51:00 elapses at Sat 2027-01-02 00:00:00 UTC",
  );
});

test("elapses are counted by day, clock changes included", async () => {
  const { out } = await run(...BERLIN, "--per-day", "hourly");
  expect(out).toMatch(/Sat 2027-03-27 +24\n.*Sun 2027-03-28 +23\n/);
});

test("the version of systemd matters", async () => {
  const ask = async (version: string): Promise<unknown> =>
    JSON.parse((await run("--json", "--systemd", version, "--now", "2024-12-24", "*-*-1/11 23:00")).out);
  expect(await ask("252.38")).toMatchObject([{ elapses: ["2025-01-12T23:00:00Z"] }]);
  expect(await ask("257.13")).toMatchObject([{ elapses: ["2025-01-01T23:00:00Z"] }]);
});

test.each([
  [["daily", "--timezone", "Europe/Berln"], "did you mean Europe/Berlin?"],
  [["daily", "--base-time", "someday"], "--base-time"],
  [["daily", "--iterations", "0"], "--iterations"],
  [["daily", "--systemd", "new"], "--systemd: not a version"],
  [["daily", "--same-as", "25:00"], "--same-as"],
  [["--from-cron", "daily"], "crontab"],
  [[], "at least one"],
])("%j is refused", (args, message) => expect(run(...args)).rejects.toThrow(message));
