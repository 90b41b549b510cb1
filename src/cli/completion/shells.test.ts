/** What real shells offer with our scripts; where a shell is missing its rows skip, and say so. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../index.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { type Offers, offersOf } from "./offers.ts";
import { zshCompletion } from "./zsh.ts";

const work = mkdtempSync(join(tmpdir(), "timerwarden-completion-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Names of timers as the hidden call would print them, one with the escapes that systemd itself writes. */
const TIMERS = ["apt-daily.timer", "backup@a.timer", "x\\x2dy.timer"];

let offers: Offers;
beforeAll(async () => {
  offers = await offersOf(COMMANDS);
  mkdirSync(join(work, "files/folder"), { recursive: true });
  writeFileSync(join(work, "files/one two.json"), "");
  writeFileSync(join(work, "files/$(touch pwned).json"), "");
  writeFileSync(join(work, "timerwarden.bash"), bashCompletion(offers));
  writeFileSync(join(work, "_timerwarden"), zshCompletion(offers));
  writeFileSync(join(work, "timerwarden.fish"), fishCompletion(offers));
  writeFileSync(join(work, "bash-driver"), BASH_DRIVER);
  writeFileSync(join(work, "zsh-driver"), ZSH_DRIVER);
  writeFileSync(join(work, "fish-driver"), FISH_DRIVER);
});

const LEVELS = ["critical", "high", "info", "low", "medium", "none"];

/** The line up to the cursor, and what is offered, in byte order. What follows the last `:` or `=` is enough. */
const ROWS: readonly (readonly [string, readonly string[]])[] = [
  ["timerwarden a", ["accept", "assess", "audit"]],
  ["timerwarden ls", ["ls"]],
  ["timerwarden audit --fail-on ", LEVELS],
  ["timerwarden audit --fail-on=h", ["high"]],
  ["timerwarden audit --min-s", ["--min-severity"]],
  ["timerwarden --fail-on ", LEVELS],
  ["timerwarden ls --sco", ["--scope"]],
  ["timerwarden list --scope u", ["user"]],
  ["timerwarden audit -o sar", ["sarif"]],
  ["timerwarden timeline -o ic", ["ics"]],
  ["timerwarden audit ro", ["root:"]],
  ["timerwarden audit root:files/fol", ["files/folder"]],
  ["timerwarden audit -o json=files/fol", ["files/folder"]],
  ["timerwarden audit --rules files/f", ["files/folder"]],
  ["timerwarden explain fetch", ["fetch-and-run"]],
  ["timerwarden explain AC-", ["AC-2", "AC-3", "AC-5", "AC-6"]],
  ["timerwarden explain apt", ["apt-daily.timer"]],
  ["timerwarden explain x", ["x\\x2dy.timer"]],
  ["timerwarden explain exit 12", ["12"]],
  ["timerwarden assess --control SI", ["SI-4", "SI-7"]],
  ["timerwarden rules s", ["show"]],
  ["timerwarden rules show fetch", ["fetch-and-run"]],
  ["timerwarden mappings ex", ["export"]],
  ["timerwarden completion ", ["bash", "fish", "zsh"]],
  ["timerwarden help ser", ["serve"]],
];

/** Splits the lines into words as readline does, calls the function, and prints what it left. */
const BASH_DRIVER = `
timerwarden() { printf '%s\\n' "\${TIMERS[@]}"; }
TIMERS=(${TIMERS.map((name) => `'${name}'`).join(" ")})
source ./timerwarden.bash
COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
while IFS= read -r COMP_LINE; do
  COMP_POINT=\${#COMP_LINE} COMP_WORDS=() word=
  for ((at = 0; at < COMP_POINT; at++)); do
    c=\${COMP_LINE:at:1}
    case $c in
      ' ') if [[ -n $word ]]; then COMP_WORDS+=("$word"); fi; word= ;;
      [:=]) if [[ -n $word ]]; then COMP_WORDS+=("$word"); fi; COMP_WORDS+=("$c"); word= ;;
      *) word+=$c ;;
    esac
  done
  if [[ -n $word || $c == ' ' ]]; then COMP_WORDS+=("$word"); fi
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  COMPREPLY=()
  _timerwarden
  printf '%s\\0' "$COMP_LINE" "\${COMPREPLY[@]}" ''
done`;

