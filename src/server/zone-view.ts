/** Time zones as plain data, so that a page counts with the target's own rules instead of its browser's. */
import { makeZone, type TimeZone, UTC, type ZonePeriod, type Zones } from "../time/zone.ts";
import type { ZoneView } from "./api.ts";

export function zoneView({ name, standardName, daylightName, periods }: TimeZone): ZoneView {
  const abbreviations = [...new Set(periods.map(({ abbreviation }) => abbreviation))];
  return {
    name,
    standardName,
    daylightName,
    abbreviations,
    periods: periods.map(({ start, offset, dst, abbreviation }) => [
      Number.isFinite(start) ? start : null,
      offset,
      dst ? 1 : 0,
      abbreviations.indexOf(abbreviation),
    ]),
  };
}

/** The zone again; what is no zone is UTC. */
export function zoneOfView({ name, standardName, daylightName, abbreviations, periods }: ZoneView): TimeZone {
  const made = periods.map(
    ([start, offset, dst, abbreviation], index): ZonePeriod => ({
      start: start ?? Number.NEGATIVE_INFINITY,
      end: periods[index + 1]?.[0] ?? Number.POSITIVE_INFINITY,
      offset,
      dst: dst === 1,
      abbreviation: abbreviations[abbreviation] ?? "",
    }),
  );
  const [first, ...rest] = made;
  return first === undefined ? UTC : makeZone(name, [first, ...rest], standardName, daylightName);
}

/** The local zone, then every other one that is named, each once; names without a zone are left out. */
export function zonesNamed(zones: Zones, names: Iterable<string>): ZoneView[] {
  const found = new Map<string, TimeZone>([[zones.local.name, zones.local]]);
  for (const name of names) {
    const zone = zones.zone(name);
    if (zone !== null && !found.has(zone.name)) found.set(zone.name, zone);
  }
  return [...found.values()].map(zoneView);
}
