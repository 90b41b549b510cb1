/** The forecasts of many timers folded into weekday and hour of a zone. */
import type { TimerRow } from "../../src/report/envelope.ts";
import type { TimeZone } from "../../src/time/zone.ts";
import { type Model, verdictOf } from "../model.ts";

export interface WeekCell {
  count: number;
  timers: number;
  /** Elapses of what is not judged fine. */
  unusual: number;
  /** Random delay is spread over it: the number is a chance. */
  isPart: boolean;
  readonly rows: { readonly row: TimerRow; readonly count: number }[];
}

export interface WeekDay {
  /** `23 Nov`, or `23, 30 Nov` where the week ends on the weekday it began. */
  dates: string;
  /** A sentence, where clocks change that day. */
  change: string | null;
  readonly cells: readonly WeekCell[];
}

export interface WeekGrid {
  /** Monday first. */
  readonly days: readonly WeekDay[];
  /** True where the zone's hours do not begin with the forecast's. */
  readonly isShifted: boolean;
}

export function weekGrid(model: Model, rows: readonly TimerRow[], zone: TimeZone): WeekGrid {
  const days: WeekDay[] = Array.from({ length: 7 }, () => ({
    dates: "",
    change: null,
    cells: Array.from({ length: 24 }, () => ({ count: 0, timers: 0, unusual: 0, isPart: false, rows: [] })),
  }));
  const { forecastFrom } = model.board;
  const places = Array.from({ length: 169 }, (_, hour) => placeOf(forecastFrom + hour * 3600, zone));
  for (const [hour, { day, date }] of places.entries()) {
    const known = days[day];
    if (known === undefined) continue;
    if (known.dates === "") known.dates = date;
    else if (!known.dates.endsWith(date)) known.dates = `${known.dates.split(" ")[0]}, ${date}`;
    const [before, after] = [0, 1].map((step) => zone.at(forecastFrom + (hour + step) * 3600).offset);
    if (before !== undefined && after !== undefined && before !== after)
      known.change = `clocks go ${after > before ? "forward" : "back"} by ${Math.abs(after - before) / 60} minutes`;
  }
  for (const row of rows) {
    const forecast = model.forecast.get(row.id);
    if (forecast === undefined || forecast.kind === "none") continue;
    let hour = 0;
    const seen = new Map<WeekCell, number>();
    for (const [length, count] of forecast.hours)
      for (let step = 0; step < length; step++, hour++) {
        const place = places[hour];
        const cell = place === undefined ? undefined : days[place.day]?.cells[place.hour];
        if (cell !== undefined && count > 0) seen.set(cell, (seen.get(cell) ?? 0) + count);
      }
    for (const [cell, count] of seen) {
      cell.count += count;
      cell.timers++;
      if (verdictOf(row) !== "ok") cell.unusual += count;
      if (!Number.isInteger(count) || forecast.kind === "rate") cell.isPart = true;
      cell.rows.push({ row, count });
    }
  }
  const isShifted = (forecastFrom + zone.at(forecastFrom).offset) % 3600 !== 0;
  return { days, isShifted };
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function placeOf(seconds: number, zone: TimeZone): { day: number; hour: number; date: string } {
  const wall = new Date((seconds + zone.at(seconds).offset) * 1000);
  return {
    day: (wall.getUTCDay() + 6) % 7,
    hour: wall.getUTCHours(),
    date: `${wall.getUTCDate()} ${MONTHS[wall.getUTCMonth()]}`,
  };
}
