import { siphash24 } from "./siphash.ts";

/** The key compiled into systemd (`timer_get_fixed_delay_hash` in `timer.c`). */
const KEY = Uint8Array.of(
  0x51,
  0x0a,
  0xdb,
  0x76,
  0x29,
  0x51,
  0x42,
  0xc2,
  0x80,
  0x35,
  0xea,
  0xe6,
  0x8e,
  0x3a,
  0x37,
  0xbd,
);

/** Whose timer it is: what systemd hashes for `FixedRandomDelay=` and `RandomizedOffsetSec=`. */
export interface FixedDelaySubject {
  /** 32 hexadecimal digits; `null`, or anything else (`uninitialized`), counts as sixteen zero bytes, as in systemd. */
  readonly machineId: string | null;
  /** True for the system manager, false for a user's. */
  readonly system: boolean;
  /** The manager's user; 0 for the system manager. */
  readonly uid: number;
  /** The unit's primary id, such as `backup.timer`. */
  readonly unit: string;
}

/**
 * The 64-bit hash a timer's fixed delay is drawn from; the delay is `hash % span` in microseconds. The same span as
 * `RandomizedDelaySec=` and `RandomizedOffsetSec=` gives the same amount twice.
 */
export function fixedHash({ machineId, system, uid, unit }: FixedDelaySubject): bigint {
  // The name of a valid unit is ASCII.
  const name = Uint8Array.from(unit, (letter) => letter.charCodeAt(0));
  const message = new Uint8Array(21 + name.length);
  message.set(machineIdBytes(machineId));
  message[16] = system ? 1 : 0;
  new DataView(message.buffer).setUint32(17, uid, true);
  message.set(name, 21);
  return siphash24(KEY, message);
}

/** The 16 bytes of a machine id, dashes allowed as in `sd_id128_from_string`; zeros for anything else. */
function machineIdBytes(machineId: string | null): Uint8Array {
  const bytes = new Uint8Array(16);
  const digits = machineId?.trim().replaceAll("-", "") ?? "";
  if (/^[0-9a-f]{32}$/i.test(digits))
    for (let index = 0; index < 16; index++)
      bytes[index] = Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16);
  return bytes;
}
