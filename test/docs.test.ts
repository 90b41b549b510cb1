/** Pages that are made from the program itself; `TIMERWARDEN_WRITE_PAGES=1 npx vitest run test/docs` writes them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT_CODES } from "../src/cli/exit-codes.ts";
import { commandHelp } from "../src/cli/help.ts";
import { COMMANDS } from "../src/cli/index.ts";
import { NO_ELAPSE } from "../src/inventory/next-elapse.ts";

const PAGE = join(import.meta.dirname, "../docs/cli.md");

async function cliPage(): Promise<string> {
  const commands = await Promise.all(COMMANDS.map((entry) => entry.load()));
  return [
    "# The command line",
    "",
    "Made from the program's own tables. `timerwarden help COMMAND` shows the same.",
    "",
    "A target is `host:` (this machine, the default), `root:DIR`, `tar:FILE`, `zip:FILE`, `oci:DIR`, `docker-archive:FILE`, `uac:FILE`, `velociraptor:FILE`, `snapshot:FILE`, `ssh:[USER@]HOST[:PORT]` (the same as `-H`), `-` (standard input), or a path whose kind is found by looking. Every option can also be set as `TIMERWARDEN_<OPTION>` in the environment.",
    "",
    ...commands.flatMap((command) => [
      `## ${command.name}`,
      "",
      "```",
      commandHelp(command).trimEnd(),
      "```",
      "",
    ]),
    "## Exit status",
    "",
    "The same for every command and format.",
    "",
    "| status | meaning |",
    "|---|---|",
    ...EXIT_CODES.map(({ code, meaning }) => `| ${code} | ${meaning} |`),
    "",
    "## Why a timer has no next elapse",
    "",
    "| word | meaning |",
    "|---|---|",
    ...Object.entries(NO_ELAPSE).map(([word, meaning]) => `| \`${word}\` | ${meaning} |`),
    "",
  ].join("\n");
}

test("docs/cli.md says what the program says", async () => {
  const page = await cliPage();
  if (process.env["TIMERWARDEN_WRITE_PAGES"]) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, "utf8")).toBe(page);
});
