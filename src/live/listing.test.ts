import { describe, expect, test } from "vitest";
import { memoryHost } from "../hosts/memory.ts";
import { readInventory } from "../inventory/inventory.ts";
import { UTC_ONLY } from "../time/zone.ts";
import { joinLive } from "./join.ts";
import { listingOf, parseListTimers, parseListUnits, parseUnitRows } from "./listing.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** As systemd 252 prints it to a pipe; older ones write `n/a`, newer ones `-`. */
const TIMERS = `NEXT                        LEFT          LAST                        PASSED       UNIT                ACTIVATES
Mon 2026-11-23 07:00:00 UTC 13min left    n/a                         n/a          clean.timer         clean.service
Mon 2026-11-23 07:10:00 UTC 23min left    Mon 2026-11-23 06:10:00 UTC 27min ago    ghost.timer         ghost.service
-                           -             -                           -            moved.timer         other.service
Tue 2026-11-24 00:00:00 UTC 17h left      -                           -            run-r1.timer        run-r1.service
Tue 2026-11-24 00:00:00 UTC 17h left      -                           -            cut.timer           cut.serv>

5 timers listed.
Pass --all to see loaded but inactive timers, too.
`;

const UNITS = `  UNIT            LOAD      ACTIVE   SUB     DESCRIPTION
  clean.timer     loaded    active   waiting Clean
● failed.timer    loaded    failed   failed  A timer that says evil.timer
* old.service     not-found active   running old.service
  masked.timer    masked    active   waiting masked.timer

LOAD   = Reflects whether the unit definition was properly loaded.
`;

test("list-timers", () => {
  expect(parseListTimers(TIMERS)).toEqual([
    { unit: "clean.timer", activates: "clean.service" },
    { unit: "ghost.timer", activates: "ghost.service" },
    { unit: "moved.timer", activates: "other.service" },
    { unit: "run-r1.timer", activates: "run-r1.service" },
  ]);
});

test("list-units", () => {
  expect(parseListUnits(UNITS).map((row) => Object.values(row).join(" "))).toEqual([
    "clean.timer loaded active waiting",
    "failed.timer loaded failed failed",
    "old.service not-found active running",
    "masked.timer masked active waiting",
  ]);
});

test("rows of a Velociraptor artifact; what is none is passed over", () => {
  const row = { Unit: "a.timer", Load: "loaded", Active: "active", Sub: "waiting", Description: "x" };
  const text = [JSON.stringify(row), "{", "null", "[]", '{"Unit":1}', '{"Unit":"a b.timer","Load":"x"}'].join(
    "\n",
  );
  expect(parseUnitRows(text)).toEqual([
    { unit: "a.timer", loadState: "loaded", activeState: "active", subState: "waiting" },
  ]);
});

test.each([
  ["nothing", new Map()],
  ["other files", new Map([["live_response/process/ps.txt", bytes("x.timer x.service")]])],
  [
    "an empty listing",
    new Map([["live_response/system/systemctl_list-timers_--all.txt", bytes("0 timers listed.\n")]]),
  ],
])("no listing: %s", (_name, witness) => expect(listingOf(witness)).toBeNull());

describe("what was in memory, beside the files", () => {
  const timer = "[Timer]\nOnCalendar=hourly\n[Install]\nWantedBy=timers.target\n";
  const service = "[Service]\nExecStart=/bin/true\n";
  const wants = (name: string) => ({
    [`/etc/systemd/system/timers.target.wants/${name}`]: { link: `../${name}` },
  });
  const host = memoryHost({
    "/usr/lib/systemd/system/timers.target": "[Unit]\nDescription=Timers\n",
    "/usr/lib/systemd/system/multi-user.target": "[Unit]\nWants=timers.target\n",
    "/usr/lib/systemd/system/default.target": { link: "multi-user.target" },
    ...Object.fromEntries(
      ["clean", "moved", "failed", "absent"].flatMap((name) => [
        [`/etc/systemd/system/${name}.timer`, timer],
        [`/etc/systemd/system/${name}.service`, service],
      ]),
    ),
    "/etc/systemd/system/masked.timer": { link: "/dev/null" },
    "/run/systemd/transient/run-r1.timer": timer,
    "/run/systemd/transient/run-r1.service": service,
    ...wants("clean.timer"),
    ...wants("absent.timer"),
  });
  const inventory = readInventory(host, { zones: UTC_ONLY, nowUsec: 1_795_415_880_000_000 });
  const found = (witness: Record<string, string>): string[] => {
    const listing = listingOf(new Map(Object.entries(witness).map(([path, text]) => [path, bytes(text)])));
    if (listing === null) return [];
    const state = { managers: [], journal: [], notes: [], listing };
    return joinLive(inventory, state).disagreements.map(({ unit, rule }) => `${unit} ${rule}`);
  };
  const expected = [
    "absent.timer enabled-timer-not-active",
    "failed.timer timer-failed",
    "ghost.timer timer-known-only-to-manager",
    "masked.timer masked-but-active",
    "moved.timer loaded-state-differs-from-disk",
    "run-r1.timer transient-timer",
  ];

  test("each disagreement is found, and nothing of what agrees", () => {
    expect(
      found({
        "uac-web/live_response/system/systemctl_list-timers_--all.txt": TIMERS,
        "uac-web/live_response/system/systemctl_list-units.txt": UNITS,
      }),
    ).toEqual(expected);
  });

  test("a host over ssh says the same", () => {
    expect(found({ "systemctl list-timers --all": TIMERS, "systemctl list-units --all": UNITS })).toEqual(
      expected,
    );
  });

  test("where only active units were listed, an absent one means nothing", () => {
    const rows = [
      '{"Unit":"ghost.timer","Load":"not-found","Active":"active","Sub":"waiting"}',
      '{"Unit":"clean.timer","Load":"loaded","Active":"active","Sub":"waiting"}',
    ].join("\n");
    expect(found({ "results/Linux.Sys.Services.json": rows })).toEqual([
      "ghost.timer timer-known-only-to-manager",
    ]);
  });

  test("both sides are shown", () => {
    const listing = listingOf(new Map([["systemctl list-timers --all", bytes(TIMERS)]]));
    if (listing === null) throw new Error("expected a listing");
    const { disagreements } = joinLive(inventory, { managers: [], journal: [], notes: [], listing });
    for (const { evidence } of disagreements) {
      expect(evidence[0]?.says).toMatch(/^on disk: /);
      expect(evidence[1]?.says).toMatch(/^in memory: .*, says systemctl list-timers --all$/);
    }
  });
});
