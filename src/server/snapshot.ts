import type { Assessment } from "../controls/assess.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { JournalEvent } from "../live/journal.ts";
import type { MappingSet } from "../mappings/mapping-set.ts";
import { auditReport } from "../report/build.ts";
import type { AuditReport } from "../report/envelope.ts";
import type { Judgement } from "../rules/judge.ts";
import type { Board, Dossier, RuleView, Snapshot } from "./api.ts";
import { controlsView } from "./controls-view.ts";
import { detailsOf } from "./details.ts";
import { eventsView } from "./events-view.ts";
import { forecastsOf } from "./forecast.ts";
import { mappingsView } from "./mappings-view.ts";
import { zonesNamed } from "./zone-view.ts";

export interface SnapshotOptions {
  /** The target as a command line takes it; `null` for the running host. */
  readonly target: string | null;
  /** By the analysing machine's clock, RFC 3339; `null` where the result must be the same twice. */
  readonly scanned: string | null;
  /** How the controls came out; `null` when they were not assessed. */
  readonly assessment?: Assessment | null;
  readonly journal?: readonly JournalEvent[];
  /** Mapping sets at hand; those that ship inside when absent. */
  readonly mappings?: readonly MappingSet[];
  /** The report to show, when findings were left out of it; otherwise the whole one. */
  readonly report?: AuditReport;
}

/** One host, judged, as the dashboard shows it. */
export function snapshotOf(
  inventory: Inventory,
  judgement: Judgement,
  {
    target,
    scanned,
    assessment = null,
    journal = [],
    mappings,
    report = auditReport(inventory, judgement),
  }: SnapshotOptions,
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
    blotted: null,
    forecastFrom: from,
    forecasts: all,
    zones: zonesNamed(inventory.zones, new Set(named)),
  };
  const dossier: Dossier = {
    ...detailsOf(inventory),
    ...examined(inventory),
    rules: rulesOf(judgement),
    controls: assessment && controlsView(assessment),
    mappings: mappingsView(mappings),
    events: eventsView(inventory, journal),
  };
  return { report, board, dossier };
}

function examined({ managers }: Inventory): Pick<Dossier, "unitFiles" | "users"> {
  const paths = managers.flatMap(({ nameMap }) => [...nameMap.values()].flat().map(({ path }) => path));
  const users = managers.flatMap(({ scope }) => (scope.kind === "user" ? [scope.name] : []));
  return { unitFiles: [...new Set(paths)].sort(byText), users: users.sort(byText) };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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
