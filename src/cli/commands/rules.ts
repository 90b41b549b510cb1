import type { RuleExporter } from "../../detections/exporter.ts";
import { RULE_EXPORTERS } from "../../detections/exporters.ts";
import { anyHost, surroundingsOf } from "../../detections/surroundings.ts";
import { memoryHost } from "../../hosts/memory.ts";
import { readInventory } from "../../inventory/inventory.ts";
import { nearest } from "../../nearest.ts";
import { type Column, table } from "../../report/table.ts";
import { judge } from "../../rules/judge.ts";
import { ALL_RULES } from "../../rules/memory-rules.ts";
import type { ActivationRule, Rule, Tree } from "../../rules/rule.ts";
import { ruleText } from "../../rules/rule-text.ts";
import { UTC } from "../../time/zone.ts";
import { type Arguments, parseCommand } from "../arguments.ts";
import { type Command, RunError, type Streams, UsageError } from "../command.ts";
import { OUTPUT_OPTIONS, outputsOf, writeOutput } from "../output.ts";
import { ownRulesOf } from "../policy-files.ts";
import { openOne, settle, TARGET_OPTIONS } from "../target.ts";

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
  summary: "The rules: list them, show one, test your own, write rules for other tools",
  usage:
    "timerwarden rules list|show|test [RULE…] [--rules DIR]\n       timerwarden rules export --to TOOL [TARGET] [-o FILE]",
  examples: [
    { line: "timerwarden rules list", does: "every rule with its severity" },
    {
      line: "timerwarden rules show fetch-and-run",
      does: "what it accuses, what looks alike, what clears it",
    },
    { line: "timerwarden rules test --rules site-rules/", does: "check your own rules and run their tests" },
    {
      line: "timerwarden rules export --to auditd -o /etc/audit/rules.d/60-timerwarden.rules",
      does: "audit rules for this host",
    },
    { line: "timerwarden rules export --to sigma", does: "for every host (docs/rules-export.md)" },
  ],
  operands: [["list", "show", "test", "export"], ["RULE"]],
  formats: FORMATS,
  options: {
    rules: { type: "string", multiple: true, value: "DIR", does: "own rules: a folder or a file" },
    to: {
      type: "string",
      value: "TOOL",
      words: RULE_EXPORTERS.map(({ name }) => name),
      does: `export: ${RULE_EXPORTERS.map(({ name }) => name).join(" ")}`,
    },
    root: { ...TARGET_OPTIONS.root, does: "export: for this directory as a root (same as root:DIR)" },
    ...OUTPUT_OPTIONS,
    output: { ...OUTPUT_OPTIONS.output, does: "list: table or json; export: the file to write" },
  },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const [verb = "list", ...names] = given.positionals;
    if (verb === "export") return exportRules(given, names, streams);
    if (given.text("to") !== null) throw new UsageError(`rules ${verb}: --to goes with export`);
    const [output] = outputsOf(given, FORMATS);
    const own = await ownRulesOf(given);
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
      default: {
        const meant = all.some(({ id }) => id === verb)
          ? `timerwarden rules show ${verb}`
          : nearest(verb, ["list", "show", "test", "export"]);
        throw new UsageError(
          `rules: list, show, test, or export, not ${JSON.stringify(verb)}${meant ? `; did you mean ${meant}?` : ""}`,
        );
      }
    }
  },
};

/** Rules for another tool, whole or not at all. */
async function exportRules(given: Arguments, targets: readonly string[], streams: Streams): Promise<number> {
  const exporter = exporterNamed(given.text("to"));
  const file = given.text("output");
  const isForOne = targets.length > 0 || given.text("root") !== null;
  if (isForOne && exporter.needs === "nothing")
    throw new UsageError(`rules export: ${exporter.name} rules hold for every host; name no target`);
  let text: string;
  if (isForOne || exporter.needs === "files") {
    const { host } = await openOne(targets, given, streams);
    text = await settle(host, () => exporter.write(surroundingsOf(host)));
  } else text = exporter.write(anyHost());
  writeOutput({ format: exporter.name, file }, text, streams);
  if (file === null && streams.isTerminal) streams.err(`its place: ${exporter.installAs}\n`);
  return 0;
}

function exporterNamed(name: string | null): RuleExporter {
  const names = RULE_EXPORTERS.map((exporter) => exporter.name);
  const found = RULE_EXPORTERS.find((exporter) => exporter.name === name);
  if (found !== undefined) return found;
  const meant = name === null ? null : nearest(name, names);
  throw new UsageError(
    `rules export: --to one of ${names.join(" ")}${name === null ? "" : `, not ${JSON.stringify(name)}`}${meant ? `; did you mean ${meant}?` : ""}`,
  );
}

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
      ...rule.examples().fires.map((tree, at) => ({ name: `fires ${at + 1}`, ok: fires(rule, tree) })),
      ...rule.examples().quiet.map((tree, at) => ({ name: `quiet ${at + 1}`, ok: !fires(rule, tree) })),
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
