/** Text of a hostile host stays text on every page. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, NO_BROWSER, openDashboard, PAGES, type PageDocument } from "./dashboard-page.ts";
import { HOSTILE_TEXTS } from "./example-snapshot.ts";

declare const document: PageDocument;
declare const window: object;

describe.skipIf(NO_BROWSER !== "")(`hostile text in Chromium${NO_BROWSER}`, () => {
  let dashboard: Dashboard;

  beforeAll(async () => {
    dashboard = await openDashboard();
  });

  afterAll(() => dashboard.close());

  test.each(PAGES.filter((route) => !route.includes("?")).map((route) => `${route}?t=1`))(
    "%s: stays text",
    async (route) => {
      await dashboard.open(route);
      await dashboard.page.waitForFunction(() => document.querySelector("header.top") !== null);
      const found = await dashboard.page.evaluate(() => ({
        pwned: "pwned" in window,
        elements: document.querySelectorAll("main img, main b, main script, main svg[onload], main [onerror]")
          .length,
        hidden: /[\u202a-\u202e\u2066-\u2069\u200b\u001b\u2028]/.test(document.body.textContent ?? ""),
      }));
      expect(found).toEqual({ pwned: false, elements: 0, hidden: false });
    },
  );

  test("every timer of it, explained", async () => {
    for (const [at] of HOSTILE_TEXTS.entries()) {
      await dashboard.open(`explain?t=1&id=system/evil-${at}.timer`);
      const found = await dashboard.page.evaluate(() => ({
        pwned: "pwned" in window,
        elements: document.querySelectorAll("main img, main b, main script, main [onerror]").length,
        hidden: /[\u202a-\u202e\u2066-\u2069\u200b\u001b\u2028]/.test(document.body.textContent ?? ""),
        isThere: document.querySelector("article.explain") !== null,
      }));
      expect(found).toEqual({ pwned: false, elements: 0, hidden: false, isThere: true });
    }
  });

  test("parameters of an address are text too", async () => {
    await dashboard.open(`explain?id=${encodeURIComponent("<img src=x onerror=window.pwned=1>\u202e")}`);
    expect(await dashboard.text("main")).toContain("<img src=x onerror=window.pwned=1>\\u202e");
    await dashboard.open(
      `timers?f=${encodeURIComponent('"<b>"')}&sort=constructor&group=__proto__&cols=toString`,
    );
    expect(await dashboard.page.evaluate(() => "pwned" in window)).toBe(false);
  });

  test("a CSV of it computes nothing", async () => {
    await dashboard.open("timers?t=1&cols=verdict,command,why");
    const [download] = await Promise.all([
      dashboard.page.waitForEvent("download"),
      dashboard.page.click('button:has-text("Export CSV")'),
    ]);
    const cells = readFileSync(await download.path(), "utf8").split(/[\r\n,]+/);
    expect(cells.filter((cell) => /^"?[=+@\t]/.test(cell))).toEqual([]);
  });

  test("the policy was never broken and no script failed", () => {
    expect(dashboard.faults).toEqual([]);
  });
});
