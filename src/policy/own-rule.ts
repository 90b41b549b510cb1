/**
 * An operator's own rules: YAML with an expression in CEL (docs/policy.md). They are read and type-checked when loaded,
 * so that a mistake is an error with file and line and not silence; they cannot loop, reach files, or take for ever.
 */
import { setFlagsFromString } from "node:v8";
import type { Environment } from "@marcbachmann/cel-js";
import * as v from "valibot";
import { isMap, LineCounter, parseAllDocuments } from "yaml";
import type { MemoryEntry } from "../hosts/memory.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { type ActivationRule, type Evidence, SEVERITIES } from "../rules/rule.ts";
import type { Span } from "../syntax/span.ts";
import { MOST_ALIASES, type PolicyProblem } from "./acceptance.ts";
import { ruleEnvironment, ruleFacts } from "./own-rule-facts.ts";

/** Milliseconds all evaluations of one rule may take together on one host. */
const TIME_LIMIT_MS = 2000;

const text = v.pipe(v.string(), v.minLength(1));
const entry = v.union([
  v.string(),
  v.strictObject({
    content: v.optional(v.string()),
    link: v.optional(v.string()),
    dir: v.optional(v.literal(true)),
    mode: v.optional(v.number()),
    uid: v.optional(v.number()),
    gid: v.optional(v.number()),
  }),
]);
const trees = v.optional(v.array(v.record(v.string(), entry)), []);

const RULE = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^own-[a-z0-9]+(-[a-z0-9]+)*$/, "lower case words that begin with own-")),
  title: text,
  severity: v.picklist(SEVERITIES),
  confidence: v.optional(v.picklist(["high", "medium", "low"]), "medium"),
  signal: v.optional(v.picklist(["hostile", "suspicious", "odd", "weakness", "context"]), "odd"),
  family: v.optional(
    v.picklist([
      "placement",
      "permissions",
      "provenance",
      "masquerading",
      "hiding",
      "execution",
      "environment",
      "schedule",
      "protection",
      "user-scope",
      "time",
      "syntax",
    ]),
    "execution",
  ),
  techniques: v.optional(v.array(v.pipe(v.string(), v.regex(/^T\d{4}(\.\d{3})?$/, "an id like T1053.006"))), [
    "T1053.006",
  ]),
  controls: v.optional(v.array(text), []),
  when: text,
  says: v.optional(text),
  why: v.optional(text, "A rule of this site."),
  benign: v.optional(v.array(text), []),
  clears: v.optional(text, "change what the rule names, or the rule"),
  references: v.optional(v.array(text), []),
  tests: v.optional(v.strictObject({ fires: trees, quiet: trees }), { fires: [], quiet: [] }),
});

export interface OwnRules {
  readonly rules: readonly ActivationRule[];
  readonly problems: readonly PolicyProblem[];
}

/** Reads one file, which may hold several documents. Nothing in it is executed; what is wrong is a problem with its line. */
export function parseOwnRules(content: string, path: string): OwnRules {
  boundRegularExpressions();
  const counter = new LineCounter();
  const rules: ActivationRule[] = [];
  const problems: PolicyProblem[] = [];
  const placeAt = (offset: number) => `${path}:${counter.linePos(offset).line}`;
  const documents = parseAllDocuments(content, { lineCounter: counter });
  for (const document of Array.isArray(documents) ? documents : []) {
    const broken = document.errors[0];
    if (broken) {
      problems.push({
        place: placeAt(broken.pos[0]),
        message: broken.message.split("\n")[0] ?? broken.message,
      });
      continue;
    }
    if (document.contents === null) continue;
    if (!isMap(document.contents)) {
      problems.push({
        place: placeAt(document.contents.range?.[0] ?? 0),
        message: "a rule is a map of its fields",
      });
      continue;
    }
    const map = document.contents;
    const placeOf = (key: string) => {
      const pair = map.items.find((item) => String(item.key) === key);
      const node = (pair?.key ?? map) as { range?: readonly number[] | null };
      return placeAt(node.range?.[0] ?? 0);
    };
    let fields: unknown;
    try {
      fields = document.toJS({ maxAliasCount: MOST_ALIASES });
    } catch (error) {
      problems.push({ place: placeOf("id"), message: (error as Error).message });
      continue;
    }
    const result = v.safeParse(RULE, fields);
    if (!result.success) {
      for (const issue of result.issues) {
        const field = v.getDotPath(issue) ?? "";
        problems.push({
          place: placeOf(field.split(".")[0] ?? ""),
          message: `${field || "rule"}: ${issue.message}`,
        });
      }
      continue;
    }
    const environment = ruleEnvironment();
    const mistake = mistakeIn(result.output.when, environment);
    if (mistake === null) rules.push(compile(result.output, environment, placeOf("when")));
    else problems.push({ place: placeOf("when"), message: `when: ${mistake}` });
  }
  return { rules, problems };
}

