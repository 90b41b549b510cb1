import { type Parsed, parsed, problem } from "../parsed.ts";
import { daysFromCivil, SECONDS_PER_DAY, wallTime } from "./civil.ts";
import { changesOf, type PosixRule, parsePosixRule } from "./posix-zone.ts";
import { makeZone, type TimeZone, type ZonePeriod } from "./zone.ts";

/** The biggest zone of tzdata has some 250 transitions; a hostile file gets no more room than this. */
const MAX_TRANSITIONS = 20_000;
const MAX_LEAP_SECONDS = 1_000;
/** Rules are worked out up to here: systemd's calendar ends with 2199. */
const LAST_YEAR = 2200;
const FIRST_RULE_YEAR = 1900;
/** RFC 8536 §3.2: offsets lie between −25 and +26 hours. */
const MAX_OFFSET = 26 * 3600 - 1;
const HEADER = 44;

interface Header {
  readonly version: number;
  readonly utIndicators: number;
  readonly standardIndicators: number;
  readonly leaps: number;
  readonly transitions: number;
  readonly types: number;
  readonly characters: number;
}

interface LocalType {
  readonly offset: number;
  readonly dst: boolean;
  readonly abbreviation: string;
}

interface Leap {
  readonly at: number;
  readonly correction: number;
}

interface Zoneinfo {
  readonly times: readonly number[];
  readonly kinds: readonly LocalType[];
  readonly types: readonly [LocalType, ...LocalType[]];
  readonly leaps: readonly Leap[];
  readonly rule: PosixRule | null;
}

const broken = (message: string, at: number): ReturnType<typeof problem> =>
  problem("EINVAL", `not a usable zone file: ${message}`, at);

/**
 * Reads a TZif file (RFC 8536, versions 1 to 4) and reckons with it as glibc does (`tzfile.c`, `tzset.c`), including
 * its choice before the first transition and leap seconds of the `right/` zones. Any bytes are safe to give;
 * `at` in a problem is a byte offset.
 */
export function parseTzif(bytes: Uint8Array, name: string): Parsed<TimeZone> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = readHeader(view, 0);
  if (first === null) return broken("it does not start with TZif", 0);
  if (first.version === 0) return build(view, first, HEADER, 4, name);
  const second = HEADER + blockLength(first, 4);
  const header = readHeader(view, second);
  return header === null
    ? broken("its second part is missing", second)
    : build(view, header, second + HEADER, 8, name);
}

function readHeader(view: DataView, at: number): Header | null {
  if (at + HEADER > view.byteLength || view.getUint32(at) !== 0x545a6966) return null;
  const count = (index: number): number => view.getUint32(at + 20 + 4 * index);
  return {
    version: view.getUint8(at + 4),
    utIndicators: count(0),
    standardIndicators: count(1),
    leaps: count(2),
    transitions: count(3),
    types: count(4),
    characters: count(5),
  };
}

function blockLength(header: Header, size: 4 | 8): number {
  const { transitions, types, characters, leaps, standardIndicators, utIndicators } = header;
  return (
    transitions * (size + 1) + types * 6 + characters + leaps * (size + 4) + standardIndicators + utIndicators
  );
}

function build(view: DataView, header: Header, at: number, size: 4 | 8, name: string): Parsed<TimeZone> {
  if (at + blockLength(header, size) > view.byteLength) return broken("it is cut short", view.byteLength);
  if (header.transitions > MAX_TRANSITIONS || header.leaps > MAX_LEAP_SECONDS)
    return broken("it has more transitions than any zone", at);
  const info = readBlock(view, header, at, size);
  if (typeof info === "string") return broken(info, at);
  const [standard, daylight] = names(info);
  const zone = makeZone(name, periodsOf(info), standard, daylight);
  if (info.leaps.length === 0) return parsed(zone);
  const leapSeconds = new Set(info.leaps.map(({ at: when }) => when));
  return parsed({ ...zone, leapSeconds, leapingUtc: { ...leapingUtc(info), leapSeconds } });
}

function readBlock(view: DataView, header: Header, at: number, size: 4 | 8): Zoneinfo | string {
  const time = (offset: number): number =>
    size === 4 ? view.getInt32(offset) : Number(view.getBigInt64(offset));
  const indexes = at + header.transitions * size;
  const typeTable = indexes + header.transitions;
  const characters = typeTable + header.types * 6;
  const leapTable = characters + header.characters;
  const types = readTypes(view, typeTable, header, characters);
  if (typeof types === "string") return types;
  const times: number[] = [];
  const kinds: LocalType[] = [];
  for (let index = 0; index < header.transitions; index++) {
    const when = time(at + index * size);
    const kind = types[view.getUint8(indexes + index)];
    if (kind === undefined) return "a transition names a type it does not have";
    if (index > 0 && when <= (times[index - 1] ?? 0)) return "its transitions are not in order";
    times.push(when);
    kinds.push(kind);
  }
  const leaps: Leap[] = [];
  for (let index = 0; index < header.leaps; index++) {
    const offset = leapTable + index * (size + 4);
    leaps.push({ at: time(offset), correction: view.getInt32(offset + size) });
  }
  const rule = size === 4 ? null : readFooter(view, at + blockLength(header, size));
  return { times, kinds, types, leaps, rule };
}

function readTypes(
  view: DataView,
  at: number,
  header: Header,
  characters: number,
): readonly [LocalType, ...LocalType[]] | string {
  const types: LocalType[] = [];
  for (let index = 0; index < Math.min(header.types, 256); index++) {
    const entry = at + index * 6;
    const offset = view.getInt32(entry);
    const start = view.getUint8(entry + 5);
    if (Math.abs(offset) > MAX_OFFSET) return "an offset is more than a day";
    if (view.getUint8(entry + 4) > 1 || start >= header.characters) return "a local time type is malformed";
    types.push({
      offset,
      dst: view.getUint8(entry + 4) === 1,
      abbreviation: text(view, characters + start, 32),
    });
  }
  const [first, ...rest] = types;
  return first === undefined ? "it has no local time type" : [first, ...rest];
}

