/** Faults in mapping data that its schema cannot see. Counts rows, names each with its file and place. */
import { compareAttackVersions, isAttackVersion } from "../attack/attack-version.ts";
import { formerNamesOf, namesIn, retirementIn } from "../attack/history.ts";
import type { AttackRelease, Technique } from "../attack/technique.ts";
import { parentOf } from "../attack/technique-id.ts";
import { type MappingRow, type MappingSet, rowsOf } from "./mapping-set.ts";

/** What a lint finding says, with its title; in the order results show them. */
export const LINT_KINDS = {
  "duplicate-row": "the same row twice, every field alike",
  "score-conflict": "same technique, capability, type and category, another value",
  "dead-technique": "technique absent from, or retired in, the stated ATT&CK release",
  "stale-name": "not the technique's name in the stated ATT&CK release",
  "foreign-attack-version": "the row states another ATT&CK release than its file",
  "complete-without-technique": "said to be complete, but names no technique",
  "score-without-value": "scored, but without category or value",
  "several-titles": "one capability id under several titles",
  "id-case-variants": "capability ids that differ only in letter case",
  "undeclared-type": "mapping type that the file does not declare",
  "null-type": "mapping type null in place of a declared one",
  "unused-group": "capability group declared, never used",
  "undeclared-group": "capability group that the file does not declare",
} as const;

export type LintKind = keyof typeof LINT_KINDS;

export interface LintFinding {
  readonly kind: LintKind;
  readonly file: string;
  /** The row, counting from 0; `null` when the file as a whole is meant. */
  readonly index: number | null;
  readonly says: string;
}

export interface LintResult {
  readonly findings: readonly LintFinding[];
  readonly files: number;
  readonly rows: number;
  /** Rows whose technique name nothing at hand can confirm or refute. */
  readonly unjudgedNames: number;
}

/** `releases`: imported ATT&CK releases. Names are judged by them, by the known renames, and by the data's own newest use. */
export function lint(sets: readonly MappingSet[], releases: readonly AttackRelease[]): LintResult {
  const all = sets.map((set) => ({ set, rows: rowsOf(set) }));
  const reference = referenceOf(all, releases);
  const findings: LintFinding[] = [];
  let unjudgedNames = 0;
  for (const { set, rows } of all) {
    const tell = (kind: LintKind, index: number | null, says: string): void => {
      findings.push({ kind, file: set.file, index, says });
    };
    repeats(rows, tell);
    for (const row of rows) {
      if (!techniqueFaults(row, reference, tell)) unjudgedNames += 1;
      rowFaults(row, tell);
    }
    capabilityFaults(rows, tell);
    groupFaults(set, rows, tell);
  }
  return {
    findings,
    files: sets.length,
    rows: all.reduce((sum, { rows }) => sum + rows.length, 0),
    unjudgedNames,
  };
}

type Tell = (kind: LintKind, index: number | null, says: string) => void;

const MARK = "\u0000";

function repeats(rows: readonly MappingRow[], tell: Tell): void {
  const seen = new Map<string, number>();
  const scored = new Map<string, { readonly values: Set<string>; readonly index: number }>();
  for (const row of rows) {
    const whole = JSON.stringify(Object.entries(row.raw).sort(([a], [b]) => (a < b ? -1 : 1)));
    const first = seen.get(whole);
    if (first !== undefined) tell("duplicate-row", row.index, `${cited(row)} is row ${first} again`);
    else seen.set(whole, row.index);
    const { score_category: category, score_value: value } = row.raw;
    if (row.state !== "mapped" || !category || !value) continue;
    const key = [row.technique, row.raw.capability_id, row.raw.mapping_type, category].join(MARK);
    const known = scored.get(key);
    if (known === undefined) scored.set(key, { values: new Set([value]), index: row.index });
    else known.values.add(value);
  }
  for (const [key, { values, index }] of scored) {
    const [technique, capability, , category] = key.split(MARK);
    if (values.size > 1)
      tell("score-conflict", index, `${technique} ${capability} ${category}: ${[...values].join(" and ")}`);
  }
}

