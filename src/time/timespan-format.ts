import {
  USEC_INFINITY,
  USEC_PER_DAY,
  USEC_PER_HOUR,
  USEC_PER_MINUTE,
  USEC_PER_MONTH,
  USEC_PER_MSEC,
  USEC_PER_SEC,
  USEC_PER_WEEK,
  USEC_PER_YEAR,
} from "./usec.ts";

const UNITS: readonly (readonly [string, bigint])[] = [
  ["y", USEC_PER_YEAR],
  ["month", USEC_PER_MONTH],
  ["w", USEC_PER_WEEK],
  ["d", USEC_PER_DAY],
  ["h", USEC_PER_HOUR],
  ["min", USEC_PER_MINUTE],
  ["s", USEC_PER_SEC],
  ["ms", USEC_PER_MSEC],
  ["us", 1n],
];

/** How many decimal digits a power of ten can divide away. */
function zeros(power: bigint): number {
  return power <= 1n ? 0 : power.toString().length - 1;
}

/**
 * Prints a span the way systemd does (`format_timespan` in `time-util.c`): `1h 30min`, `1.500000s`, `0`, `infinity`.
 * `accuracy` (a power of ten of microseconds) is the smallest difference shown.
 */
export function formatTimespan(usec: bigint, accuracy = 1n): string {
  if (usec >= USEC_INFINITY) return "infinity";
  if (usec <= 0n) return "0";
  const parts: string[] = [];
  let left = usec;
  for (const [suffix, unit] of UNITS) {
    if (left <= 0n || (left < accuracy && parts.length > 0)) break;
    if (left < unit) continue;
    const whole = left / unit;
    const rest = left % unit;
    const decimals = zeros(unit) - zeros(accuracy);
    if (left < USEC_PER_MINUTE && rest > 0n && decimals > 0) {
      const fraction = rest / 10n ** BigInt(zeros(accuracy));
      parts.push(`${whole}.${fraction.toString().padStart(decimals, "0")}${suffix}`);
      break;
    }
    parts.push(`${whole}${suffix}`);
    left = rest;
  }
  return parts.join(" ");
}
