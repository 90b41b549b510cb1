/** Arithmetic of the proleptic Gregorian calendar on plain numbers; no `Date`, no zone. */
export const SECONDS_PER_DAY = 86_400;

/** Fields of a wall clock. Month 1–12, day from 1; values out of range are carried by `wallSeconds`. */
export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const DAYS_BEFORE_MONTH: readonly number[] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const MONTH_LENGTH: readonly number[] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function isLeapYear(year: number): boolean {
  return (year & 3) === 0 && (year % 100 !== 0 || (year & 15) === 0);
}

/** Days of a month; month 1–12. */
export function monthLength(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (MONTH_LENGTH[month] ?? 0);
}

/** Days from 1970-01-01 to the given date; the day may be out of range. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const past = year - 1;
  const century = Math.floor(past / 100);
  const leaps = (past >> 2) - century + (century >> 2) - 477;
  const leapDay = month > 2 && isLeapYear(year) ? 1 : 0;
  return (year - 1970) * 365 + leaps + (DAYS_BEFORE_MONTH[month] ?? 0) + leapDay + day - 1;
}

/** Monday 0 … Sunday 6. */
export function weekdayOf(days: number): number {
  const day = (days + 3) % 7;
  return day < 0 ? day + 7 : day;
}

/** Writes the date of a day number into `into` (Neri and Schneider's reasoning on eras of 400 years). */
export function setDate(into: { year: number; month: number; day: number }, days: number): void {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.trunc(
    (dayOfEra -
      Math.trunc(dayOfEra / 1460) +
      Math.trunc(dayOfEra / 36_524) -
      Math.trunc(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.trunc(yearOfEra / 4) - Math.trunc(yearOfEra / 100));
  const shiftedMonth = Math.trunc((5 * dayOfYear + 2) / 153);
  into.day = dayOfYear - Math.trunc((153 * shiftedMonth + 2) / 5) + 1;
  into.month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  into.year = yearOfEra + era * 400 + (into.month <= 2 ? 1 : 0);
}

/** The wall clock that shows `seconds` since 1970 where no offset applies. */
export function wallTime(seconds: number): WallTime {
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const rest = seconds - days * SECONDS_PER_DAY;
  const wall = {
    year: 0,
    month: 0,
    day: 0,
    hour: Math.floor(rest / 3600),
    minute: Math.floor((rest % 3600) / 60),
    second: rest % 60,
  };
  setDate(wall, days);
  return wall;
}

/** Seconds since 1970 of a wall clock, as if it showed UTC; months carry into years, the rest is plain amounts. */
export function wallSeconds(wall: Readonly<WallTime>): number {
  const months = wall.month - 1;
  const year = wall.year + Math.floor(months / 12);
  const month = (((months % 12) + 12) % 12) + 1;
  const days = daysFromCivil(year, month, wall.day);
  return days * SECONDS_PER_DAY + wall.hour * 3600 + wall.minute * 60 + wall.second;
}
