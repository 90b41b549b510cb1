/**
 * The dashboard in Chromium: how heavy it is, when the first view stands, how fast a filter answers. The browser's trace
 * is kept in `test-output/`. Every figure is a median; this machine's other work is in it.
 */
import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Snapshot } from "../src/server/api.ts";
import type { WebBundle } from "../src/server/bundle.ts";
import { listen } from "../src/server/listen.ts";
import { buildBundle, CHROMIUM, launch } from "../test/browser/browser.ts";
import { largeSnapshot } from "../test/browser/example-snapshot.ts";

const LOADS = 9;
const TYPED = "exec:/tmp";
/** Not all that a browser can trace: sampling the stack stops the page for as long as what is measured. */
const TRACED = ["devtools.timeline", "blink.user_timing", "loading", "latencyInfo", "v8"];
const OUTPUT = join(import.meta.dirname, "..", "test-output");

export async function benchDashboard(): Promise<void> {
  if (CHROMIUM === null) {
    console.log("dashboard: SKIPPED, no Chromium on this machine");
    return;
  }
  const bundle = await buildBundle();
  const weight = gzipSync(bundle.script).length + gzipSync(bundle.style).length;
  console.log(`dashboard: script and style ${(weight / 1000).toFixed(0)} kB gzip (bar 150)`);
  mkdirSync(OUTPUT, { recursive: true });
  const browser = await launch();
  try {
    const context = await openWindow(browser);
    for (const timers of [300, 5000]) await benchHost(context, bundle, timers);
  } finally {
    await browser.close();
  }
}

/**
 * A window that stays open, so that every page is a tab, as for somebody who clicks a link. A new window makes Chromium
 * load hundreds of files for its own address bar, for seconds, on the same processors.
 */
async function openWindow(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext();
  await context.newPage();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  return context;
}

async function benchHost(context: BrowserContext, bundle: WebBundle, timers: number): Promise<void> {
  const snapshot = largeSnapshot(timers);
  const bar = timers === 300 ? " (bar 300)" : "";
  const views: FirstView[] = [];
  for (let load = 0; load < LOADS; load++) {
    const { firstView, close } = await openPage(context, bundle, snapshot);
    views.push(firstView);
    await close();
  }
  const toldOf = (name: keyof FirstView): string => told(views.map((view) => view[name]));
  console.log(`${timers} timers: first view painted ${toldOf("afterRequest")} after the page was asked for`);
  console.log(`${timers} timers: first view painted ${toldOf("afterLoad")} after load${bar}`);
  console.log(`${timers} timers: processor time of the page until then ${toldOf("busy")}`);
  const path = join(OUTPUT, `dashboard-${timers}.trace.json`);
  const browser = context.browser();
  await browser?.startTracing(undefined, { path, screenshots: false, categories: TRACED });
  const { page, busyMs, close } = await openPage(context, bundle, snapshot);
  await page.evaluate("location.hash = '#/timers'");
  await page.waitForSelector("tr[data-row]");
  await page.focus("#filter");
  await page.evaluate(WATCH_KEYS);
  const before = await busyMs();
  for (const [at, key] of [...TYPED].entries()) {
    await page.keyboard.press(key);
    await page.evaluate(`painted[${at}]`);
  }
  const each = ((await busyMs()) - before) / TYPED.length;
  const keystrokes = (await page.evaluate("Promise.all(painted)")) as number[];
  await browser?.stopTracing();
  await close();
  console.log(`${timers} timers: filter painted ${told(keystrokes)} after a key (bar 50)`);
  console.log(`${timers} timers: processor time a key ${each.toFixed(0)} ms`);
  console.log(`${timers} timers: trace ${relative(process.cwd(), path)}`);
}

/** All in milliseconds. */
interface FirstView {
  /** From the browser's request for the page, the one-time link's redirect done, to the picture with rows. */
  readonly afterRequest: number;
  /** From the end of the load event; the bar is on this. */
  readonly afterLoad: number;
  /** Processor time of the page's main thread until the picture. */
  readonly busy: number;
}

interface Opened {
  readonly page: Page;
  readonly firstView: FirstView;
  /** Processor time of the page's main thread so far. */
  readonly busyMs: () => Promise<number>;
  readonly close: () => Promise<void>;
}

async function openPage(context: BrowserContext, bundle: WebBundle, snapshot: Snapshot): Promise<Opened> {
  const server = await listen(
    [{ name: "large", current: () => snapshot, zone: () => null, onChange: () => () => undefined }],
    bundle,
  );
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const busyMs = async (): Promise<number> => {
    const { metrics } = await session.send("Performance.getMetrics");
    return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1000;
  };
  await page.addInitScript(WATCH_FIRST_VIEW);
  await page.goto(server.url, { waitUntil: "commit" });
  // Asked once and then left alone: a tool that looks again and again takes the time it measures.
  const { result } = await session.send("Runtime.evaluate", {
    expression: "firstView",
    awaitPromise: true,
    returnByValue: true,
  });
  return {
    page,
    firstView: { ...(result.value as Omit<FirstView, "busy">), busy: await busyMs() },
    busyMs,
    close: async () => {
      await page.close();
      await server.close();
    },
  };
}

/** Median and each in the order measured. */
function told(values: readonly number[]): string {
  return `${median(values)} ms [${values.map((value) => value.toFixed(0)).join(" ")}]`;
}

function median(values: readonly number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}

/** Calls back when the frame that is due has been painted. */
const AFTER_PAINT = `globalThis.afterPaint = (done) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = done;
  channel.port2.postMessage(0);
});`;

/** Tells when tiles and strip were painted. */
const WATCH_FIRST_VIEW = `${AFTER_PAINT}
globalThis.firstView = new Promise((resolve) => {
  new MutationObserver((_, watch) => {
    if (document.querySelector('.tiles') === null || document.querySelector('.strip-row') === null) return;
    watch.disconnect();
    afterPaint(() => {
      const [{ fetchStart, loadEventEnd }] = performance.getEntriesByType('navigation');
      const now = performance.now();
      resolve({ afterRequest: now - fetchStart, afterLoad: now - loadEventEnd });
    });
  }).observe(document, { childList: true, subtree: true });
});`;

/** Tells of every key how long after it the filtered rows were painted: from the browser's own stamp on the key. */
const WATCH_KEYS = `globalThis.painted = [];
let pressed = 0;
addEventListener('keydown', ({ timeStamp }) => { pressed = timeStamp; }, true);
addEventListener('input', () => {
  const start = pressed;
  painted.push(new Promise((resolve) => afterPaint(() => resolve(performance.now() - start))));
}, true);`;
