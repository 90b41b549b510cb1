import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { parse, type Word } from "unbash";
import { describe, expect, test } from "vitest";
import { braceWords } from "./brace-expansion.ts";

/** The words one argument of a command becomes; `null` when its braces stay. */
function words(text: string): readonly string[] | null {
  const [statement] = parse(`echo ${text}`).commands;
  const command = statement?.command;
  const argument = command?.type === "Command" ? command.suffix[0] : undefined;
  if (argument === undefined || argument.type === "Assignment") throw new Error(`no word: ${text}`);
  return braceWords(argument as Word)?.map((parts) => parts.map(shown).join("")) ?? null;
}

function shown(part: { readonly text: string; readonly value?: unknown }): string {
  return typeof part.value === "string" ? part.value : part.text;
}

describe("braces make words", () => {
  test.each([
    ["a{b,c}d", ["abd", "acd"]],
    ["{curl,-fsSL,http://192.0.2.7/k}", ["curl", "-fsSL", "http://192.0.2.7/k"]],
    ["{a,b}{1,2}", ["a1", "a2", "b1", "b2"]],
    ["a{,.bak}", ["a", "a.bak"]],
    ["{a,{b,c}d}e", ["ae", "bde", "cde"]],
    ["{1..3}", ["1", "2", "3"]],
    ["{3..1}", ["3", "2", "1"]],
    ["{08..10}", ["08", "09", "10"]],
    ["{1..9..4}", ["1", "5", "9"]],
    ["{c..a}", ["c", "b", "a"]],
    ["{a,b\\,c}", ["a", "b,c"]],
    ["{sh,-c,$X}", ["sh", "-c", "$X"]],
    ['{sh,-c,"a,b"}', ["sh", "-c", '"a,b"']],
    ["plain", null],
    ["{one}", null],
    ["{1..65}", null],
    ["{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", null],
    [`${"{a,".repeat(20)}b${"}".repeat(20)}`, null],
  ])("%s", (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  test("as bash does it", () => {
    const atom = fc.constantFrom("a", "b", "0", "-", ".", "x/y");
    const sequence = fc.constantFrom("{1..4}", "{-2..2}", "{01..03}", "{a..d}", "{9..1..3}", "{d..a..2}");
    const word = fc.letrec<{ word: string; braces: string }>((tie) => ({
      braces: fc.oneof(
        { depthSize: "small" },
        sequence,
        fc.array(tie("word"), { minLength: 2, maxLength: 3 }).map((choices) => `{${choices.join(",")}}`),
      ),
      word: fc
        .array(fc.oneof({ weight: 3, arbitrary: atom }, tie("braces")), { maxLength: 3 })
        .map((parts) => parts.join("")),
    })).word;
    const samples = fc
      .sample(word, 400)
      .filter((text) => text !== "")
      .map((text) => ({ text, ours: words(text) }))
      .filter(({ ours }) => ours !== null);
    const script = samples.map(({ text }) => `printf '%s ' ${text}; echo`).join("\n");
    const { stdout } = spawnSync("bash", ["--norc", "-c", script], { encoding: "utf8" });
    const theirs = stdout.split("\n").slice(0, samples.length);
    expect(samples.length).toBeGreaterThan(100);
    // A choice of nothing is no word.
    for (const [at, { text, ours }] of samples.entries())
      expect([text, ours?.filter((each) => each !== "")]).toEqual([
        text,
        theirs[at]?.split(" ").filter((each) => each !== ""),
      ]);
  });
});
