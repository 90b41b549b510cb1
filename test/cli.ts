/** Runs the built program the way people do. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

export const CLI: string = join(import.meta.dirname, "../dist/cli.cjs");

export interface Run {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Nothing of the test run's own surroundings reaches the program, save what is asked for. */
export function cli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: string,
): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", TZ: "UTC", ...env },
    maxBuffer: 256 * 1024 * 1024,
    timeout: 60_000,
    ...(input === undefined ? {} : { input }),
  });
  return { status, out: stdout, err: stderr };
}
