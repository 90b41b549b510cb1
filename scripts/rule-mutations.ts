/**
 * Changes every condition of every rule, one at a time, and asks the rule's own examples whether they notice.
 *
 * `tsx scripts/rule-mutations.ts [RULE…]` prints each change no example notices, with its place, and a score.
 *
 * A condition is an operand of `&&`, `||` or `!`, the test of an `if`, `?:` or loop, what a predicate answers, and any
 * comparison or question (`.has()`, `isStray()`) whose answer is returned or kept. Each is forced true and forced
 * false; where one of the two equals a change already made on the expression around it, it is left out.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import { parseSync } from "vite";
import type { Inventory } from "../src/inventory/inventory.ts";
import { complaintsOf, readExample } from "../src/rules/examples.test-support.ts";
import { RULES } from "../src/rules/index.ts";
import type { Rule, Tree } from "../src/rules/rule.ts";

const PROJECT = join(import.meta.dirname, "..");
const DIRECTORY = join(PROJECT, "src/rules");

/** One condition forced to one answer. */
export interface Mutant {
  /** Zero-based offsets into the rule's file, and what stands there instead. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** One-based. */
  readonly line: number;
  readonly says: string;
}

export interface Score {
  readonly rule: string;
  readonly killed: number;
  readonly survivors: readonly Survivor[];
}

/** A change that no example notices, and the rule's file with it. */
export interface Survivor extends Mutant {
  readonly rule: string;
  readonly changed: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

type Answer = "true" | "false";

const BOTH: readonly Answer[] = ["true", "false"];
const COMPARISONS = new Set(["===", "!==", "==", "!=", "<", "<=", ">", ">=", "in", "instanceof"]);
const TESTED = new Set([
  "IfStatement",
  "ConditionalExpression",
  "WhileStatement",
  "DoWhileStatement",
  "ForStatement",
]);
const PREDICATE_TAKERS = new Set("filter some every find findIndex findLast findLastIndex".split(" "));
/** Calls whose answer is yes or no, by the name of what is called. */
const QUESTION =
  /^(?:is|has|can|was|may|holds|runs)(?=[A-Z])|^(?:has|includes|test|startsWith|endsWith|some|every)$/;

/** Every change of a condition in a rule's text, examples and static facts left alone. */
export function mutantsOf(source: string): readonly Mutant[] {
  const { program, errors } = parseSync("rule.ts", source, { lang: "ts" });
  if (errors.length > 0) throw new Error(errors[0]?.message);
  const found = new Map<string, Mutant>();

  function add(node: Node, text: Answer): void {
    const original = source.slice(node.start, node.end);
    const line = source.slice(0, node.start).split("\n").length;
    const says = `${original.replace(/\s+/g, " ")} → ${text}`;
    found.set(`${node.start} ${node.end} ${text}`, { start: node.start, end: node.end, text, line, says });
  }

  /** A condition, and the answers not yet tried on what is around it. */
  function condition(node: Node, answers: readonly Answer[]): void {
    const inner = bare(node);
    for (const answer of answers) add(inner, answer);
    if (inner.type === "LogicalExpression" && inner["operator"] !== "??") operands(inner);
    else if (isNegation(inner)) condition(inner["argument"] as Node, []);
    else children(inner);
  }

  /** An operand forced to what leaves the others to decide. */
  function operands(node: Node): void {
    const { operator } = node;
    for (const key of ["left", "right"]) {
      const operand = bare(node[key] as Node);
      if (operand.type === "LogicalExpression" && operand["operator"] === operator) operands(operand);
      else condition(operand, [operator === "&&" ? "true" : "false"]);
    }
  }

  function children(node: Node): void {
    for (const value of Object.values(node))
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child);
  }

