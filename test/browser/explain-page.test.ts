/** Explain: findings, layers, and the line an address names. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, NO_BROWSER, openDashboard } from "./dashboard-page.ts";

describe.skipIf(NO_BROWSER !== "")(`the explain page in Chromium${NO_BROWSER}`, () => {
  let dashboard: Dashboard;

  beforeAll(async () => {
    dashboard = await openDashboard();
  });

  afterAll(() => dashboard.close());

  test("explain: layers, struck-out lines, what cleared them", async () => {
    await dashboard.open("explain?id=system/report.timer");
    expect(await dashboard.page.$$eval(".layer", (all) => all.length)).toBe(3);
    const dead = await dashboard.page.$$eval("tr.dead", (rows) => rows.map((row) => row.textContent ?? ""));
    expect(dead.some((line) => line.includes("--all") && line.includes("10-user.conf:3"))).toBe(true);
    expect(await dashboard.text("main")).toContain("every Monday to Friday at 02:30");
  });

  test("a file and line leads to that line, wherever it stands", async () => {
    await dashboard.open("overview");
    await dashboard.page.click('.decisions a.place:has-text("sync.service:3")');
    await dashboard.page.waitForSelector("tr.wanted");
    expect(await dashboard.text("tr.wanted")).toContain("ExecStart=");
    expect(decodeURIComponent(dashboard.page.url())).toContain("at=/etc/systemd/system/sync.service:3");
  });

  test("explain: findings with the accused words marked, and what clears them", async () => {
    await dashboard.open("explain?id=system/sync.timer");
    expect(await dashboard.page.$$eval(".finding", (all) => all.length)).toBe(
      dashboard.example.report.timers.find(({ unit }) => unit === "sync.timer")?.findings.length,
    );
    expect(await dashboard.page.$$eval("mark", (all) => all.length)).toBeGreaterThan(0);
    expect(await dashboard.text("main")).toContain("Would be cleared by");
  });

  test("leads to what happened before and after, of this timer alone", async () => {
    await dashboard.open("explain?id=system/report.timer");
    await dashboard.page.click('a:has-text("What happened before and after")');
    await dashboard.page.waitForSelector(".events");
    expect(decodeURIComponent(dashboard.page.url())).toContain("#/timeline?f=unit:report.timer");
    const what = await dashboard.page.$$eval(".events a", (links) => links.map((link) => link.textContent));
    expect(what.filter((text) => !text?.includes("report."))).toEqual([]);
    await dashboard.page.goto(
      `http://127.0.0.1:${dashboard.server.port}/#/timeline?f=unit:report.timer&lane=files`,
    );
    await dashboard.page.locator('.events a.place:has-text("report.service")').first().click();
    await dashboard.page.waitForSelector(".layer");
    expect(decodeURIComponent(dashboard.page.url())).toContain(
      "explain?f=unit:report.timer&id=system/report.timer",
    );
  });

  test("the policy was never broken and no script failed", () => {
    expect(dashboard.faults).toEqual([]);
  });
});
