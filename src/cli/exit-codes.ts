/** The same for every command and every format (docs/cli.md). */
export const EXIT_CODES: readonly { readonly code: number; readonly meaning: string }[] = [
  { code: 0, meaning: "finished; nothing at or above the threshold" },
  { code: 1, meaning: "failed: there is no result to trust" },
  { code: 2, meaning: "the command line or a configuration file is wrong" },
  { code: 3, meaning: "finished, but evidence is incomplete and --require-complete was given" },
  { code: 4, meaning: "nothing to examine: neither systemd nor cron in the target, or nothing matches" },
  { code: 10, meaning: "findings at or above --fail-on (default high; none for never)" },
  { code: 11, meaning: "drift from the baseline" },
  { code: 12, meaning: "a control does not hold" },
  { code: 130, meaning: "interrupted" },
  { code: 141, meaning: "the reader of the output went away" },
];
