import type { AuditReport, FindingRow } from "./envelope.ts";

const GRAVE: ReadonlySet<string> = new Set(["critical", "high", "medium"]);

/**
 * Open findings that no timer's or job's row holds, and no verdict counts: about the host itself, or a unit that none
 * of them leads to. From medium severity on.
 */
export function besideTimers({ timers, jobs, findings }: AuditReport): readonly FindingRow[] {
  const held = new Set([...timers, ...jobs].flatMap((row) => row.findings));
  return findings.filter(
    ({ id, severity, accepted }) => !held.has(id) && accepted === null && GRAVE.has(severity),
  );
}
