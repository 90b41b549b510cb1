/** The table of timers: filtered, sorted, grouped, copied and exported. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Snapshot } from "../../src/server/api.ts";
import { listen } from "../../src/server/listen.ts";
import { type Dashboard, NO_BROWSER, openDashboard, type PageDocument } from "./dashboard-page.ts";
import { largeSnapshot } from "./example-snapshot.ts";

type Row = Snapshot["report"]["timers"][number];

declare const location: { hash: string };
declare const document: PageDocument;

describe.skipIf(NO_BROWSER !== "")(`the timers page in Chromium${NO_BROWSER}`, () => {
  let dashboard: Dashboard;

  beforeAll(async () => {
    dashboard = await openDashboard();
  });

  afterAll(() => dashboard.close());

  test.each([
    ["verdict:alert", (row: Row) => row.verdict === "alert"],
    ["user:alice", (row: Row) => row.runsAs === "alice"],
    ["-kind:timer", (row: Row) => row.kind !== "timer"],
    ["exec:/dev/shm", (row: Row) => (row.command ?? "").includes("/dev/shm")],
    ["next:never", (row: Row) => row.next.earliest === null],
  ])("%s by address", async (filter, admits) => {
    await dashboard.open(`timers?f=${encodeURIComponent(filter)}`);
    const expected = [...dashboard.example.report.timers, ...dashboard.example.report.jobs]
      .filter(admits)
      .map(({ unit }) => unit);
    expect(expected.length).toBeGreaterThan(0);
    expect(new Set(await dashboard.units())).toEqual(new Set(expected));
  });

  test("typing it changes the address and the rows; Escape empties it", async () => {
    await dashboard.open("timers");
    await dashboard.page.keyboard.press("/");
    await dashboard.page.keyboard.type("user:alice");
    await dashboard.page.waitForFunction(() => document.querySelectorAll("tr[data-row]").length === 1);
    await dashboard.page.waitForFunction(() => decodeURIComponent(location.hash).includes("f=user:alice"));
    await dashboard.page.keyboard.press("Escape");
    await dashboard.page.waitForFunction(() => document.querySelectorAll("tr[data-row]").length > 1);
    await dashboard.page.keyboard.press("Escape");
    expect(await dashboard.page.evaluate(() => document.activeElement?.id)).not.toBe("filter");
  });

  test("a mistake is shown with its column and hides nothing", async () => {
    await dashboard.open("timers?f=verdit:ok");
    expect(await dashboard.text("#filter-state")).toContain("column 1");
    expect(await dashboard.text("#filter-state")).toContain("verdict");
    expect((await dashboard.units()).length).toBe(
      dashboard.example.report.timers.length + dashboard.example.report.jobs.length,
    );
  });

  test("goes along to other pages", async () => {
    await dashboard.open("timers?f=user:alice");
    await dashboard.page.click('nav.pages a:has-text("Week")');
    await dashboard.page.waitForSelector("table.week");
    expect(await dashboard.page.inputValue("#filter")).toBe("user:alice");
  });

  test("sorting and grouping by address", async () => {
    await dashboard.open("timers?sort=unit");
    const names = await dashboard.units();
    expect(names).toEqual([...names].sort((a, b) => (a < b ? -1 : 1)));
    await dashboard.open("timers?group=user");
    expect(await dashboard.page.$$eval("tr.group", (all) => all.length)).toBe(3);
  });

  test("the copied command and the exports say what is shown", async () => {
    await dashboard.open("timers?f=user:alice");
    await dashboard.page.click('button:has-text("Copy as command")');
    expect(await dashboard.text("output.command code")).toBe(
      "timerwarden list --all --filter=user:alice --now=2026-10-19T04:37:12Z root:/evidence/web-03",
    );
    const [download] = await Promise.all([
      dashboard.page.waitForEvent("download"),
      dashboard.page.click('button:has-text("Export JSON")'),
    ]);
    const rows = JSON.parse(readFileSync(await download.path(), "utf8")) as { id: string }[];
    expect(rows.map(({ id }) => id)).toEqual(["system/report.timer"]);
    expect(download.suggestedFilename()).toBe("timers-web-03.json");
  });

  test("the policy was never broken and no script failed", () => {
    expect(dashboard.faults).toEqual([]);
  });

  test("rows are chosen with x and by their boxes, and go out alone", async () => {
    await dashboard.open("timers");
    await dashboard.page.keyboard.press("j");
    await dashboard.page.keyboard.press("x");
    await dashboard.page.waitForSelector(".picked");
    await dashboard.page.keyboard.press("j");
    await dashboard.page.click("tr[data-row]:nth-of-type(3) input");
    await dashboard.page.waitForSelector('.picked:has-text("2 chosen")');
    const [first = "", , third = ""] = await dashboard.units();
    const [saved] = await Promise.all([
      dashboard.page.waitForEvent("download"),
      dashboard.page.click('button:has-text("Export JSON")'),
    ]);
    const rows = JSON.parse(readFileSync(await saved.path(), "utf8")) as { unit: string }[];
    expect(rows.map(({ unit }) => unit)).toEqual([first, third]);
    await dashboard.page.click('.picked a:has-text("Show only these")');
    await dashboard.page.waitForFunction(() => document.querySelectorAll("tr[data-row]").length === 2);
    expect(await dashboard.units()).toEqual([first, third]);
    expect(await dashboard.page.$(".picked")).toBeNull();
    await dashboard.open("timers");
    await dashboard.page.keyboard.press("j");
    await dashboard.page.keyboard.press("x");
    await dashboard.page.waitForSelector(".picked");
    await dashboard.page.keyboard.press("Escape");
    await dashboard.page.waitForFunction(() => document.querySelector(".picked") === null);
  });

  test("more rows than a filter can name still go out alone, and it is said that the command is of all", async () => {
    const many = largeSnapshot(100);
    const target = { name: "many", current: () => many, zone: () => null, onChange: () => () => undefined };
    const server = await listen([target], dashboard.bundle);
    const other = await dashboard.context.newPage();
    const pick = encodeURIComponent(many.report.timers.map(({ id }) => id).join("\n"));
    await other.goto(server.url);
    await other.goto(`http://127.0.0.1:${server.port}/#/timers?pick=${pick}`);
    await other.waitForSelector('.picked:has-text("100 chosen"):has-text("no filter can name them")');
    expect(await other.$$eval(".picked .button", (all) => all.length)).toBe(1);
    await other.close();
    await server.close();
  });

  test("a view as a page of its own reads without script and says of what it speaks", async () => {
    await dashboard.open("timers?f=verdict:alert&t=1");
    const [saved] = await Promise.all([
      dashboard.page.waitForEvent("download"),
      dashboard.page.click('button:has-text("Export HTML")'),
    ]);
    const other = await dashboard.context.newPage();
    const faults: string[] = [];
    other.on("console", (message) => faults.push(message.text()));
    await other.setContent(readFileSync(await saved.path(), "utf8"));
    const units = await dashboard.units();
    expect(units.length).toBeGreaterThan(0);
    expect(
      await other.$$eval("tbody tr td:nth-child(3)", (cells) => cells.map((c) => c.textContent)),
    ).toEqual(units);
    expect(await other.textContent("header")).toContain("timerwarden audit");
    expect(await other.textContent("header")).toContain("passwords and tokens");
    expect(await other.$("img, b, script")).toBeNull();
    expect(faults).toEqual([]);
    await other.close();
  });
});