/** What techniques are called and whether they live, by domain. */
interface Reference {
  readonly releases: readonly AttackRelease[];
  readonly index: ReadonlyMap<AttackRelease, ReadonlyMap<string, Technique>>;
  /** `domain id` → the name of the newest data that uses the id. */
  readonly usual: ReadonlyMap<string, string>;
  /** Parent id → domain → ids of the family in use there. */
  readonly families: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;
}

type SetRows = readonly { readonly set: MappingSet; readonly rows: readonly MappingRow[] }[];

function referenceOf(all: SetRows, releases: readonly AttackRelease[]): Reference {
  const newestFirst = releases.toSorted((a, b) => compareAttackVersions(b.version ?? "", a.version ?? ""));
  const index = new Map(
    newestFirst.map(
      (release) => [release, new Map(release.techniques.map((entry) => [entry.id, entry]))] as const,
    ),
  );
  return { releases: newestFirst, index, usual: usualNames(all), families: familiesOf(all) };
}

/** The name most rows of the newest ATT&CK release give a technique; what comes first in the alphabet among equals. */
function usualNames(all: SetRows): Map<string, string> {
  const usual = new Map<string, string>();
  const newestFirst = all.toSorted((a, b) =>
    compareAttackVersions(b.set.metadata.attack_version, a.set.metadata.attack_version),
  );
  const votes = new Map<string, { readonly version: string; readonly names: Map<string, number> }>();
  for (const { set, rows } of newestFirst) {
    const { attack_version: version, technology_domain: domain } = set.metadata;
    for (const { technique, raw } of rows) {
      const name = raw.attack_object_name;
      if (technique === null || !name) continue;
      const key = `${domain} ${technique}`;
      const known = votes.get(key) ?? { version, names: new Map<string, number>() };
      if (known.version === version) known.names.set(name, (known.names.get(name) ?? 0) + 1);
      votes.set(key, known);
    }
  }
  for (const [key, { names }] of votes)
    usual.set(key, [...names].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? "");
  return usual;
}

function familiesOf(all: SetRows): Map<string, Map<string, Set<string>>> {
  const families = new Map<string, Map<string, Set<string>>>();
  for (const { set, rows } of all) {
    for (const id of new Set(rows.flatMap(({ technique }) => technique ?? []))) {
      const parent = parentOf(id) ?? id;
      const known = families.get(parent) ?? new Map<string, Set<string>>();
      add(known, set.metadata.technology_domain, id);
      families.set(parent, known);
    }
  }
  return families;
}

/** False if the row's technique name could not be judged. */
function techniqueFaults(row: MappingRow, reference: Reference, tell: Tell): boolean {
  const { technique: id } = row;
  if (id === null) return true;
  const { attack_version: version, technology_domain: domain } = row.set.metadata;
  const dead = deathOf(id, domain, version, reference);
  if (dead !== null) {
    tell("dead-technique", row.index, `${id} ${dead}`);
    return true;
  }
  const name = row.raw.attack_object_name;
  if (!name) return true;
  const names = rightNames(id, domain, version, reference);
  if (names === null) return false;
  if (!names.includes(name))
    tell("stale-name", row.index, `${id} is called ${quote(name)}, not ${names.map(quote).join(" or ")}`);
  return true;
}

/** Why the id does not count in the release, or `null` if nothing is known against it. */
function deathOf(id: string, domain: string, version: string, reference: Reference): string | null {
  const retired = domain === "enterprise" ? retirementIn(id, version) : null;
  if (retired !== null) return `is retired in ATT&CK ${version}${retired.by ? `; now ${retired.by}` : ""}`;
  for (const release of reference.releases) {
    if (release.domain !== domain || release.version === null) continue;
    if (compareAttackVersions(release.version, version) < 0) continue;
    const known = reference.index.get(release)?.get(id);
    if (known === undefined) return `is not in ATT&CK ${release.version} ${domain}, nor was it before`;
    if (known.state !== "active" && isAttackVersion(version, release.version))
      return `is ${known.state} in ATT&CK ${version}${known.revokedBy ? `; now ${known.revokedBy}` : ""}`;
  }
  return isStray(id, domain, reference) ? `is not of the ${domain} domain` : null;
}

