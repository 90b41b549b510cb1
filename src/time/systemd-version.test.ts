import { expect, test } from "vitest";
import {
  calendarStuckGuard,
  calendarYearResetsDay,
  DEFAULT_SYSTEMD_VERSION,
  dropInsOfMasked,
  formatSystemdVersion,
  hasUpholds,
  parseSystemdVersion,
  rebase,
} from "./systemd-version.ts";

test.each([
  ["252.38-1~deb12u1", 252, 38],
  ["252", 252, null],
  ["v257", 257, null],
  ["systemd 252 (252.38-1~deb12u1)\n+PAM", 252, 38],
  ["257~rc1-2", 257, null],
  ["239-82.el8_10.2", 239, null],
  ["249.11-0ubuntu3.12", 249, 11],
  ["1:257.3-1", 257, 3],
])("%s", (text, major, point) => expect(parseSystemdVersion(text)).toEqual({ major, point }));

test.each(["", "systemd", "latest", "x252"])("%s is no version", (text) =>
  expect(parseSystemdVersion(text)).toBeNull(),
);

test("versions are printed as they are read", () => {
  expect(formatSystemdVersion(DEFAULT_SYSTEMD_VERSION)).toBe("252.38");
  expect(formatSystemdVersion({ major: 257, point: null })).toBe("257");
});

/** The table of version differences, one row a behaviour: from where on it holds. */
test("behaviours change with the version, and with the point releases that carried a fix", () => {
  const at = (text: string): NonNullable<ReturnType<typeof parseSystemdVersion>> => {
    const version = parseSystemdVersion(text);
    if (version === null) throw new Error(text);
    return version;
  };
  expect([hasUpholds(at("253")), hasUpholds(at("254"))]).toEqual([false, true]);
  expect(
    ["252.31", "252.38", "253", "257.3", "257.13", "258"].map((text) => calendarStuckGuard(at(text))),
  ).toEqual([false, true, false, false, true, true]);
  expect(["252.38", "257.13", "258", "259"].map((text) => calendarYearResetsDay(at(text)))).toEqual([
    false,
    true,
    false,
    true,
  ]);
  expect([dropInsOfMasked(at("252")), dropInsOfMasked(at("257"))]).toEqual([true, false]);
  expect([rebase(at("252")), rebase(at("257.3")), rebase(at("257.13"))]).toEqual([
    "always",
    "always",
    "stale",
  ]);
});
