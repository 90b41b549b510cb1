import { decodeFileName } from "./file-name.ts";

/** The records of a pax header, values as bytes since they may hold any name; the last of a key counts. */
export type PaxRecords = ReadonlyMap<string, Uint8Array>;

/** Reads `LENGTH KEY=VALUE\n` records. What follows a damaged record is lost, which `whole` tells. */
export function readPax(bytes: Uint8Array): {
  readonly records: Map<string, Uint8Array>;
  readonly whole: boolean;
} {
  const records = new Map<string, Uint8Array>();
  for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
    const blank = bytes.indexOf(0x20, at);
    const length = blank < 0 || blank - at > 10 ? Number.NaN : Number(ascii(bytes, at, blank));
    const end = at + length;
    const equals = bytes.indexOf(0x3d, blank);
    if (!(end > at && end <= bytes.length && equals > blank && equals < end) || bytes[end - 1] !== 0x0a)
      return { records, whole: false };
    const key = ascii(bytes, blank + 1, equals);
    const value = bytes.subarray(equals + 1, end - 1);
    const before = records.get(key);
    const repeats = key === "GNU.sparse.offset" || key === "GNU.sparse.numbytes";
    records.set(
      key,
      repeats && before !== undefined ? Buffer.concat([before, Buffer.from(","), value]) : value,
    );
    at = end;
  }
  return { records, whole: true };
}

export function paxText(records: PaxRecords, key: string): string | null {
  const value = records.get(key);
  return value === undefined ? null : decodeFileName(value);
}

/** A decimal number; `null` when absent or no number a file can have. */
export function paxNumber(records: PaxRecords, key: string): number | null {
  const text = paxText(records, key);
  if (text === null || !/^-?\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** Seconds with a fraction, as nanoseconds. */
export function paxTime(records: PaxRecords, key: string): bigint | null {
  const match = /^(-?)(\d{1,12})(?:\.(\d{0,40}))?$/.exec(paxText(records, key) ?? "");
  if (match === null) return null;
  const nanoseconds =
    BigInt(match[2] ?? "0") * 1_000_000_000n + BigInt((match[3] ?? "").slice(0, 9).padEnd(9, "0"));
  return match[1] === "-" ? -nanoseconds : nanoseconds;
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
}
