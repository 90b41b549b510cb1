import { expect, test } from "vitest";
import { kernelWords } from "./kernel-command-line.ts";

const FILES: Record<string, string> = {
  "/etc/kernel/cmdline": "root=LABEL=a quiet\n",
  "/etc/default/grub": 'GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX="a b"\n#GRUB_CMDLINE_LINUX="no"\n',
  "/etc/default/grub.d/x.cfg": "GRUB_CMDLINE_LINUX_DEFAULT='c'\n",
  "/etc/default/grub.d/x.txt": 'GRUB_CMDLINE_LINUX="no"\n',
  "/boot/loader/entries/e.conf": "title no\noptions d\te\n",
  "/proc/cmdline": "f\n",
};
const READER = {
  text: (path: string) => FILES[path] ?? null,
  names: (directory: string) =>
    Object.keys(FILES).flatMap((path) =>
      path.startsWith(`${directory}/`) ? [path.slice(directory.length + 1)] : [],
    ),
};

test("words of every boot loader's settings, with their lines", () => {
  const words = kernelWords(READER, true).map(({ text, span }) => `${text} ${span.path}:${span.line}`);
  expect(words).toEqual([
    "root=LABEL=a /etc/kernel/cmdline:1",
    "quiet /etc/kernel/cmdline:1",
    "f /proc/cmdline:1",
    "a /etc/default/grub:2",
    "b /etc/default/grub:2",
    "c /etc/default/grub.d/x.cfg:1",
    "d /boot/loader/entries/e.conf:2",
    "e /boot/loader/entries/e.conf:2",
  ]);
  expect(kernelWords(READER, false).some(({ text }) => text === "f")).toBe(false);
});
