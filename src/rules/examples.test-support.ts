/** A rule held to its own examples, for the tests of rules and for the mutation run. */
import { memoryHost } from "../hosts/memory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { type Inventory, readInventory } from "../inventory/inventory.ts";
import { ORDINARY } from "./example-host.ts";
import { judge } from "./judge.ts";
import type { Rule, Tree } from "./rule.ts";

/** 2024-03-01 00:00 UTC, in microseconds. */
const NOW_USEC = 1_709_251_200_000_000;

/** The inventory of an example's host. */
export function readExample(tree: Tree): Inventory {
  const host = memoryHost(tree);
  return readInventory(host, { zones: zonesOf(host, null), nowUsec: NOW_USEC });
}

/** What one rule finds, a line each, as `Examples.finds` writes it: `signal severity confidence path:line: says`. */
export function findingsOf(rule: Rule, inventory: Inventory): readonly string[] {
  return judge(inventory, { rules: [rule], depth: "everything" }).findings.map(
    ({ signal, severity, confidence, accusation: { says, evidence } }) =>
      `${signal} ${severity} ${confidence} ${evidence[0]?.span.path}:${evidence[0]?.span.line}: ${says}`,
  );
}

/** What the examples have against the rule; nothing when all is as they say. */
export function complaintsOf(
  rule: Rule,
  inventoryOf: (tree: Tree) => Inventory = readExample,
): readonly string[] {
  const { fires, quiet, finds = {} } = rule.examples();
  return [
    ...fires.flatMap((tree, index) => {
      const found = findingsOf(rule, inventoryOf(tree));
      const wanted = finds[index + 1];
      if (found.length === 0) return [`finds nothing in example ${index + 1}`];
      if (wanted === undefined || wanted.join("\n") === found.join("\n")) return [];
      return [`finds in example ${index + 1}: ${found.join("; ")}`];
    }),
    ...[...quiet, ORDINARY].flatMap((tree, index) => {
      const found = findingsOf(rule, inventoryOf(tree));
      const which = tree === ORDINARY ? "an ordinary host" : `example ${index + 1}`;
      return found.length === 0 ? [] : [`is not quiet on ${which}: ${found.join("; ")}`];
    }),
  ];
}
