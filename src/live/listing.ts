/**
 * What a running system manager printed when evidence was taken: the texts of `systemctl list-timers --all` and
 * `systemctl list-units`, as UAC stores them below `live_response/system` or a host over ssh prints them, and rows with
 * the columns of `list-units` in a Velociraptor collection's results. The second witness beside the files, where no manager can be asked any more.
 */
import * as v from "valibot";

export const LISTING = v.object({
  /** Where it stands in the collection. */
  source: v.string(),
  /** Timers in memory, active or not, with the unit they start (`null` where the text was cut). */
  timers: v.array(v.object({ unit: v.string(), activates: v.nullable(v.string()) })),
  /** False when only active units were listed, so that an absent one means nothing. */
  hasAllTimers: v.boolean(),
  units: v.array(
    v.object({ unit: v.string(), loadState: v.string(), activeState: v.string(), subState: v.string() }),
  ),
});

export type Listing = Readonly<v.InferOutput<typeof LISTING>>;

const LIST_TIMERS =
  /(?:^|\/live_response\/system\/|^live_response\/system\/)systemctl[_ ]list-timers(?:[_ ]--all)?(?:\.txt)?$/;
const LIST_UNITS =
  /(?:^|\/live_response\/system\/|^live_response\/system\/)systemctl[_ ]list-units(?:[_ ]--all)?(?:\.txt)?$/;
const RESULTS = /^results\/[^/]+\.json$/;

const UNIT = String.raw`[A-Za-z0-9:_.\\@-]{1,250}`;
const TIMER_LINE = new RegExp(String.raw`(?:^|\s)(${UNIT}\.timer)(?:\s+(${UNIT}\.[a-z]+))?\s*$`);
/** A failed or missing unit has a dot, a circle, a star or a cross in front. */
const UNIT_LINE = new RegExp(
  String.raw`^[\s●○↻×*x]*(${UNIT}\.[a-z]+)\s+([a-z-]+)\s+([a-z-]+)\s+([a-z-]+)(?:\s|$)`,
);
/** A busy host has a thousand units. */
const MOST_LINES = 50_000;

/** The listing among a collection's witness files; `null` when there is none. */
export function listingOf(witness: ReadonlyMap<string, Uint8Array>): Listing | null {
  const timers = new Map<string, string | null>();
  const units = new Map<string, Listing["units"][number]>();
  const sources: string[] = [];
  let hasAllTimers = false;
  for (const [path, bytes] of witness) {
    const before = timers.size + units.size;
    if (LIST_TIMERS.test(path)) {
      for (const { unit, activates } of parseListTimers(textOf(bytes))) timers.set(unit, activates);
      hasAllTimers ||= path.includes("--all") && timers.size > 0;
    } else if (LIST_UNITS.test(path)) {
      for (const row of parseListUnits(textOf(bytes))) units.set(row.unit, row);
    } else if (RESULTS.test(path)) {
      for (const row of parseUnitRows(textOf(bytes))) units.set(row.unit, row);
    }
    if (timers.size + units.size > before) sources.push(path);
  }
  const [source] = sources;
  if (source === undefined) return null;
  return {
    source,
    timers: [...timers].map(([unit, activates]) => ({ unit, activates })),
    hasAllTimers,
    units: [...units.values()],
  };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

/** Lines of `systemctl list-timers`: whatever the times look like, the unit and what it starts stand last. */
export function parseListTimers(text: string): readonly Listing["timers"][number][] {
  return text
    .split("\n", MOST_LINES)
    .map((line) => TIMER_LINE.exec(line))
    .filter((match) => match !== null)
    .map(([, unit = "", activates]) => ({ unit, activates: activates ?? null }));
}

/** Lines of `systemctl list-units`. */
export function parseListUnits(text: string): readonly Listing["units"][number][] {
  return text
    .split("\n", MOST_LINES)
    .map((line) => UNIT_LINE.exec(line))
    .filter((match) => match !== null)
    .map(([, unit = "", loadState = "", activeState = "", subState = ""]) => ({
      unit,
      loadState,
      activeState,
      subState,
    }));
}

/** Rows of `Linux.Sys.Services` and its like: one JSON object a line, with the columns' names as keys. */
export function parseUnitRows(text: string): readonly Listing["units"][number][] {
  return text.split("\n", MOST_LINES).flatMap((line) => {
    const row = rowOf(line);
    const [unit, loadState, activeState, subState] = ["Unit", "Load", "Active", "Sub"].map((key) => row[key]);
    if (typeof unit !== "string" || !new RegExp(`^${UNIT}\\.[a-z]+$`).test(unit)) return [];
    if (typeof loadState !== "string" || typeof activeState !== "string" || typeof subState !== "string")
      return [];
    return [{ unit, loadState, activeState, subState }];
  });
}

function rowOf(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
