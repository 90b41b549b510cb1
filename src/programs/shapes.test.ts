import { expect, test } from "vitest";
import { memoryHost } from "../hosts/memory.ts";
import { openLibrary } from "./shapes.ts";

test("a script is read once while it is asked for, and again when many others were read since", () => {
  const names = Array.from({ length: 300 }, (_, index) => `/srv/${index}`);
  const host = memoryHost(Object.fromEntries(names.map((name) => [name, `#!/bin/sh\necho ${name}\n`])));
  const library = openLibrary(host);
  const first = library.script("/srv/0", 1024);
  expect(library.script("/srv/0", 1024)).toBe(first);
  for (const name of names) library.script(name, 1024);
  const again = library.script("/srv/0", 1024);
  expect(again).not.toBe(first);
  expect(again?.source.text).toBe(first?.source.text);
  expect(library.script("/srv/none", 1024)).toBeNull();
});
