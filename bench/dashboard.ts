/**
 * The dashboard in Chromium: the first view with 300 timers, and a filter over 5,000 rows. `npx tsx bench/dashboard.ts
 * [TRACE.json]` keeps the browser's trace where a file is named.
 */
import type { Page } from "playwright-core";
import type { Snapshot } from "../src/server/api.ts";
import { listen } from "../src/server/listen.ts";
import { buildBundle, CHROMIUM, launch } from "../test/browser/browser.ts";
import { largeSnapshot } from "../test/browser/example-snapshot.ts";

async function measure(trace: string | undefined): Promise<void> {
  const bundle = await buildBundle();
  const browser = await launch();
  if (trace !== undefined) await browser.startTracing(undefined, { path: trace, screenshots: false });
  for (const timers of [300, 5000]) {
    const page = await openPage(largeSnapshot(timers));
    const firstView = await page.evaluate(
      "performance.getEntriesByName('first-view')[0]?.startTime - performance.getEntriesByType('navigation')[0].loadEventEnd",
    );
    console.log(`${timers} timers: first view ${Number(firstView).toFixed(0)} ms after load`);
    const filter = (await page.evaluate(FILTER)) as number[];
    console.log(
      `${timers} timers: filter, each keystroke to the next frame ${filter.map((ms) => ms.toFixed(0)).join(" ")} ms`,
    );
  }
  if (trace !== undefined) await browser.stopTracing();
  await browser.close();
  process.exit(0);

  async function openPage(snapshot: Snapshot): Promise<Page> {
    const server = await listen(
      [{ name: "large", current: () => snapshot, zone: () => null, onChange: () => () => undefined }],
      bundle,
    );
    const page = await browser.newPage();
    await page.addInitScript(MARK);
    await page.goto(server.url);
    await page.waitForSelector(".tiles");
    await page.waitForFunction("performance.getEntriesByName('first-view').length > 0");
    return page;
  }
}

/** Marks the moment the tiles and the strip stand on the page. */
const MARK = `new MutationObserver((_, watch) => {
  if (document.querySelector('.tiles') === null || document.querySelector('.strip-row') === null) return;
  watch.disconnect();
  performance.mark('first-view');
}).observe(document, { childList: true, subtree: true });`;

/** Types a filter into the table's page, letter by letter, each time until the rows are drawn anew. */
const FILTER = `(async () => {
  location.hash = '#/timers';
  await new Promise((resolve) => setTimeout(resolve, 600));
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

if (CHROMIUM === null) console.log("SKIPPED: no Chromium on this machine");
else await measure(process.argv[2]);
