import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type CorpusCase, loadCase, loadCorpus, treeOf } from "../corpus/corpus.ts";
import { RULES } from "../src/rules/index.ts";
import { isAtLeast, type Outcome, outcomeOf } from "./corpus-outcome.ts";

const CORPUS = loadCorpus();
const MALICIOUS = CORPUS.filter(({ kind }) => kind === "malicious");
const BENIGN = CORPUS.filter(({ kind }) => kind === "benign");

/** The bars of the corpus: how many cases at least, and which shares must hold. */
const MIN_MALICIOUS = 120;
const MIN_BENIGN = 60;
const MIN_EXPECTED_RULE = 0.95;
const MAX_REVIEW = 0.03;

describe("manifests", () => {
  test("there are enough cases, each with an id of its own that its folder begins with", () => {
    expect(MALICIOUS.length).toBeGreaterThanOrEqual(MIN_MALICIOUS);
    expect(BENIGN.length).toBeGreaterThanOrEqual(MIN_BENIGN);
    expect(new Set(CORPUS.map(({ id }) => id)).size).toBe(CORPUS.length);
    for (const { id, folder, kind } of CORPUS) {
      expect(folder.startsWith(`${id}-`), folder).toBe(true);
      expect(id.startsWith(kind === "malicious" ? "M" : "B"), folder).toBe(true);
      expect(readdirSync(join(import.meta.dirname, "../corpus", kind, folder)), folder).toEqual([
        "case.json",
      ]);
    }
  });

  test("expected rules exist, and every malicious case expects some", () => {
    const known = new Set(RULES.map(({ id }) => id));
    const unknown = CORPUS.flatMap(({ folder, expects }) =>
      [...(expects.rules?.anyOf ?? []), ...(expects.rules?.allOf ?? [])]
        .filter((id) => !known.has(id))
        .map((id) => `${folder}: ${id}`),
    );
    expect(unknown).toEqual([]);
    expect(
      MALICIOUS.filter(({ expects }) => expects.rules === undefined).map(({ folder }) => folder),
    ).toEqual([]);
  });

  test("no two cases plant the same tree", () => {
    const seen = new Map<string, string>();
    for (const one of CORPUS) {
      const planted = JSON.stringify([one.base, one.packages ?? [], one.tree], (_, value) =>
        typeof value === "bigint" ? `${value}n` : value,
      );
      expect(seen.get(planted), one.folder).toBeUndefined();
      seen.set(planted, one.folder);
    }
  });

  test("texts are inert: only documentation addresses and names", () => {
    const strange = CORPUS.flatMap((one) => strangeHosts(one).map((host) => `${one.folder}: ${host}`));
    expect(strange).toEqual([]);
  });

  test.each([
    ["an unknown field", { colour: "red" }, "colour"],
    ["an unknown verdict", { expects: { verdict: "bad" } }, "expects.verdict"],
    ["a relative path", { tree: { "etc/x": "" } }, "tree"],
    ["a mode that is no octal text", { tree: { "/x": { mode: "755" } } }, "tree"],
    ["an unknown field of a file", { tree: { "/x": { owner: 1 } } }, "tree"],
  ])("a manifest with %s is refused by name", (_, change, field) => {
    const manifest = {
      id: "M01",
      title: "A title that says something",
      imitates: "nothing",
      source: "this test",
      base: "debian-12",
      expects: { verdict: "ok" },
      tree: {},
    };
    expect(loadCase("malicious", "x", JSON.stringify(manifest)).id).toBe("M01");
    expect(() => loadCase("malicious", "x", JSON.stringify({ ...manifest, ...change }))).toThrow(
      `malicious/x/case.json: ${field}`,
    );
  });
});

const outcomes = new Map<string, Outcome>();

/** Judged once for all tests of this file. */
function outcome(one: CorpusCase): Outcome {
  const known = outcomes.get(one.folder) ?? outcomeOf(one);
  outcomes.set(one.folder, known);
  return known;
}

const withoutExpectedRule = (): readonly string[] =>
  MALICIOUS.filter((one) => !hasExpectedRule(one, outcome(one).rules)).map(({ folder }) => folder);
const forReview = (): readonly string[] =>
  BENIGN.filter((one) => outcome(one).verdict === "review").map(({ folder }) => folder);

describe("malicious cases", () => {
  test.each(MALICIOUS.map((one) => [one.folder, one] as const))("%s", (_, one) => {
    const { verdict, rules } = outcome(one);
    const report = `${verdict}: ${[...rules].join(", ")}`;
    expect(isAtLeast(verdict, "suspect"), report).toBe(true);
    expect(isAtLeast(verdict, one.expects.verdict), report).toBe(true);
  });

  test(`at least ${MIN_EXPECTED_RULE * 100} % show an expected rule`, () => {
    const missing = withoutExpectedRule();
    const allowed = Math.floor(MALICIOUS.length * (1 - MIN_EXPECTED_RULE));
    expect(missing.length, missing.join(", ")).toBeLessThanOrEqual(allowed);
  });
});

describe("benign cases", () => {
  test.each(BENIGN.map((one) => [one.folder, one] as const))("%s", (_, one) => {
    const { verdict, notOk } = outcome(one);
    expect(isAtLeast(verdict, "suspect"), notOk.join("; ")).toBe(false);
    expect(isAtLeast(one.expects.verdict, verdict), `${verdict}: ${notOk.join("; ")}`).toBe(true);
  });

  test(`at most ${MAX_REVIEW * 100} % are for review`, () => {
    const found = forReview();
    expect(found.length, found.join(", ")).toBeLessThanOrEqual(Math.floor(BENIGN.length * MAX_REVIEW));
  });
});

afterAll(() => {
  const hits = MALICIOUS.length - withoutExpectedRule().length;
  console.log(
    `corpus: ${MALICIOUS.length} malicious, ${hits} with an expected rule; ` +
      `${BENIGN.length} benign, ${forReview().length} for review`,
  );
});

function hasExpectedRule({ expects }: CorpusCase, rules: ReadonlySet<string>): boolean {
  const { anyOf, allOf = [] } = expects.rules ?? {};
  return (anyOf === undefined || anyOf.some((id) => rules.has(id))) && allOf.every((id) => rules.has(id));
}

/** Addresses outside 192.0.2.0/24 and loopback, and URLs whose host is no example name. */
function strangeHosts(one: CorpusCase): string[] {
  const text = [...treeOf(one).values()]
    .map((entry) => (typeof entry === "object" && "content" in entry ? entry.content : entry))
    .filter((content) => typeof content === "string")
    .join("\n")
    // A package's version may look like an address.
    .replace(/^Version: .*$/gm, "");
  const addresses = [...text.matchAll(/(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])/g)].map(
    ([all]) => all,
  );
  const hosts = [...text.matchAll(/\b(?:https?|ssh|sftp|stratum\+\w+):\/\/(?:[^\s/@"']*@)?([\w.-]+)/g)].map(
    ([, host]) => host ?? "",
  );
  return [...new Set([...addresses, ...hosts])].filter(
    (host) => !/^192\.0\.2\.\d+$|^127\.0\.0\.1$|(?:^|\.)example\.test$/.test(host),
  );
}
