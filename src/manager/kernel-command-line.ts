import type { Span } from "../syntax/span.ts";

/** Reads a target's files; `null` and an empty list where there is nothing. */
export interface TextFiles {
  text(path: string): string | null;
  names(directory: string): readonly string[];
}

/** One word of the kernel's command line and the line it stands in. */
export interface KernelWord {
  readonly text: string;
  readonly span: Span;
}

const PLAIN = [
  "/etc/kernel/cmdline",
  "/usr/lib/kernel/cmdline",
  "/boot/cmdline.txt",
  "/boot/firmware/cmdline.txt",
];
const LOADERS = ["/boot/loader/entries", "/efi/loader/entries", "/boot/efi/loader/entries"];
const GRUB = "/etc/default/grub";
const MOST_WORDS = 1024;

/** The words every boot loader's settings give the kernel, and with `running` those it was started with. */
export function kernelWords(files: TextFiles, running: boolean): readonly KernelWord[] {
  const grubs = [GRUB, ...within(files, `${GRUB}.d`, ".cfg")];
  const entries = LOADERS.flatMap((directory) => within(files, directory, ".conf"));
  return [
    ...[...PLAIN, ...(running ? ["/proc/cmdline"] : [])].flatMap((path) => wordsIn(files, path, /^(.*)$/)),
    ...grubs.flatMap((path) =>
      wordsIn(files, path, /^[ \t]*GRUB_CMDLINE_LINUX\w*\+?=["']?(.*?)["']?[ \t]*$/),
    ),
    ...entries.flatMap((path) => wordsIn(files, path, /^[ \t]*options[ \t]+(.*)$/)),
  ].slice(0, MOST_WORDS);
}

function within(files: TextFiles, directory: string, suffix: string): readonly string[] {
  return files
    .names(directory)
    .filter((name) => name.endsWith(suffix))
    .map((name) => `${directory}/${name}`);
}

function wordsIn(files: TextFiles, path: string, line: RegExp): readonly KernelWord[] {
  const lines = files.text(path)?.split("\n", 2048) ?? [];
  return lines.flatMap((text, index) =>
    (line.exec(text.slice(0, 8192))?.[1] ?? "")
      .split(/[ \t]+/)
      .filter((word) => word !== "")
      .map((word) => ({ text: word, span: { path, line: index + 1, column: 1, length: 0 } })),
  );
}
