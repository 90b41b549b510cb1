/** The dashboard, served and open in Chromium, for the tests of its pages. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Snapshot } from "../../src/server/api.ts";
import type { ChangeListener, ServedTarget } from "../../src/server/app.ts";
import type { WebBundle } from "../../src/server/bundle.ts";
import { type Listening, listen } from "../../src/server/listen.ts";
import { buildBundle, CHROMIUM, launch } from "./browser.ts";
import { emptySnapshot, exampleSnapshot, hostileSnapshot, largeSnapshot } from "./example-snapshot.ts";

/** What functions handed to the browser use of it; the tests themselves are compiled without a browser's types. */
interface PageElement {
  readonly id: string;
  readonly textContent: string | null;
  readonly dataset: Readonly<Record<string, string>>;
  readonly scrollWidth: number;
  innerHTML: string;
  blur(): void;
}
export interface PageDocument {
  readonly activeElement: PageElement | null;
  readonly body: PageElement;
  readonly documentElement: PageElement;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): { readonly length: number };
  createElement(name: string): { textContent: string };
}

/** What a page looks like in the end. */
export type ComputedStyle = (element: PageElement) => {
  readonly outlineStyle: string;
  readonly outlineWidth: string;
  readonly backgroundColor: string;
  readonly display: string;
};

declare const location: { hash: string };
declare const document: PageDocument;
declare function requestAnimationFrame(callback: () => void): void;

/** Every page, and some views of it. */
export const PAGES = [
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

export const NO_BROWSER = CHROMIUM === null ? " (SKIPPED: no Chromium on this machine)" : "";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Serves a host with everything, a hostile one, an empty one and one with many timers, and opens the first. */
export async function openDashboard(): Promise<Dashboard> {
  const bundle = await buildBundle();
  const [example, hostile] = [exampleSnapshot(), hostileSnapshot()];
  const listeners = new Set<ChangeListener>();
  const targets = [example, hostile, emptySnapshot(), largeSnapshot(30)].map(
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
  const server = await listen(targets, bundle);
  const browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const dashboard = new Dashboard({ browser, bundle, server, context, page, example, listeners });
  await page.goto(server.url);
  await page.waitForSelector("h1");
  return dashboard;
}

interface Parts {
  readonly browser: Browser;
  readonly bundle: WebBundle;
  readonly server: Listening;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly example: Snapshot;
  readonly listeners: ReadonlySet<ChangeListener>;
}

export class Dashboard {
  readonly #browser: Browser;
  readonly bundle: WebBundle;
  readonly server: Listening;
  readonly context: BrowserContext;
  readonly page: Page;
  /** The first target. */
  readonly example: Snapshot;
  /** Of the open pages, to be told of changes. */
  readonly listeners: ReadonlySet<ChangeListener>;
  /** Everything the browser complained of: scripts that threw, and the policy being broken. */
  readonly faults: string[] = [];

  constructor({ browser, bundle, server, context, page, example, listeners }: Parts) {
    this.#browser = browser;
    this.bundle = bundle;
    this.server = server;
    this.context = context;
    this.page = page;
    this.example = example;
    this.listeners = listeners;
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.faults.push(message.text());
    });
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.server.close();
  }

  /** Goes to a view and waits until it is painted. */
  async open(route: string): Promise<void> {
    await this.page.evaluate((hash) => {
      location.hash = hash;
    }, `#/${route}`);
    await this.page.waitForFunction(
      (hash) =>
        decodeURIComponent(location.hash).includes(hash) && document.querySelector("main h1") !== null,
      route.split("?")[0] ?? "",
    );
    await this.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null)))),
    );
  }

  async text(selector: string): Promise<string> {
    return (await this.page.textContent(selector)) ?? "";
  }

  /** Names in the table of timers, in order. */
  units(): Promise<string[]> {
    return this.page.$$eval("table.rows a.unit", (links) =>
      links.map((link) => (link.textContent ?? "").trim()),
    );
  }

  /** Rule ids with the elements they are about; axe runs in a world of its own, so the page's policy stays as it is. */
  async violations(): Promise<string[]> {
    const session = await this.context.newCDPSession(this.page);
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
}
