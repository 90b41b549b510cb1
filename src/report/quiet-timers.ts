import type { TimerRow } from "./envelope.ts";

/** States and names that a person looking for what will run need not see; `list --all` shows them. */
export function isQuiet({ state, load, unit, started }: TimerRow): boolean {
  if (state === "alias" || /@\.timer$/.test(unit)) return true;
  return (
    (load === "masked" || state === "disabled" || state === "inert" || state === "static") && !started.atBoot
  );
}
