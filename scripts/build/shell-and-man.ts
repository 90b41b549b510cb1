/** `tsx scripts/build/shell-and-man.ts DIST`: manual pages and completions, from the program's own table of commands. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bashCompletion } from "../../src/cli/completion/bash.ts";
import { fishCompletion } from "../../src/cli/completion/fish.ts";
import { offersOf } from "../../src/cli/completion/offers.ts";
import { zshCompletion } from "../../src/cli/completion/zsh.ts";
import { COMMANDS } from "../../src/cli/index.ts";
import { manPages } from "../../src/cli/man/pages.ts";
import { releaseTime } from "./release-time.mjs";

const [dist = "dist"] = process.argv.slice(2);
const offers = await offersOf(COMMANDS);
const day = releaseTime().toISOString().slice(0, 10);

write("man", await manPages(COMMANDS, day));
write("completions", [
  { name: "timerwarden.bash", text: bashCompletion(offers) },
  { name: "_timerwarden", text: zshCompletion(offers) },
  { name: "timerwarden.fish", text: fishCompletion(offers) },
]);

function write(folder: string, files: readonly { readonly name: string; readonly text: string }[]): void {
  mkdirSync(join(dist, folder), { recursive: true });
  for (const { name, text } of files) writeFileSync(join(dist, folder, name), text);
}
