/** The dashboard in a real Chromium: every page by address, in both themes, narrow, on paper; its numbers; its policy. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen } from "../../src/server/listen.ts";
import {
  type ComputedStyle,
  type Dashboard,
  NO_BROWSER,
  openDashboard,
  PAGES,
  type PageDocument,
} from "./dashboard-page.ts";

declare const location: { hash: string };
declare const document: PageDocument;
declare const getComputedStyle: ComputedStyle;

describe.skipIf(NO_BROWSER !== "")(`the dashboard in Chromium${NO_BROWSER}`, () => {
  let dashboard: Dashboard;

  beforeAll(async () => {
    dashboard = await openDashboard();
  });

  afterAll(() => dashboard.close());

  test("the token is gone from the address, and the page shows the first target", async () => {
    expect(dashboard.page.url()).not.toContain("token");
    expect(await dashboard.text(".target")).toContain("web-03");
  });

  test("what no timer leads to stands beside them, with its place", async () => {
    await dashboard.open("");
    const beside = await dashboard.text("section:has(h2:text-is('Beside the timers'))");
    expect(beside).toContain("/etc/tmpfiles.d/late.conf writes /etc/systemd/system/late.service");
    expect(beside).toContain("/etc/tmpfiles.d/late.conf:1:1");
  });

  describe("every page", () => {
    test.each(PAGES)("%s is there, and in the title", async (route) => {
      await dashboard.open(route);
      const heading = await dashboard.text("main h1");
      expect(heading).not.toBe("");
      expect(await dashboard.page.title()).toContain(heading);
    });

    test.each(PAGES.flatMap((route) => [`light ${route}`, `dark ${route}`]))(
      "%s: no violation of WCAG that axe sees",
      async (name) => {
        const [scheme = "", ...rest] = name.split(" ");
        await dashboard.page.emulateMedia({ colorScheme: scheme === "dark" ? "dark" : "light" });
        await dashboard.open(rest.join(" "));
        expect(await dashboard.violations()).toEqual([]);
        await dashboard.page.emulateMedia({ colorScheme: null });
      },
    );

    test.each(PAGES)("%s reflows at 320 pixels", async (route) => {
      await dashboard.page.setViewportSize({ width: 320, height: 640 });
      await dashboard.open(route);
      const width = await dashboard.page.evaluate(() => document.documentElement.scrollWidth);
      await dashboard.page.setViewportSize({ width: 1280, height: 800 });
      expect(width).toBeLessThanOrEqual(320);
    });

    test("also with the side panel and the dialogs open", async () => {
      await dashboard.open("timers?sel=system/sync.timer");
      await dashboard.page.waitForSelector("aside.panel .findings + .facts");
      expect(await dashboard.violations()).toEqual([]);
      await dashboard.page.keyboard.press("?");
      await dashboard.page.waitForSelector("dialog[open]");
      expect(await dashboard.violations()).toEqual([]);
      await dashboard.page.keyboard.press("Escape");
      await dashboard.page.waitForSelector("dialog[open]", { state: "detached" });
      await dashboard.page.keyboard.press(".");
      await dashboard.page.waitForSelector(".palette[open]");
      expect(await dashboard.violations()).toEqual([]);
      await dashboard.page.keyboard.press("Escape");
    });
  });

  describe("numbers are those of the report", () => {
    test("verdicts and gaps", async () => {
      await dashboard.open("overview");
      for (const [verdict, number] of Object.entries(dashboard.example.report.summary.verdicts))
        expect(await dashboard.text(`[data-count="${verdict}"]`)).toBe(String(number));
      expect(await dashboard.text('[data-count="gaps"]')).toBe(
        String(dashboard.example.report.coverage.gaps.length),
      );
    });

    test("coverage", async () => {
      await dashboard.open("about");
      const { timers, jobs, programs, dropIns } = dashboard.example.report.coverage;
      expect(await dashboard.text('[data-count="timers"]')).toBe(String(timers));
      expect(await dashboard.text('[data-count="cron, anacron, at and run-parts jobs"]')).toBe(String(jobs));
      expect(await dashboard.text('[data-count="programs"]')).toBe(String(programs));
      expect(await dashboard.text('[data-count="drop-ins"]')).toBe(String(dropIns));
    });

    test("rows, each with its verdict", async () => {
      await dashboard.open("timers");
      const all = [...dashboard.example.report.timers, ...dashboard.example.report.jobs];
      const shown = await dashboard.page.$$eval("tr[data-row]", (rows) =>
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
      await dashboard.open("week");
      const cells = await dashboard.page.$$eval("[data-cell]", (all) => all.length);
      expect(cells).toBe(168);
      const table = await dashboard.page.$$eval(".plain-table tbody tr", (rows) =>
        rows.map((row) => [
          row.querySelector("a.unit")?.getAttribute("data-id"),
          row.querySelector(".num")?.textContent,
        ]),
      );
      for (const [id, number] of table) {
        const forecast = dashboard.example.board.forecasts.find((each) => each.id === id);
        expect(Math.round(Number(number?.replace("≈", "")))).toBe(Math.round(forecast?.week ?? -1));
      }
      expect(table.length).toBe(dashboard.example.board.forecasts.filter(({ week }) => week > 0).length);
    });

    test("states of controls and outcomes of checks", async () => {
      await dashboard.open("controls");
      const states = await dashboard.page.$$eval(".matrix tbody tr:first-child td", (cells) =>
        cells.map((cell) => cell.getAttribute("data-state")),
      );
      expect(states).toEqual(dashboard.example.dossier.controls?.controls.map(({ state }) => state));
      const failed = dashboard.example.dossier.controls?.checks.filter(
        ({ outcome }) => outcome === "fail",
      ).length;
      expect(await dashboard.page.$$eval("details.check.o-fail", (all) => all.length)).toBe(failed);
    });
  });

  test("times in another zone", async () => {
    await dashboard.open("timers?z=utc");
    expect(await dashboard.text(".clock")).toContain("04:37:12 UTC");
    await dashboard.open("timers");
    expect(await dashboard.text(".clock")).toContain("06:37:12 CEST");
  });

  test("a host without timers says why everything is empty", async () => {
    await dashboard.open("overview?t=2");
    await dashboard.page.waitForFunction(
      () => document.querySelector('[data-count="ok"]')?.textContent === "0",
    );
    for (const page of ["overview", "timers", "week", "explain"]) {
      await dashboard.open(`${page}?t=2`);
      const said = await dashboard.text(".empty");
      expect(said).toContain("This host has no timers and no jobs as far as its files tell");
      expect(said).toContain("1 place could not be looked at");
    }
  });

  test("a filter that nothing fits is said to be the reason", async () => {
    await dashboard.open("timers?t=0&f=unit:nothing");
    await dashboard.page.waitForFunction(() =>
      document.querySelector(".empty")?.textContent?.includes("fits this filter"),
    );
  });

  describe("numbers lead to what they count", () => {
    test("of a host, to its rows and to what was not looked at", async () => {
      await dashboard.open("overview?t=0");
      const row = dashboard.page.locator("table.hosts tbody tr").nth(1);
      const number = Number(await row.locator("td.v-alert").textContent());
      await row.locator("td.v-alert a").click();
      await dashboard.page.waitForFunction(
        (count) => document.querySelectorAll("tr[data-row]").length === count,
        number,
      );
      expect(decodeURIComponent(dashboard.page.url())).toContain("#/timers?t=1&f=verdict:alert");
      await dashboard.open("overview?t=0");
      await dashboard.page.locator("table.hosts tbody tr").nth(2).locator("td.num a").last().click();
      await dashboard.page.waitForFunction(() => location.hash.startsWith("#/about?t=2"));
    });

    test("of the strip, to the schedule that makes them", async () => {
      await dashboard.open("overview?t=0");
      await dashboard.page.click('.strip-row:has-text("report.timer") .times');
      await dashboard.page.waitForSelector("article.explain");
      expect(await dashboard.text("article.explain .facts")).toContain("report.timer:5");
    });

    test("a mark in the matrix, to the checks behind it", async () => {
      await dashboard.open("controls?t=0");
      await dashboard.page.click(".matrix tbody tr:first-child td:nth-child(5) a");
      await dashboard.page.waitForFunction(() => location.hash.includes("control="));
      const [control] = dashboard.example.dossier.controls?.controls.slice(3) ?? [];
      expect(dashboard.page.url()).toContain(`control=${control?.id}`);
      expect(await dashboard.page.$$eval(".control", (all) => all.length)).toBe(1);
    });
  });

  test("how much of the strip is drawn stands in the address, too", async () => {
    const drawn = (): Promise<number> => dashboard.page.$$eval(".strip-row a.unit", (rows) => rows.length);
    await dashboard.open("overview?t=3");
    await dashboard.page.click('.strip-foot a:has-text("Show all 30")');
    await dashboard.page.waitForFunction(() => location.hash.includes("rows=all"));
    await dashboard.open("overview?t=3&rows=all");
    expect(await drawn()).toBe(30);
    await dashboard.page.click('.strip-foot a:has-text("Show the first 18")');
    await dashboard.page.waitForFunction(() => !location.hash.includes("rows="));
    expect(await drawn()).toBe(18);
  });

  test("first comes what runs next and what is wrong, worst first; the rest is a click away", async () => {
    await dashboard.open("overview?t=0");
    const { timers, jobs } = dashboard.example.report;
    const soonest = [...timers, ...jobs]
      .filter(({ next }) => next.earliest !== null)
      .sort((a, b) => ((a.next.earliest ?? "") < (b.next.earliest ?? "") ? -1 : 1))[0];
    // The page of the target before may stand for a moment.
    await dashboard.page.waitForSelector(`.next-up .unit:has-text("${soonest?.unit}")`);
    await dashboard.open("overview?t=1");
    await dashboard.page.waitForSelector('.decisions .unit:has-text("evil-0.timer")');
    expect(await dashboard.page.$$eval(".decisions .verdict", (all) => all.length)).toBe(5);
    await dashboard.page.click('.foot a:has-text("Show all 13")');
    await dashboard.page.waitForFunction(() => document.querySelectorAll("tr[data-row]").length === 13);
    await dashboard.open("timers?t=1&f=&sel=system/evil-5.timer");
    await dashboard.page.waitForSelector("aside.panel .findings + .facts");
    await dashboard.open("controls?t=0");
    const marked = await dashboard.page.locator(".control").first().locator(".outcome").allTextContents();
    const outcomes = marked.map((text) => text.trim().split(" ").at(-1) ?? "");
    const order = ["fail", "not-assessable", "pass", "not-applicable"];
    expect(outcomes).toEqual([...outcomes].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
    expect(outcomes[0]).toBe("fail");
  });

  test("an address that changes while the page is being drawn is followed", async () => {
    const other = await dashboard.context.newPage();
    await other.addInitScript(`new MutationObserver((_, watch) => {
      if (document.querySelector("header.top") === null) return;
      watch.disconnect();
      location.hash = "#/week";
    }).observe(document, { childList: true, subtree: true });`);
    await other.goto(`http://127.0.0.1:${dashboard.server.port}/`);
    await other.waitForSelector("table.week");
    await other.close();
  });

  test("the page of one target asks for it once, ahead of its program", async () => {
    const target = { name: "x", current: () => dashboard.example, zone: () => null };
    const server = await listen([{ ...target, onChange: () => () => undefined }], dashboard.bundle);
    const other = await dashboard.context.newPage();
    const asked: string[] = [];
    other.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await other.goto(server.url);
    await other.waitForSelector(".strip-row");
    expect(asked.filter((path) => path === "/api/outline/0")).toHaveLength(1);
    await other.close();
    await server.close();
  });

  test("the first view does without what has not come; what needs it says why it does not show", async () => {
    const other = await dashboard.context.newPage();
    await other.route("**/api/dossier/**", (route) => route.fulfill({ status: 500, body: "out of paper" }));
    await other.goto(`http://127.0.0.1:${dashboard.server.port}/`);
    await other.waitForSelector(".strip-row");
    await other.goto(`http://127.0.0.1:${dashboard.server.port}/#/controls`);
    await other.waitForSelector('main p:has-text("500 out of paper")');
    await other.close();
  });

  test("a host that changed between the two answers is asked again", async () => {
    const other = await dashboard.context.newPage();
    let refused = 0;
    await other.route("**/api/dossier/**", (route) =>
      refused++ === 0 ? route.fulfill({ status: 410, body: "newer" }) : route.continue(),
    );
    await other.goto(`http://127.0.0.1:${dashboard.server.port}/#/controls`);
    await other.waitForSelector("table.matrix");
    expect(refused).toBe(2);
    await other.close();
  });

  describe("for other programs", () => {
    const exported = async (route: string, title: string): Promise<[name: string, text: string]> => {
      await dashboard.open(route);
      const [saved] = await Promise.all([
        dashboard.page.waitForEvent("download"),
        dashboard.page.click(`button:has-text("Export for ${title}")`),
      ]);
      return [saved.suggestedFilename(), readFileSync(await saved.path(), "utf8")];
    };

    test("Timesketch takes the events that are listed", async () => {
      const [name, text] = await exported("timeline?t=0&lane=packages", "Timesketch");
      expect(name).toBe("timeline-web-03.jsonl");
      const events = text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      const told = dashboard.example.dossier.events.events.filter(({ kind }) => kind.startsWith("package-"));
      expect(events.map(({ message }) => message)).toEqual(told.map(({ says }) => says));
      expect(events[0]).toMatchObject({
        datetime: "2026-10-17T08:00:00.000000+00:00",
        timestamp: 1_792_224_000_000_000,
        timestamp_desc: told[0]?.kind,
      });
    });

    test("ATT&CK Navigator takes the techniques of what was found", async () => {
      const [name, text] = await exported("mappings?t=0", "ATT&CK Navigator");
      expect(name).toBe("findings-layer-web-03.json");
      const layer = JSON.parse(text) as { techniques: { techniqueID: string }[] };
      const cited = dashboard.example.report.findings.flatMap(({ techniques }) => techniques);
      expect(new Set(layer.techniques.map(({ techniqueID }) => techniqueID))).toEqual(new Set(cited));
    });
  });

  test("news from the server is said politely, and can be paused", async () => {
    await dashboard.open("overview?t=0");
    await dashboard.page.waitForFunction(() => document.querySelector(".live")?.textContent === "live");
    for (const listener of dashboard.listeners) listener(true);
    await dashboard.page.waitForFunction(() =>
      document.querySelector(".announcer")?.textContent?.includes("changed"),
    );
    await dashboard.page.click(".live");
    expect(await dashboard.text(".live")).toBe("paused");
    await dashboard.page.click(".live");
  });

  describe("on paper", () => {
    test("always light, without what only a screen needs", async () => {
      await dashboard.page.emulateMedia({ media: "print", colorScheme: "dark" });
      await dashboard.open("timers");
      const look = await dashboard.page.evaluate(() => ({
        background: getComputedStyle(document.body).backgroundColor,
        pages: getComputedStyle(document.querySelector(".pages") ?? document.body).display,
      }));
      expect(look).toEqual({ background: "rgb(255, 255, 255)", pages: "none" });
      const pdf = await dashboard.page.pdf();
      expect(pdf.length).toBeGreaterThan(5000);
      await dashboard.page.emulateMedia({ media: null, colorScheme: null });
    });
  });

  test("the policy holds: inline script, inline handler, markup from strings, other hosts", async () => {
    const other = await dashboard.context.newPage();
    await other.goto(`http://127.0.0.1:${dashboard.server.port}/`);
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

  test("the policy was never broken and no script failed", () => {
    expect(dashboard.faults).toEqual([]);
  });
});
