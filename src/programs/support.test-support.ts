import type { Host } from "../hosts/host.ts";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import type { Span } from "../syntax/span.ts";
import { openPrograms } from "./follow.ts";
import { type CommandLine, DEFAULT_SEARCH_PATH, type Followed, type ProgramContext } from "./program.ts";

/** An ELF file's first bytes. */
export const ELF: MemoryEntry = { content: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0), mode: 0o755 };

/** An executable script. */
export function script(content: string): MemoryEntry {
  return { content, mode: 0o755 };
}

/** A host with the everyday programs and more files. */
export function hostWith(files: Record<string, MemoryEntry> = {}): Host {
  const programs =
    "sh bash env nice curl wget base64 python3 perl systemctl cat setsid timeout busybox echo rm find".split(
      " ",
    );
  const tree: Record<string, MemoryEntry> = {};
  for (const name of programs) tree[`/usr/bin/${name}`] = ELF;
  return memoryHost({ ...tree, "/bin": { link: "usr/bin" }, ...files });
}

export function contextOf(host: Host, more: Partial<ProgramContext> = {}): ProgramContext {
  return { host, root: "/", workingDirectory: null, searchPath: DEFAULT_SEARCH_PATH, ...more };
}

const UNIT = "/etc/systemd/system/x.service";

/** The line `ExecStart=…` of a unit with each word's place, as if written with single blanks. */
export function commandOf(argv: readonly string[], environment: Record<string, string> = {}): CommandLine {
  let column = 11;
  const wordSpans: Span[] = argv.map((word) => {
    const length = /[\s"'$;|]/.test(word) ? word.length + 2 : word.length;
    const span = { path: UNIT, line: 3, column, length };
    column += length + 1;
    return span;
  });
  return {
    argv,
    span: { path: UNIT, line: 3, column: 11, length: column - 12 },
    wordSpans,
    environment: new Map(
      Object.entries(environment).map(([name, value], index) => [
        name,
        { value, span: { path: UNIT, line: 10 + index, column: 13, length: value.length } },
      ]),
    ),
  };
}

/** Follows an argv on a host with the given files. */
export function follow(
  argv: readonly string[],
  files: Record<string, MemoryEntry> = {},
  environment: Record<string, string> = {},
): Followed {
  const host = hostWith(files);
  return openPrograms(host).follow(commandOf(argv, environment), contextOf(host));
}

/** Follows shell code given as `sh -c CODE`. */
export function followShell(code: string, files: Record<string, MemoryEntry> = {}): Followed {
  return follow(["/bin/sh", "-c", code], files);
}

/** The kinds found, each once, with the everyday ones left out. */
export function kinds(followed: Followed): string[] {
  const dull = new Set(["inline-interpreter-code", "sources", "writes", "executes", "hides-output"]);
  return [...new Set(followed.behaviours.map((behaviour) => behaviour.kind))]
    .filter((kind) => !dull.has(kind))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** The kinds found when root, at home in /root, runs shell code. */
export function kindsOfRoot(code: string, files: Record<string, MemoryEntry> = {}): string[] {
  const host = hostWith(files);
  const context = contextOf(host, { home: "/root" });
  return kinds(openPrograms(host).follow(commandOf(["/bin/sh", "-c", code]), context));
}
