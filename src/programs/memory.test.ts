import fc from "fast-check";
import { expect, test } from "vitest";
import { Memory } from "./memory.ts";

test("what changed after a mark is taken back and handed over", () => {
  const memory = new Memory<number>();
  memory.set("a", 1);
  memory.set("b", 2);
  const outer = memory.mark();
  memory.set("a", 3);
  const inner = memory.mark();
  memory.delete("b");
  memory.set("c", 4);
  memory.set("c", 5);
  expect([...memory.rollBack(inner)]).toEqual([
    ["c", 5],
    ["b", undefined],
  ]);
  expect(memory.get("b")).toBe(2);
  expect([...memory.rollBack(outer)]).toEqual([["a", 3]]);
  expect(memory.names()).toEqual(["a", "b"]);
  expect(memory.get("a")).toBe(1);
});

test("any steps between a mark and its end leave the memory as it was", () => {
  const step = fc.tuple(fc.constantFrom("set", "delete", "clear"), fc.constantFrom("a", "b", "c"), fc.nat(9));
  fc.assert(
    fc.property(fc.array(step), fc.array(step), (before, after) => {
      const memory = new Memory<number>();
      const run = (steps: typeof before): void => {
        for (const [what, name, value] of steps) {
          if (what === "set") memory.set(name, value);
          else if (what === "delete") memory.delete(name);
          else memory.clear();
        }
      };
      const seen = (): unknown =>
        ["a", "b", "c"].filter((name) => memory.has(name)).map((name) => [name, memory.get(name)]);
      run(before);
      const held = seen();
      const mark = memory.mark();
      run(after);
      const changed = seen();
      const left = memory.rollBack(mark);
      expect(seen()).toEqual(held);
      for (const [name, value] of left) {
        if (value === undefined) memory.delete(name);
        else memory.set(name, value);
      }
      expect(seen()).toEqual(changed);
    }),
  );
});
