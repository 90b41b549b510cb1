/**
 * Falco's condition language as far as its documentation (falco.org, "Condition Syntax") goes: `and`, `or`, `not`,
 * parentheses, macros, lists, comparison operators. Anything else is an error, and so is a field nobody documents.
 */
import { parse } from "yaml";
import { matchesGlob } from "../manager/glob.ts";

export type FalcoEvent = Readonly<Record<string, string>>;

/** "Supported Fields for Conditions and Outputs", those of system calls that are used. */
const FIELDS = new Set([
  "evt.type",
  "evt.num",
  "evt.is_open_write",
  "fd.name",
  "fs.path.name",
  "fs.path.source",
  "fs.path.target",
  "proc.name",
  "proc.exepath",
  "proc.pexepath",
  "proc.cmdline",
  "user.name",
  "user.loginname",
]);
const PRIORITIES = new Set(["CRITICAL", "WARNING", "NOTICE", "INFORMATIONAL", "DEBUG"]);

type Test = (event: FalcoEvent) => boolean;

export interface FalcoRule {
  readonly rule: string;
  readonly desc: string;
  readonly tags: readonly string[];
  readonly matches: Test;
}

export function readFalco(text: string): readonly FalcoRule[] {
  const lists = new Map<string, readonly string[]>();
  const macros = new Map<string, Test>();
  const rules: FalcoRule[] = [];
  for (const item of parse(text) as Record<string, unknown>[]) {
    if (typeof item["list"] === "string") lists.set(item["list"], item["items"] as string[]);
    else if (typeof item["macro"] === "string")
      macros.set(item["macro"], new Condition(String(item["condition"]), lists, macros).test);
    else if (typeof item["rule"] === "string") {
      for (const [, field = ""] of String(item["output"]).matchAll(/%([a-z_.]+)/g))
        if (!FIELDS.has(field)) throw new Error(`output names ${field}`);
      if (!PRIORITIES.has(String(item["priority"]))) throw new Error(`priority ${item["priority"]}`);
      rules.push({
        rule: item["rule"],
        desc: String(item["desc"]),
        tags: item["tags"] as string[],
        matches: new Condition(String(item["condition"]), lists, macros).test,
      });
    } else if (typeof item["required_engine_version"] !== "number") throw new Error(JSON.stringify(item));
  }
  return rules;
}

class Condition {
  readonly test: Test;
  readonly #tokens: readonly string[];
  readonly #lists: ReadonlyMap<string, readonly string[]>;
  readonly #macros: ReadonlyMap<string, Test>;
  #at = 0;

  constructor(
    text: string,
    lists: ReadonlyMap<string, readonly string[]>,
    macros: ReadonlyMap<string, Test>,
  ) {
    this.#tokens = text.match(/"[^"]*"|[(),]|!=|=|[^\s(),="]+/g) ?? [];
    this.#lists = lists;
    this.#macros = macros;
    this.test = this.#or();
    if (this.#at < this.#tokens.length)
      throw new Error(`left over: ${this.#tokens.slice(this.#at).join(" ")}`);
  }

  #take(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Error("the condition ends too early");
    return token;
  }

  #expect(wanted: string): void {
    const token = this.#take();
    if (token !== wanted) throw new Error(`${wanted} expected, not ${token}`);
  }

  #or(): Test {
    const tests = [this.#and()];
    while (this.#tokens[this.#at] === "or") {
      this.#at++;
      tests.push(this.#and());
    }
    return (event) => tests.some((test) => test(event));
  }

  #and(): Test {
    const tests = [this.#not()];
    while (this.#tokens[this.#at] === "and") {
      this.#at++;
      tests.push(this.#not());
    }
    return (event) => tests.every((test) => test(event));
  }

  #not(): Test {
    const token = this.#take();
    if (token === "not") {
      const test = this.#not();
      return (event) => !test(event);
    }
    if (token === "(") {
      const test = this.#or();
      this.#expect(")");
      return test;
    }
    const macro = this.#macros.get(token);
    return macro ?? this.#comparison(token);
  }

  #comparison(field: string): Test {
    if (!FIELDS.has(field)) throw new Error(`no such field: ${field}`);
    const operator = this.#take();
    if (operator === "in" || operator === "pmatch") {
      const values = this.#values();
      if (operator === "in") return (event) => values.includes(event[field] ?? "<NA>");
      return (event) => values.some((value) => isAtOrBelow(event[field], value));
    }
    const value = this.#take().replace(/^"|"$/g, "");
    const compare = OPERATORS.get(operator);
    if (compare === undefined) throw new Error(`no such operator: ${operator}`);
    return (event) => compare(event[field] ?? "<NA>", value);
  }

  #values(): readonly string[] {
    this.#expect("(");
    const values: string[] = [];
    for (;;) {
      const word = this.#take();
      values.push(...(this.#lists.get(word) ?? [word]));
      const next = this.#take();
      if (next === ")") return values;
      if (next !== ",") throw new Error(`, expected, not ${next}`);
    }
  }
}

const OPERATORS: ReadonlyMap<string, (text: string, value: string) => boolean> = new Map([
  ["=", (text: string, value: string) => text === value],
  ["!=", (text: string, value: string) => text !== value],
  ["contains", (text: string, value: string) => text.includes(value)],
  ["startswith", (text: string, value: string) => text.startsWith(value)],
  ["endswith", (text: string, value: string) => text.endsWith(value)],
  ["glob", (text: string, value: string) => matchesGlob(value, text)],
]);

function isAtOrBelow(text: string | undefined, prefix: string): boolean {
  return text !== undefined && (text === prefix || text.startsWith(`${prefix}/`));
}
