import { expect, test } from "vitest";
import { rowsOf } from "../mappings/mapping-set.ts";
import { SEED_EDITION, SEED_SETS } from "../mappings/seed.ts";
import { answerFor } from "./capability.ts";
import { CHECKS } from "./index.ts";

const ROWS = SEED_SETS.filter(({ metadata }) => metadata.attack_version === SEED_EDITION).flatMap((set) =>
  rowsOf(set).map(({ raw }) => String(raw.capability_id)),
);

test("the seed has the eleven rows of the mission", () => expect(ROWS.length).toBe(11));

/** The newest set of each framework: today's rows. */
const TODAY = [
  ...new Map(
    SEED_SETS.filter(({ metadata }) => metadata.attack_version !== SEED_EDITION).map((set) => [
      set.metadata.mapping_framework,
      set,
    ]),
  ).values(),
].flatMap((set) => rowsOf(set).map(({ raw }) => String(raw.capability_id)));

test("and the newest sets have seventeen", () => expect(TODAY.length).toBe(17));

test.each([...new Set([...ROWS, ...TODAY])])("%s has a check or a written reason", (id) => {
  const answer = answerFor(id);
  if (answer?.kind === "reason") expect(answer.reason.length).toBeGreaterThan(40);
  else expect(answer?.checks.length).toBeGreaterThan(0);
  const known = CHECKS.map((check) => check.id);
  for (const check of answer?.kind === "checks" ? answer.checks : []) expect(known).toContain(check);
});

test("an unknown capability has no answer", () => expect(answerFor("XX-1")).toBeNull());
