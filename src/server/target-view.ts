import type { Snapshot, TargetsView } from "./api.ts";

/** What the picker of hosts and the table of hosts show of one. */
export function targetView(name: string, { report, dossier }: Snapshot): TargetsView["targets"][number] {
  const { host, system, live } = report.target;
  let next: string | null = null;
  for (const row of [...report.timers, ...report.jobs])
    if (row.next.earliest !== null && (next === null || row.next.earliest < next)) next = row.next.earliest;
  const controls = dossier.controls?.controls.map(({ id, state }) => ({ id, state })) ?? null;
  const gaps = report.coverage.gaps.length;
  return { name, host, system, live, verdicts: report.summary.verdicts, gaps, next, controls };
}
