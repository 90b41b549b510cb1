import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { readInventory } from "../inventory/inventory.ts";
import { dpkg, script, timed } from "../rules/example-host.ts";
import { judge } from "../rules/judge.ts";
import { UTC } from "../time/zone.ts";
import { explainText } from "./explain-text.ts";

const SHIPPED = ["/usr/bin/first", "/usr/bin/second", "/usr/bin/edited", "/usr/bin/open"];
const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
const SUMS = SHIPPED.map((path) => `${md5(script().content)}  ${path.slice(1)}\n`).join("");

function programsOf(columns: number | undefined): readonly string[] {
  const files: Record<string, MemoryEntry> = {
    ...dpkg(SHIPPED, SUMS),
    "/usr/bin/first": script(),
    "/usr/bin/second": script(),
    "/usr/bin/edited": script("false"),
    "/usr/bin/open": { ...script(), mode: 0o777 },
    "/usr/local/bin/own": script("first; second; edited; open"),
  };
  const host = memoryHost(timed("ExecStart=/usr/local/bin/own", files));
  const inventory = readInventory(host, { zones: { zone: () => null, local: UTC }, nowUsec: 0 });
  const [activation] = inventory.activations();
  const judged = judge(inventory).verdicts.get(activation?.id ?? "");
  if (activation === undefined || judged === undefined) throw new Error("one timer is there");
  const style = { zone: UTC, columns, ascii: true, color: false };
  const [told = ""] = [...explainText(activation, judged, inventory, style)].join("").split("\nWhy ");
  return told.split("\n").filter((line) => /^ +(script|unchanged|vendor|\/usr)/.test(line));
}

test("what its package ships unchanged is told by package, after all that needs a look", () => {
  expect(programsOf(undefined)).toEqual([
    "  script  /usr/local/bin/own  0:0 0755  38 bytes  no package owns it",
    "  script  /usr/bin/edited  0:0 0755  16 bytes  vendor 1.0, modified",
    "  script  /usr/bin/open  0:0 0777  15 bytes  vendor 1.0, matches",
    "  unchanged from packages",
    "    vendor 1.0: /usr/bin/first /usr/bin/second",
  ]);
  expect(programsOf(40).slice(-2)).toEqual(["    vendor 1.0: /usr/bin/first", "      /usr/bin/second"]);
});
