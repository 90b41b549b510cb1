import { execFileSync } from "node:child_process";
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RunError } from "./command.ts";
import { folderOf } from "./run.test-support.ts";
import { writeWholeFile } from "./whole-file.ts";

test.each([
  ["new", {}],
  ["an old file", { result: "older and longer" }],
  ["a link, which is replaced", { result: "->other", other: "stays" }],
  ["a link to a device, which is replaced", { result: "->/dev/null" }],
])("%s", (_, files) => {
  const folder = folderOf(files);
  writeWholeFile(join(folder, "result"), ["a", new Uint8Array([98])], 0o600);
  expect(readFileSync(join(folder, "result"), "utf8")).toBe("ab");
  expect(lstatSync(join(folder, "result")).mode & 0o170777).toBe(0o100600);
  expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  if ("other" in files) expect(readFileSync(join(folder, "other"), "utf8")).toBe(files.other);
});

test("a pipe is written to and stays one", () => {
  const pipe = join(folderOf({}), "pipe");
  execFileSync("mkfifo", [pipe]);
  const reader = openSync(pipe, "r+");
  try {
    writeWholeFile(pipe, ["x\n"], 0o600);
    expect(statSync(pipe).isFIFO()).toBe(true);
  } finally {
    closeSync(reader);
  }
});

test("a device is written to and stays one", () => {
  writeWholeFile("/dev/null", ["x"], 0o600);
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
});

test.each([
  ["a folder", "", "it is a directory"],
  ["no such folder", "none/result", "its folder does not exist"],
])("%s is refused", (_, name, says) => {
  const file = join(folderOf({}), name);
  expect(() => writeWholeFile(file, ["x"], 0o600)).toThrow(RunError);
  expect(() => writeWholeFile(file, ["x"], 0o600)).toThrow(`cannot write ${file}: ${says}`);
});

test("what fails half way leaves the old file", () => {
  const folder = folderOf({ result: "old" });
  const failing = function* (): Generator<string> {
    yield "new";
    throw new Error("half way");
  };
  expect(() => writeWholeFile(join(folder, "result"), failing(), 0o600)).toThrow("half way");
  symlinkSync("result", join(folder, "link"));
  expect([readFileSync(join(folder, "link"), "utf8"), readdirSync(folder)]).toEqual([
    "old",
    ["link", "result"],
  ]);
});
