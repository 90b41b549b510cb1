import { expect, test } from "vitest";
import { run as runCommand, type Told } from "../run.test-support.ts";
import { timespan } from "./timespan.ts";

const run = (...args: readonly string[]): Promise<Told> => runCommand(timespan, args);

test("JSON is exact beyond 2^53, and status 0 even where a span is refused", async () => {
  const { status, out } = await run(
    "--format",
    "json",
    "--",
    "9223372036854775807us",
    "584541y",
    "infinity",
    "x",
  );
  expect(status).toBe(0);
  expect(out).toContain('"usec": 9223372036854775807,\n');
  expect(JSON.parse(out)).toMatchObject([
    { input: "9223372036854775807us", error: null },
    { input: "584541y", human: "584541y" },
    { usec: "infinity", human: "infinity" },
    { usec: null, human: null, error: expect.any(String) as string },
  ]);
});

test("text names the span in systemd's words; a refused one has status 2", async () => {
  expect(await run("90")).toMatchObject({ status: 0, out: "90  →  1min 30s    90000000 µs\n" });
  expect(await run("5H", "1s")).toMatchObject({
    status: 2,
    out: "error: not a time span\n  5H\n   ^ “H” is no unit of time; did you mean  5h\n\n1s  →  1s    1000000 µs\n",
  });
});

test("nothing to answer is refused", () => expect(run()).rejects.toThrow("at least one"));
