import { expect, test } from "vitest";
import { fixedHash } from "./fixed-delay.ts";
import { SKIPPED, sharedCases } from "./shared-facts.test-support.ts";
import { siphash24 } from "./siphash.ts";

test("SipHash-2-4 of its authors' own vector", () => {
  const count = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index);
  expect(siphash24(count(16), count(15))).toBe(0xa129ca6149be45e5n);
  expect(siphash24(count(16), count(0))).toBe(0x726fdb47dd0e0e31n);
});

/** Confirmed to the microsecond by a running systemd 252.39. */
test("the delay of a known machine", () => {
  const subject = { machineId: "0123456789abcdef0123456789abcdef", system: true, uid: 0, unit: "frd.timer" };
  expect(fixedHash(subject)).toBe(1003200801438151991n);
  expect(fixedHash(subject) % 3_600_000_000n).toBe(1_038_151_991n);
});

test("a machine id that is none counts as zeros", () => {
  const of = (machineId: string | null): bigint =>
    fixedHash({ machineId, system: false, uid: 1000, unit: "a.timer" });
  expect(of("uninitialized")).toBe(of(null));
  expect(of("0".repeat(32))).toBe(of(null));
  expect(of(`${"ab".repeat(16)}\n`)).not.toBe(of(null));
});

interface Vector {
  readonly machine_id: string;
  readonly system_manager: boolean;
  readonly uid: number;
  readonly unit_id: string;
  readonly span_usec: number;
  readonly hash_u64: string;
  readonly offset_usec: string;
}

const shared = sharedCases<Vector>("fixed-delay.json");
test.skipIf(shared === null)(`every recorded delay ${shared === null ? SKIPPED : ""}`, () => {
  for (const { machine_id, system_manager, uid, unit_id, span_usec, hash_u64, offset_usec } of shared ?? []) {
    const hash = fixedHash({ machineId: machine_id, system: system_manager, uid, unit: unit_id });
    expect.soft([String(hash), String(hash % BigInt(span_usec))], unit_id).toEqual([hash_u64, offset_usec]);
  }
});
