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

/** A time zone as its TZif file describes it, which need not be what this machine's own tzdata says. */
export interface TimeZone {
  readonly name: string;
  /** `tzname[0]` of glibc: what systemd accepts after an expression for "outside daylight saving time". */
  readonly standardName: string;
  /** `tzname[1]` of glibc; equals `standardName` where the zone has no daylight saving time. */
  readonly daylightName: string;
  /** Every period in order of time, without holes, up to the year 2200. */
  readonly periods: readonly ZonePeriod[];
  /** What UTC is to a process in this zone, where the zone counts leap seconds (`right/`): glibc then counts them too. */
  readonly leapingUtc?: TimeZone;
  /** The instants such a zone shows as second 60. */
  readonly leapSeconds?: ReadonlySet<number>;
  /** The period at an instant; repeated calls near each other are answered without search. */
  at(epochSeconds: number): ZonePeriod;
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
  let hint = 0;
  let current: ZonePeriod = periods[0];
  const at = (epochSeconds: number): ZonePeriod => {
    if (epochSeconds >= current.start && epochSeconds < current.end) return current;
    const next = periods[hint + 1];
    if (next !== undefined && epochSeconds >= next.start && epochSeconds < next.end) {
      hint++;
      current = next;
      return next;
    }
    let low = 0;
    let high = periods.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((periods[middle]?.start ?? Number.POSITIVE_INFINITY) <= epochSeconds) low = middle;
      else high = middle - 1;
    }
    hint = low;
    current = periods[low] ?? current;
    return current;
  };
  return { name, standardName, daylightName, periods, at };
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
