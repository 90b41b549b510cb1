/** The public door to systemd.time(7): spans, calendar expressions, zones, timestamps, fixed delays. */

export type { Parsed, Problem } from "../parsed.ts";
export { type Elapses, nextElapse, nextElapses } from "./calendar-next.ts";
export { parseCalendar } from "./calendar-parse.ts";
export { type CalendarPlan, compileCalendar } from "./calendar-plan.ts";
export type { Elapse } from "./calendar-search.ts";
export { type CalendarComponent, type CalendarSpec, type Chain, formatCalendar } from "./calendar-spec.ts";
export { type CalendarDescription, describeCalendar, neverReason } from "./calendar-words.ts";
export { type ClockChange, clockChanges } from "./clock-changes.ts";
export { type CronTranslation, fromCron } from "./cron.ts";
export { type FixedDelaySubject, fixedHash } from "./fixed-delay.ts";
export {
  DEFAULT_SYSTEMD_VERSION,
  formatSystemdVersion,
  parseSystemdVersion,
  type SystemdVersion,
} from "./systemd-version.ts";
export { parseTimespan } from "./timespan.ts";
export { formatTimespan } from "./timespan-format.ts";
export { parseTimestamp } from "./timestamp.ts";
export { formatRfc3339, formatTimestamp } from "./timestamp-format.ts";
export { parseTzif } from "./tzif.ts";
export * from "./usec.ts";
export { type TimeZone, UTC, UTC_ONLY, type ZonePeriod, type Zones } from "./zone.ts";
