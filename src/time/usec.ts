/**
 * systemd's unit of time: whole microseconds. Spans are `bigint` because systemd accepts up to 2^64 − 2 of them;
 * instants are plain numbers, exact up to the year 2255, and systemd's calendar ends in 2199.
 */
export type Usec = bigint;

/** No limit, or never: `USEC_INFINITY` of systemd's `time-util.h`. */
export const USEC_INFINITY: Usec = 2n ** 64n - 1n;
export const USEC_PER_MSEC: Usec = 1_000n;
export const USEC_PER_SEC: Usec = 1_000_000n;
export const USEC_PER_MINUTE: Usec = 60n * USEC_PER_SEC;
export const USEC_PER_HOUR: Usec = 60n * USEC_PER_MINUTE;
export const USEC_PER_DAY: Usec = 24n * USEC_PER_HOUR;
export const USEC_PER_WEEK: Usec = 7n * USEC_PER_DAY;
/** 30.4375 days: systemd.time(7), "months, month, M". */
export const USEC_PER_MONTH: Usec = 2_629_800n * USEC_PER_SEC;
/** 365.25 days: systemd.time(7), "years, year, y". */
export const USEC_PER_YEAR: Usec = 31_557_600n * USEC_PER_SEC;
