import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ManagerContext, ROOT_USER, UNKNOWN_HOST } from "../syntax/specifier.ts";
import { parseUnitFile } from "../syntax/unit-file.ts";
import { encodeUtf8 } from "../syntax/utf8.ts";
import { parseTimespan } from "../time/timespan.ts";
import { UTC_ONLY } from "../time/zone.ts";
import { type Timer, timerOf } from "./timer.ts";
import { mergeUnit, type UnitSource } from "./unit.ts";

const MANAGER: ManagerContext = { manager: "system", user: ROOT_USER, host: UNKNOWN_HOST, major: 252 };

function read(id: string, files: readonly (Uint8Array | string)[], major = 252): Timer {
  const sources: UnitSource[] = files.map((file, at) => ({
    file: parseUnitFile(
      typeof file === "string" ? encodeUtf8(file) : file,
      `/etc/systemd/system/${id}-${at}`,
    ),
    kind: at === 0 ? "fragment" : "drop-in",
  }));
  const unit = mergeUnit(id, sources, { context: { ...MANAGER, major } });
  const version = { major, point: null };
  return timerOf(unit, { zones: UTC_ONLY, version, defaultAccuracyUsec: 60_000_000n });
}

function schedule(timer: Timer): string[] {
  return timer.values.map((each) =>
    each.directive === "OnCalendar" ? each.normalized : `${each.directive} ${each.usec / 1_000_000n}s`,
  );
}

interface Row {
  readonly unit: string;
  readonly load_state: string;
  readonly triggers: string;
  readonly on_calendar: string[];
  readonly persistent: string;
  readonly wake_system: string;
  readonly remain_after_elapse: string;
  readonly fixed_random_delay: string;
  readonly accuracy: string;
  readonly randomized_delay: string;
  readonly file_base64?: string;
  readonly file_note?: string;
  readonly dropins?: Record<string, string>;
}

const fixture = new URL("../../../shared/data/systemd/timer-files.json", import.meta.url);
const isThere = existsSync(fixture);
const rows: Row[] = isThere ? JSON.parse(readFileSync(fixture, "utf8")).cases : [];

/** The two files too long to be stored are only described. */
function contentOf(row: Row): Uint8Array {
  if (row.file_base64 !== undefined) return Buffer.from(row.file_base64, "base64");
  const length = Number(/(\d+) bytes/.exec(row.file_note ?? "")?.[1]);
  return encodeUtf8(`[Timer]\nOnCalendar=2099-01-21\nUnit=x1.service\n#${"x".repeat(length - 1)}\n`);
}

test.skipIf(!isThere)("timers a real manager loaded (skipped if ../shared is missing)", () => {
  expect(rows.length).toBeGreaterThanOrEqual(38);
  for (const row of rows) {
    const timer = read(row.unit, [contentOf(row), ...Object.values(row.dropins ?? {})]);
    const yes = (flag: boolean): string => (flag ? "yes" : "no");
    const usec = (text: string): bigint => {
      const span = parseTimespan(text);
      return span.ok ? span.value : -1n;
    };
    expect({
      unit: row.unit,
      load: timer.loadError?.state ?? "loaded",
      // A file in error never gets as far as the default unit.
      triggers: row.triggers === "" ? "" : timer.triggers,
      calendar: timer.values.flatMap((each) => (each.directive === "OnCalendar" ? [each.normalized] : [])),
      flags: [timer.persistent, timer.wakeSystem, timer.remainAfterElapse, timer.fixedRandomDelay].map(yes),
      spans: [timer.accuracyUsec, timer.randomizedDelayUsec],
    }).toEqual({
      unit: row.unit,
      load: row.load_state,
      triggers: row.triggers,
      calendar: row.on_calendar,
      flags: [row.persistent, row.wake_system, row.remain_after_elapse, row.fixed_random_delay],
      spans: [usec(row.accuracy), usec(row.randomized_delay)],
    });
  }
});

describe("facts of systemd.timer(5)", () => {
  test("an empty value of any On… key clears all of them, but not the others", () => {
    const timer = read("a.timer", [
      "[Timer]\nOnBootSec=1\nOnCalendar=daily\nOnClockChange=1\nOnActiveSec=\nOnBootSec=2",
    ]);
    expect(schedule(timer)).toEqual(["OnBootSec 2s"]);
    expect(timer.onClockChange).toBe(true);
  });

  test("values keep the order of their lines across keys", () => {
    const timer = read("a.timer", ["[Timer]\nOnBootSec=1\nOnCalendar=daily\nOnBootSec=2"]);
    expect(schedule(timer)).toEqual(["OnBootSec 1s", "*-*-* 00:00:00", "OnBootSec 2s"]);
  });

  test("the first Unit= wins, a drop-in comes too late", () => {
    const timer = read("a.timer", [
      "[Timer]\nOnBootSec=1\nUnit=x.service",
      "[Timer]\nUnit=evil.service\nUnit=",
    ]);
    expect(timer.triggers).toBe("x.service");
    expect(timer.triggersSpan?.line).toBe(3);
    const [, , late] = timer.unit.history;
    expect(late).toMatchObject({ fate: "ignored", by: { value: "x.service" } });
  });

  test("a drop-in can redirect a timer that names no unit", () => {
    expect(read("a.timer", ["[Timer]\nOnBootSec=1", "[Timer]\nUnit=b.service"]).triggers).toBe("b.service");
  });

  test.each([
    ["a.timer", "t@.service", "t@a.service"],
    ["a@x.timer", "t@.service", "t@x.service"],
    ["a@x.timer", "t-%i.target", "t-x.target"],
    ["a@x.timer", "%n", "a@x.service"],
    ["a@x.timer", "", "a@x.service"],
  ])("%s with Unit=%s starts %s", (id, unit, triggers) => {
    expect(read(id, [`[Timer]\nOnBootSec=1\nUnit=${unit}`]).triggers).toBe(triggers);
  });

  test("bad values are told with their place", () => {
    const timer = read("a.timer", ["[Timer]\nOnBootSec=1\nOnCalendar=Foo *-*-*\nOnUnitActiveSec=5 parsecs"]);
    expect(schedule(timer)).toEqual(["OnBootSec 1s"]);
    expect(timer.problems.map(({ directive, span }) => [directive, span.line])).toEqual([
      ["OnCalendar", 3],
      ["OnUnitActiveSec", 4],
    ]);
  });

  test("keys of later releases count only there", () => {
    const text = "[Timer]\nOnCalendar=daily\nRandomizedOffsetSec=1h\nDeferReactivation=yes";
    expect(read("a.timer", [text], 252)).toMatchObject({
      randomizedOffsetUsec: 0n,
      deferReactivation: false,
    });
    expect(read("a.timer", [text], 258)).toMatchObject({
      randomizedOffsetUsec: 3_600_000_000n,
      deferReactivation: true,
    });
  });

  test("nothing to elapse on", () => {
    expect(read("a.timer", ["[Timer]\nUnit=x.service"]).loadError).toMatchObject({ state: "bad-setting" });
    expect(read("a.timer", ["[Timer]\nOnTimezoneChange=yes"]).loadError).toBeNull();
  });
});
