/** What changed between two selections of mapping rows: capabilities gained and lost, and what is said otherwise. */
import { compareAttackVersions } from "../attack/attack-version.ts";
import { grouped } from "../grouped.ts";
import { compareFrameworks, frameworkOf } from "./framework.ts";
import { admitted, compareIds, type Library, newest, type Selection } from "./library.ts";
import { type MappingRow, type MappingSet, rowOf, rowsOf } from "./mapping-set.ts";

export type ChangeKind =
  | "framework-added"
  | "framework-removed"
  | "row-added"
  | "row-removed"
  | "type-renamed"
  | "type-changed"
  | "id-respelled"
  | "title-changed"
  | "name-changed"
  | "score-changed";

export interface Change {
  readonly kind: ChangeKind;
  readonly framework: string;
  readonly technique: string | null;
  readonly capability: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Difference {
  readonly from: readonly MappingSet[];
  readonly to: readonly MappingSet[];
  readonly fromRows: number;
  readonly toRows: number;
  readonly changes: readonly Change[];
}

/**
 * `techniques` limits both sides; all of them when it is empty. Frameworks with no set on a side are said so once, and
 * their rows count as added or removed. Sets that hold a part of their file only are compared for that part.
 */
export function difference(
  from: readonly MappingSet[],
  to: readonly MappingSet[],
  techniques: readonly string[],
): Difference {
  const before = from.flatMap((set) => pick(set, techniques));
  const after = to.flatMap((set) => pick(set, techniques));
  const frameworks = [...new Set([...from, ...to].map(frameworkOfSet))].sort(compareFrameworks);
  const changes = frameworks.flatMap((framework) => {
    const old = before.filter((row) => frameworkOfSet(row.set) === framework);
    const now = after.filter((row) => frameworkOfSet(row.set) === framework);
    const said: Change[] = [];
    const whole = { framework, technique: null, capability: null };
    if (!from.some((set) => frameworkOfSet(set) === framework) && now.length > 0)
      said.push({ kind: "framework-added", ...whole, before: null, after: frameworkOf(framework).title });
    if (!to.some((set) => frameworkOfSet(set) === framework) && old.length > 0)
      said.push({ kind: "framework-removed", ...whole, before: frameworkOf(framework).title, after: null });
    return [...said, ...compareFramework(framework, old, now)];
  });
  return { from, to, fromRows: before.length, toRows: after.length, changes };
}

function frameworkOfSet({ metadata }: MappingSet): string {
  return metadata.mapping_framework;
}

function pick(set: MappingSet, techniques: readonly string[]): MappingRow[] {
  const rows =
    techniques.length === 0
      ? rowsOf(set)
      : techniques.flatMap((id) => set.rows.ofTechnique(id).map((index) => rowOf(set, index)));
  return rows.filter(({ state }) => state === "mapped");
}

function compareFramework(
  framework: string,
  before: readonly MappingRow[],
  after: readonly MappingRow[],
): Change[] {
  const old = byIdentity(before);
  const now = byIdentity(after);
  const changes: Change[] = [];
  for (const key of [...new Set([...old.keys(), ...now.keys()])].sort(compareIds)) {
    const [a, b] = [old.get(key), now.get(key)];
    const row = a ?? b;
    if (row === undefined) continue;
    const subject = { framework, technique: row.technique, capability: row.capability?.id ?? null };
    const one = (kind: ChangeKind, x: string | null, y: string | null): void => {
      changes.push({ kind, ...subject, before: x, after: y });
    };
    if (a === undefined) one("row-added", null, describe(row));
    else if (b === undefined) one("row-removed", describe(row), null);
    else changes.push(...compareRow(subject, a, b));
  }
  return changes;
}

/** Rows said twice are compared once. */
function byIdentity(rows: readonly MappingRow[]): Map<string, MappingRow> {
  const known = new Map<string, MappingRow>();
  for (const row of rows) {
    const key = `${row.technique} ${row.capability?.id} ${row.raw.score_category ?? ""}`;
    if (!known.has(key)) known.set(key, row);
  }
  return known;
}

function compareRow(
  subject: Pick<Change, "framework" | "technique" | "capability">,
  a: MappingRow,
  b: MappingRow,
): Change[] {
  const pairs: readonly (readonly [ChangeKind, string | null, string | null])[] = [
    [a.type === b.type ? "type-renamed" : "type-changed", a.typeLabel, b.typeLabel],
    ["id-respelled", a.capability?.original ?? null, b.capability?.original ?? null],
    ["title-changed", a.raw.capability_description ?? null, b.raw.capability_description ?? null],
    ["name-changed", a.raw.attack_object_name ?? null, b.raw.attack_object_name ?? null],
    ["score-changed", a.raw.score_value ?? null, b.raw.score_value ?? null],
  ];
  return pairs
    .filter(([, before, after]) => before !== after)
    .map(([kind, before, after]) => ({ kind, ...subject, before, after }));
}

function describe({ capability, raw }: MappingRow): string {
  const score = raw.score_category ? ` (${raw.score_category} ${raw.score_value ?? "without value"})` : "";
  return `${capability?.id ?? ""} ${raw.capability_description ?? ""}${score}`.trim();
}

/** A side of a comparison as people write it: `9.0`, `16`, `rev4@9.0`, `rev4@`; `null` if it is neither. */
export function sideOf(text: string, selection: Selection): Selection {
  const at = text.indexOf("@");
  if (at < 0) return { ...selection, attackVersion: text };
  const [version, attack] = [text.slice(0, at), text.slice(at + 1)];
  return {
    ...selection,
    frameworkVersion: version === "" ? selection.frameworkVersion : version,
    attackVersion: attack === "" ? selection.attackVersion : attack,
  };
}

/** The newest sets of each side. Empty when nothing fits. */
export function setsOfSide(library: Library, selection: Selection): readonly MappingSet[] {
  return newest(admitted(library.sets, selection), selection);
}

/** Changes that say the same of many rows, told once: `12 ids respelled: AC-2 → AC-02, …`. In the order of first sight. */
export function summarise(changes: readonly Change[]): readonly string[] {
  const groups = grouped(changes, ({ kind, framework, before, after }) =>
    [framework, kind, kind.startsWith("type-") ? `${before}→${after}` : ""].join(" "),
  );
  return [...groups.values()].map(
    (group) => `${frameworkOf(group[0]?.framework ?? "").title}: ${sentence(group)}`,
  );
}

function sentence(group: readonly Change[]): string {
  const [first] = group;
  if (first === undefined) return "";
  const count = group.length;
  const isOfOne = group.every(({ technique }) => technique === first.technique);
  const told = (change: Change, text: string | null): string =>
    `${isOfOne ? "" : `${change.technique} `}${text ?? ""}`;
  const pair = `${first.before} → ${first.after}`;
  const list = (texts: readonly string[]): string =>
    texts.length <= 6 ? texts.join("; ") : `${texts.slice(0, 6).join("; ")}; … (${texts.length} in all)`;
  switch (first.kind) {
    case "framework-added":
      return "had no set on the older side";
    case "framework-removed":
      return "has no set on the newer side";
    case "row-added":
      return `+ ${list(group.map((change) => told(change, change.after)))}`;
    case "row-removed":
      return `- ${list(group.map((change) => told(change, change.before)))}`;
    case "type-renamed":
      return `type renamed, ${pair} (${count === 1 ? "1 row" : `${count} rows`}, same meaning)`;
    case "type-changed":
      return `type changed, ${pair} (${count === 1 ? "1 row" : `${count} rows`})`;
    case "id-respelled":
      return `ids written otherwise, ${pair} (${count === 1 ? "1 id" : `${count} ids`})`;
    case "title-changed":
      return `title of ${first.capability}: ${pair}${count > 1 ? ` (and ${count - 1} more)` : ""}`;
    case "name-changed":
      return `technique called otherwise, ${pair}${count > 1 ? ` (and ${count - 1} more)` : ""}`;
    case "score-changed":
      return `score of ${first.capability}: ${pair}${count > 1 ? ` (and ${count - 1} more)` : ""}`;
  }
}

export interface Absence {
  readonly set: MappingSet;
  readonly capability: string;
  /** ATT&CK releases, oldest first, whose sets of the same framework version lack the row. */
  readonly lackedAt: readonly string[];
}

/** Rows of a technique that come and go: which other sets of the same framework version and domain lack them. */
export function absences(
  sets: readonly MappingSet[],
  all: readonly MappingSet[],
  technique: string,
): Absence[] {
  return sets.flatMap((set) => {
    const others = all.filter(
      (other) => other !== set && isSameFramework(other, set) && hasRows(other, technique),
    );
    const lacking = new Map<string, string[]>();
    for (const other of others) {
      const there = new Set(pick(other, [technique]).map(({ capability }) => capability?.id));
      for (const id of new Set(pick(set, [technique]).flatMap(({ capability }) => capability?.id ?? [])))
        if (!there.has(id)) lacking.set(id, [...(lacking.get(id) ?? []), other.metadata.attack_version]);
    }
    return [...lacking].map(([capability, versions]) => ({
      set,
      capability,
      lackedAt: versions.sort(compareAttackVersions),
    }));
  });
}

function isSameFramework({ metadata: a }: MappingSet, { metadata: b }: MappingSet): boolean {
  return (
    a.mapping_framework === b.mapping_framework &&
    a.mapping_framework_version === b.mapping_framework_version &&
    a.technology_domain === b.technology_domain
  );
}

function hasRows(set: MappingSet, technique: string): boolean {
  return set.rows.ofTechnique(technique).length > 0;
}
