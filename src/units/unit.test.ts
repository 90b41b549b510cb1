import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ManagerContext, ROOT_USER, UNKNOWN_HOST } from "../syntax/specifier.ts";
import { parseUnitFile } from "../syntax/unit-file.ts";
import { encodeUtf8 } from "../syntax/utf8.ts";
import { dependenciesOf, installOf } from "./dependencies.ts";
import { directiveOf, directivesIn, sectionsOf, suggestKey } from "./directive.ts";
import { serviceOf } from "./service.ts";
import { mergeUnit, type Unit, type UnitSource, value, values } from "./unit.ts";

const MANAGER: ManagerContext = { manager: "system", user: ROOT_USER, host: UNKNOWN_HOST, major: 252 };

function merge(id: string, ...texts: string[]): Unit {
  const sources: UnitSource[] = texts.map((text, at) => ({
    file: parseUnitFile(encodeUtf8(text), `/${at}`),
    kind: at === 0 ? "fragment" : "drop-in",
  }));
  return mergeUnit(id, sources, { context: MANAGER });
}

function fates(unit: Unit): string[] {
  return unit.history.map(({ setting, fate }) => `${setting.key}=${setting.value} ${fate}`);
}

const PROGRAM = "/lib/systemd/systemd";
const hasSystemd = existsSync(PROGRAM);

test.skipIf(!hasSystemd)(
  "the table knows every key this machine's systemd dumps (skipped without systemd)",
  () => {
    const dump = execFileSync(PROGRAM, ["--dump-configuration-items"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const missing: string[] = [];
    let section = "";
    let count = 0;
    for (const line of dump.split("\n")) {
      section = /^\[(.*)\]$/.exec(line)?.[1] ?? section;
      const [key, type] = line.split("=");
      if (key === undefined || type === undefined) continue;
      count++;
      const directive = directiveOf(section, key);
      if (directive === null) missing.push(`${section}.${key}`);
      else if (type === "BOOLEAN" && !["boolean", "other"].includes(directive.type))
        missing.push(`${section}.${key} boolean`);
      else if (type === "SECONDS" && directive.type !== "timespan")
        missing.push(`${section}.${key} timespan`);
      else if (type.startsWith("PATH [ARG") && directive.type !== "exec")
        missing.push(`${section}.${key} exec`);
    }
    expect(count).toBeGreaterThan(1000);
    expect(missing).toEqual([]);
  },
);

describe("directives", () => {
  test("no key stands twice in a section", () => {
    for (const type of ["timer", "service", "socket", "slice", "scope", "path", "mount", "swap"] as const) {
      for (const section of sectionsOf(type)) expect(directivesIn(section).size).toBeGreaterThan(0);
    }
    expect(sectionsOf("target")).toEqual(["Unit", "Install"]);
  });

  test("what was probably meant", () => {
    expect(suggestKey("Timer", "OnCalender")).toBe("did you mean OnCalendar=?");
    expect(suggestKey("Unit", "ExecStart")).toBe("ExecStart= belongs in [Service]");
    expect(suggestKey("Timer", "Zzzzzzzz")).toBeNull();
  });
});

describe("merging", () => {
  test("a single value: the last valid one", () => {
    const unit = merge(
      "a.service",
      "[Service]\nRemainAfterExit=yes\nRemainAfterExit=maybe\nUser=a",
      "[Service]\nUser=b",
    );
    expect(value(unit, "Service", "RemainAfterExit")?.value).toBe("yes");
    expect(value(unit, "Service", "User")).toMatchObject({
      value: "b",
      source: "drop-in",
      span: { path: "/1" },
    });
    expect(fates(unit)).toEqual([
      "RemainAfterExit=yes effective",
      "RemainAfterExit=maybe ignored",
      "User=a overridden",
      "User=b effective",
    ]);
  });

  test("a list: an empty value clears it", () => {
    const unit = merge(
      "a.service",
      "[Service]\nExecStart=/a\nExecStart=/b",
      "[Service]\nExecStart=\nExecStart=/c",
    );
    expect(values(unit, "Service", "ExecStart").map((each) => each.value)).toEqual(["/c"]);
    expect(fates(unit)).toEqual([
      "ExecStart=/a cleared",
      "ExecStart=/b cleared",
      "ExecStart= cleared",
      "ExecStart=/c effective",
    ]);
    expect(unit.history[0]?.by?.span.path).toBe("/1");
  });

  test("dependencies cannot be reset, conditions are reset together", () => {
    const unit = merge(
      "a.service",
      "[Unit]\nWants=a.service\nWants=\nConditionHost=x\nConditionPathExists=/a\nConditionUser=\nAssertHost=y",
    );
    expect(values(unit, "Unit", "Wants").length).toBe(1);
    expect(values(unit, "Unit", "ConditionHost")).toEqual([]);
    expect(values(unit, "Unit", "ConditionPathExists")).toEqual([]);
    expect(values(unit, "Unit", "AssertHost").length).toBe(1);
  });

  test("old spellings", () => {
    const unit = merge(
      "a.service",
      "[Unit]\nBindTo=b.service\n[Service]\nStartLimitInterval=5\nReadOnlyDirectories=/x",
    );
    expect(value(unit, "Unit", "BindsTo")?.value).toBe("b.service");
    expect(value(unit, "Unit", "StartLimitIntervalSec")?.value).toBe("5");
    expect(value(unit, "Service", "ReadOnlyPaths")?.value).toBe("/x");
  });

  test("lines without effect and why", () => {
    const unit = merge(
      "a.timer",
      "[Timer]\nOnCalender=daily\nX-Mine=1\nRandomizedOffsetSec=1\n[Service]\nUser=a\n[X-Y]\nz=1\n",
    );
    expect(unit.ignored.filter(({ quiet }) => !quiet).map(({ reason }) => reason)).toEqual([
      "unknown section [Service] in a timer unit",
      "unknown key in [Timer]; did you mean OnCalendar=?",
      "known only since systemd 258",
    ]);
  });

  test("a mistake in the file ends all, in a drop-in only that one", () => {
    const inFile = merge("a.service", "[Service]\nExecStart=/a\nExecStart=b/c\nUser=x", "[Service]\nUser=y");
    expect(inFile.loadError).toMatchObject({ state: "bad-setting", span: { path: "/0", line: 3 } });
    expect(value(inFile, "Service", "User")).toBeNull();
    const inDropIn = merge(
      "a.service",
      "[Service]\nExecStart=/a",
      "[Service]\nExecStart=b/c\nUser=x",
      "[Service]\nUser=y",
    );
    expect(inDropIn.loadError).toBeNull();
    expect(fates(inDropIn)).toEqual(["ExecStart=/a effective", "ExecStart=b/c ignored", "User=y effective"]);
    expect(inDropIn.ignored.map(({ key }) => key)).toEqual(["ExecStart", "User"]);
    expect(merge("a.service", "[Service]\nExecStart=/a\n[x").loadError).toMatchObject({ state: "error" });
  });

  test("any text: each known assignment has one fate, effective ones are what is kept", () => {
    const line = fc.constantFrom(
      "[Unit]",
      "[Service]",
      "[Timer]",
      "ExecStart=/a",
      "ExecStart=",
      "ExecStart=b/",
      "User=x",
      "User=",
      "Wants=a.service",
      "Restart=x",
      "OnCalendar=x",
      "OnBootSec=",
      "nonsense",
    );
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 12 }), { minLength: 1, maxLength: 3 }), (files) => {
        const unit = merge("a.service", ...files.map((lines) => lines.join("\n")));
        const kept = [...unit.settings.values()].flat();
        const effective = unit.history.flatMap(({ setting, fate }) =>
          fate === "effective" ? [setting] : [],
        );
        expect(new Set(kept)).toEqual(new Set(effective));
        serviceOf(unit);
      }),
    );
  });
});

