/** When a target is looked at again, and whom that is told: over a real directory, with looks that are counted. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { FollowEvents } from "../live/follow-manager.ts";
import type { ManagerAddress } from "../live/read-manager.ts";
import type { Snapshot } from "./api.ts";
import { type Scan, type WatchedTarget, type WatchOptions, watchTarget } from "./watched-target.ts";

let directory = "";
let target: WatchedTarget | null = null;
let looks = 0;
let timers: string[] = [];
let managers: ManagerAddress[] = [];
let events: FollowEvents | null = null;
let now = "2026-11-01T00:00:00Z";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "timerwarden-watch-"));
  [looks, timers, managers, events, now] = [0, ["a"], [], null, "2026-11-01T00:00:00Z"];
});

afterEach(() => {
  target?.close();
  rmSync(directory, { recursive: true, force: true });
});

function look(): Promise<Scan> {
  looks++;
  const rows = timers.map((unit) => ({ unit, next: { reason: null, earliest: now } }));
  const report = { clock: { now }, timers: rows, jobs: [], findings: [], coverage: {} };
  const snapshot = { report, dossier: { units: [], files: [], controls: null } } as unknown as Snapshot;
  return Promise.resolve({ snapshot, directories: [directory], managers, zone: () => null });
}

/** A manager that can be made to speak, as long as somebody listens. */
function follow(_: ManagerAddress, given: FollowEvents): Promise<() => void> {
  events = given;
  return Promise.resolve(() => {
    events = null;
  });
}

async function watched(
  everyMs: number,
  scan = look,
  onProblem = vi.fn(),
  more: Partial<WatchOptions> = {},
): Promise<boolean[]> {
  const told: boolean[] = [];
  const times = { settleMs: 5, everyMs, signalsEveryMs: 5, askManagersEveryMs: 10 };
  target = await watchTarget({ name: "root:/x", scan, follow, onProblem, ...times, ...more });
  target.onChange((isNews) => told.push(isNews));
  return told;
}

test("a file that changes is news, once", async () => {
  const told = await watched(60_000);
  timers = ["a", "b"];
  writeFileSync(join(directory, "b.timer"), "[Timer]\n");
  await vi.waitFor(() => expect(told).toEqual([true]));
  expect(target?.current().report.timers).toHaveLength(2);
});

test("a file that changes nothing is no news", async () => {
  const told = await watched(60_000);
  writeFileSync(join(directory, "unrelated"), "");
  await vi.waitFor(() => expect(looks).toBe(2));
  expect(told).toEqual([]);
});

test("what leaves no file behind is seen by looking again; time that passed is told as no news", async () => {
  const told = await watched(10);
  now = "2026-11-01T00:01:00Z";
  await vi.waitFor(() => expect(told).toContain(false));
  expect(target?.current().report.clock.now).toBe(now);
  timers = [];
  await vi.waitFor(() => expect(told).toContain(true));
});

test("nobody watching, nobody looks", async () => {
  target = await watchTarget({ name: "x", scan: look, follow, onProblem: vi.fn(), settleMs: 5, everyMs: 10 });
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(looks).toBe(1);
  const stop = target.onChange(() => undefined);
  await vi.waitFor(() => expect(looks).toBeGreaterThan(1));
  stop();
});

test("a file written without end does not put the look off for ever", async () => {
  const told = await watched(60_000);
  timers = ["a", "b"];
  const writing = setInterval(() => writeFileSync(join(directory, "log"), String(Math.random())), 1);
  await vi.waitFor(() => expect(told).toEqual([true]));
  clearInterval(writing);
});

test("a look that fails is said, and the last good state stays", async () => {
  const onProblem = vi.fn();
  await watched(10, () => (looks === 0 ? look() : Promise.reject(new Error("/etc went away"))), onProblem);
  await vi.waitFor(() => expect(onProblem).toHaveBeenCalledWith("/etc went away"));
  expect(target?.current().report.timers).toHaveLength(1);
});

describe("a manager", () => {
  const SYSTEM = { scope: "system", socketPath: "/run/systemd/private", isBus: false };

  beforeEach(() => {
    managers = [SYSTEM];
  });

  test("that says something changed is looked at, though no file did and no time passed", async () => {
    const told = await watched(60_000, look, vi.fn(), { askManagersEveryMs: 60_000 });
    await vi.waitFor(() => expect(events).not.toBeNull());
    timers = [];
    events?.onChange();
    await vi.waitFor(() => expect(told).toEqual([true]));
  });

  test("that says it without end leads to one look in a while", async () => {
    await watched(60_000, look, vi.fn(), { signalsEveryMs: 60_000 });
    for (let time = 0; time < 1000; time++) events?.onChange();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(looks).toBe(1);
  });

  test("that is followed is not asked every few moments", async () => {
    await watched(60_000);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(looks).toBe(1);
  });

  test.each([
    ["that cannot be followed", () => Promise.reject(new Error("EACCES"))],
    [
      "that leaves again and again",
      (_: ManagerAddress, { onEnd }: FollowEvents) => {
        setTimeout(onEnd, 1);
        return Promise.resolve(() => undefined);
      },
    ],
  ])("%s is asked every few moments", async (_, refusing) => {
    const told = await watched(60_000, look, vi.fn(), { follow: refusing });
    timers = [];
    await vi.waitFor(() => expect(told).toEqual([true]));
    await vi.waitFor(() => expect(looks).toBeGreaterThan(3));
  });

  test("is left alone when nobody watches any more, and when the server ends", async () => {
    target = await watchTarget({ name: "x", scan: look, follow, onProblem: vi.fn(), everyMs: 60_000 });
    expect(events).toBeNull();
    const stop = target.onChange(() => undefined);
    await vi.waitFor(() => expect(events).not.toBeNull());
    stop();
    await vi.waitFor(() => expect(events).toBeNull());
    target.onChange(() => undefined);
    await vi.waitFor(() => expect(events).not.toBeNull());
    target.close();
    await vi.waitFor(() => expect(events).toBeNull());
    expect(looks).toBe(1);
  });
});
