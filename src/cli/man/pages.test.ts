import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { ALL_RULES } from "../../rules/memory-rules.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import { COMMANDS } from "../index.ts";
import { manPages } from "./pages.ts";
import { ManPage } from "./roff.ts";

const pages = await manPages(COMMANDS, "2026-11-23");

function isThere(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}

/** The page as a reader sees it, without the bold of a typewriter, in one line. */
function rendered(text: string): string {
  const env = { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8", MANWIDTH: "1000", MAN_KEEP_FORMATTING: "" };
  const { stdout } = spawnSync("man", ["-l", "-"], { input: text, encoding: "utf8", env });
  return stdout.replace(/.\x08/g, "").replace(/\s+/g, " ");
}

test.skipIf(!isThere("mandoc"))(
  `mandoc warns of nothing${isThere("mandoc") ? "" : " (SKIPPED: no mandoc)"}`,
  () => {
    for (const { name, text } of pages) {
      const { stdout, status } = spawnSync("mandoc", ["-T", "lint", "-W", "warning"], {
        input: text,
        encoding: "utf8",
      });
      expect([name, stdout, status]).toEqual([name, "", 0]);
    }
  },
);

test.skipIf(!isThere("man"))(`groff warns of nothing${isThere("man") ? "" : " (SKIPPED: no man)"}`, () => {
  for (const { name, text } of pages) {
    const { stderr, status } = spawnSync("man", ["--warnings", "-Tutf8", "-Z", "-l", "-"], {
      input: text,
      encoding: "utf8",
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" },
    });
    expect([name, stderr, status]).toEqual([name, "", 0]);
  }
});

test("a page for every command, with every option, example and exit status", async () => {
  for (const command of await Promise.all(COMMANDS.map((entry) => entry.load()))) {
    const text = pages.find(({ name }) => name === `timerwarden-${command.name}.1`)?.text ?? "";
    const plain = text.replaceAll("\\-", "-").replace(/\\f[BR]/g, "");
    for (const option of Object.keys(command.options)) expect(plain).toContain(`--${option}`);
    expect(text.match(/^\.SH "EXAMPLES"$/gm)).toHaveLength(1);
    for (const { code } of EXIT_CODES) expect(text).toContain(`\\fB${code}\\fR`);
  }
});

test("every rule is told", () => {
  const text = pages.find(({ name }) => name === "timerwarden-rules.7")?.text ?? "";
  for (const { id } of ALL_RULES) expect(text).toContain(`\\fB${id.replaceAll("-", "\\-")}\\fR`);
});

test("the same tables and day give the same bytes", async () => {
  expect(await manPages(COMMANDS, "2026-11-23")).toEqual(pages);
});

test.skipIf(!isThere("man"))("text is text, whatever roff would read in it", () => {
  const hard = [
    ".so /etc/passwd",
    "'ds x y",
    "a \\n(.l b \\\\ c",
    'says "quoted" and `so` ~ ^ -x --yz',
    "üñí… → ≤",
    "*bold* but 2*3*4 and *.timer",
  ];
  const page = new ManPage("x", "1", "2026-11-23", "x 1", "X")
    .section("NAME")
    .paragraph("x - y")
    .section("TEXT");
  for (const text of hard) page.paragraph(text);
  const seen = rendered(page.text());
  for (const text of hard) expect(seen).toContain(text.replace("*bold*", "bold"));
});
