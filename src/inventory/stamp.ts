import type { Host } from "../hosts/host.ts";
import type { Scope } from "../manager/scope.ts";
import type { LastRun } from "./timer-record.ts";

/** Where a manager keeps the stamps of `Persistent=` timers (systemd.timer(5)). */
export function stampDirectory(scope: Scope): string | null {
  if (scope.kind === "system") return "/var/lib/systemd/timers";
  return scope.kind === "user" ? `${scope.home}/.local/share/systemd/timers` : null;
}

/**
 * The last run, as the stamp's modification time tells it: systemd sets it to the whole microsecond when the timer
 * fires, while creating the file leaves nanoseconds (src/core/timer.c).
 */
export function lastRunOf(host: Host, scope: Scope, primaryId: string): LastRun | null {
  const directory = stampDirectory(scope);
  if (directory === null) return null;
  const path = `${directory}/stamp-${primaryId}`;
  const stamp = host.lstat(path);
  if (stamp.kind !== "present" || stamp.value.mtimeNs === null) return null;
  const { mtimeNs } = stamp.value;
  return {
    usec: Number(mtimeNs / 1000n),
    evidence: `stamp file ${path}`,
    kind: mtimeNs % 1000n === 0n ? "fired" : "created-or-forged",
  };
}
