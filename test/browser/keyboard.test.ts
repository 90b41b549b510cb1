/** Everything by keyboard. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ComputedStyle,
  type Dashboard,
  NO_BROWSER,
  openDashboard,
  type PageDocument,
} from "./dashboard-page.ts";

declare const document: PageDocument;
declare const getComputedStyle: ComputedStyle;

describe.skipIf(NO_BROWSER !== "")(`the dashboard by keyboard${NO_BROWSER}`, () => {
  let dashboard: Dashboard;

  beforeAll(async () => {
    dashboard = await openDashboard();
  });

  afterAll(() => dashboard.close());

  test("g and a letter go to every page", async () => {
    for (const [key, name] of [
      ["t", "Timers"],
      ["w", "Week"],
      ["l", "Timeline"],
      ["c", "Controls"],
      ["m", "Mappings"],
      ["k", "Calendar lab"],
      ["a", "About this data"],
      ["e", "Explain"],
      ["o", "Overview"],
    ] as const) {
      await dashboard.page.evaluate(() => document.activeElement?.blur());
      await dashboard.page.keyboard.press("g");
      await dashboard.page.keyboard.press(key);
      await dashboard.page.waitForFunction(
        (title) => document.querySelector("main h1")?.textContent === title,
        name,
      );
    }
  });

  test("j and k move over rows, Enter opens, e explains, Escape closes, back returns", async () => {
    await dashboard.open("timers");
    await dashboard.page.keyboard.press("j");
    await dashboard.page.keyboard.press("j");
    await dashboard.page.keyboard.press("k");
    const id = await dashboard.page.evaluate(() => document.activeElement?.dataset["id"]);
    expect(id).toBe(await dashboard.page.getAttribute("tr[data-row]", "data-row"));
    await dashboard.page.keyboard.press("Enter");
    await dashboard.page.waitForSelector("aside.panel");
    await dashboard.page.keyboard.press("Escape");
    await dashboard.page.waitForSelector("aside.panel", { state: "detached" });
    await dashboard.page.goBack();
    await dashboard.page.waitForSelector("aside.panel");
    await dashboard.page.keyboard.press("e");
    await dashboard.page.waitForSelector("article.explain");
    expect(decodeURIComponent(dashboard.page.url())).toContain(`id=${id}`);
  });

  test("arrow keys move over the week, Enter chooses, Shift extends", async () => {
    await dashboard.open("week");
    await dashboard.page.focus('[data-cell="0-0"]');
    await dashboard.page.keyboard.press("ArrowDown");
    await dashboard.page.keyboard.press("ArrowRight");
    await dashboard.page.keyboard.press("Enter");
    await dashboard.page.waitForSelector('[data-cell="1-1"][aria-pressed="true"]');
    await dashboard.page.keyboard.press("Shift+ArrowRight");
    await dashboard.page.waitForSelector('[data-cell="1-2"][aria-pressed="true"]');
    expect(dashboard.page.url()).toContain("cell=1-1..1-2");
  });

  test("single keys can be switched off", async () => {
    await dashboard.open("overview");
    await dashboard.page.keyboard.press("?");
    await dashboard.page.waitForSelector("dialog[open]");
    await dashboard.page.uncheck("dialog input");
    await dashboard.page.keyboard.press("Escape");
    await dashboard.page.keyboard.press("g");
    await dashboard.page.keyboard.press("t");
    expect(await dashboard.text("main h1")).toBe("Overview");
    await dashboard.page.click("header.top button");
    await dashboard.page.check("dialog input");
    await dashboard.page.keyboard.press("Escape");
  });

  test("the palette finds a timer", async () => {
    await dashboard.open("overview");
    await dashboard.page.evaluate(() => document.activeElement?.blur());
    await dashboard.page.keyboard.press(".");
    await dashboard.page.waitForSelector(".palette[open]");
    await dashboard.page.keyboard.type("report.timer");
    await dashboard.page.keyboard.press("Enter");
    await dashboard.page.waitForSelector("article.explain");
    expect(await dashboard.text("article.explain h2")).toContain("report.timer");
  });

  test("focus is seen everywhere it goes", async () => {
    await dashboard.open("timers");
    for (let step = 0; step < 12; step++) {
      await dashboard.page.keyboard.press("Tab");
      const outline = await dashboard.page.evaluate(() => {
        const style = getComputedStyle(document.activeElement ?? document.body);
        return style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2;
      });
      expect(outline).toBe(true);
    }
  });

  test("the policy was never broken and no script failed", () => {
    expect(dashboard.faults).toEqual([]);
  });
});
