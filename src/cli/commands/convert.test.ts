import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { exportText } from "../../report/exporter.ts";
import { EXPORTERS } from "../../report/exporters.ts";
import { AUDITS, auditOf, LISTS } from "../../report/sample-reports.test-support.ts";
import { type Beyond, beyondElements, beyondIn } from "../../server/beyond-in-page.ts";
import { RunError, UsageError } from "../command.ts";
import { folderOf, HOST, NOW, run } from "../run.test-support.ts";
import { audit } from "./audit.ts";
import { convert } from "./convert.ts";

const folder = mkdtempSync(join(tmpdir(), "timerwarden-convert-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function told(args: readonly string[], input = ""): Promise<string> {
  const { status, out } = await run(convert, args, { input });
  expect(status).toBe(0);
  return out;
}

function saved(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function textOf(format: string, report: Parameters<typeof exportText>[1]): string | null {
  const exporter = EXPORTERS.find(({ name }) => name === format);
  return exporter === undefined ? null : exportText(exporter, report);
}

describe("the same as from the run itself", () => {
  for (const [name, report] of [...AUDITS, ...LISTS]) {
    const which = `${report.schema} ${name}`;
    test(`${which}: from JSON and from our page, into every format`, async () => {
      const sources = [
        saved(`${name.replaceAll(/\W/g, "-")}.json`, textOf("json", report) ?? ""),
        saved(`${name.replaceAll(/\W/g, "-")}.html`, textOf("html", report) ?? ""),
      ];
      for (const source of sources)
        for (const exporter of EXPORTERS) {
          const direct = exportText(exporter, report);
          if (direct === null)
            await expect(told([source, "-o", exporter.name])).rejects.toThrow("is a list, without findings");
          else expect(await told([source, "--all", "-o", exporter.name])).toBe(direct);
        }
    });
  }
});

test("several formats at once, each to its file", async () => {
  const source = saved("one.json", textOf("json", auditOf("attacked")) ?? "");
  const [sarif, html] = [join(folder, "o.sarif"), join(folder, "o.html")];
  expect(await told([source, "-o", `sarif=${sarif}`, "-o", `html=${html}`])).toBe("");
  expect(readFileSync(sarif, "utf8")).toBe(textOf("sarif", auditOf("attacked")));
  expect(readFileSync(html, "utf8")).toBe(textOf("html", auditOf("attacked")));
});

test("standard input, and fields of later versions are kept", async () => {
  const later = { ...auditOf("clean"), later: { field: 1 } };
  expect(await told(["-", "--json"], JSON.stringify(later))).toBe(`${JSON.stringify(later, null, 2)}\n`);
});

test("times of the table are in the target's zone", async () => {
  const report = auditOf("attacked");
  const there = { ...report, clock: { ...report.clock, zone: "Etc/GMT-3" } };
  const [utc, zoned] = [await told(["-"], JSON.stringify(report)), await told(["-"], JSON.stringify(there))];
  expect(zoned).not.toBe(utc);
  expect(await told(["-", "--utc"], JSON.stringify(there))).toBe(utc);
});

describe("the page of an audit, with the dashboard", () => {
  const secret = {
    "/etc/systemd/system/sync.service": "[Service]\nExecStart=/usr/bin/push --token hunter22-x\n",
  };
  const page = async (...more: string[]): Promise<string> =>
    (await run(audit, [`root:${folderOf({ ...HOST, ...secret })}`, ...NOW, "-o", "html", ...more])).out;

  test.each([[[]], [["--no-redact"]], [["--case-number", "K-1"]]])(
    "comes back byte for byte: %j",
    async (more) => {
      const made = await page(...more);
      expect(beyondIn(made)).toMatchObject({ ok: true, value: { board: { schema: "timerwarden/board" } } });
      const back = await run(convert, ["-", "-o", "html", ...more], { input: made });
      expect({ ...back, out: back.out === made }).toEqual({ status: 0, out: true, err: "" });
    },
  );

  test("loses secrets that it still held, in the dashboard too", async () => {
    const made = await told(["-", "-o", "html"], await page("--no-redact"));
    const beyond = beyondIn(made);
    expect(beyond.ok && JSON.stringify(beyond.value)).toContain("--token **********");
    expect(beyond.ok && JSON.stringify(beyond.value)).not.toContain("hunter22");
    expect(made).not.toContain("hunter22");
  });

  test.each([
    ["no pack", "board", () => "AAAA", "the dashboard's data cannot be unpacked"],
    ["another version", "board", element({ schema: "timerwarden/board", version: "2.0" }), "version"],
    ["no dossier", "dossier", () => "", "the dashboard's data cannot be unpacked"],
    ["another shape", "dossier", element({ controls: { controls: 1 } }), "controls.controls"],
  ])("with damaged data is refused: %s", async (_, part, packed, says) => {
    const damaged = (await page()).replace(
      new RegExp(`(id="timerwarden-${part}">)[^<]*`),
      (_, open: string) => open + packed(),
    );
    await expect(told(["-", "-o", "html"], damaged)).rejects.toThrow(says);
    expect(JSON.parse(await told(["-", "-o", "json"], damaged))).toMatchObject({
      schema: "timerwarden/audit",
    });
  });

  /** What stands inside an element of such data. */
  function element(data: object): () => string {
    const both = { board: data, dossier: data } as unknown as Beyond;
    return () => />([^<]*)</.exec(beyondElements(both))?.[1] ?? "";
  }
});

describe("what is no report", () => {
  const report = auditOf("attacked");
  test.each([
    ["no JSON", "{", /not JSON.*reports are saved by audit or list with -o json=FILE/],
    ["nothing", "", /not JSON/],
    ["another document", '{"a":1}', /schema is null/],
    ["null", "null", /schema is null/],
    ["another page", "<html></html>", /not one that timerwarden wrote/],
    [
      "a wrong word",
      JSON.stringify(report).replace('"severity":"critical"', '"severity":"bad"'),
      /findings\[0\]\.severity: /,
    ],
    ["a missing field", JSON.stringify({ ...report, clock: {} }), /clock\.now: /],
    ["a later major", JSON.stringify({ ...report, version: "2.0" }), /version: /],
    ["a changed page", (textOf("html", report) ?? "").replace('{"schema"', '{ "x":1,"schema"'), /digest/],
    [
      "hostile words",
      '{"schema":"\\u001b[2J"}',
      /^-: no report that can be converted: schema is "\\u001b\[2J"/,
    ],
  ])("%s", async (_, text, message) => {
    const failing = told(["-"], text);
    await expect(failing).rejects.toThrow(RunError);
    await expect(failing).rejects.toThrow(message);
  });

  test("a file that is not there, a folder", async () => {
    await expect(told([join(folder, "none.json")])).rejects.toThrow(/cannot read .*ENOENT/);
    await expect(told([folder])).rejects.toThrow(/directory/);
  });

  test("no file, two files, an unknown format", async () => {
    await expect(told([])).rejects.toThrow(UsageError);
    await expect(told(["a", "b"])).rejects.toThrow(UsageError);
    await expect(told(["-", "-o", "sariff"])).rejects.toThrow(/did you mean sarif/);
  });
});

describe("versions", () => {
  const [, report] = AUDITS[0] ?? [];
  const of = (version: string, more: object = {}): string =>
    saved(`v${version}.json`, JSON.stringify({ ...report, version, ...more }));

  test.each(["1.0", "1.1", "1.42"])(
    "a report of %s is read, and what is new in it is kept",
    async (version) => {
      const out = JSON.parse(await told([of(version, { later: [1] }), "-o", "json-v1"])) as Record<
        string,
        unknown
      >;
      expect([out["version"], out["later"]]).toEqual([version, [1]]);
    },
  );

  test.each(["2.0", "1", "0.9", "1.0.1"])("a report of %s is refused", async (version) => {
    await expect(told([of(version), "-o", "md"])).rejects.toThrow(
      "version: a report of another major version",
    );
  });
});
