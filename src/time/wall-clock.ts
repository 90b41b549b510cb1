import { type WallTime, wallSeconds, wallTime } from "./civil.ts";
import type { TimeZone } from "./zone.ts";

/** `struct tm` as far as systemd looks at it. */
export interface BrokenDownTime extends WallTime {
  /** 1 or 0 for daylight saving time or not; on the way to an instant −1 for "either". */
  dst: -1 | 0 | 1;
}

/** glibc looks for the wanted daylight saving flag in strides of this many seconds … */
const STRIDE = 601_200;
/** … up to this far (`duration_max / 2 + stride` in `mktime.c`). */
const SEARCH_LIMIT = 268_227_000 + STRIDE;
const PROBES = 6;

/**
 * The clock of one process in one zone: `localtime` and `mktime` of glibc, whose way with missing and repeated local
 * times decides when systemd's timers elapse. Like glibc it starts each search from the offset it met last.
 */
export class WallClock {
  readonly zone: TimeZone;
  /** Local time minus UTC of the last conversion; `localtime_offset` of `mktime.c`, 0 in a fresh process. */
  guess = 0;

  constructor(zone: TimeZone) {
    this.zone = zone;
  }

  /** The broken-down local time of an instant (`localtime_r`). */
  read(epochSeconds: number): BrokenDownTime {
    const { offset, dst } = this.zone.at(epochSeconds);
    return { ...wallTime(epochSeconds + offset), dst: dst ? 1 : 0 };
  }

  /**
   * The instant a local time names (`__mktime_internal`), with the fields rewritten to what the clock then shows.
   * `null` where glibc fails, and for instants before 1970, which systemd treats as failure; the fields are then
   * rewritten only if glibc itself succeeded.
   */
  convert(fields: BrokenDownTime): number | null {
    // Seconds out of range are left out of the search and added again, for the sake of leap seconds.
    const second = Math.min(59, Math.max(0, fields.second));
    const extra = fields.second - second;
    const wall = wallSeconds(fields) - extra;
    const found = this.#search(wall, fields.dst);
    if (found === null) return null;
    this.guess = wall - found;
    // Second 60 looks like second 0 of the next minute, which is what was asked for.
    const repaired = second === 0 && this.zone.leapSeconds?.has(found) === true ? 1 : 0;
    const epoch = found + extra + repaired;
    this.#write(fields, epoch);
    return epoch < 0 ? null : epoch;
  }

  #search(wall: number, wanted: -1 | 0 | 1): number | null {
    let probe = wall - this.guess;
    let last = probe;
    let beforeLast = probe;
    let before = 0;
    for (let probes = PROBES; ; ) {
      const { offset, dst } = this.zone.at(probe);
      const flag = dst ? 1 : 0;
      const missing = wall - (probe + offset);
      if (missing === 0) return wanted < 0 || wanted === flag ? probe : this.#flagged(wall, probe, wanted);
      const accepts = wanted < 0 ? before <= flag : wanted !== flag;
      // Oscillating between two instants: the local time is one that is skipped.
      if (probe === beforeLast && probe !== last && accepts) return probe;
      probes--;
      if (probes === 0) return null;
      beforeLast = last;
      last = probe;
      probe += missing;
      before = flag;
    }
  }

  /** The same local time under the offset of the nearest instant with the wanted flag, earlier ones first. */
  #flagged(wall: number, around: number, wanted: 0 | 1 | -1): number | null {
    for (let delta = STRIDE; delta < SEARCH_LIMIT; delta += STRIDE)
      for (const instant of [around - delta, around + delta]) {
        const { offset, dst } = this.zone.at(instant);
        if ((dst ? 1 : 0) === wanted) return wall - offset;
      }
    return null;
  }

  #write(fields: BrokenDownTime, epoch: number): void {
    const { offset, dst } = this.zone.at(epoch);
    fields.dst = dst ? 1 : 0;
    const local = epoch + offset;
    // Mostly the clock shows just what was asked for.
    if (isOrdinary(fields) && wallSeconds(fields) === local) return;
    copyWall(fields, wallTime(local));
  }
}

/** Are the fields surely what a clock would show? */
function isOrdinary({ month, day, hour, minute, second }: BrokenDownTime): boolean {
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 28 &&
    hour >= 0 &&
    hour <= 23 &&
    minute >= 0 &&
    minute <= 59 &&
    second >= 0 &&
    second <= 59
  );
}

function copyWall(into: WallTime, from: Readonly<WallTime>): void {
  into.year = from.year;
  into.month = from.month;
  into.day = from.day;
  into.hour = from.hour;
  into.minute = from.minute;
  into.second = from.second;
}
