/** What a healthy system must come to. */
import { expect } from "vitest";
import type { Judgement } from "../src/rules/judge.ts";

/** No verdict worse than `review`, and of those at most three in a hundred. */
export function expectNothingAccused({ verdicts }: Judgement): void {
  const bad = [...verdicts].filter(([, { verdict }]) => verdict === "alert" || verdict === "suspect");
  expect(bad.map(([id, { findings }]) => `${id}: ${findings.map(({ rule }) => rule.id).join(", ")}`)).toEqual(
    [],
  );
  const review = [...verdicts].filter(([, { verdict }]) => verdict === "review");
  expect(review.length, review.map(([id]) => id).join(", ")).toBeLessThanOrEqual(
    Math.floor(verdicts.size * 0.03),
  );
}
