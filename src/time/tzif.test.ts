import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePosixRule } from "./posix-zone.ts";
import { parseTzif } from "./tzif.ts";

interface Parts {
  readonly times: readonly number[];
  readonly indexes: readonly number[];
  readonly types: readonly (readonly [number, number, number])[];
  readonly names: string;
  readonly footer: string;
}

/** A zone file of version 2 with an empty first part (RFC 8536). */
function tzif({ times, indexes, types, names, footer }: Parts): Uint8Array {
  const header = (counts: readonly number[]): Uint8Array => {
    const bytes = new Uint8Array(44);
    bytes.set(new TextEncoder().encode("TZif2"));
    for (const [index, count] of counts.entries())
      new DataView(bytes.buffer).setUint32(20 + 4 * index, count);
    return bytes;
  };
  const body = new Uint8Array(times.length * 9 + types.length * 6);
  const view = new DataView(body.buffer);
  for (const [index, time] of times.entries()) view.setBigInt64(index * 8, BigInt(time));
  body.set(indexes, times.length * 8);
  for (const [index, [offset, dst, name]] of types.entries()) {
    view.setInt32(times.length * 9 + index * 6, offset);
    body.set([dst, name], times.length * 9 + index * 6 + 4);
  }
  const text = new TextEncoder().encode(`${names}\n${footer}\n`);
  const counts = [0, 0, 0, times.length, types.length, names.length];
  return Buffer.concat([header([0, 0, 0, 0, 0, 0]), header(counts), body, text]);
}

const DUBLIN: Parts = {
  times: [1_698_541_200],
  indexes: [1],
  types: [
    [3600, 0, 0],
    [0, 1, 4],
  ],
  names: "IST\0GMT\0",
  footer: "IST-1GMT0,M10.5.0,M3.5.0/1",
};

describe("a zone with daylight saving time in winter", () => {
  const zone = parseTzif(tzif(DUBLIN), "Europe/Dublin");
  test("is read with its rule", () => {
    expect(zone.ok && [zone.value.standardName, zone.value.daylightName]).toEqual(["IST", "GMT"]);
  });
  test.each([
    ["2023-07-01T00:00:00Z", 3600, false],
    ["2024-01-01T00:00:00Z", 0, true],
    ["2024-03-31T00:59:59Z", 0, true],
    ["2024-03-31T01:00:00Z", 3600, false],
    ["2199-12-31T00:00:00Z", 0, true],
  ])("at %s", (instant, offset, dst) => {
    const period = zone.ok ? zone.value.at(Date.parse(instant) / 1000) : null;
    expect(period).toMatchObject({ offset, dst });
  });
  test("has periods without holes", () => {
    const periods = zone.ok ? zone.value.periods : [];
    expect(periods.length).toBeGreaterThan(340);
    for (const [index, { end }] of periods.entries())
      expect(end).toBe(periods[index + 1]?.start ?? Number.POSITIVE_INFINITY);
  });
});

test("answers do not depend on the order of questions", () => {
  const bytes = tzif(DUBLIN);
  const [asked, fresh] = [parseTzif(bytes, "a"), (): ReturnType<typeof parseTzif> => parseTzif(bytes, "b")];
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3e9, max: 9e9 }), { maxLength: 8 }), (instants) => {
      for (const instant of instants) {
        const own = asked.ok ? asked.value.at(instant) : null;
        const other = fresh();
        expect(own?.start).toBe(other.ok ? other.value.at(instant).start : null);
      }
    }),
    { numRuns: 50 },
  );
});

describe("hostile bytes", () => {
  const good = tzif(DUBLIN);
  test("any change of a good file is read or refused, never more", () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
        const bytes = good.slice(0, length < 30 ? good.length : length);
        bytes[Math.min(at, bytes.length - 1)] = byte;
        const zone = parseTzif(bytes, "x");
        if (zone.ok) expect(zone.value.periods.length).toBeLessThan(1000);
        else expect(zone.problem.code).toBe("EINVAL");
      }),
      { numRuns: 2_000 },
    );
  });
  test.each([
    ["nothing", new Uint8Array()],
    ["text", new TextEncoder().encode("TZif but not really a zone file at all, only text")],
    ["transitions out of order", tzif({ ...DUBLIN, times: [5, 5], indexes: [0, 1] })],
    ["a type that is not there", tzif({ ...DUBLIN, indexes: [7] })],
    ["no type", tzif({ ...DUBLIN, times: [], indexes: [], types: [] })],
    [
      "an offset of months",
      tzif({
        ...DUBLIN,
        types: [
          [9_000_000, 0, 0],
          [0, 1, 4],
        ],
      }),
    ],
  ])("%s is refused", (_what, bytes) => expect(parseTzif(bytes, "x").ok).toBe(false));
});

test.each([
  ["CET-1CEST,M3.5.0,M10.5.0/3", true],
  ["<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true],
  ["XXX3EDT4,0/0,J365/23", true],
  ["UTC0", true],
  ["", false],
  ["CET", false],
  ["CET-1CEST", false],
  ["CET-1CEST,M13.5.0,M10.5.0", false],
  ["CET-1CEST,M3.5.0,M10.5.0/3 ", false],
  ["CET-99", false],
])("the rule %s is one: %s", (text, valid) => expect(parsePosixRule(text) !== null).toBe(valid));
