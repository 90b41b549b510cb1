/** The dashboard in a real Chromium, served: every page, by address, by keyboard, in both themes, on paper. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Snapshot } from "../../src/server/api.ts";
import type { ChangeListener, ServedTarget } from "../../src/server/app.ts";
import { type Listening, listen } from "../../src/server/listen.ts";
import { buildBundle, CHROMIUM, launch } from "./browser.ts";
import { emptySnapshot, exampleSnapshot, HOSTILE_TEXTS, hostileSnapshot } from "./example-snapshot.ts";

/** What functions handed to the browser use of it; these tests themselves are compiled without a browser's types. */
interface PageElement {
  readonly id: string;
  readonly textContent: string | null;
  readonly dataset: Readonly<Record<string, string>>;
  readonly scrollWidth: number;
  innerHTML: string;
  blur(): void;
}
declare const location: { hash: string };
declare const window: object;
declare const document: {
  readonly activeElement: PageElement | null;
  readonly body: PageElement;
  readonly documentElement: PageElement;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): { readonly length: number };
  createElement(name: string): { textContent: string };
};
declare function requestAnimationFrame(callback: () => void): void;
declare function getComputedStyle(element: PageElement): {
  readonly outlineStyle: string;
  readonly outlineWidth: string;
  readonly backgroundColor: string;
  readonly display: string;
};

const PAGES = [
  "overview",
  "timers",
  "week",
  "timeline",
  "explain",
  "explain?id=system/report.timer",
  "explain?id=system/sync.timer",
  "controls",
  "mappings",
  "calendar",
  "calendar?expr=Mon 25:00",
  "about",
];

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const missing = CHROMIUM === null ? " (SKIPPED: no Chromium on this machine)" : "";

