import fc from "fast-check";
import { expect, test } from "vitest";
import { compareFileNames, decodeFileName, encodeFileName } from "./file-name.ts";

test.each([
  [[0x61], "a"],
  [[0xff], "\udcff"],
  [[0xc3, 0xa4], "ä"],
  [[0xc3], "\udcc3"],
  [[0xc0, 0x80], "\udcc0\udc80"],
  [[0xed, 0xb2, 0x80], "\udced\udcb2\udc80"],
  [[0xef, 0xbb, 0xbf, 0x61], "\ufeffa"],
  [[0xf4, 0x90, 0x80, 0x80], "\udcf4\udc90\udc80\udc80"],
  [[0xf0, 0x9f, 0x98, 0x80, 0x80], "\u{1f600}\udc80"],
])("bytes %j are the name %j", (bytes, name) => {
  expect(decodeFileName(Uint8Array.from(bytes))).toBe(name);
  expect([...(encodeFileName(name) ?? [])]).toEqual(bytes);
});

test.each(["\0", "\ud800", "a\udc00", "\udd00"])("no file is called %j", (name) =>
  expect(encodeFileName(name)).toBeNull(),
);

const bytes = fc
  .oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc
      .array(fc.constantFrom(0x61, 0x80, 0xc3, 0xa4, 0xed, 0xb2, 0xef, 0xf0, 0x9f, 0x98, 0xff))
      .map((list) => Uint8Array.from(list)),
  )
  .map((list) => list.filter((byte) => byte !== 0));

test("every sequence of bytes is a name and comes back", () => {
  fc.assert(
    fc.property(bytes, (name) => {
      expect(encodeFileName(decodeFileName(name))).toEqual(name);
    }),
  );
});

test("names are ordered as their bytes are", () => {
  fc.assert(
    fc.property(bytes, bytes, (left, right) => {
      const order = compareFileNames(decodeFileName(left), decodeFileName(right));
      expect(Math.sign(order)).toBe(Buffer.compare(left, right));
    }),
  );
});