test.each([
  ["unknown keys", "Abcdefghijk=\n"],
  ["resets", "ExecStart=\nWants=\n"],
  ["commands", "ExecStart=/a\n"],
  ["words", "ExecStart=-/a \\q '\n"],
])("a megabyte of %s is merged at once", { timeout: 60_000 }, (_name, line) => {
  const start = process.cpuUsage();
  const text = `[Service]\n${line.repeat(1_000_000 / line.length)}`;
  const unit = merge("a.service", text, text);
  expect(unit.sources.length).toBe(2);
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(8000);
});

describe("services systemd refuses (service_verify())", () => {
  test.each<[text: string, state: string | null]>([
    ["ExecStart=/a", null],
    ["ExecStart=/a\nExecStart=/b", "bad-setting"],
    ["Type=oneshot\nExecStart=/a\nExecStart=/b", null],
    ["ExecStart=/a ; /b", "bad-setting"],
    ["", "bad-setting"],
    ["ExecStop=/a", "bad-setting"],
    ["ExecStop=/a\nRemainAfterExit=yes", null],
    ["Type=simple\nExecStop=/a\nRemainAfterExit=yes", "bad-setting"],
    ["Type=oneshot\nExecStart=/a\nRestart=always", "bad-setting"],
    ["Type=oneshot\nExecStart=/a\nRestart=on-failure", null],
    ["Type=dbus\nExecStart=/a", "bad-setting"],
    ["ExecStart=/a\nUser=a:b", "bad-setting"],
    ["ExecStart=/a\nWorkingDirectory=x", "bad-setting"],
    ["ExecStart=/a\nPAMName=x\nKillMode=process", "bad-setting"],
  ])("%j", (text, state) => {
    expect(serviceOf(merge("a.service", `[Service]\n${text}\n`)).loadError?.state ?? null).toBe(state);
  });

  test("SuccessAction= needs no command", () => {
    expect(serviceOf(merge("a.service", "[Unit]\nSuccessAction=reboot\n[Service]\n")).loadError).toBeNull();
  });
});

test("references to other units", () => {
  const unit = merge(
    "a-b@c.service",
    '[Unit]\nWants=x@.service y%i.target \\\n  "q.service" bad\n[Install]\nWantedBy=%p.target\nAlias=z.service\nDefaultInstance=d',
  );
  const { found, bad } = dependenciesOf(unit);
  expect(found.map((each) => [each.unit, each.span.line, each.span.column])).toEqual([
    ["x@c.service", 2, 7],
    ["yc.target", 2, 18],
  ]);
  expect(bad.map(({ text, span }) => [text, span.line, span.column])).toEqual([
    ['"q.service"', 3, 3],
    ["bad", 3, 15],
  ]);
  const install = installOf(unit);
  expect(install.wantedBy.map((each) => each.unit)).toEqual(["a-b.target"]);
  expect(install.alias.map((each) => each.unit)).toEqual(["z.service"]);
  expect(install.defaultInstance?.instance).toBe("d");
});
