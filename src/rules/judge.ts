/** All rules over one inventory: the findings, and from them a verdict for every activation. */
import { shortDigest } from "../digest.ts";
import type { Activation } from "../inventory/activation.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { RULES } from "./index.ts";
import {
  type Accusation,
  type Confidence,
  type Depth,
  type Rule,
  SEVERITIES,
  type Severity,
  type Signal,
} from "./rule.ts";
import { standingOf } from "./standing.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

export interface Finding {
  /** Stable while rule, unit and accused content stay the same: `tw-7f3a91c2b0`. */
  readonly id: string;
  readonly rule: Rule;
  readonly accusation: Accusation;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly signal: Signal;
  readonly unit: string;
  readonly scope: string;
  /** The decision of an operator that this is meant to be; `null` when there is none. */
  readonly accepted: Acceptance | null;
}

export interface Acceptance {
  readonly reason: string;
  readonly owner: string;
  readonly until: string | null;
}

export interface Judged {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
}

export interface Judgement {
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** By activation id. */
  readonly verdicts: ReadonlyMap<string, Judged>;
}

export interface JudgeOptions {
  readonly rules?: readonly Rule[];
  readonly depth?: Depth;
  /** The operator's decision about a finding; asked for each. `activation` is `null` for findings of the host. */
  readonly accept?: (finding: Finding, activation: Activation | null) => Acceptance | null;
}

const DEPTHS: readonly Depth[] = ["regular", "thorough", "everything"];
const CONFIDENCES: readonly Confidence[] = ["high", "medium", "low"];

/** Findings of one rule about one unit beyond this many are the same news again. */
const MAX_SAME = 20;

export function judge(
  inventory: Inventory,
  { rules = RULES, depth = "regular", accept = () => null }: JudgeOptions = {},
): Judgement {
  const chosen = rules.filter((rule) => DEPTHS.indexOf(rule.depth) <= DEPTHS.indexOf(depth));
  const decided = (finding: Finding, activation: Activation | null): Finding => ({
    ...finding,
    accepted: accept(finding, activation),
  });
  const findings: Finding[] = [];
  const verdicts = new Map<string, Judged>();
  const ofHost = chosen.flatMap((rule) =>
    rule.subject === "host"
      ? [...rule.check(inventory)].map((accusation) =>
          decided(findingOf(rule, accusation, accusation.unit, accusation.scope), null),
        )
      : [],
  );
  for (const finding of ofHost) findings.push(finding);
  const aboutUnit = new Map<string, Finding[]>();
  for (const finding of ofHost) {
    const key = `${finding.scope}/${finding.unit}`;
    const known = aboutUnit.get(key);
    if (known === undefined) aboutUnit.set(key, [finding]);
    else known.push(finding);
  }
  const ofActivations = chosen.filter((rule) => rule.subject === "activation");
  for (const activation of inventory.activations()) {
    const { id, unit, scope } = activation;
    const own: Finding[] = [];
    const said = new Set<string>();
    for (const rule of ofActivations) {
      const most = said.size + MAX_SAME;
      for (const accusation of rule.check(activation, inventory)) {
        const finding = findingOf(rule, accusation, unit, scope);
        if (said.has(finding.id)) continue;
        said.add(finding.id);
        own.push(decided(finding, activation));
        if (said.size >= most) break;
      }
    }
    for (const finding of own) findings.push(finding);
    const concerned = [...own, ...(aboutUnit.get(`${scope}/${unit}`) ?? [])];
    const open = concerned.filter(({ accepted }) => accepted === null);
    const verdict = verdictOf(
      open.map(({ signal, rule, severity, confidence }) => ({
        signal,
        family: rule.family,
        severity,
        confidence,
      })),
      isReadable(activation, inventory),
    );
    verdicts.set(id, { verdict, findings: concerned.sort(worstFirst) });
  }
  return { findings: uniqueById(findings).sort(worstFirst), verdicts };
}

function findingOf(rule: Rule, accusation: Accusation, unit: string, scope: string): Finding {
  const content = accusation.evidence.map(({ span, excerpt }) => `${span.path}\0${excerpt ?? ""}`).join("\0");
  return {
    id: `tw-${shortDigest([rule.id, scope, unit, accusation.says, content])}`,
    rule,
    accusation,
    severity: accusation.severity ?? rule.severity,
    confidence: accusation.confidence ?? rule.confidence,
    signal: accusation.signal ?? rule.signal,
    unit,
    scope,
    accepted: null,
  };
}

/**
 * False when silence means nothing: the unit or crontab could not be read, or a file its own command line names is
 * there and was not read to its end, or an image it sees its files in, and nobody answers for it. What a package ships is what the package does; what
 * is absent runs nothing.
 */
function isReadable(activation: Activation, inventory: Inventory): boolean {
  const { closure } = activation;
  if (activation.kind === "timer") {
    const { load, target } = activation.record;
    if (load === "error" || target?.state === "error") return false;
  }
  const unread = new Set(closure.gaps.flatMap((gap) => (gap.unread ? [gap.path] : [])));
  if (unread.size === 0) return true;
  const named = new Set(
    closure.commands.flatMap(({ followed }) =>
      followed.reached.flatMap(({ path, depth }) => (depth === 0 && path !== null ? [path] : [])),
    ),
  );
  return !closure.files.some((file) => {
    if (!unread.has(file.path) || !(named.has(file.path) || file.role === "image")) return false;
    const standing = standingOf(file, inventory);
    return standing === "unpackaged" || standing === "vendor-tree" || standing === "modified";
  });
}

function uniqueById(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [finding.id, finding])).values()];
}

function worstFirst(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    CONFIDENCES.indexOf(a.confidence) - CONFIDENCES.indexOf(b.confidence) ||
    compare(a.scope, b.scope) ||
    compare(a.unit, b.unit) ||
    compare(a.rule.id, b.rule.id) ||
    compare(a.id, b.id)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
