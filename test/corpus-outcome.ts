import { type CorpusCase, hostOf, nowUsecOf } from "../corpus/corpus.ts";
import type { Host } from "../src/hosts/host.ts";
import { zonesOf } from "../src/hosts/zoneinfo.ts";
import { type Inventory, readInventory } from "../src/inventory/inventory.ts";
import { RULES } from "../src/rules/index.ts";
import { type Finding, judge } from "../src/rules/judge.ts";
import type { Rule } from "../src/rules/rule.ts";
import { VERDICTS, type Verdict, verdictOf } from "../src/rules/verdict.ts";

/** What the rules made of a case. */
export interface Outcome {
  /** The worst verdict of what the case is about. */
  readonly verdict: Verdict;
  /** Rules that spoke about it. */
  readonly rules: ReadonlySet<string>;
  readonly findings: readonly Finding[];
  /** Every activation that is not `ok`, with the rules that spoke. */
  readonly notOk: readonly string[];
}

/** The inventory of a case's host at the case's time. */
export function inventoryOf(one: CorpusCase, host: Host = hostOf(one)): Inventory {
  return readInventory(host, { zones: zonesOf(host, null), nowUsec: nowUsecOf(one) });
}

/**
 * Judges a case. With `expects.unit` only that activation counts, with findings about the host that name its unit;
 * without it everything the host shows counts, findings about no activation by the same policy.
 */
export function outcomeOf(one: CorpusCase, rules: readonly Rule[] = RULES): Outcome {
  const { findings, verdicts } = judge(inventoryOf(one), { rules });
  const wanted = one.expects.unit ?? null;
  const concerns = (id: string): boolean => wanted === null || id === wanted;
  const own = findings.filter(({ scope, unit }) => concerns(`${scope}/${unit}`));
  const reached = wanted === null ? byUnit(own) : [weigh(own)];
  for (const [id, { verdict }] of verdicts) if (concerns(id)) reached.push(verdict);
  const notOk = [...verdicts]
    .filter(([, { verdict }]) => verdict !== "ok")
    .map(([id, judged]) => `${id} ${judged.verdict} ${judged.findings.map(({ rule }) => rule.id).join("+")}`);
  return { verdict: worst(reached), rules: new Set(own.map(({ rule }) => rule.id)), findings: own, notOk };
}

/** Findings of one unit are weighed together, those of different units are not. */
function byUnit(findings: readonly Finding[]): Verdict[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.scope}/${finding.unit}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].map(weigh);
}

function weigh(findings: readonly Finding[]): Verdict {
  return verdictOf(
    findings.map(({ signal, rule, severity, confidence }) => ({
      signal,
      family: rule.family,
      severity,
      confidence,
    })),
    true,
  );
}

/** The worst of some verdicts; `ok` when there are none. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS.find((verdict) => verdicts.includes(verdict)) ?? "ok";
}

/** True when `verdict` is `limit` or worse. */
export function isAtLeast(verdict: Verdict, limit: Verdict): boolean {
  return VERDICTS.indexOf(verdict) <= VERDICTS.indexOf(limit);
}
