import { expect, test } from "vitest";
import { memoryHost } from "../hosts/memory.ts";
import {
  bootIdOf,
  bootTimeOf,
  defaultTimerAccuracyOf,
  hostNameOf,
  machineIdOf,
  osReleaseOf,
  upTimeOf,
} from "./host-facts.ts";

const PROC = {
  "/proc/stat": "cpu 1 2\nbtime 1700000000\n",
  "/proc/uptime": "12.34 5.00\n",
  "/proc/sys/kernel/random/boot_id": "12345678-1234-1234-1234-123456789abc\n",
};

test.each([
  ["0123456789abcdef0123456789ABCDEF\n", "0123456789abcdef0123456789abcdef"],
  ["uninitialized\n", null],
  ["", null],
  ["00000000000000000000000000000000", null],
])("machine-id %j is %s", (text, expected) =>
  expect(machineIdOf(memoryHost({ "/etc/machine-id": text }))).toBe(expected),
);

test("names and releases", () => {
  const host = memoryHost({
    "/etc/hostname": "# c\nweb1\n",
    "/etc/os-release": 'NAME="A \\"B\\""\nID=debian\n',
  });
  expect(hostNameOf(host)).toBe("web1");
  expect(osReleaseOf(host)).toEqual(
    new Map([
      ["NAME", 'A "B"'],
      ["ID", "debian"],
    ]),
  );
  expect([hostNameOf(memoryHost({})), osReleaseOf(memoryHost({}))]).toEqual([null, null]);
});

test.each([
  [true, 1_700_000_000_000_000, 12_340_000, "12345678123412341234123456789abc"],
  [false, null, null, null],
])("boot facts of a live host (%s)", (live, bootTime, upTime, bootId) => {
  const host = memoryHost(PROC, { live });
  expect([bootTimeOf(host), upTimeOf(host), bootIdOf(host)]).toEqual([bootTime, upTime, bootId]);
});

test("DefaultTimerAccuracySec=: drop-ins over the file, wrong values passed over", () => {
  const tree = {
    "/etc/systemd/system.conf": "[Manager]\nDefaultTimerAccuracySec=5s\n",
    "/usr/lib/systemd/system.conf.d/10.conf": "[Manager]\nDefaultTimerAccuracySec=2min\n",
    "/etc/systemd/system.conf.d/20.conf": "[Manager]\nDefaultTimerAccuracySec=nonsense\n",
  };
  expect(defaultTimerAccuracyOf(memoryHost(tree), { kind: "system" })).toBe(120_000_000);
  expect(defaultTimerAccuracyOf(memoryHost(tree), { kind: "global-user" })).toBe(60_000_000);
});