/** ASCII up to a NUL or newline; whatever is not printable ends it too. */
function text(view: DataView, at: number, limit: number): string {
  let result = "";
  for (let index = at; index < Math.min(at + limit, view.byteLength); index++) {
    const code = view.getUint8(index);
    if (code < 0x20 || code > 0x7e) break;
    result += String.fromCharCode(code);
  }
  return result;
}

function readFooter(view: DataView, at: number): PosixRule | null {
  return at < view.byteLength && view.getUint8(at) === 0x0a ? parsePosixRule(text(view, at + 1, 256)) : null;
}

/** `tzname[0]` and `tzname[1]` as glibc has them once it looked at the present. */
function names(info: Zoneinfo): readonly [string, string] {
  if (info.rule !== null) {
    const standard = info.rule.standard.abbreviation;
    return [standard, info.rule.daylight?.abbreviation ?? standard];
  }
  const last = info.kinds.at(-1);
  const standard =
    last?.dst === false ? last : (last ?? info.types.find((type) => !type.dst) ?? info.types[0]);
  const daylight = last?.dst === true || last !== undefined ? last : info.types.find((type) => type.dst);
  return [standard.abbreviation, (daylight ?? standard).abbreviation];
}

function leapingUtc(info: Zoneinfo): TimeZone {
  const utc = { offset: 0, dst: false, abbreviation: "UTC", start: Number.NEGATIVE_INFINITY };
  return makeZone("UTC", join(withLeapSeconds([utc], info.leaps)), "UTC", "UTC");
}

interface Step extends LocalType {
  readonly start: number;
}

function periodsOf(info: Zoneinfo): readonly [ZonePeriod, ...ZonePeriod[]] {
  const initial = info.types.find((type) => !type.dst) ?? info.types[0];
  const steps: Step[] = [{ ...initial, start: Number.NEGATIVE_INFINITY }];
  for (const [index, kind] of info.kinds.entries()) steps.push({ ...kind, start: info.times[index] ?? 0 });
  // glibc asks the footer only after the last transition, so a zone without any never uses it.
  const last = info.times.at(-1);
  if (info.rule !== null && last !== undefined) addRule(steps, info.rule, last);
  return join(withLeapSeconds(steps, info.leaps));
}

/** Works the footer out, year by year of UTC, from the last transition on. */
function addRule(steps: Step[], rule: PosixRule, from: number): void {
  const daylight = rule.daylight;
  const half = (dst: boolean): LocalType =>
    dst && daylight !== null
      ? { offset: daylight.offset, dst: true, abbreviation: daylight.abbreviation }
      : { offset: rule.standard.offset, dst: false, abbreviation: rule.standard.abbreviation };
  steps.pop();
  if (daylight === null) {
    steps.push({ ...half(false), start: from });
    return;
  }
  const floor = daysFromCivil(FIRST_RULE_YEAR, 1, 1) * SECONDS_PER_DAY;
  for (let year = wallTime(Math.max(from, floor)).year; year <= LAST_YEAR; year++) {
    const changes = changesOf(rule, year);
    if (changes === null) return;
    const { starts, ends } = changes;
    const isDaylight = (at: number): boolean =>
      starts > ends ? at < ends || at >= starts : at >= starts && at < ends;
    const newYear = daysFromCivil(year, 1, 1) * SECONDS_PER_DAY;
    const nextYear = daysFromCivil(year + 1, 1, 1) * SECONDS_PER_DAY;
    const first = Math.max(newYear, from);
    const points = [first, starts, ends].filter((at) => at >= first && at < nextYear).sort((a, b) => a - b);
    for (const at of points) steps.push({ ...half(isDaylight(at)), start: at });
  }
}

/** A leap second shifts all that follows; the wall clock holds still for it, as `mktime` sees it. */
function withLeapSeconds(steps: readonly Step[], leaps: readonly Leap[]): readonly Step[] {
  if (leaps.length === 0) return steps;
  const points = leaps.map((leap, index) => {
    const inserted = leap.correction > (leaps[index - 1]?.correction ?? 0);
    return { start: inserted ? leap.at + 1 : leap.at, correction: leap.correction };
  });
  const starts = [...new Set([...steps, ...points].map(({ start }) => start))].sort((a, b) => a - b);
  let step = 0;
  let point = -1;
  return starts.flatMap((start) => {
    while ((steps[step + 1]?.start ?? Number.POSITIVE_INFINITY) <= start) step++;
    while ((points[point + 1]?.start ?? Number.POSITIVE_INFINITY) <= start) point++;
    const current = steps[step];
    const correction = points[point]?.correction ?? 0;
    return current === undefined ? [] : [{ ...current, start, offset: current.offset - correction }];
  });
}

/** Steps that change nothing vanish; the rest know where they end. */
function join(steps: readonly Step[]): readonly [ZonePeriod, ...ZonePeriod[]] {
  const distinct: Step[] = [];
  for (const step of steps) {
    const last = distinct.at(-1);
    const same =
      last?.offset === step.offset && last.dst === step.dst && last.abbreviation === step.abbreviation;
    if (!same) distinct.push(step);
  }
  const periods = distinct.map((step, index) => ({
    start: step.start,
    end: distinct[index + 1]?.start ?? Number.POSITIVE_INFINITY,
    offset: step.offset,
    dst: step.dst,
    abbreviation: step.abbreviation,
  }));
  return periods as [ZonePeriod, ...ZonePeriod[]];
}