  function visit(node: Node): void {
    if (node.type.startsWith("TS") && node["expression"] === undefined) return;
    if (node.type === "Property" && ["examples", "id"].includes(nameOf(node["key"]))) return;
    if (TESTED.has(node.type) && isNode(node["test"])) {
      const isLoop = node.type.endsWith("Statement") && node.type !== "IfStatement";
      condition(node["test"], isLoop ? ["false"] : BOTH);
      for (const [key, value] of Object.entries(node)) if (key !== "test" && isNode(value)) visit(value);
    } else if (node.type === "CallExpression" && PREDICATE_TAKERS.has(calledName(node))) {
      if (isQuestion(node)) for (const answer of BOTH) add(node, answer);
      visit(node["callee"] as Node);
      for (const argument of node["arguments"] as Node[]) predicate(argument);
    } else if (isCondition(node)) condition(node, BOTH);
    else if (node.type === "LogicalExpression" && node["operator"] !== "??") operands(node);
    else children(node);
  }

  /** What is asked of each element: an arrow's expression, its returned answers, or a function by name. */
  function predicate(node: Node): void {
    const body = node["body"];
    if (node.type === "ArrowFunctionExpression" && isNode(body) && body.type !== "BlockStatement")
      condition(body, BOTH);
    else if (node.type === "Identifier")
      for (const answer of BOTH)
        found.set(`${node.start} ${node.end} ${answer}`, {
          start: node.start,
          end: node.end,
          text: `(() => ${answer})`,
          line: source.slice(0, node.start).split("\n").length,
          says: `${source.slice(node.start, node.end)} → () => ${answer}`,
        });
    else visit(node);
  }

