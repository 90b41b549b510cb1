import { openDirectory } from "../../hosts/directory.ts";
import { openManager } from "../../manager/manager.ts";
import type { Scope } from "../../manager/scope.ts";
import { systemdVersionOf } from "../../manager/version.ts";
import { parseCommand } from "../arguments.ts";
import { type Command, type CommandEntry, UsageError } from "../command.ts";
import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import { type Offers, offersOf } from "../completion/offers.ts";
import { zshCompletion } from "../completion/zsh.ts";

const SHELLS: Readonly<Record<string, (offers: Offers) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

const WORDS = [...Object.keys(SHELLS), "timers"];

/** The command, handed the table that it is a row of. */
export function completionOf(entries: readonly CommandEntry[]): Command {
  const completion: Command = {
    name: "completion",
    summary: "A script that teaches bash, zsh or fish to complete our commands",
    usage: "timerwarden completion bash|zsh|fish|timers [root:DIR]",
    examples: [
      { line: "source <(timerwarden completion bash)", does: "in this shell; bash and zsh" },
      {
        line: "timerwarden completion fish > ~/.config/fish/completions/timerwarden.fish",
        does: "for good",
      },
      {
        line: "timerwarden completion timers",
        does: "what those scripts ask for: names of timers, one a line",
      },
    ],
    operands: [["bash", "zsh", "fish"], []],
    options: {},

    async run(args, streams) {
      const { positionals } = parseCommand(completion, args, streams.env);
      const [word = "", target = "host:", ...more] = positionals;
      const script = Object.hasOwn(SHELLS, word) ? SHELLS[word] : undefined;
      if (script !== undefined && positionals.length === 1) {
        streams.out(script(await offersOf(entries)));
        return 0;
      }
      if (word !== "timers" || more.length > 0)
        throw new UsageError(`completion: name one of ${WORDS.join(" ")}`);
      const root = target === "host:" ? "/" : target.replace(/^root:/, "");
      streams.out(
        timerNames(root)
          .map((name) => `${name}\n`)
          .join(""),
      );
      return 0;
    },
  };
  return completion;
}

/**
 * Timers of the system and those offered to every user, by file name alone: quick enough for a key press. A unit's name
 * has no blank, quote or `$` (systemd.unit(5)); what has one is no unit, and no shell ever sees it from us.
 */
function timerNames(root: string): readonly string[] {
  const host = openDirectory(root, root === "/" ? "host:" : `root:${root}`, root === "/");
  const { version } = systemdVersionOf(host);
  const scopes: readonly Scope[] = [{ kind: "system" }, { kind: "global-user" }];
  const names = scopes.flatMap((scope) => [...openManager(host, scope, version).names()]);
  return [...new Set(names)]
    .filter((name) => /^[A-Za-z0-9:_.\\@-]+\.timer$/.test(name))
    .sort((a, b) => (a < b ? -1 : 1));
}
