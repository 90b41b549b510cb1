/** What several exporters say of a finding, said once. */

import type { Technique } from "../attack/technique.ts";
import { TIMER_TECHNIQUES } from "../attack/timer-techniques.ts";
import type { AuditReport, FindingRow, TimerRow } from "./envelope.ts";
import type { Report } from "./exporter.ts";
import { rowsOf } from "./rows.ts";
import { visible } from "./visible.ts";

export type Severity = FindingRow["severity"];
export type Confidence = FindingRow["confidence"];

/** Activations by `scope/unit`, for {@link timerOf}. */
export function timersById(report: Report): ReadonlyMap<string, TimerRow> {
  return new Map(rowsOf(report).map((row) => [row.id, row]));
}

/** The activation a finding is about; `undefined` for the host itself and for units that nothing activates. */
export function timerOf(
  { scope, unit }: Pick<FindingRow, "scope" | "unit">,
  timers: ReadonlyMap<string, TimerRow>,
): TimerRow | undefined {
  return timers.get(`${scope}/${unit}`);
}

/** The host's name, or what the operator called the target where the host has none. */
export function hostName({ target }: Report): string {
  return target.host ?? target.name;
}

/** `backup.timer (user:alice): runs a program from a memory file system`, safe to show. */
export function findingText({ unit, scope, says }: FindingRow): string {
  return visible(`${unit}${scope === "system" ? "" : ` (${scope})`}: ${says}`);
}

/** `/etc/x.timer:3:11`, `/etc/x.timer` when the file as a whole is meant; safe to show. */
export function placeText({
  path,
  line,
  column,
}: {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}): string {
  return visible(path) + (line > 0 ? `:${line}${column > 0 ? `:${column}` : ""}` : "");
}

/** Nobody has said that it is meant to be. */
export function isOpen({ accepted }: FindingRow): boolean {
  return accepted === null;
}

/** Fails a build: open, and high or worse, as `--fail-on` has it when nothing is said. */
export function isFailing(finding: FindingRow): boolean {
  return isOpen(finding) && (finding.severity === "critical" || finding.severity === "high");
}

export function acceptedText({ accepted }: FindingRow): string {
  if (accepted === null) return "";
  const until = accepted.until === null ? "" : `, until ${accepted.until}`;
  return visible(`accepted by ${accepted.owner}: ${accepted.reason}${until}`);
}

/** The rules that accuse, each with its findings, in the order of the report. */
export function findingsByRule({ findings }: AuditReport): ReadonlyMap<string, readonly FindingRow[]> {
  const rules = new Map<string, FindingRow[]>();
  for (const finding of findings) {
    const same = rules.get(finding.rule);
    if (same) same.push(finding);
    else rules.set(finding.rule, [finding]);
  }
  return rules;
}

const TECHNIQUES: ReadonlyMap<string, Technique> = new Map(
  TIMER_TECHNIQUES.map((technique) => [technique.id, technique]),
);

/** Ids of ATT&CK's enterprise tactics by short name (attack.mitre.org/tactics/enterprise). */
const TACTICS: ReadonlyMap<string, Tactic> = new Map([
  ["execution", { id: "TA0002", name: "Execution" }],
  ["persistence", { id: "TA0003", name: "Persistence" }],
  ["privilege-escalation", { id: "TA0004", name: "Privilege Escalation" }],
  ["defense-evasion", { id: "TA0005", name: "Defense Evasion" }],
]);

export interface Tactic {
  readonly id: string;
  readonly name: string;
}

/** A technique as other formats ask for it. Names and tactics of techniques that do not ship inside are unknown. */
export interface CitedTechnique {
  readonly id: string;
  /** The id itself where the name is not known. */
  readonly name: string;
  readonly parent: { readonly id: string; readonly name: string } | null;
  readonly tactics: readonly Tactic[];
  /** ATT&CK's own STIX id, where known. */
  readonly stixId: string | null;
  readonly url: string;
}

export function citedTechnique(id: string): CitedTechnique {
  const known = TECHNIQUES.get(id);
  const parentId = id.includes(".") ? id.slice(0, id.indexOf(".")) : null;
  return {
    id,
    name: known?.name ?? id,
    parent: parentId === null ? null : { id: parentId, name: TECHNIQUES.get(parentId)?.name ?? parentId },
    tactics: (known?.tactics ?? []).flatMap((tactic) => TACTICS.get(tactic) ?? []),
    stixId: known?.stixId ?? null,
    url: `https://attack.mitre.org/techniques/${encodeURIComponent(id).replace(".", "/")}`,
  };
}
