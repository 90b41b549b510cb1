/** The report as one file, opened from disk: with scripts, without them, with hostile text in it. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportText } from "../../src/report/exporter.ts";
import { html } from "../../src/report/formats/html.ts";
import { pageData } from "../../src/report/html-data.ts";
import type { Snapshot } from "../../src/server/api.ts";
import type { WebBundle } from "../../src/server/bundle.ts";
import { singleFileReport } from "../../src/server/single-file.ts";
import { buildBundle, CHROMIUM, launch } from "./browser.ts";
import { exampleSnapshot, hostileSnapshot } from "./example-snapshot.ts";

declare const window: object;
declare const document: {
  readonly body: { readonly textContent: string | null };
  querySelector(selector: string): object | null;
  querySelectorAll(selector: string): { readonly length: number };
};

const missing = CHROMIUM === null ? " (SKIPPED: no Chromium on this machine)" : "";

describe.skipIf(CHROMIUM === null)(`the single-file report in Chromium${missing}`, () => {
  let browser: Browser;
  let bundle: WebBundle;
  let folder: string;
  let example: Snapshot;
  let hostile: Snapshot;

  beforeAll(async () => {
    bundle = await buildBundle();
    browser = await launch();
    folder = mkdtempSync(join(tmpdir(), "timerwarden-report-"));
    example = exampleSnapshot();
    hostile = hostileSnapshot();
    for (const [name, snapshot] of [
      ["example", example],
      ["hostile", hostile],
    ] as const)
      writeFileSync(join(folder, `${name}.html`), pageOf(snapshot));
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function pageOf({ report, ...beyond }: Snapshot): string {
    return singleFileReport(exportText(html, report) ?? "", beyond, bundle);
  }

  interface Opened {
    readonly page: Page;
    readonly context: BrowserContext;
    readonly faults: string[];
    readonly requests: string[];
  }

  async function open(name: string, hash = "", javaScriptEnabled = true): Promise<Opened> {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    const faults: string[] = [];
    const requests: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
    });
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(`${pathToFileURL(join(folder, `${name}.html`))}${hash}`);
    return { page, context, faults, requests };
  }

  test("the data inside are the report, unchanged", () => {
    const data = pageData(pageOf(example));
    expect(JSON.parse(data?.json ?? "null")).toEqual(JSON.parse(JSON.stringify(example.report)));
    expect(data?.digest).toMatch(/^[\da-f]{64}$/);
  });

  test("opens from disk as the dashboard, asks nobody for anything, breaks no policy", async () => {
    const { page, context, faults, requests } = await open("example");
    await page.waitForSelector("nav.pages");
    expect(await page.textContent("main h1")).toBe("Overview");
    expect(await page.textContent('[data-count="alert"]')).toBe(
      String(example.report.summary.verdicts.alert),
    );
    for (const title of [
      "Timers",
      "Week",
      "Timeline",
      "Explain",
      "Controls",
      "Mappings",
      "Calendar lab",
      "About this data",
    ]) {
      await page.click(`nav.pages a:has-text("${title}")`);
      await page.waitForFunction(
        (wanted) => document.querySelector("main h1") !== null && wanted !== "",
        title,
      );
    }
    const stated = await page.getAttribute('meta[name="timerwarden-sha256"]', "content");
    expect(await page.textContent(".bottom")).toContain(`SHA-256 ${stated?.slice(0, 12)}`);
    expect(faults).toEqual([]);
    expect(requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"))).toEqual([]);
    expect(requests.filter((url) => url.startsWith("file:"))).toHaveLength(1);
    await context.close();
  });

  test("says on every page, in the table it exports and without script what of secrets is in it", async () => {
    const { page, context } = await open("example", "#/week");
    expect(await page.textContent(".blotted")).toMatch(/^Nothing is blotted out/);
    await context.close();
    const blocked = await open("example", "", false);
    expect(await blocked.page.textContent("header")).toContain("Nothing is blotted out");
    await blocked.context.close();
  });

  test("opens at the view its address names", async () => {
    const { page, context } = await open("example", "#/explain?id=system/report.timer");
    await page.waitForSelector("article.explain");
    expect(await page.textContent("article.explain h2")).toContain("report.timer");
    await context.close();
  });

  test("reads with scripts blocked: findings, timers, coverage", async () => {
    const { page, context } = await open("example", "", false);
    const text = (await page.textContent("body")) ?? "";
    for (const { says } of example.report.findings) expect(text).toContain(says.slice(0, 60));
    for (const { unit } of example.report.timers) expect(text).toContain(unit);
    expect(await page.isVisible("nav.pages")).toBe(false);
    expect(await page.isVisible("main")).toBe(true);
    await context.close();
  });

  test.each([true, false])("hostile text stays text (scripts: %s)", async (scripts) => {
    const { page, context, faults } = await open("hostile", scripts ? "#/timers" : "", scripts);
    if (scripts) {
      await page.waitForSelector("nav.pages");
      const found = await page.evaluate(() => ({
        pwned: "pwned" in window,
        elements: document.querySelectorAll("img, main b, [onerror], svg[onload]").length,
        scripts: document.querySelectorAll("script").length,
      }));
      // The report's data, the board, the dossier, the program.
      expect(found).toEqual({ pwned: false, elements: 0, scripts: 4 });
    } else expect(await page.locator("img, main b, [onerror]").count()).toBe(0);
    expect(faults).toEqual([]);
    await context.close();
  });

  test("light enough to mail: page and program", () => {
    const { size } = statSync(join(folder, "example.html"));
    expect(size).toBeLessThan(500_000);
    const gzipped = gzipSync(bundle.script).length + gzipSync(bundle.style).length;
    expect(gzipped).toBeLessThan(150_000);
  });
});
