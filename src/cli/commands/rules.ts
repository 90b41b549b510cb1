import { memoryHost } from "../../hosts/memory.ts";
import { readInventory } from "../../inventory/inventory.ts";
import { type Column, table } from "../../report/table.ts";
import { judge } from "../../rules/judge.ts";
import { ALL_RULES } from "../../rules/memory-rules.ts";
import type { ActivationRule, Rule, Tree } from "../../rules/rule.ts";
import { ruleText } from "../../rules/rule-text.ts";
import { UTC } from "../../time/zone.ts";
import { parseCommand } from "../arguments.ts";
import { type Command, RunError, UsageError } from "../command.ts";
import { OUTPUT_OPTIONS, outputsOf, writeOutput } from "../output.ts";
import { ownRulesOf } from "../policy-files.ts";

const COLUMNS: readonly Column<Rule>[] = [
  { title: "RULE", cell: ({ id }) => id },
  { title: "SEVERITY", cell: ({ severity }) => severity },
  { title: "CONFIDENCE", cell: ({ confidence }) => confidence },
  { title: "COUNTS AS", cell: ({ signal }) => signal },
  { title: "DEPTH", cell: ({ depth }) => depth },
  { title: "ACCUSES", cell: ({ title }) => title },
];

const FORMATS = ["table", "json"];

export const rules: Command = {
  name: "rules",
  summary: "The rules: list them, show one, test your own",
  usage: "timerwarden rules list|show|test [RULE…] [--rules DIR]",
  examples: [
    { line: "timerwarden rules list", does: "every rule with its severity" },
    {
      line: "timerwarden rules show fetch-and-run",
      does: "what it accuses, what looks alike, what clears it",
    },
    { line: "timerwarden rules test --rules site-rules/", does: "check your own rules and run their tests" },
  ],
  operands: [["list", "show", "test"], ["RULE"]],
  formats: FORMATS,
  options: {
    rules: { type: "string", multiple: true, value: "DIR", does: "own rules: a folder or a file" },
    ...OUTPUT_OPTIONS,
  },

  run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const [verb = "list", ...names] = given.positionals;
    const [output] = outputsOf(given, FORMATS);
    const own = ownRulesOf(given);
    const all: readonly Rule[] = [...ALL_RULES, ...own];
    const chosen = names.length === 0 ? all : names.map((name) => named(all, name));
    switch (verb) {
      case "list": {
        const facts = chosen.map(({ check: _check, examples: _examples, ...rule }) => rule);
        const text =
          output?.format === "json" ? `${JSON.stringify(facts, null, 2)}\n` : table(COLUMNS, chosen);
        writeOutput(output ?? { format: "table", file: null }, text, streams);
        return 0;
      }
      case "show":
        if (names.length === 0) throw new UsageError("rules show: name a rule (timerwarden rules list)");
        streams.out(chosen.map(ruleText).join("\n"));
        return 0;
      case "test":
        return testOwn(own, streams.out);
      default:
        throw new UsageError(`rules: list, show, or test, not ${JSON.stringify(verb)}`);
    }
  },
};

function named(all: readonly Rule[], name: string): Rule {
  const rule = all.find(({ id }) => id === name);
  if (rule === undefined)
    throw new RunError(`no rule is called ${JSON.stringify(name)} (timerwarden rules list)`, 4);
  return rule;
}

function testOwn(own: readonly ActivationRule[], out: (text: string) => void): number {
  if (own.length === 0) throw new UsageError("rules test: name your rules with --rules DIR");
  let failed = 0;
  for (const rule of own) {
    const cases = [
      ...rule.examples.fires.map((tree, at) => ({ name: `fires ${at + 1}`, ok: fires(rule, tree) })),
      ...rule.examples.quiet.map((tree, at) => ({ name: `quiet ${at + 1}`, ok: !fires(rule, tree) })),
    ];
    const wrong = cases.filter(({ ok }) => !ok).map(({ name }) => name);
    failed += wrong.length;
    const result =
      cases.length === 0
        ? "no tests"
        : wrong.length === 0
          ? `${cases.length} ok`
          : `wrong: ${wrong.join(", ")}`;
    out(`${rule.id}  ${result}\n`);
  }
  return failed > 0 ? 1 : 0;
}

function fires(rule: ActivationRule, tree: Tree): boolean {
  const zones = { zone: () => null, local: UTC };
  const inventory = readInventory(memoryHost(tree), { zones, nowUsec: 0 });
  return judge(inventory, { rules: [rule], depth: "everything" }).findings.length > 0;
}
