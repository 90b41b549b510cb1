import { expect, test } from "vitest";
import { COMMAND_TABLES } from "./commands.ts";

test("no command has two meanings", () => {
  const names = COMMAND_TABLES.flatMap((table) => [...table.keys()]);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