type RuleRecord = v.InferOutput<typeof RULE>;

const PATTERN_IN_PLACE = /\bmatches\s*\(\s*(?:r?"(?:[^"\\]|\\.)*"|r?'(?:[^'\\]|\\.)*')\s*\)/gs;

/** Type errors, and regular expressions that V8 cannot run in linear time. */
function mistakeIn(when: string, environment: Environment): string | null {
  const checked = environment.check(when);
  if (!checked.valid) return checked.error?.message ?? "it does not type-check";
  if (checked.type !== "bool") return `it gives ${checked.type}, and a rule needs true or false`;
  const inPlace = when.replace(PATTERN_IN_PLACE, "");
  if (/\bmatches\s*\(/.test(inPlace)) return "matches() takes a pattern written in place, as a string";
  if (/\(\?[=!<]/.test(when) || /\\[1-9]/.test(when))
    return "patterns with look-around or back-references could take for ever and are refused";
  return null;
}

function compile(record: RuleRecord, environment: Environment, place: string): ActivationRule {
  const evaluate = environment.parse(record.when);
  const spentMs = new WeakMap<Inventory, number>();
  const { when: _when, says, tests, ...facts } = record;
  return {
    ...facts,
    subject: "activation",
    depth: "regular",
    examples: () => ({ fires: tests.fires.map(treeOf), quiet: tests.quiet.map(treeOf) }),
    *check(activation, inventory) {
      const start = performance.now();
      const verdict: unknown = evaluate(ruleFacts(activation, inventory));
      const spent = (spentMs.get(inventory) ?? 0) + performance.now() - start;
      spentMs.set(inventory, spent);
      if (spent > TIME_LIMIT_MS) throw new OwnRuleError(`${place}: ${record.id} takes too long on this host`);
      if (verdict !== true) return;
      const sentence = says ?? `${activation.unit}: ${record.title}`;
      yield {
        says: sentence.replaceAll("{unit}", activation.unit).replaceAll("{runsAs}", activation.runsAs),
        evidence: [evidenceFor(activation)],
      };
    },
  };
}

/** An own rule that does not keep its bounds: the run stops with the rule's place rather than going on without it. */
export class OwnRuleError extends Error {
  override name = "OwnRuleError";
}

function evidenceFor(activation: Parameters<ActivationRule["check"]>[0]): Evidence {
  const command = activation.closure.commands[0]?.exec.span;
  const path = activation.kind === "timer" ? activation.record.loaded.path : activation.job.span.path;
  const span: Span = command ?? { path: path ?? activation.unit, line: 0, column: 0, length: 0 };
  return { span, excerpt: null, says: null };
}

function treeOf(tree: RuleRecord["tests"]["fires"][number]): Readonly<Record<string, MemoryEntry>> {
  return Object.fromEntries(
    Object.entries(tree).map(([path, value]) => [
      path,
      typeof value === "string"
        ? value
        : Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)),
    ]),
  );
}

/** V8 falls back to its linear engine once a match backtracks too much (flags of V8, Node 20 and later). */
function boundRegularExpressions(): void {
  setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
  setFlagsFromString("--regexp-backtracks-before-fallback=50000");
}
