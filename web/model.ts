/** One snapshot made ready for pages: rows found by id, numbers added up once. */

import type { Problem } from "../src/parsed.ts";
import type { FindingRow, TimerRow } from "../src/report/envelope.ts";
import type { FilterFacts } from "../src/report/filter.ts";
import { parseFilter } from "../src/report/filter.ts";
import type { Detail, Dossier, Forecast, Outline, RuleView } from "../src/server/api.ts";
import { zoneOfView } from "../src/server/zone-view.ts";
import { type TimeZone, UTC } from "../src/time/zone.ts";

export interface Model extends Outline {
  /** Worst first, then soonest; whatever keeps or stably sorts them keeps that order among equals. */
  readonly rows: readonly TimerRow[];
  readonly row: ReadonlyMap<string, TimerRow>;
  readonly finding: ReadonlyMap<string, FindingRow>;
  readonly forecast: ReadonlyMap<string, Forecast>;
  /** `null` until it has come: the first view does without. */
  readonly depth: Depth | null;
  readonly nowUsec: number;
  readonly zone: TimeZone;
  readonly facts: FilterFacts;
}

export interface Depth extends Dossier {
  readonly detail: ReadonlyMap<string, Detail>;
  readonly rule: ReadonlyMap<string, RuleView>;
}

export const VERDICTS = ["alert", "suspect", "review", "unknown", "ok"] as const;
export type Verdict = (typeof VERDICTS)[number];

export function modelOf(outline: Outline): Model {
  const { report, board } = outline;
  const rows = worstFirst([...report.timers, ...report.jobs]);
  const finding = new Map(report.findings.map((each) => [each.id, each]));
  const nowUsec = Date.parse(report.clock.now) * 1000;
  const [zone] = board.zones;
  return {
    ...outline,
    rows,
    row: new Map(rows.map((each) => [each.id, each])),
    finding,
    forecast: new Map(board.forecasts.map((each) => [each.id, each])),
    depth: null,
    nowUsec,
    zone: zone === undefined ? UTC : zoneOfView(zone),
    facts: { nowUsec, findings: finding },
  };
}

export function deepened(model: Model, dossier: Dossier): Model {
  const detail = new Map(dossier.details.map((each) => [each.id, each]));
  const rule = new Map(dossier.rules.map((each) => [each.id, each]));
  return { ...model, depth: { ...dossier, detail, rule } };
}

export function verdictOf({ verdict }: TimerRow): Verdict {
  return VERDICTS.find((known) => known === verdict) ?? "unknown";
}

export function findingsOf(model: Model, row: TimerRow): FindingRow[] {
  return row.findings.flatMap((id) => model.finding.get(id) ?? []);
}

export interface Filtered {
  readonly rows: readonly TimerRow[];
  readonly problem: Problem | null;
}

/** Rows a filter admits; all of them, with the problem, when it makes no sense. */
export function filtered(model: Model, text: string): Filtered {
  const filter = parseFilter(text);
  if (!filter.ok) return { rows: model.rows, problem: filter.problem };
  return { rows: model.rows.filter((row) => filter.value.admits(row, model.facts)), problem: null };
}

export const earliestOf = ({ next }: TimerRow): number | null =>
  next.earliest === null ? null : Date.parse(next.earliest) * 1000;

export const latestOf = ({ next }: TimerRow): number | null =>
  next.latest === null ? null : Date.parse(next.latest) * 1000;

/** Worst first, then soonest, then by name. Keys are made once: sorting asks for them a hundred thousand times. */
function worstFirst(rows: readonly TimerRow[]): readonly TimerRow[] {
  const keyed = rows.map((row) => ({
    row,
    rank: VERDICTS.indexOf(verdictOf(row)),
    earliest: earliestOf(row) ?? Number.MAX_VALUE,
  }));
  keyed.sort((a, b) => a.rank - b.rank || a.earliest - b.earliest || (a.row.unit < b.row.unit ? -1 : 1));
  return keyed.map(({ row }) => row);
}