describe.skipIf(CHROMIUM === null)(`the dashboard in Chromium${missing}`, () => {
  let browser: Browser;
  let server: Listening;
  let context: BrowserContext;
  let page: Page;
  let example: Snapshot;
  let hostile: Snapshot;
  const listeners = new Set<ChangeListener>();
  const faults: string[] = [];

  beforeAll(async () => {
    const bundle = await buildBundle();
    example = exampleSnapshot();
    hostile = hostileSnapshot();
    const targets = [example, hostile, emptySnapshot()].map(
      (snapshot): ServedTarget => ({
        name: snapshot.report.target.name,
        current: () => snapshot,
        zone: () => null,
        onChange: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      }),
    );
    server = await listen(targets, bundle);
    browser = await launch();
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    watch(page);
    await page.goto(server.url);
    await page.waitForSelector("h1");
  });

  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  /** Everything a browser complains of: scripts that throw, and the policy being broken. */
  function watch(watched: Page): void {
    watched.on("pageerror", (error) => faults.push(error.message));
    watched.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
    });
  }

  async function open(route: string, on: Page = page): Promise<void> {
    await on.evaluate((hash) => {
      location.hash = hash;
    }, `#/${route}`);
    await on.waitForFunction(
      (hash) =>
        decodeURIComponent(location.hash).includes(hash) && document.querySelector("main h1") !== null,
      route.split("?")[0] ?? "",
    );
    await on.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null)))),
    );
  }

  const text = async (selector: string): Promise<string> => (await page.textContent(selector)) ?? "";
  const units = (): Promise<string[]> =>
    page.$$eval("table.rows a.unit", (links) => links.map((link) => (link.textContent ?? "").trim()));

  test("the token is gone from the address, and the page shows the first target", async () => {
    expect(page.url()).not.toContain("token");
    expect(await text(".target")).toContain("web-03");
  });

  describe("every page", () => {
    test.each(PAGES)("%s is there, and in the title", async (route) => {
      await open(route);
      const heading = await text("main h1");
      expect(heading).not.toBe("");
      expect(await page.title()).toContain(heading);
    });

    test.each(PAGES.flatMap((route) => [`light ${route}`, `dark ${route}`]))(
      "%s: no violation of WCAG that axe sees",
      async (name) => {
        const [scheme = "", ...rest] = name.split(" ");
        await page.emulateMedia({ colorScheme: scheme === "dark" ? "dark" : "light" });
        await open(rest.join(" "));
        expect(await violations(page)).toEqual([]);
        await page.emulateMedia({ colorScheme: null });
      },
    );

    test.each(PAGES)("%s reflows at 320 pixels", async (route) => {
      await page.setViewportSize({ width: 320, height: 640 });
      await open(route);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      await page.setViewportSize({ width: 1280, height: 800 });
      expect(width).toBeLessThanOrEqual(320);
    });

    test("also with the side panel and the dialogs open", async () => {
      await open("timers?sel=system/sync.timer");
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("?");
      await page.waitForSelector("dialog[open]");
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.keyboard.press(".");
      await page.waitForSelector(".palette[open]");
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
    });
  });

  describe("numbers are those of the report", () => {
    test("verdicts and gaps", async () => {
      await open("overview");
      for (const [verdict, number] of Object.entries(example.report.summary.verdicts))
        expect(await text(`[data-count="${verdict}"]`)).toBe(String(number));
      expect(await text('[data-count="gaps"]')).toBe(String(example.report.coverage.gaps.length));
    });

    test("coverage", async () => {
      await open("about");
      const { timers, jobs, programs, dropIns } = example.report.coverage;
      expect(await text('[data-count="timers"]')).toBe(String(timers));
      expect(await text('[data-count="cron, anacron, at and run-parts jobs"]')).toBe(String(jobs));
      expect(await text('[data-count="programs"]')).toBe(String(programs));
      expect(await text('[data-count="drop-ins"]')).toBe(String(dropIns));
    });

    test("rows, each with its verdict", async () => {
      await open("timers");
      const all = [...example.report.timers, ...example.report.jobs];
      const shown = await page.$$eval("tr[data-row]", (rows) =>
        rows.map((row) => [
          row.getAttribute("data-row"),
          row.querySelector(".verdict")?.textContent?.trim().split(" ").at(-1),
        ]),
      );
      expect(new Map(shown as [string, string][])).toEqual(
        new Map(all.map(({ id, verdict }) => [id, verdict])),
      );
    });

    test("the week's cells add up to the forecasts", async () => {
      await open("week");
      const cells = await page.$$eval("[data-cell]", (all) => all.length);
      expect(cells).toBe(168);
      const table = await page.$$eval(".plain-table tbody tr", (rows) =>
        rows.map((row) => [
          row.querySelector("a.unit")?.getAttribute("data-id"),
          row.querySelector(".num")?.textContent,
        ]),
      );
      for (const [id, number] of table) {
        const forecast = example.board.forecasts.find((each) => each.id === id);
        expect(Math.round(Number(number?.replace("≈", "")))).toBe(Math.round(forecast?.week ?? -1));
      }
      expect(table.length).toBe(example.board.forecasts.filter(({ week }) => week > 0).length);
    });

    test("states of controls and outcomes of checks", async () => {
      await open("controls");
      const states = await page.$$eval(".matrix tbody tr:first-child td", (cells) =>
        cells.map((cell) => cell.getAttribute("data-state")),
      );
      expect(states).toEqual(example.dossier.controls?.controls.map(({ state }) => state));
      const failed = example.dossier.controls?.checks.filter(({ outcome }) => outcome === "fail").length;
      expect(await page.$$eval("details.check.o-fail", (all) => all.length)).toBe(failed);
    });
  });

  describe("filter", () => {
    test.each([
      ["verdict:alert", (row: Row) => row.verdict === "alert"],
      ["user:alice", (row: Row) => row.runsAs === "alice"],
      ["-kind:timer", (row: Row) => row.kind !== "timer"],
      ["exec:/dev/shm", (row: Row) => (row.command ?? "").includes("/dev/shm")],
      ["next:never", (row: Row) => row.next.earliest === null],
    ])("%s by address", async (filter, admits) => {
      await open(`timers?f=${encodeURIComponent(filter)}`);
      const expected = [...example.report.timers, ...example.report.jobs]
        .filter(admits)
        .map(({ unit }) => unit);
      expect(expected.length).toBeGreaterThan(0);
      expect(new Set(await units())).toEqual(new Set(expected));
    });

    test("typing it changes the address and the rows; Escape empties it", async () => {
      await open("timers");
      await page.keyboard.press("/");
      await page.keyboard.type("user:alice");
      await page.waitForFunction(() => document.querySelectorAll("tr[data-row]").length === 1);
      await page.waitForFunction(() => decodeURIComponent(location.hash).includes("f=user:alice"));
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.querySelectorAll("tr[data-row]").length > 1);
      await page.keyboard.press("Escape");
      expect(await page.evaluate(() => document.activeElement?.id)).not.toBe("filter");
    });

    test("a mistake is shown with its column and hides nothing", async () => {
      await open("timers?f=verdit:ok");
      expect(await text("#filter-state")).toContain("column 1");
      expect(await text("#filter-state")).toContain("verdict");
      expect((await units()).length).toBe(example.report.timers.length + example.report.jobs.length);
    });

    test("goes along to other pages", async () => {
      await open("timers?f=user:alice");
      await page.click('nav.pages a:has-text("Week")');
      await page.waitForSelector("table.week");
      expect(await page.inputValue("#filter")).toBe("user:alice");
    });
  });

  describe("keyboard", () => {
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
        await page.evaluate(() => document.activeElement?.blur());
        await page.keyboard.press("g");
        await page.keyboard.press(key);
        await page.waitForFunction((title) => document.querySelector("main h1")?.textContent === title, name);
      }
    });

    test("j and k move over rows, Enter opens, e explains, Escape closes, back returns", async () => {
      await open("timers");
      await page.keyboard.press("j");
      await page.keyboard.press("j");
      await page.keyboard.press("k");
      const id = await page.evaluate(() => document.activeElement?.dataset["id"]);
      expect(id).toBe(await page.getAttribute("tr[data-row]", "data-row"));
      await page.keyboard.press("Enter");
      await page.waitForSelector("aside.panel");
      await page.keyboard.press("Escape");
      await page.waitForSelector("aside.panel", { state: "detached" });
      await page.goBack();
      await page.waitForSelector("aside.panel");
      await page.keyboard.press("e");
      await page.waitForSelector("article.explain");
      expect(decodeURIComponent(page.url())).toContain(`id=${id}`);
    });

    test("arrow keys move over the week, Enter chooses, Shift extends", async () => {
      await open("week");
      await page.focus('[data-cell="0-0"]');
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Enter");
      await page.waitForSelector('[data-cell="1-1"][aria-pressed="true"]');
      await page.keyboard.press("Shift+ArrowRight");
      await page.waitForSelector('[data-cell="1-2"][aria-pressed="true"]');
      expect(page.url()).toContain("cell=1-1..1-2");
    });

    test("single keys can be switched off", async () => {
      await open("overview");
      await page.keyboard.press("?");
      await page.waitForSelector("dialog[open]");
      await page.uncheck("dialog input");
      await page.keyboard.press("Escape");
      await page.keyboard.press("g");
      await page.keyboard.press("t");
      expect(await text("main h1")).toBe("Overview");
      await page.click("header.top button");
      await page.check("dialog input");
      await page.keyboard.press("Escape");
    });

    test("the palette finds a timer", async () => {
      await open("overview");
      await page.evaluate(() => document.activeElement?.blur());
      await page.keyboard.press(".");
      await page.waitForSelector(".palette[open]");
      await page.keyboard.type("report.timer");
      await page.keyboard.press("Enter");
      await page.waitForSelector("article.explain");
      expect(await text("article.explain h2")).toContain("report.timer");
    });

    test("focus is seen everywhere it goes", async () => {
      await open("timers");
      for (let step = 0; step < 12; step++) {
        await page.keyboard.press("Tab");
        const outline = await page.evaluate(() => {
          const style = getComputedStyle(document.activeElement ?? document.body);
          return style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2;
        });
        expect(outline).toBe(true);
      }
    });
  });

  describe("what pages tell", () => {
    test("explain: layers, struck-out lines, what cleared them", async () => {
      await open("explain?id=system/report.timer");
      expect(await page.$$eval(".layer", (all) => all.length)).toBe(3);
      const dead = await page.$$eval("tr.dead", (rows) => rows.map((row) => row.textContent ?? ""));
      expect(dead.some((line) => line.includes("--all") && line.includes("10-user.conf:3"))).toBe(true);
      expect(await text("main")).toContain("every Monday to Friday at 02:30");
    });

    test("a file and line leads to that line, wherever it stands", async () => {
      await open("overview");
      await page.click('.decisions a.place:has-text("sync.service:3")');
      await page.waitForSelector("tr.wanted");
      expect(await text("tr.wanted")).toContain("ExecStart=");
      expect(decodeURIComponent(page.url())).toContain("at=/etc/systemd/system/sync.service:3");
    });

    test("counts of objectives and of files lead to what was counted", async () => {
      await open("controls");
      const [control] = example.dossier.controls?.controls ?? [];
      const people = control?.objectives.filter(({ state }) => state === "people").length;
      await page.locator(".control .objectives").first().locator("a", { hasText: "only people" }).click();
      await page.waitForFunction(() => location.hash.includes("objective=people"));
      expect(await page.$$eval(".control details.twin[open] tbody tr", (rows) => rows.length)).toBe(people);
      await open("about?role=unit files");
      expect(await page.$$eval(".names li", (items) => items.length)).toBe(example.report.coverage.unitFiles);
    });

    test("on paper: the case in the head, every objective and check unfolded", async () => {
      await open("controls");
      await page.emulateMedia({ media: "print" });
      await page.waitForFunction(() => document.querySelector(".control details:not([open])") === null);
      expect(await page.isVisible(".print-head")).toBe(true);
      expect(await text(".print-head")).toContain(example.report.target.machineId);
      await page.emulateMedia({ media: null });
    });

    test("explain: findings with the accused words marked, and what clears them", async () => {
      await open("explain?id=system/sync.timer");
      expect(await page.$$eval(".finding", (all) => all.length)).toBe(
        example.report.timers.find(({ unit }) => unit === "sync.timer")?.findings.length,
      );
      expect(await page.$$eval("mark", (all) => all.length)).toBeGreaterThan(0);
      expect(await text("main")).toContain("Would be cleared by");
    });

    test("calendar lab: caret under what is wrong; cron is translated; two compared", async () => {
      await open("calendar?expr=Mon 25:00");
      expect(await text(".caret pre")).toBe("Mon 25:00\n    ^^");
      await open("calendar?expr=*/15 9-17 * * 1-5");
      expect(await text(".answer")).toContain("Translated from a crontab schedule");
      await open("calendar?expr=hourly&with=*:00");
      expect(await text("main")).toContain("The same in all");
      await open("calendar?expr=02:30&lz=Europe/Berlin");
      expect(await text(".answer")).toContain("shown twice");
    });

    test("calendar lab: a zone nobody handed over comes from the browser, and says so", async () => {
      await open("calendar?expr=02:30&lz=Asia/Kathmandu");
      await page.waitForFunction(() => (document.body.textContent ?? "").includes("of this browser"));
      expect(await text(".answer")).toContain("+0545");
    });

    test("times in another zone", async () => {
      await open("timers?z=utc");
      expect(await text(".clock")).toContain("04:37:12 UTC");
      await open("timers");
      expect(await text(".clock")).toContain("06:37:12 CEST");
    });

    test("sorting and grouping by address", async () => {
      await open("timers?sort=unit");
      const names = await units();
      expect(names).toEqual([...names].sort((a, b) => (a < b ? -1 : 1)));
      await open("timers?group=user");
      expect(await page.$$eval("tr.group", (all) => all.length)).toBe(3);
    });

    test("the copied command and the exports say what is shown", async () => {
      await open("timers?f=user:alice");
      await page.click('button:has-text("Copy as command")');
      expect(await text("output.command code")).toBe(
        "timerwarden list --all --filter=user:alice --now=2026-10-19T04:37:12Z root:/evidence/web-03",
      );
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.click('button:has-text("Export JSON")'),
      ]);
      const rows = JSON.parse(readFileSync(await download.path(), "utf8")) as { id: string }[];
      expect(rows.map(({ id }) => id)).toEqual(["system/report.timer"]);
      expect(download.suggestedFilename()).toBe("timers-web-03.json");
    });

    test("a host without timers says why everything is empty", async () => {
      await open("overview?t=2");
      await page.waitForFunction(() => document.querySelector('[data-count="ok"]')?.textContent === "0");
      expect(await text("main")).toContain("None: all 0 timers and jobs");
      await open("timers?t=2");
      expect(await text("main")).toContain("No timer or job");
      await open("explain?t=2");
      expect(await text("main")).toContain("This host has no timers");
    });

    test("news from the server is said politely, and can be paused", async () => {
      await open("overview?t=0");
      await page.waitForFunction(() => document.querySelector(".live")?.textContent === "live");
      for (const listener of listeners) listener(true);
      await page.waitForFunction(() =>
        document.querySelector(".announcer")?.textContent?.includes("changed"),
      );
      await page.click(".live");
      expect(await text(".live")).toBe("paused");
      await page.click(".live");
    });
  });

  describe("on paper", () => {
    test("always light, without what only a screen needs", async () => {
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      await open("timers");
      const look = await page.evaluate(() => ({
        background: getComputedStyle(document.body).backgroundColor,
        pages: getComputedStyle(document.querySelector(".pages") ?? document.body).display,
      }));
      expect(look).toEqual({ background: "rgb(255, 255, 255)", pages: "none" });
      const pdf = await page.pdf();
      expect(pdf.length).toBeGreaterThan(5000);
      await page.emulateMedia({ media: null, colorScheme: null });
    });
  });

  describe("hostile text", () => {
    test.each(PAGES.filter((route) => !route.includes("?")).map((route) => `${route}?t=1`))(
      "%s: stays text",
      async (route) => {
        await open(route);
        await page.waitForFunction(() => document.querySelector("header.top") !== null);
        const found = await page.evaluate(() => ({
          pwned: "pwned" in window,
          elements: document.querySelectorAll(
            "main img, main b, main script, main svg[onload], main [onerror]",
          ).length,
          hidden: /[\u202a-\u202e\u2066-\u2069\u200b\u001b\u2028]/.test(document.body.textContent ?? ""),
        }));
        expect(found).toEqual({ pwned: false, elements: 0, hidden: false });
      },
    );

    test("every timer of it, explained", async () => {
      for (const [at] of HOSTILE_TEXTS.entries()) {
        await open(`explain?t=1&id=system/evil-${at}.timer`);
        const found = await page.evaluate(() => ({
          pwned: "pwned" in window,
          elements: document.querySelectorAll("main img, main b, main script, main [onerror]").length,
          hidden: /[\u202a-\u202e\u2066-\u2069\u200b\u001b\u2028]/.test(document.body.textContent ?? ""),
          isThere: document.querySelector("article.explain") !== null,
        }));
        expect(found).toEqual({ pwned: false, elements: 0, hidden: false, isThere: true });
      }
    });

    test("parameters of an address are text too", async () => {
      await open(`explain?id=${encodeURIComponent("<img src=x onerror=window.pwned=1>\u202e")}`);
      expect(await text("main")).toContain("<img src=x onerror=window.pwned=1>\\u202e");
      await open(`timers?f=${encodeURIComponent('"<b>"')}&sort=constructor&group=__proto__&cols=toString`);
      expect(await page.evaluate(() => "pwned" in window)).toBe(false);
    });

    test("a CSV of it computes nothing", async () => {
      await open("timers?t=1&cols=verdict,command,why");
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.click('button:has-text("Export CSV")'),
      ]);
      const cells = readFileSync(await download.path(), "utf8").split(/[\r\n,]+/);
      expect(cells.filter((cell) => /^"?[=+@\t]/.test(cell))).toEqual([]);
    });
  });

  test("the policy was never broken and no script failed", () => {
    expect(faults).toEqual([]);
  });

  test("the policy holds: inline script, inline handler, markup from strings, other hosts", async () => {
    const other = await context.newPage();
    await other.goto(`http://127.0.0.1:${server.port}/`);
    await other.waitForSelector("h1");
    // What DevTools evaluates may use eval; what the page does later may not.
    const blocked = await other.evaluate(
      () =>
        new Promise<Record<string, boolean>>((resolve) => {
          const isRefused = (action: () => void): boolean => {
            try {
              action();
              return false;
            } catch {
              return true;
            }
          };
          setTimeout(async () => {
            resolve({
              markup: isRefused(() => {
                document.body.innerHTML = "<p>x</p>";
              }),
              // biome-ignore lint/security/noGlobalEval: that it is refused is the test
              eval: isRefused(() => globalThis.eval("1")),
              script: isRefused(() => {
                document.createElement("script").textContent = "window.ran = 1";
              }),
              elsewhere: await fetch("http://192.0.2.1/").then(
                () => false,
                () => true,
              ),
            });
          });
        }),
    );
    await other.close();
    expect(blocked).toEqual({ markup: true, eval: true, script: true, elsewhere: true });
  });
});

type Row = Snapshot["report"]["timers"][number];

/** Rule ids with the elements they are about; axe runs in a world of its own, so the page's policy stays as it is. */
async function violations(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const world = await session.send("Page.createIsolatedWorld", {
    frameId: frameTree.frame.id,
    worldName: "axe",
  });
  const contextId = world.executionContextId;
  await session.send("Runtime.evaluate", { expression: AXE, contextId });
  const { result } = await session.send("Runtime.evaluate", {
    contextId,
    awaitPromise: true,
    returnByValue: true,
    expression:
      "axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 160) + ' | ' + (failureSummary ?? '').slice(0, 260))))",
  });
  await session.detach();
  if (!Array.isArray(result.value)) throw new Error(`axe did not run: ${JSON.stringify(result)}`);
  return result.value.map(String);
}
