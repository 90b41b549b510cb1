import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Exporter, exportText, type Report } from "./exporter.ts";
import { EXPORTERS, exporterOf, formatsFor } from "./exporters.ts";
import { MESSAGE_IDS } from "./message-ids.ts";
import { AUDITS, auditOf, LISTS } from "./sample-reports.test-support.ts";

const REPORTS: readonly (readonly [string, Report])[] = [
  ...AUDITS,
  ...LISTS.map(([name, report]): [string, Report] => [`list of ${name}`, report]),
];

function textOf(format: string, report: Report): string {
  const text = exportText(must(exporterOf(format)), report);
  if (text === null) throw new Error(`${format} takes no such report`);
  return text;
}

function must<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error("missing");
  return value;
}

const pairs = EXPORTERS.flatMap((exporter) =>
  REPORTS.flatMap(([name, report]): [string, string, Exporter, Report][] =>
    exportText(exporter, report) === null ? [] : [[exporter.name, name, exporter, report]],
  ),
);

describe("every exporter, every report", () => {
  test.each(pairs)(
    "%s of %s: the same twice, nothing for a terminal, whole UTF-8",
    (_, __, exporter, report) => {
      const before = JSON.stringify(report);
      const text = must(exportText(exporter, report));
      expect(must(exportText(exporter, structuredClone(report)))).toBe(text);
      expect(JSON.stringify(report)).toBe(before);
      expect(text).not.toMatch(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028\u202a-\u202e\u2066-\u2069]/);
      expect(text).not.toMatch(/[\u{e0000}-\u{e0fff}]/u);
      expect(Buffer.from(text).toString()).toBe(text);
    },
  );

  test("a list is not said to be clean", () => {
    const list = must(LISTS[0])[1];
    for (const exporter of EXPORTERS)
      expect(exportText(exporter, list) === null).toBe(!formatsFor("report").includes(exporter.name));
    expect(formatsFor("report")).not.toContain("sarif");
    expect(formatsFor("audit")).toEqual(EXPORTERS.map(({ name }) => name));
  });

  test("names and file name endings", () => {
    expect(new Set(EXPORTERS.map(({ name }) => name)).size).toBe(EXPORTERS.length);
    for (const { name, extension, summary } of EXPORTERS) {
      expect(name).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
      expect(extension).toMatch(/^\.[a-z]+$/);
      expect(summary).not.toMatch(/\.$/);
    }
  });
});

describe("jobs of cron are told as timers are", () => {
  const report = auditOf("jobs");
  const job = must(report.jobs[0]);
  const unit = must(report.timers[0]).unit;
  const rows = "vertical jsonl json csv md html ecs timesketch timesketch-csv prometheus junit".split(" ");
  test.each(rows)("%s", (format) => {
    expect(textOf(format, report)).toContain(unit);
    const told = textOf(format, report).replaceAll("&#58;", ":");
    expect(told).toContain(job.unit);
  });
});

describe("pages in docs/formats", () => {
  const folder = join(import.meta.dirname, "../../docs/formats");
  test.each(EXPORTERS.map(({ name }) => [name]))("%s has one", (name) => {
    const page = readFileSync(join(folder, `${name}.md`), "utf8");
    expect(page).toMatch(new RegExp(`^# .*\\b${name}\\b`));
    expect(page.length).toBeGreaterThan(300);
  });
  test("no page is of a format that is gone", () => {
    const names = new Set([...EXPORTERS.map(({ name }) => name), "README"]);
    const pages = readdirSync(folder).filter((file) => file.endsWith(".md"));
    expect(pages.filter((file) => !names.has(file.slice(0, -3)))).toEqual([]);
  });
  test("the catalogue explains every message id", () => {
    const catalog = readFileSync(join(folder, "timerwarden.catalog"), "utf8");
    const ids = [...catalog.matchAll(/^-- ([\da-f]{32})$/gm)].map(([, id]) => id);
    expect(new Set(ids)).toEqual(new Set<string>(Object.values(MESSAGE_IDS)));
  });
  test("fields that the catalogue puts in are written", () => {
    const catalog = readFileSync(join(folder, "timerwarden.catalog"), "utf8");
    const written = textOf("journald", auditOf("attacked"));
    for (const [, field = ""] of catalog.matchAll(/@([A-Z_]+)@/g)) expect(written).toContain(`\n${field}=`);
  });
});

