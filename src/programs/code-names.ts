import { type CallKind, callKind } from "./calls.ts";
import type { Reading } from "./code-reading.ts";
import type { Language } from "./program.ts";
import type { Token } from "./tokens.ts";

/**
 * What a call does, its name as imported: `cp.exec`, `require("net").connect`, `__import__("os").system`, Lua's
 * `t:connect`, PHP's `@eval`.
 */
export function kindOf({ language, aliases }: Reading, list: readonly Token[], at: number): CallKind | null {
  const text = list[at]?.text ?? "";
  const plain = language === "php" ? text.replace(/^@/, "") : text;
  const head = /^[\w$]+/.exec(plain)?.[0] ?? plain;
  const real = aliases.get(head);
  const name = real === undefined ? plain : real + plain.slice(head.length);
  const before = list[at - 1];
  if (before?.kind === "mark" && (before.text === "." || (before.text === ":" && language === "lua"))) {
    const module = list[at - 2]?.text === ")" && list[at - 5]?.text === "require" ? list[at - 3]?.text : null;
    const owner = module?.replace(/^node:/, "") ?? "()";
    return callKind(language, name) ?? callKind(language, `${owner}.${name}`);
  }
  return callKind(language, name);
}

/** `import subprocess as s`, `from os import system as x`, `const cp = require("child_process")`, `{ exec: e }` of it. */
export function importedNames(list: readonly Token[], language: Language): Map<string, string> {
  const names = new Map<string, string>();
  if (language === "python") {
    for (const [at, { text, kind }] of list.entries()) {
      if (kind !== "word" || text !== "as") continue;
      const [what, alias] = [list[at - 1]?.text ?? "", list[at + 1]?.text ?? ""];
      if (list[at - 2]?.text === "import" && list[at - 4]?.text === "from")
        names.set(alias, `${list[at - 3]?.text ?? ""}.${what}`);
      else if (list[at - 2]?.text === "import" || list[at - 2]?.text === ",") names.set(alias, what);
    }
  } else if (language === "node") {
    for (const [at, { text, kind }] of list.entries()) {
      if (kind !== "word" || text !== "require" || list[at + 2]?.kind !== "string") continue;
      if (list[at - 1]?.text !== "=") continue;
      const module = (list[at + 2]?.text ?? "").replace(/^node:/, "");
      const target = list[at - 2];
      if (target?.kind === "word") names.set(target.text, module);
      else if (target?.text === "}") nameParts(list, at - 3, module, names);
    }
  }
  return names;
}

/** `{ exec, spawn: run } = require(…)`, read backwards from the closing brace. */
function nameParts(list: readonly Token[], from: number, module: string, names: Map<string, string>): void {
  for (let at = from; at >= 0 && from - at < 64 && list[at]?.text !== "{"; at--) {
    const token = list[at];
    if (token?.kind !== "word") continue;
    const renamed = list[at - 1]?.text === ":" ? list[at - 2]?.text : undefined;
    names.set(token.text, `${module}.${renamed ?? token.text}`);
    if (renamed !== undefined) at -= 2;
  }
}
