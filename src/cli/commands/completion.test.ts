import { rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { writeTree } from "../../hosts/real-tree.test-support.ts";
import type { Streams } from "../command.ts";
import { COMMANDS } from "../index.ts";
import { run } from "../run.test-support.ts";
import { completionOf } from "./completion.ts";

const commands = await Promise.all(COMMANDS.map((entry) => entry.load()));

/** Runs `completion` and returns what it printed. */
async function printed(...args: readonly string[]): Promise<string> {
  return (await run(completionOf(COMMANDS), args)).out;
}

test("only names that systemd takes for timers are told, so that a shell never sees another", async () => {
  const unit = "[Timer]\nOnCalendar=daily\n";
  const root = writeTree({
    "/etc/systemd/system/a.timer": unit,
    "/etc/systemd/system/b@.timer": unit,
    "/etc/systemd/system/x\\x2dy.timer": unit,
    "/etc/systemd/system/$(reboot).timer": unit,
    "/etc/systemd/system/`reboot`.timer": unit,
    "/etc/systemd/system/a b.timer": unit,
    "/etc/systemd/system/';reboot;'.timer": unit,
    "/etc/systemd/system/new\nline.timer": unit,
    "/etc/systemd/system/a.service": "",
    "/usr/lib/systemd/user/c.timer": unit,
  });
  try {
    expect(await printed("timers", `root:${root}`)).toBe("a.timer\nb@.timer\nc.timer\nx\\x2dy.timer\n");
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test.each(["", "tcsh", "bash zsh"])("%s is refused", async (text) => {
  await expect(printed(...text.split(" "))).rejects.toThrow("completion: name one of bash zsh fish timers");
});

describe("the formats that completion offers are those that the command takes", () => {
  test.each(
    commands
      .filter(({ formats }) => formats !== undefined)
      .map((command) => [command.name, command] as const),
  )("%s", async (_name, command) => {
    const streams = { env: {}, err: () => undefined, out: () => undefined } as unknown as Streams;
    const operand =
      { convert: ["-"], calendar: ["daily"], timespan: ["1h"], explain: ["a.timer"] }[command.name] ?? [];
    const run = async () => command.run(["-o", "no-such-format", ...operand], streams);
    await expect(run()).rejects.toThrow(`(one of: ${command.formats?.join(" ")})`);
  });
});
