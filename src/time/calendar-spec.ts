/** One item of a list: `start`, `start/repeat`, `start..stop/repeat`. Seconds are counted in microseconds. */
export interface CalendarComponent {
  readonly start: number;
  /** Last value, or −1 for none. With `repeat` and no stop the item is open-ended. */
  readonly stop: number;
  /** Step, or 0 for none. */
  readonly repeat: number;
}

/** A list of items in systemd's order; `null` is `*`. */
export type Chain = readonly CalendarComponent[] | null;

/** A calendar expression after parsing and normalization: `CalendarSpec` of systemd's `calendarspec.h`. */
export interface CalendarSpec {
  /** Bit 0 Monday … bit 6 Sunday; 0 for no restriction. */
  readonly weekdays: number;
  readonly year: Chain;
  readonly month: Chain;
  /** Days of the month, or, with `endOfMonth`, days counted from its end (1 is the last). */
  readonly day: Chain;
  readonly endOfMonth: boolean;
  readonly hour: Chain;
  readonly minute: Chain;
  readonly microsecond: Chain;
  readonly utc: boolean;
  /** The zone named in the expression; `null` for the machine's own. */
  readonly timeZone: string | null;
  /** 0 or 1 when the expression ends in a local abbreviation: only without, only with daylight saving time. */
  readonly dst: -1 | 0 | 1;
  /** The abbreviation meant by `dst`, as the zone spells it. */
  readonly abbreviation: string | null;
}

/** systemd's calendar ends with this year (`MAX_YEAR`). */
export const MAX_YEAR = 2199;
export const MIN_YEAR = 1970;
export const USEC_PER_SECOND = 1_000_000;

export const WEEKDAYS: readonly string[] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** systemd's normal form (`calendar_spec_to_string`); parsing it again gives an equal expression. */
export function formatCalendar(spec: CalendarSpec): string {
  const weekdays = spec.weekdays === 0 ? "" : `${formatWeekdays(spec.weekdays)} `;
  const date = [
    formatChain(spec.year, 4, 1),
    "-",
    formatChain(spec.month, 2, 1),
    spec.endOfMonth ? "~" : "-",
    formatChain(spec.day, 2, 1),
  ].join("");
  const time = [
    formatChain(spec.hour, 2, 1),
    formatChain(spec.minute, 2, 1),
    formatChain(spec.microsecond, 2, USEC_PER_SECOND),
  ].join(":");
  return `${weekdays}${date} ${time}${zoneSuffix(spec)}`;
}

function zoneSuffix(spec: CalendarSpec): string {
  if (spec.utc) return " UTC";
  const name = spec.timeZone ?? spec.abbreviation;
  return name === null || name === "" ? "" : ` ${name}`;
}

/** `Mon..Wed` for runs of three and more, `Mon,Tue` for two neighbours. */
export function formatWeekdays(bits: number): string {
  const runs: string[] = [];
  for (let day = 0; day < 7; day++) {
    if ((bits & (1 << day)) === 0) continue;
    const first = day;
    while (day < 6 && (bits & (1 << (day + 1))) !== 0) day++;
    const separator = day - first > 1 ? ".." : ",";
    runs.push(day === first ? (WEEKDAYS[first] ?? "") : `${WEEKDAYS[first]}${separator}${WEEKDAYS[day]}`);
  }
  return runs.join(",");
}

function formatChain(chain: Chain, width: number, unit: number): string {
  if (chain === null) return "*";
  const everySecond = ({ start, stop, repeat }: CalendarComponent): boolean =>
    unit > 1 && start === 0 && stop < 0 && repeat === unit;
  if (chain.some(everySecond)) return "*";
  return chain.map((item) => formatComponent(item, width, unit)).join(",");
}

function formatComponent({ start, stop, repeat }: CalendarComponent, width: number, unit: number): string {
  const number = (value: number, digits: number): string => {
    const fraction = value % unit;
    const whole = String(Math.trunc(value / unit)).padStart(digits, "0");
    return fraction > 0 ? `${whole}.${String(fraction).padStart(6, "0")}` : whole;
  };
  let text = number(start, width);
  if (stop > 0) text += `..${number(stop, width)}`;
  if (repeat > 0 && !(stop > 0 && repeat === unit)) text += `/${number(repeat, 1)}`;
  return text;
}
