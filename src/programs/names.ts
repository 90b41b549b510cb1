import type { Language } from "./program.ts";

/** Programs that read shell code. */
export const SHELLS: ReadonlySet<string> = new Set([
  "sh",
  "bash",
  "dash",
  "ash",
  "zsh",
  "ksh",
  "ksh93",
  "mksh",
  "rbash",
  "posh",
  "yash",
  "fish",
  "csh",
  "tcsh",
  "hush",
  "lash",
]);

/** How an interpreter is given code. */
export interface Interpreter {
  readonly language: Language;
  /** Short option letters whose argument is code; the option may end a cluster (`-lne`). */
  readonly inline: string;
  /** Long options whose argument is code. */
  readonly inlineLong: readonly string[];
  /** Short option letters that take another argument, which is not the script. */
  readonly valued: string;
  readonly valuedLong: readonly string[];
  /** `-m MODULE` runs a module. */
  readonly module: boolean;
}

function interpreter(
  language: Language,
  inline: string,
  valued: string,
  more: Partial<Interpreter> = {},
): Interpreter {
  return { language, inline, valued, inlineLong: [], valuedLong: [], module: false, ...more };
}

/** Interpreters by program name without version. */
export const INTERPRETERS: ReadonlyMap<string, Interpreter> = new Map([
  ["python", interpreter("python", "c", "WXQ", { module: true })],
  ["pypy", interpreter("python", "c", "WXQ", { module: true })],
  ["perl", interpreter("perl", "eE", "IMmFCx", {})],
  ["ruby", interpreter("ruby", "e", "IrEKF")],
  [
    "node",
    interpreter("node", "ep", "rC", {
      inlineLong: ["--eval", "--print"],
      valuedLong: ["--require", "--import", "--loader"],
    }),
  ],
  [
    "nodejs",
    interpreter("node", "ep", "rC", {
      inlineLong: ["--eval", "--print"],
      valuedLong: ["--require", "--import", "--loader"],
    }),
  ],
  ["bun", interpreter("node", "ep", "r", { inlineLong: ["--eval", "--print"] })],
  ["deno", interpreter("node", "", "", {})],
  ["php", interpreter("php", "rRBE", "cdzt", { inlineLong: ["--run"] })],
  ["lua", interpreter("lua", "e", "l")],
  ["luajit", interpreter("lua", "e", "jlO")],
  ["tclsh", interpreter("tcl", "", "")],
  ["expect", interpreter("tcl", "c", "")],
  ["awk", interpreter("awk", "", "Fvf")],
  ["gawk", interpreter("awk", "e", "Fvfi")],
  ["mawk", interpreter("awk", "", "FvfW")],
  ["nawk", interpreter("awk", "", "Fvf")],
]);

/** The name a program is known by: last component, lower version digits cut (`python3.11`, `bash5`). */
export function programName(path: string): string {
  const base = path.slice(path.lastIndexOf("/") + 1);
  const plain = base.startsWith("-") ? base.slice(1) : base;
  if (!/[0-9]$/.test(plain)) return plain;
  const cut = plain.replace(/[-.]?[0-9]+(\.[0-9]+){0,3}$/, "");
  return SHELLS.has(cut) || INTERPRETERS.has(cut) ? cut : plain;
}

/** Names a shell answers itself (bash(1), SHELL BUILTIN COMMANDS; POSIX special built-ins). */
export const BUILTIN_NAMES: ReadonlySet<string> = new Set(
  ": . [ alias bg bind break builtin caller cd command compgen complete continue declare dirs disown echo enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return set shift shopt source suspend test times trap true type typeset ulimit umask unalias unset wait".split(
    " ",
  ),
);
