/** The calendar lab. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, NO_BROWSER, openDashboard, type PageDocument } from "./dashboard-page.ts";

declare const document: PageDocument;

describe.skipIf(NO_BROWSER !== "")(`the calendar lab in Chromium${NO_BROWSER}`, () => {
  let dashboard: Dashboard;

  beforeAll(async () => {
    dashboard = await openDashboard();
  });

  afterAll(() => dashboard.close());

  test("calendar lab: caret under what is wrong; cron is translated; two compared", async () => {
    await dashboard.open("calendar?expr=Mon 25:00");
    expect(await dashboard.text(".caret pre")).toBe("Mon 25:00\n    ^^");
    await dashboard.open("calendar?expr=*/15 9-17 * * 1-5");
    expect(await dashboard.text(".answer")).toContain("Translated from a crontab schedule");
    await dashboard.open("calendar?expr=hourly&with=*:00");
    expect(await dashboard.text("main")).toContain("The same in all");
    await dashboard.open("calendar?expr=02:30&lz=Europe/Berlin");
    expect(await dashboard.text(".answer")).toContain("shown twice");
  });

  test("calendar lab: a zone nobody handed over comes from the browser, and says so", async () => {
    await dashboard.open("calendar?expr=02:30&lz=Asia/Kathmandu");
    await dashboard.page.waitForFunction(() => (document.body.textContent ?? "").includes("of this browser"));
    expect(await dashboard.text(".answer")).toContain("+0545");
  });

  test("the policy was never broken and no script failed", () => {
    expect(dashboard.faults).toEqual([]);
  });
});