describe("hostile text", () => {
  test.each(REPORTS)("no spreadsheet calculates: %s", (_, report) => {
    for (const format of ["csv", "timesketch-csv"]) {
      const rows = csvRows(textOf(format, report));
      expect(new Set(rows.map((row) => row.length)).size).toBe(1);
      for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/);
    }
  });

  test.each(REPORTS)("no renderer of Markdown finds markup: %s", (_, report) => {
    for (const line of textOf("md", report).split("\n")) {
      if (line.startsWith("|")) expect(line.replace(/\\[^A-Za-z0-9 ]/g, "").split("|")).toHaveLength(10);
      const outside = line.replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, "code");
      const own = outside.replace(/\[T\d{4}(\.\d{3})?\]\(https:\/\/attack\.mitre\.org\/[\w/]+\)/g, "link");
      expect(own).not.toMatch(/[<>`@[\]!]|:\/\/|www\./);
    }
  });

  test.each(REPORTS)("the page has our elements, no script, no link out: %s", (_, report) => {
    const page = textOf("html", report);
    const body = page.replace(/<style>[^<]*<\/style>/, "");
    const tags = new Set([...body.matchAll(/<(?!!DOCTYPE)\/?([^\s>]*)/g)].map(([, tag]) => tag));
    const ours =
      "html head meta title body header h1 h2 h3 dl dt dd code main section article p div pre mark span table caption thead tbody tr th td ul li script";
    expect([...tags].filter((tag) => !ours.split(" ").includes(must(tag)))).toEqual([]);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain('<script type="application/json" id="timerwarden-report">');
    const attributes = [...body.matchAll(/<[a-z][^>]*>/g)].flatMap(([tag]) =>
      [...tag.replace(/"[^"]*"/g, '""').matchAll(/ ([^\s=]+)=""/g)].map(([, name = ""]) => name),
    );
    const known = [
      "lang",
      "charset",
      "http-equiv",
      "content",
      "name",
      "class",
      "scope",
      "type",
      "id",
      "role",
      "aria-label",
      "tabindex",
    ];
    expect(attributes.filter((name) => !known.includes(name))).toEqual([]);
    const style = must(/<style>([^<]*)<\/style>/.exec(page)?.[1]);
    const hash = createHash("sha256").update(style).digest("base64");
    expect(page).toContain(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
  });

  test("GitHub is given our commands only", () => {
    const { findings, coverage } = auditOf("soaked");
    const lines = textOf("github", auditOf("soaked")).trimEnd().split("\n");
    expect(lines).toHaveLength(findings.length + coverage.gaps.length + 1);
    for (const line of lines) expect(line).toMatch(/^::(error|warning|notice) (\w+=[^,:]*,?)+::/);
    expect(lines.join("\n")).toContain("%250A");
  });

  test.each(AUDITS)("metrics are one sample a line, each once: %s", (_, report) => {
    const lines = textOf("prometheus", report).trimEnd().split("\n");
    const label = String.raw`[a-z]+="(?:[^"\\]|\\["\\n])*"`;
    const sample = new RegExp(`^timerwarden_[a-z_]+(?:\\{${label}(?:,${label})*\\})? \\d+(?:\\.\\d+)?$`);
    const samples = lines.filter((line) => !line.startsWith("#"));
    for (const line of samples) expect(line).toMatch(sample);
    const names = samples.map((line) => line.slice(0, line.lastIndexOf(" ")));
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(AUDITS)("journal entries are fields of one line: %s", (_, report) => {
    const text = textOf("journald", report);
    const entries = text.split("\n\n").filter((entry) => entry !== "");
    const open = report.findings.filter(({ accepted }) => accepted === null).length;
    expect(entries).toHaveLength(open + report.coverage.gaps.length + 1);
    for (const line of entries.flatMap((entry) => entry.split("\n")))
      expect(line).toMatch(/^(__REALTIME_TIMESTAMP|[A-Z][A-Z_]{0,63})=/);
  });

  test("plain lines have their fields", () => {
    for (const [, report] of AUDITS)
      for (const line of textOf("plain", report).split("\n").slice(0, -1))
        expect(line.split("\t")).toHaveLength(8);
    for (const [, report] of LISTS)
      for (const line of textOf("plain", report).split("\n").slice(0, -1))
        expect(line.split("\t")).toHaveLength(6);
  });

  test("SARIF text holds neither links nor placeholders", () => {
    const text = textOf("sarif", auditOf("soaked"));
    const { runs } = JSON.parse(text) as { runs: { results: { message: { text: string } }[] }[] };
    for (const { message } of must(runs[0]).results) {
      expect(message.text).not.toMatch(/(?<!\\)\]\(/);
      expect(message.text).not.toMatch(/(?<!\{)\{\d/);
    }
  });
});

const python = spawnSync("python3", ["--version"]).status === 0;

test.skipIf(!python)(`XML is well formed${python ? "" : " (SKIPPED: no python3 to read it)"}`, () => {
  const script =
    "import sys,xml.dom.minidom as m\nd=m.parseString(sys.stdin.buffer.read()).documentElement\n" +
    "c=d.getElementsByTagName('testcase')\n" +
    "print(len(c),sum(1 for x in c if x.getElementsByTagName('failure')),sum(1 for x in c if x.getElementsByTagName('skipped')))\n" +
    "print(d.getAttribute('tests'),d.getAttribute('failures'),d.getAttribute('skipped'))";
  for (const [name, report] of AUDITS) {
    const { stdout, stderr } = spawnSync("python3", ["-c", script], { input: textOf("junit", report) });
    expect(stderr.toString(), name).toBe("");
    const [counted, stated] = stdout.toString().split("\n");
    expect(stated, name).toBe(counted);
  }
});

const journalctl = existsSync("/usr/bin/journalctl");

test.skipIf(!journalctl)(
  `systemd reads the catalogue${journalctl ? "" : " (SKIPPED: no journalctl)"}`,
  async () => {
    const { cpSync, mkdirSync, mkdtempSync, rmSync } = await import("node:fs");
    const root = mkdtempSync(join((await import("node:os")).tmpdir(), "timerwarden-catalog-"));
    try {
      for (const folder of ["usr/lib/systemd/catalog", "var/lib/systemd/catalog"])
        mkdirSync(join(root, folder), { recursive: true });
      cpSync(
        join(import.meta.dirname, "../../docs/formats/timerwarden.catalog"),
        join(root, "usr/lib/systemd/catalog/timerwarden.catalog"),
      );
      const update = spawnSync("journalctl", [`--root=${root}`, "--update-catalog"]);
      expect(update.stderr.toString()).toBe("");
      expect(update.status).toBe(0);
      const list = spawnSync("journalctl", [`--root=${root}`, "--list-catalog"]).stdout.toString();
      for (const id of Object.values(MESSAGE_IDS)) expect(list).toContain(id);
    } finally {
      rmSync(root, { recursive: true });
    }
  },
);

describe("what a finding becomes", () => {
  const report = auditOf("attacked");
  test("plain", () =>
    expect(textOf("plain", report)).toBe(
      "critical\thigh\tfetch-and-run\tsystem\tjob.timer\t/etc/systemd/system/job.service:3:52\t" +
        `${must(report.findings[0]).id}\t${must(report.findings[0]).says}\n`,
    ));
  test("github", () =>
    expect(must(textOf("github", report).split("\n")[0])).toMatch(
      /^::error file=etc\/systemd\/system\/job\.service,line=3,endLine=3,col=52,title=fetch-and-run::job\.timer: What is downloaded/,
    ));
  test("SARIF points at the accused words", () => {
    const { runs } = JSON.parse(textOf("sarif", report)) as {
      runs: { results: { locations: unknown[]; partialFingerprints: unknown; level: string }[] }[];
    };
    const [result] = must(runs[0]).results;
    expect(result).toMatchObject({
      ruleId: "fetch-and-run",
      level: "error",
      partialFingerprints: { "timerwarden/v1": must(report.findings[0]).id },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "etc/systemd/system/job.service", uriBaseId: "ROOT" },
            region: { startLine: 3, startColumn: 52 },
          },
        },
      ],
    });
  });
  test("an accepted one alarms nobody", () => {
    const accepted = auditOf("accepted");
    const { runs } = JSON.parse(textOf("sarif", accepted)) as { runs: { results: unknown[] }[] };
    expect(must(runs[0]).results[0]).toMatchObject({
      suppressions: [{ kind: "external", status: "accepted" }],
    });
    expect(textOf("github", accepted)).not.toContain("::error");
    expect(textOf("junit", accepted)).toContain('failures="0"');
    expect(textOf("stix", accepted)).not.toContain('"sighting"');
    expect(textOf("ocsf", accepted)).toContain('"status_id":3');
    expect(textOf("ecs", accepted)).not.toContain('"kind":"alert"');
    expect(textOf("asff", accepted)).toContain('"RecordState":"ARCHIVED"');
    expect(textOf("hdf", accepted)).not.toContain('"failed"');
    expect(textOf("prometheus", accepted)).toContain('accepted="true"} 1');
    expect(textOf("navigator", accepted)).toContain('"score": 0');
  });
  test("the page gives its report back, and states its digest", () => {
    const digest = createHash("sha256").update(textOf("json", report)).digest("hex");
    expect(textOf("html", report)).toContain(`<meta name="timerwarden-sha256" content="${digest}">`);
  });
  test("time goes forward in time lines", () => {
    const rows = textOf("timesketch", report)
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { datetime: string; timestamp_desc: string });
    expect(rows.map(({ timestamp_desc }) => timestamp_desc)).toEqual([
      "Finding of audit",
      "Next elapse, earliest (predicted)",
      "Next elapse, latest (predicted)",
    ]);
    const times = rows.map(({ datetime }) => Date.parse(datetime));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(3);
  });
});

/** RFC 4180, for the test. */
function csvRows(text: string): string[][] {
  return text
    .split("\r\n")
    .slice(0, -1)
    .map((line) =>
      [...line.matchAll(/("(?:[^"]|"")*"|[^",]*)(?:,|$)/g)]
        .slice(0, line.endsWith(",") ? undefined : -1)
        .map(([, cell = ""]) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)),
    );
}
