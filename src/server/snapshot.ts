import type { Inventory } from "../inventory/inventory.ts";
import type { MappingSet } from "../mappings/mapping-set.ts";
import { auditReport } from "../report/build.ts";
import type { AuditReport } from "../report/envelope.ts";
import type { Judgement } from "../rules/judge.ts";
import type { Board, RuleView, Snapshot } from "./api.ts";
import { type Checked, controlsView } from "./controls-view.ts";
import { detailsOf } from "./details.ts";
import { forecastsOf } from "./forecast.ts";
import { mappingsView } from "./mappings-view.ts";
import { zonesNamed } from "./zone-view.ts";

export interface SnapshotOptions {
  /** The target as a command line takes it; `null` for the running host. */
  readonly target: string | null;
  /** By the analysing machine's clock, RFC 3339. */
  readonly scanned: string;
  /** Checks of controls with their results; `null` when none were run. */
  readonly checked?: readonly Checked[] | null;
  /** Mapping sets at hand; those that ship inside when absent. */
  readonly mappings?: readonly MappingSet[];
  /** The report to show, when findings were left out of it; otherwise the whole one. */
  readonly report?: AuditReport;
}

/** One host, judged, as the dashboard shows it. */
export function snapshotOf(
  inventory: Inventory,
  judgement: Judgement,
  { target, scanned, checked = null, mappings, report = auditReport(inventory, judgement) }: SnapshotOptions,
): Snapshot {
  const { from, all } = forecastsOf(inventory);
  const named = inventory.timers.flatMap(({ timer }) =>
    (timer?.values ?? []).flatMap((value) =>
      value.directive === "OnCalendar" && value.calendar.timeZone !== null ? [value.calendar.timeZone] : [],
    ),
  );
  const board: Board = {
    schema: "timerwarden/board",
    version: "1.0",
    target,
    scanned,
    forecastFrom: from,
    forecasts: all,
    ...detailsOf(inventory),
    rules: rulesOf(judgement),
    zones: zonesNamed(inventory.zones, new Set(named)),
    controls: checked && controlsView(checked),
    mappings: mappingsView(mappings),
  };
  return { report, board };
}

function rulesOf({ findings }: Judgement): RuleView[] {
  const rules = new Map(findings.map(({ rule }) => [rule.id, rule]));
  return [...rules.values()].map(({ id, title, why, benign, clears, references }) => ({
    id,
    title,
    why,
    benign: [...benign],
    clears,
    references: [...references],
  }));
}