/** A sub-technique none of whose family is used in its domain, while another domain knows the family. */
function isStray(id: string, domain: string, { families }: Reference): boolean {
  const parent = parentOf(id);
  const known = parent === null ? undefined : families.get(parent);
  return known !== undefined && known.size > 1 && known.get(domain)?.size === 1 && !isLargest(known, domain);
}

function isLargest(family: ReadonlyMap<string, ReadonlySet<string>>, domain: string): boolean {
  const size = family.get(domain)?.size ?? 0;
  return [...family.values()].every((ids) => ids.size <= size);
}

function rightNames(
  id: string,
  domain: string,
  version: string,
  reference: Reference,
): readonly string[] | null {
  const same = reference.releases.find(
    (release) =>
      release.domain === domain && release.version !== null && isAttackVersion(release.version, version),
  );
  const exact = same && reference.index.get(same)?.get(id)?.name;
  if (exact !== undefined) return [exact];
  const known = domain === "enterprise" ? namesIn(id, version) : null;
  if (known !== null) return known;
  const release = reference.releases.find((entry) => entry.domain === domain);
  const name =
    (release && reference.index.get(release)?.get(id)?.name) ?? reference.usual.get(`${domain} ${id}`);
  return name === undefined ? null : [withoutParent(id, name, domain, reference)];
}

/** ATT&CK calls a sub-technique by its own name; `Parent: Child` is a display form. */
function withoutParent(id: string, name: string, domain: string, reference: Reference): string {
  const parent = parentOf(id);
  if (parent === null) return name;
  const titles = [reference.usual.get(`${domain} ${parent}`), ...formerNamesOf(parent)];
  const prefix = titles.find((title) => title !== undefined && name.startsWith(`${title}: `));
  return prefix === undefined ? name : name.slice(prefix.length + 2);
}

function rowFaults(row: MappingRow, tell: Tell): void {
  const { raw, set, index } = row;
  const { mapping_type: type, score_category: category, score_value: value } = raw;
  const { attack_version: version, mapping_types: types } = set.metadata;
  if (raw.attack_version && raw.attack_version !== version)
    tell("foreign-attack-version", index, `${quote(raw.attack_version)} in a file for ${version}`);
  if (raw.status === "complete" && !raw.attack_object_id)
    tell("complete-without-technique", index, cited(row));
  const isScored = row.type === "technique_scores" && row.state === "mapped";
  if (isScored && (!category || !value)) tell("score-without-value", index, cited(row));
  if (type === null || type === undefined) tell("null-type", index, cited(row));
  else if (!Object.hasOwn(types, type)) tell("undeclared-type", index, `${quote(type)} at ${cited(row)}`);
}

function capabilityFaults(rows: readonly MappingRow[], tell: Tell): void {
  const titles = new Map<string, Set<string>>();
  const spellings = new Map<string, Set<string>>();
  for (const { raw } of rows) {
    if (!raw.capability_id) continue;
    if (raw.capability_description) add(titles, raw.capability_id, raw.capability_description);
    add(spellings, raw.capability_id.toLowerCase(), raw.capability_id);
  }
  for (const [id, words] of titles)
    if (words.size > 1) tell("several-titles", null, `${id}: ${[...words].map(quote).join(", ")}`);
  for (const words of spellings.values())
    if (words.size > 1) tell("id-case-variants", null, [...words].map(quote).join(", "));
}

function groupFaults(set: MappingSet, rows: readonly MappingRow[], tell: Tell): void {
  const used = new Set(rows.flatMap(({ raw }) => raw.capability_group ?? []));
  for (const group of Object.keys(set.metadata.capability_groups))
    if (!used.has(group)) tell("unused-group", null, quote(group));
  for (const group of used)
    if (!Object.hasOwn(set.metadata.capability_groups, group)) tell("undeclared-group", null, quote(group));
}

function cited({ technique, raw }: MappingRow): string {
  return `${technique ?? "no technique"} / ${raw.capability_id ?? "no capability"}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}