  visit(program as unknown as Node);
  return [...found.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

function bare(node: Node): Node {
  return node.type === "ParenthesizedExpression" ? bare(node["expression"] as Node) : node;
}

function isNegation(node: Node): boolean {
  return node.type === "UnaryExpression" && node["operator"] === "!";
}

function isCondition(node: Node): boolean {
  if (isNegation(node) || isQuestion(node)) return true;
  if (node.type === "BinaryExpression") return COMPARISONS.has(String(node["operator"]));
  return (
    node.type === "LogicalExpression" &&
    node["operator"] !== "??" &&
    [node["left"], node["right"]].every((side) => isNode(side) && isCondition(bare(side)))
  );
}

function isQuestion(node: Node): boolean {
  return node.type === "CallExpression" && QUESTION.test(calledName(node));
}

function calledName(node: Node): string {
  const callee = node["callee"] as Node;
  return nameOf(callee.type === "MemberExpression" ? callee["property"] : callee);
}

function nameOf(node: unknown): string {
  return isNode(node) && typeof node["name"] === "string" ? node["name"] : "";
}

/** Runs mutants of one rule (all of them, or those chosen by their place in the list) against its examples. */
export async function scoreOf(rule: Rule, isChosen: (index: number) => boolean = () => true): Promise<Score> {
  const path = join(DIRECTORY, `${rule.id}.ts`);
  const source = readFileSync(path, "utf8");
  const load = await loaderOf(source);
  const inventories = new Map<Tree, Inventory>();
  const inventoryOf = (tree: Tree): Inventory => {
    const inventory = inventories.get(tree) ?? readExample(tree);
    inventories.set(tree, inventory);
    return inventory;
  };
  const complaints = (check: Rule["check"]): readonly string[] =>
    complaintsOf({ ...rule, check } as Rule, inventoryOf);
  const [broken] = complaints(load(source));
  if (broken !== undefined) throw new Error(`${rule.id} as it stands ${broken}`);
  const mutants = mutantsOf(source)
    .filter((_, index) => isChosen(index))
    .map((mutant) => ({ ...mutant, rule: rule.id, changed: changedText(source, mutant) }));
  const survivors = mutants.filter(({ changed }) => {
    try {
      return complaints(load(changed)).length === 0;
    } catch {
      return false;
    }
  });
  return { rule: rule.id, killed: mutants.length - survivors.length, survivors };
}

function changedText(source: string, { start, end, text }: Mutant): string {
  return `${source.slice(0, start)}${text}${source.slice(end)}`;
}

/** What tsc says where a test for `null` or for a kind is gone that a later line relies on. */
const NARROWING = /error TS(18047|18048|2322|2339|2345|2488|2531|2532|2538):/;

/** Those that the type checker lets pass. */
export function compilable(survivors: readonly Survivor[]): readonly Survivor[] {
  const work = mkdtempSync(join(tmpdir(), "timerwarden-mutants-"));
  try {
    const files = survivors.map(({ rule, changed }, index) => {
      const text = changed.replace(/(from ")(\.[^"]+)(";)/g, (_, before, path, after) =>
        [before, join(DIRECTORY, path), after].join(""),
      );
      const file = `${rule}.${index}.ts`;
      writeFileSync(join(work, file), text);
      return file;
    });
    writeFileSync(join(work, "package.json"), JSON.stringify({ type: "module" }));
    const compilerOptions = {
      typeRoots: [join(PROJECT, "node_modules/@types")],
      rewriteRelativeImportExtensions: false,
    };
    const config = { extends: join(PROJECT, "tsconfig.json"), compilerOptions, include: ["*.ts"] };
    writeFileSync(join(work, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(PROJECT, "node_modules/.bin/tsc");
    const { stdout } = spawnSync(tsc, ["-p", work, "--pretty", "false"], { cwd: work, encoding: "utf8" });
    const trouble = /^.*error TS(?:1\d{3}|2307|28\d\d|5\d{3}|6\d{3}):.*/m.exec(
      stdout.replace(/^.*TS2869.*/gm, ""),
    );
    if (trouble !== null) throw new Error(`tsc cannot judge the changed rules: ${trouble[0]}`);
    const errors = stdout.split("\n").filter((line) => NARROWING.test(line) && !line.includes("'never'"));
    const refused = new Set(errors.map((line) => line.slice(0, line.indexOf("("))));
    return survivors.filter((_, index) => !refused.has(files[index] ?? ""));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Compiles a changed text of a rule's file among the modules the program itself has loaded, and gives its check. */
export async function loaderOf(source: string): Promise<(text: string) => Rule["check"]> {
  const modules = new Map<string, unknown>();
  for (const [, specifier = ""] of source.matchAll(/^(?:import|\} from) [^;]*?"(\.[^"]+)";/gm))
    modules.set(specifier, await import(pathToFileURL(join(DIRECTORY, specifier)).href));
  return (text) => {
    const { code } = transformSync(text, { loader: "ts", format: "cjs", target: "node20" });
    const module: { exports: Record<string, unknown> } = { exports: {} };
    const evaluate = new Function("require", "module", "exports", code);
    evaluate((specifier: string) => modules.get(specifier), module, module.exports);
    const rule = Object.values(module.exports).find((each) => typeof (each as Rule)?.check === "function");
    if (rule === undefined) throw new Error("no rule in this file");
    return (rule as Rule).check;
  };
}

async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.find((id) => !RULES.some((rule) => rule.id === id));
  if (unknown !== undefined) throw new Error(`no rule ${unknown}`);
  const rules = RULES.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
  const scores: Score[] = [];
  for (const rule of rules) scores.push(await scoreOf(rule));
  const open = compilable(scores.flatMap(({ survivors }) => survivors));
  let [killed, refused, whole] = [0, 0, 0];
  for (const score of scores) {
    const own = open.filter(({ rule }) => rule === score.rule);
    killed += score.killed;
    refused += score.survivors.length - own.length;
    if (own.length === 0) whole++;
    console.log(`${score.rule}: ${score.killed} killed, ${own.length} survived`);
    for (const { line, says } of own) console.log(`  src/rules/${score.rule}.ts:${line}: ${says}`);
  }
  console.log(`${killed} killed by examples, ${refused} by the compiler, ${open.length} survived;`);
  console.log(`${whole} of ${rules.length} rules without a survivor`);
  process.exitCode = open.length === 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));
