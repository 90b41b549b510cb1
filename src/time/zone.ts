import { SECONDS_PER_DAY, wallTime } from "./civil.ts";

/** What a zone's clocks show during one unbroken stretch of time. */
export interface ZonePeriod {
  /** First second since 1970 of the period; −Infinity for the first. */
  readonly start: number;
  /** First second after the period; Infinity for the last. */
  readonly end: number;
  /** Seconds east of Greenwich. */
  readonly offset: number;
  readonly dst: boolean;
  /** Such as `CET`; may be numeric like `+0545`. */
  readonly abbreviation: string;
}

/** A period with what the calendar search must know of its borders. */
export interface ZoneStretch extends ZonePeriod {
  /** First second whose local time was not already shown before the period; `start` unless clocks went back. */
  readonly clearFrom: number;
  /** First second whose local time will be shown again after the period; `end` unless clocks go back. */
  readonly clearUntil: number;
  /** The local day, counted from 1970, of the times skipped at the start; NaN unless clocks went forward. */
  readonly skippedDay: number;
  /** The same for the end. */
  readonly nextSkippedDay: number;
  /** How many periods up to this one begin in a way the search notices from days afar (see `stumbles`). */
  readonly stumbles: number;
}

/** A time zone as its TZif file describes it, which need not be what this machine's own tzdata says. */
export interface TimeZone {
  readonly name: string;
  /** `tzname[0]` of glibc: what systemd accepts after an expression for "outside daylight saving time". */
  readonly standardName: string;
  /** `tzname[1]` of glibc; equals `standardName` where the zone has no daylight saving time. */
  readonly daylightName: string;
  /** Every period in order of time, without holes, up to the year 2200. */
  readonly periods: readonly ZoneStretch[];
  /** What UTC is to a process in this zone, where the zone counts leap seconds (`right/`): glibc then counts them too. */
  readonly leapingUtc?: TimeZone;
  /** The instants such a zone shows as second 60. */
  readonly leapSeconds?: ReadonlySet<number>;
  /** The period at an instant; repeated calls near each other are answered without search. */
  at(epochSeconds: number): ZoneStretch;
}

/** The zones of one machine: what `/usr/share/zoneinfo` and `/etc/localtime` are to systemd. */
export interface Zones {
  /** The zone systemd would accept by this name, or `null`. */
  zone(name: string): TimeZone | null;
  /** The machine's own zone. */
  readonly local: TimeZone;
  /** Names to choose suggestions from. */
  names?(): Iterable<string>;
}

/** Makes a zone of its periods, which must follow each other without holes. */
export function makeZone(
  name: string,
  periods: readonly [ZonePeriod, ...ZonePeriod[]],
  standardName: string,
  daylightName: string,
): TimeZone {
  const stretches = stretchesOf(periods);
  let hint = 0;
  let current = stretches[0];
  const at = (epochSeconds: number): ZoneStretch => {
    if (epochSeconds >= current.start && epochSeconds < current.end) return current;
    const next = stretches[hint + 1];
    if (next !== undefined && epochSeconds >= next.start && epochSeconds < next.end) {
      hint++;
      current = next;
      return next;
    }
    let low = 0;
    let high = stretches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((stretches[middle]?.start ?? Number.POSITIVE_INFINITY) <= epochSeconds) low = middle;
      else high = middle - 1;
    }
    hint = low;
    current = stretches[low] ?? current;
    return current;
  };
  return { name, standardName, daylightName, periods: stretches, at };
}

function stretchesOf(
  periods: readonly [ZonePeriod, ...ZonePeriod[]],
): readonly [ZoneStretch, ...ZoneStretch[]] {
  const stretches: ZoneStretch[] = [];
  let stumbles = 0;
  for (const [index, period] of periods.entries()) {
    const { start, end, offset } = period;
    const before = periods[index - 1];
    const after = periods[index + 1];
    if (before !== undefined && isStumble(before, period)) stumbles++;
    stretches.push({
      ...period,
      clearFrom: start + Math.max(0, (before?.offset ?? offset) - offset),
      clearUntil: end - Math.max(0, offset - (after?.offset ?? offset)),
      skippedDay: skippedDay(before, period),
      nextSkippedDay: after === undefined ? Number.NaN : skippedDay(period, after),
      stumbles,
    });
  }
  return stretches as [ZoneStretch, ...ZoneStretch[]];
}

function skippedDay(before: ZonePeriod | undefined, after: ZonePeriod): number {
  if (before === undefined || after.offset <= before.offset) return Number.NaN;
  return Math.floor((after.start + before.offset) / SECONDS_PER_DAY);
}

/**
 * Does a change skip a midnight, from which the search sets out on each new day, or come in the first days of March,
 * where the search lands after looking for 30 February, or within two days of the change before?
 */
function isStumble(before: ZonePeriod, after: ZonePeriod): boolean {
  const from = after.start + before.offset;
  const midnight = Math.ceil(from / SECONDS_PER_DAY) * SECONDS_PER_DAY;
  const { month, day } = wallTime(from);
  return (
    midnight < after.start + after.offset ||
    (month === 3 && day <= 4) ||
    after.start - before.start < 2 * SECONDS_PER_DAY
  );
}

export const UTC: TimeZone = makeZone(
  "UTC",
  [
    {
      start: Number.NEGATIVE_INFINITY,
      end: Number.POSITIVE_INFINITY,
      offset: 0,
      dst: false,
      abbreviation: "UTC",
    },
  ],
  "UTC",
  "UTC",
);

/** Zones of a machine without any: UTC alone. */
export const UTC_ONLY: Zones = {
  local: UTC,
  zone: (name) => (name === "UTC" ? UTC : null),
  names: () => ["UTC"],
};
