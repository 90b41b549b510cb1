/** Controls and the ledger: counts that lead to what was counted; the assessment on paper. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, NO_BROWSER, openDashboard, type PageDocument } from "./dashboard-page.ts";

declare const location: { hash: string };
declare const document: PageDocument;

describe.skipIf(NO_BROWSER !== "")(`the controls page in Chromium${NO_BROWSER}`, () => {
  let dashboard: Dashboard;

  beforeAll(async () => {
    dashboard = await openDashboard();
  });

  afterAll(() => dashboard.close());

  test("counts of objectives and of files lead to what was counted", async () => {
    await dashboard.open("controls");
    const [control] = dashboard.example.dossier.controls?.controls ?? [];
    const people = control?.objectives.filter(({ state }) => state === "people").length;
    await dashboard.page
      .locator(".control .objectives")
      .first()
      .locator("a", { hasText: "only people" })
      .click();
    await dashboard.page.waitForFunction(() => location.hash.includes("objective=people"));
    expect(await dashboard.page.$$eval(".control details.twin[open] tbody tr", (rows) => rows.length)).toBe(
      people,
    );
    await dashboard.open("about?role=unit files");
    expect(await dashboard.page.$$eval(".names li", (items) => items.length)).toBe(
      dashboard.example.report.coverage.unitFiles,
    );
  });

  test("on paper: the case in the head, every objective and check unfolded", async () => {
    await dashboard.open("controls");
    await dashboard.page.emulateMedia({ media: "print" });
    await dashboard.page.waitForFunction(
      () => document.querySelector(".control details:not([open])") === null,
    );
    expect(await dashboard.page.isVisible(".print-head")).toBe(true);
    expect(await dashboard.text(".print-head")).toContain(dashboard.example.report.target.machineId);
    await dashboard.page.emulateMedia({ media: null });
  });

  test("the policy was never broken and no script failed", () => {
    expect(dashboard.faults).toEqual([]);
  });
});
