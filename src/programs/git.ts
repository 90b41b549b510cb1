import type { Call } from "./engine.ts";
import { noteTree } from "./execution.ts";
import { optionSpec, readOptions } from "./options.ts";
import { baseName, insidePath } from "./paths.ts";
import { followRepository } from "./repository.ts";
import { detailOf } from "./urls.ts";
import { known, type Value } from "./value.ts";
import { runInner } from "./wrappers.ts";

/** `git`: what it downloads, what its options and its settings run. */
export function git(call: Call): Value | null {
  const at = call.args.findIndex((value) => /^(clone|pull|fetch)$/.test(value.text));
  const config = call.args.find((value) =>
    /^core\.(sshCommand|pager|fsmonitor|hooksPath|editor)=/i.test(value.text),
  );
  const { frame, span } = call;
  const helper = call.args.find(({ text }) => text.startsWith("ext::"));
  if (helper !== undefined) {
    // git-remote-ext(1): the words of a command, `% ` for a blank inside one.
    const code = helper.text.slice("ext::".length).replaceAll("% ", "\u0000");
    const words = code.split(/ +/).map((word) => known(word.replaceAll("\u0000", " "), helper.span));
    runInner(call, words);
  }
  if (config !== undefined) {
    const code = config.text.slice(config.text.indexOf("=") + 1);
    frame.session.say(
      frame,
      "inline-interpreter-code",
      config.span,
      `git is told to run ${code}.`,
      "medium",
      { program: "git" },
    );
  }
  followRepository(call);
  noteConfiguration(call);
  if (at < 0) return null;
  const url = call.args.slice(at + 1).find((value) => /:\/\/|^[\w.-]+@[\w.-]+:/.test(value.text));
  if (url !== undefined && call.args[at]?.text === "clone") noteClone(call, url);
  const what = url === undefined ? "its remote repository" : url.text;
  frame.session.say(
    frame,
    "fetch",
    span,
    `git downloads from ${what}.`,
    "low",
    detailOf(url?.text ?? "", "git"),
  );
  return null;
}

/** `git config --global core.pager COMMAND`: run whenever git is used from now on. */
function noteConfiguration(call: Call): void {
  const { operands } = readOptions(call.args, optionSpec("fC", ["--file"]));
  const [verb, key, command] = operands[1]?.text === "set" ? [operands[0], ...operands.slice(2)] : operands;
  if (verb?.text !== "config" || key === undefined || command === undefined) return;
  const isCommand =
    /^core\.(sshcommand|pager|editor|fsmonitor|hookspath|askpass)$|^(alias|pager|filter|diff)\..+/i.test(
      key.text,
    );
  // `vim`, `less -R`: programs by their names.
  if (!isCommand || !/[/;|&!]/.test(command.text)) return;
  const says = `git is told to run ${command.text} from now on (${key.text}).`;
  call.frame.session.say(call.frame, "writes-autostart", call.span, says, "medium", { program: "git" });
}

/** What lies below a directory that was just cloned came from there. */
function noteClone({ frame, args, span }: Call, url: Value): void {
  const named = args[args.indexOf(url) + 1];
  const name = baseName(url.text.replace(/\/+$/, "")).replace(/\.git$/, "");
  const target = named === undefined || named.text.startsWith("-") ? name : named.text;
  noteTree(frame, insidePath(frame, target) ?? target, { kind: "fetch", span, url: url.text });
}
