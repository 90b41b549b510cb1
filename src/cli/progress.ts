/**
 * What goes on, on stderr: one line that is drawn over and erased at the end, for people who wait; with `-v` also what
 * was read and how that is known, with `-vv` how long each step took.
 */
import type { Arguments } from "./arguments.ts";
import type { Streams } from "./command.ts";

export interface Progress {
  /** A new step begins: `reading unit files`. */
  step(text: string): void;
  /** A fact for `-v`, one line. */
  tell(text: string): void;
  /** Nothing more is coming: the line goes away. */
  end(): void;
}

/** Nobody is shown anything before this many milliseconds. */
const PATIENCE_MS = 500;

export function progressOf(
  args: Arguments,
  { err, errIsTerminal, env }: Pick<Streams, "err" | "errIsTerminal" | "env">,
  clock: () => number = () => performance.now(),
): Progress {
  const level = args.flag("quiet") ? 0 : args.count("verbose");
  const isDrawn = errIsTerminal && !args.flag("quiet") && !env["CI"] && env["TERM"] !== "dumb";
  const begin = clock();
  let current: { readonly text: string; readonly since: number } | null = null;
  let isShown = false;
  const erase = (): void => {
    if (isShown) err("\r\x1b[K");
    isShown = false;
  };
  const finish = (): void => {
    if (current !== null && level > 1)
      err(`timerwarden: ${current.text}: ${Math.round(clock() - current.since)} ms\n`);
    current = null;
  };
  return {
    step(text) {
      erase();
      finish();
      const now = clock();
      current = { text, since: now };
      if (!isDrawn || now - begin < PATIENCE_MS) return;
      err(`${text} ...`);
      isShown = true;
    },
    tell(text) {
      if (level === 0) return;
      erase();
      err(`timerwarden: ${text}\n`);
    },
    end() {
      erase();
      finish();
    },
  };
}