/** A real interactive zsh in a pseudo terminal; everything given to \`compadd\` is written down before it is shown. */
const ZSH_DRIVER = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1=; cd \${(q)PWD}; fpath=(\${(q)PWD} \\$fpath); autoload -Uz compinit; compinit -u -D
timerwarden() { print -rl -- ${TIMERS.map((name) => `'${name}'`).join(" ")}; }
compadd() { if [[ \\\${@[1,(i)(-|--)]} != *-(O|A|D)\\\\ * ]]; then local -a hits; builtin compadd -A hits \\"\\$@\\"; print -rl -- \\$hits >>offered; fi; builtin compadd \\"\\$@\\"; }
offer() { _main_complete; : >finished; }
zle -C offer list-choices offer; bindkey '^I' offer; LISTMAX=9999
: >ready"
for try in {1..600}; do [[ -e ready ]] && break; sleep 0.1; done
while IFS= read -r line; do
  rm -f offered finished
  zpty -w -n z "$line"$'\\t'
  for try in {1..600}; do [[ -e finished ]] && break; sleep 0.05; done
  printf '%s\\0' "$line"
  [[ -e offered ]] && while IFS= read -r word; do [[ -n $word ]] && printf '%s\\0' "$word"; done <offered
  printf '\\0'
  zpty -w -n z $'\\x15'
done
exit 0`;

const FISH_DRIVER = `
function timerwarden; printf '%s\\n' ${TIMERS.map((name) => `'${name.replaceAll("\\", "\\\\")}'`).join(" ")}; end
source ./timerwarden.fish
while read -l line
    printf '%s\\0' "$line"
    for offer in (complete -C "$line" | string replace -r '\\t.*' '')
        printf '%s\\0' "$offer"
    end
    printf '\\0'
end`;

/** Every line with what the shell offers: after the last cut, without the slash of a folder. */
function offeredBy(shell: string, lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const args = {
    bash: ["--norc", "bash-driver"],
    zsh: ["-f", "zsh-driver"],
    fish: ["--no-config", "fish-driver"],
  };
  const printed = execFileSync(shell, args[shell as keyof typeof args], {
    cwd: work,
    encoding: "utf8",
    input: `${lines.join("\n")}\n`,
    env: { PATH: "/usr/bin:/bin", HOME: work, LC_ALL: "C.UTF-8", TERM: "dumb" },
    stdio: ["pipe", "pipe", "ignore"],
    timeout: 100_000,
  });
  const answers = new Map<string, readonly string[]>();
  const words = printed.split("\0");
  while (words.length > 1) {
    const [line = "", ...rest] = words.splice(0, words.indexOf("", 1) + 1);
    answers.set(line, rest.slice(0, -1));
  }
  return answers;
}

function tail(line: string, word: string, shell: string): string {
  const bare = shell !== "fish" ? word.replace(/\\(.)/g, "$1") : word;
  const known = /[:=]$/.test(bare) ? bare.replace(/=$/, "") : bare.replace(/^.*[:=]/, "");
  const path = known.replace(/\/$/, "");
  return shell === "zsh" && path === "folder"
    ? `${line.replace(/^.*[\s:=]/, "").replace(/[^/]*$/, "")}${path}`
    : path;
}

describe.each(["bash", "zsh", "fish"])("%s", (shell) => {
  const isThere = spawnSync(shell, ["--version"]).status === 0;
  const rows = ROWS.map(([line]) => line);

  test.skipIf(!isThere)(`offers what fits${isThere ? "" : ` (SKIPPED: no ${shell})`}`, () => {
    const answers = offeredBy(shell, rows);
    const got = rows.map((line) => [
      line,
      [...new Set((answers.get(line) ?? []).map((word) => tail(line, word, shell)))].sort((a, b) =>
        a < b ? -1 : 1,
      ),
    ]);
    expect(got).toEqual(ROWS);
  });

  test.skipIf(!isThere)(
    `runs nothing that a file's name says${isThere ? "" : ` (SKIPPED: no ${shell})`}`,
    () => {
      const answers = offeredBy(shell, ["timerwarden audit -o json=files/"]);
      expect([...answers.values()].flat().join(" ")).toContain("one");
      expect(spawnSync("ls", [work], { encoding: "utf8" }).stdout).not.toContain("pwned");
    },
  );
});

test("every word is harmless in all three shells", () => {
  const words = offers.commands.flatMap(({ name, aliases, options, places }) => [
    name,
    ...aliases,
    ...options.flatMap(({ long, value }) => [long, ...("words" in value ? value.words : [])]),
    ...places.flatMap((place) => place.words),
  ]);
  expect(words.filter((word) => !/^[A-Za-z0-9][A-Za-z0-9.:-]*$/.test(word))).toEqual([]);
});
