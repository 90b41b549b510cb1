/**
 * The dashboard in Chromium: how heavy it is, when the first view stands, how fast a filter answers. The browser's trace
 * is kept in `test-output/`. Every figure is a median; this machine's other work is in it.
 */
import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import type { Snapshot } from "../src/server/api.ts";
import type { WebBundle } from "../src/server/bundle.ts";
import { listen } from "../src/server/listen.ts";
import { buildBundle, CHROMIUM, launch } from "../test/browser/browser.ts";
import { largeSnapshot } from "../test/browser/example-snapshot.ts";

const LOADS = 5;
/** Of the browser's account of its main thread, what is the page's doing and not the measuring. */
const OWN_WORK: readonly string[] = [
  "ScriptDuration",
  "LayoutDuration",
  "RecalcStyleDuration",
  "V8CompileDuration",
];
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
    for (const timers of [300, 5000]) await benchHost(browser, bundle, timers);
  } finally {
    await browser.close();
  }
}

async function benchHost(browser: Browser, bundle: WebBundle, timers: number): Promise<void> {
  const snapshot = largeSnapshot(timers);
  const views: number[] = [];
  const busy: number[] = [];
  for (let load = 0; load < LOADS; load++) {
    const { page, busyMs, close } = await openPage(browser, bundle, snapshot);
    views.push(Number(await page.evaluate(FIRST_VIEW)));
    busy.push(await busyMs());
    await close();
  }
  const bar = timers === 300 ? " (bar 300)" : "";
  console.log(`${timers} timers: first view ${median(views)} ms after load${bar}; ${listed(views)}`);
  console.log(`${timers} timers: processor time of the page until then ${median(busy)} ms; ${listed(busy)}`);
  const { page, busyMs, close } = await openPage(browser, bundle, snapshot);
  const path = join(OUTPUT, `dashboard-${timers}.trace.json`);
  await browser.startTracing(page, { path, screenshots: false });
  await page.evaluate("location.hash = '#/timers'");
  await page.waitForSelector("tr[data-row]");
  const before = await busyMs();
  const keystrokes = (await page.evaluate(FILTER)) as number[];
  const each = ((await busyMs()) - before) / keystrokes.length;
  await browser.stopTracing();
  await close();
  console.log(
    `${timers} timers: filter, from a key to the next frame ${median(keystrokes)} ms (bar 50); ${listed(keystrokes)}`,
  );
  console.log(`${timers} timers: processor time a key ${each.toFixed(0)} ms`);
  console.log(`${timers} timers: trace ${relative(process.cwd(), path)}`);
}

interface Opened {
  readonly page: Page;
  /** Processor time of the page's main thread for its own work so far. */
  readonly busyMs: () => Promise<number>;
  readonly close: () => Promise<void>;
}

async function openPage(browser: Browser, bundle: WebBundle, snapshot: Snapshot): Promise<Opened> {
  const server = await listen(
    [{ name: "large", current: () => snapshot, zone: () => null, onChange: () => () => undefined }],
    bundle,
  );
  const page = await browser.newPage();
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const busyMs = async (): Promise<number> => {
    const { metrics } = await session.send("Performance.getMetrics");
    const parts = metrics.filter(({ name }) => OWN_WORK.includes(name));
    return parts.reduce((sum, { value }) => sum + value * 1000, 0);
  };
  await page.addInitScript(MARK);
  await page.goto(server.url);
  await page.waitForSelector(".tiles");
  await page.waitForSelector(".strip-row");
  return {
    page,
    busyMs,
    close: async () => {
      await page.close();
      await server.close();
    },
  };
}

function median(values: readonly number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}

function listed(values: readonly number[]): string {
  return values.map((value) => value.toFixed(0)).join(" ");
}

const FIRST_VIEW =
  "performance.getEntriesByName('first-view')[0].startTime - performance.getEntriesByType('navigation')[0].loadEventEnd";

/** Marks the moment the tiles and the strip stand on the page. */
const MARK = `new MutationObserver((_, watch) => {
  if (document.querySelector('.tiles') === null || document.querySelector('.strip-row') === null) return;
  watch.disconnect();
  performance.mark('first-view');
}).observe(document, { childList: true, subtree: true });`;

/** Types a filter over the table, letter by letter, each time until the rows are drawn anew and laid out. */
const FILTER = `(async () => {
  const input = document.querySelector('#filter');
  const times = [];
  const text = 'exec:/tmp';
  for (let length = 1; length <= text.length; length++) {
    const start = performance.now();
    input.value = text.slice(0, length);
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise((resolve) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = resolve;
      setTimeout(() => channel.port2.postMessage(0));
    });
    document.body.getBoundingClientRect();
    times.push(performance.now() - start);
  }
  return times;
})()`;
