import type { ListReport } from "./envelope.ts";

const ASSUMED = "assumed";

/** `systemd 252.22`; where nothing of the target tells its version, or it has no systemd, whose rules it was read by. */
export function systemdWords({
  systemd,
  systemdEvidence,
}: Pick<ListReport["clock"], "systemd" | "systemdEvidence">): string {
  return systemdEvidence.startsWith(ASSUMED) ? `read as systemd ${systemd}` : `systemd ${systemd}`;
}
