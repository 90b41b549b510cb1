import { expect, test } from "vitest";
import { COMMANDS, ELSEWHERE, NEWS, NO_NEWS, type WriteEvent } from "../events.test-support.ts";
import { type FalcoEvent, readFalco } from "../falco.test-support.ts";
import { anyHost } from "../surroundings.ts";
import { falco } from "./falco.ts";

const RULES = readFalco(falco.write(anyHost()));

/** Falco's fields for a system call (falco.org, "Accessing File System Paths"). */
function eventOf({ path, by, how }: WriteEvent): FalcoEvent {
  const who = { "proc.exepath": by, "proc.name": by.slice(by.lastIndexOf("/") + 1, 15), "evt.num": "7" };
  switch (how) {
    case "open":
      return {
        ...who,
        "evt.type": "openat",
        "evt.is_open_write": "true",
        "fd.name": path,
        "fs.path.name": path,
      };
    case "unlink":
      return { ...who, "evt.type": "unlinkat", "fs.path.name": path };
    case "symlink":
      return { ...who, "evt.type": "symlinkat", "fs.path.source": path, "fs.path.target": "/srv/x" };
    case "rename":
      return { ...who, "evt.type": "renameat2", "fs.path.source": "/srv/x", "fs.path.target": path };
  }
}

const told = (event: FalcoEvent): string[] =>
  RULES.filter(({ matches }) => matches(event)).map(({ rule }) => rule);

test.each(NEWS)("$path by $by ($how) is told", (event) => {
  expect(told(eventOf(event))).not.toEqual([]);
});

test.each([...NO_NEWS, ...ELSEWHERE])("$path by $by is not", (event) => {
  expect(told(eventOf(event))).toEqual([]);
});

test("reading is not told", () => {
  const event = eventOf({ path: "/etc/systemd/system/x.timer", by: "/usr/bin/cat", how: "open" });
  expect(told({ ...event, "evt.is_open_write": "false" })).toEqual([]);
});

test.each(COMMANDS)("%s", (line, detection) => {
  const program = line.split(" ")[0] ?? "";
  const event = {
    "evt.type": "execve",
    "evt.num": "7",
    "proc.name": program,
    "proc.exepath": `/usr/bin/${program}`,
    "proc.cmdline": line,
  };
  const wanted = anyHost()
    .commands.filter(({ id }) => id === detection)
    .map(({ title }) => `Timerwarden: ${title}`);
  expect(told(event)).toEqual(wanted);
});

test("each rule says what it is for and what it cannot see", () => {
  for (const { desc, tags } of RULES) {
    expect(desc).toMatch(/ATT&CK T\d{4}.*SP 800-53 \w\w-\d/);
    expect(desc).toContain("what was there before is not seen");
    expect(tags[0]).toBe("maturity_sandbox");
  }
});
