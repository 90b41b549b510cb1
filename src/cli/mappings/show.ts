/** `mappings show`: what is mapped to a technique, or what a capability is mapped to. */

import type { AttackRelease, Technique } from "../../attack/technique.ts";
import { isSameFamily, parentOf, techniqueIdOf } from "../../attack/technique-id.ts";
import { TIMER_RELATED } from "../../attack/timer-techniques.ts";
import { grouped } from "../../grouped.ts";
import {
  type Absence,
  absences,
  type Difference,
  difference,
  setsOfSide,
  summarise,
} from "../../mappings/difference.ts";
import { exportCsv } from "../../mappings/export-csv.ts";
import { exportMapex, yaml } from "../../mappings/export-mapex.ts";
import { exportMarkdown } from "../../mappings/export-markdown.ts";
import { exportNavigator } from "../../mappings/export-navigator.ts";
import { exportStix } from "../../mappings/export-stix.ts";
import { flatRow } from "../../mappings/flat-row.ts";
import { frameworkOf } from "../../mappings/framework.ts";
import {
  compareIds,
  EVERYTHING,
  rowsOfCapabilityIn,
  rowsOfTechniqueIn,
  techniqueFor,
} from "../../mappings/library.ts";
import { type MappingRow, type MappingSet, setKey, setTitle } from "../../mappings/mapping-set.ts";
import { controlIdOf } from "../../mappings/normal-form.ts";
import type { Control } from "../../mappings/oscal-catalog.ts";
import { SEED_EDITION } from "../../mappings/seed.ts";
import { type Column, table } from "../../report/table.ts";
import { visible } from "../../report/visible.ts";
import { UsageError } from "../command.ts";
import { type Context, chosenSets, emit, json, nothingFor, ownSets, stixIdsOf, subset } from "./context.ts";
import { attackTitle, capabilityTitle, count, frameworkTitle, kindOf, versionTitle } from "./words.ts";

export function show(context: Context): number {
  const [thing, ...rest] = context.positionals;
  if (thing === undefined) throw new UsageError("show: name a technique (T1053.006) or a capability (AC-6)");
  if (rest.length > 0)
    throw new UsageError("show: one technique or capability at a time; put blanks in quotes");
  const technique = techniqueIdOf(thing);
  return technique === null ? showCapability(context, thing) : showTechnique(context, technique);
}

interface TechniqueView {
  readonly id: string;
  readonly facts: { readonly technique: Technique; readonly release: AttackRelease } | null;
  readonly rows: readonly MappingRow[];
  readonly judged: readonly MappingRow[];
  readonly silent: readonly MappingSet[];
  readonly own: readonly MappingRow[];
  readonly difference: Difference | null;
  readonly absences: readonly Absence[];
  readonly neighbours: readonly Neighbour[];
}

interface Neighbour {
  readonly id: string;
  readonly name: string | null;
  /** Mapped rows in the same sets; `null` where only the seed is here, which knows one technique. */
  readonly rows: number | null;
}

function showTechnique(context: Context, id: string): number {
  if (chosenSets(context).length + ownSets(context).length === 0)
    throw nothingFor(context, "no mapping set fits");
  const view = techniqueView(context, id);
  if (view.rows.length + view.judged.length + view.own.length === 0 && view.facts === null)
    throw nothingFor(
      context,
      `${id} is in no mapping file at hand; import the published files (timerwarden mappings import)`,
    );
  if (view.rows.length === 0 && view.judged.length === 0 && context.selection.attackVersion !== null)
    throw nothingFor(context, `no row for ${id} at ATT&CK ${context.selection.attackVersion}`);
  emitRows(context, [...view.rows, ...view.judged], [id], {
    table: () => techniqueText(context, view),
    json: () => techniqueJson(context, view),
  });
  return 0;
}

function techniqueView(context: Context, id: string): TechniqueView {
  const library = context.library();
  const sets = chosenSets(context);
  const own = ownSets(context);
  const found = rowsOfTechniqueIn(sets, own, id);
  const facts = techniqueFor(library, id);
  return {
    id,
    facts,
    rows: found.filter(({ state }) => state === "mapped"),
    judged: found.filter(({ state }) => state === "technique-judged"),
    silent: silentSets(sets, found, facts),
    own: rowsOfTechniqueIn(own, [], id),
    difference: differenceFor(context, sets, id),
    absences: isDefault(context) ? absences(sets, library.sets, id) : [],
    neighbours: neighboursOf(context, sets, id),
  };
}

/** Whole sets of the technique's own domain that do not name it. */
function silentSets(
  sets: readonly MappingSet[],
  found: readonly MappingRow[],
  facts: TechniqueView["facts"],
): MappingSet[] {
  const domains = new Set(found.map(({ set }) => set.metadata.technology_domain));
  if (facts) domains.add(facts.release.domain);
  const named = new Set(found.map(({ set }) => set));
  return sets.filter((set) => set.complete && !named.has(set) && domains.has(set.metadata.technology_domain));
}

/** No version chosen: the newest of each framework is shown, and what differs is told. */
function isDefault({ selection, args }: Context): boolean {
  const { attackVersion, frameworkVersion } = selection;
  return (
    attackVersion === null && frameworkVersion === null && !args.flag("all") && args.text("carry") === null
  );
}

/** Against the older edition, only where the newest is shown unasked. */
function differenceFor(context: Context, sets: readonly MappingSet[], id: string): Difference | null {
  if (!isDefault(context)) return null;
  const { framework, domain } = context.selection;
  const before = setsOfSide(context.library(), {
    ...EVERYTHING,
    framework,
    domain,
    attackVersion: SEED_EDITION,
  });
  const change = difference(before, sets, [id]);
  return change.fromRows > 0 && change.changes.length > 0 ? change : null;
}

function neighboursOf(context: Context, sets: readonly MappingSet[], id: string): Neighbour[] {
  const library = context.library();
  const complete = sets.filter((set) => set.complete);
  const release = techniqueFor(library, id)?.release;
  const family = (release?.techniques ?? []).filter(
    (entry) => entry.state === "active" && isSameFamily(entry.id, id),
  );
  const related = isSameFamily(id, "T1053.006") ? TIMER_RELATED : [];
  const ids = new Set([...family.map((entry) => entry.id), parentOf(id) ?? id, ...related]);
  ids.delete(id);
  return [...ids].sort(compareIds).map((other) => ({
    id: other,
    name: techniqueFor(library, other)?.technique.name ?? null,
    rows:
      complete.length === 0
        ? null
        : rowsOfTechniqueIn(complete, [], other).filter(({ state }) => state === "mapped").length,
  }));
}

function techniqueText(context: Context, view: TechniqueView): string {
  const { id, facts, rows } = view;
  const name = facts?.technique.name ?? rows[0]?.raw.attack_object_name ?? "";
  const platforms = facts ? ` (${facts.technique.platforms.join(", ")})` : "";
  const { attackVersion } = context.selection;
  const which = context.args.flag("all")
    ? "all versions"
    : attackVersion === null
      ? "newest data per framework"
      : `data for ATT&CK ${attackVersion}`;
  const lines = [`${id} ${visible(name)}${platforms}      ${which}: ${count(rows.length, "row")}`];
  const groups = groupsOf(rows);
  const text = groups.length === 0 ? "" : table(GROUP_COLUMNS, groups, context.streams.columns);
  return `${lines.join("\n")}\n${text}${notes(view)
    .map((note) => `${visible(note)}\n`)
    .join("")}`;
}

interface Group {
  readonly set: MappingSet;
  readonly capabilities: string;
  readonly kind: string;
}

const GROUP_COLUMNS: readonly Column<Group>[] = [
  { title: "FRAMEWORK", cell: ({ set }) => frameworkTitle(set) },
  { title: "VERSION", cell: ({ set }) => versionTitle(set) },
  { title: "ATT&CK", cell: ({ set }) => attackTitle(set) },
  { title: "CAPABILITIES", cell: ({ capabilities }) => capabilities, least: 24 },
  { title: "KIND", cell: ({ kind }) => kind },
];

/** Controls of one set and kind on one line; safeguards first, vocabulary last. */
function groupsOf(rows: readonly MappingRow[]): Group[] {
  const isVocabulary = (row: MappingRow): boolean =>
    frameworkOf(row.set.metadata.mapping_framework).kind === "vocabulary";
  const ordered = [...rows.filter((row) => !isVocabulary(row)), ...rows.filter(isVocabulary)];
  const keyed = grouped(ordered, (row) => {
    const alone = row.raw.score_category || isVocabulary(row) ? `${row.capability?.id} ${row.index}` : "";
    return [setKey(row.set), row.set.origin, kindOf(row), alone].join("\n");
  });
  return [...keyed.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const titles = [...new Set(group.map(capabilityTitle))].join(" ");
    return [{ set: first.set, capabilities: titles, kind: kindOf(first) }];
  });
}

function notes(view: TechniqueView): string[] {
  const { difference: change, judged, silent, own, neighbours, facts } = view;
  const lines: string[] = [];
  if (change) {
    lines.push(`! against the ATT&CK ${SEED_EDITION} edition (${count(change.fromRows, "row")}):`);
    lines.push(...summarise(change.changes).map((says) => `!   ${says}`));
  }
  for (const { capability, set, lackedAt } of view.absences)
    lines.push(
      `! ${capability} is missing from ${count(lackedAt.length, `${versionTitle(set)} set`)} for ATT&CK ${lackedAt.join(", ")}`,
    );
  const retired = facts?.technique.state === "active" ? null : facts;
  if (retired) {
    const { state, revokedBy } = retired.technique;
    lines.push(`${state} in ATT&CK ${retired.release.version ?? ""}${revokedBy ? `; now ${revokedBy}` : ""}`);
  }
  for (const row of judged) lines.push(`judged non-mappable: ${setTitle(row.set)}${commentOf(row)}`);
  if (silent.length > 0) lines.push(`silent: ${silent.map(setTitle).join("; ")}`);
  if (own.length > 0) {
    lines.push(`own judgement, not counted: ${count(own.length, "row")}`);
    for (const row of own)
      lines.push(`  ${row.capability?.id ?? ""}  ${row.raw.capability_description ?? ""}`);
  }
  if (facts && facts.technique.mitigations.length + facts.technique.detections.length > 0) {
    const { technique, release } = facts;
    const named = [...technique.mitigations, ...technique.detections].map((id) => namedIn(release, id));
    lines.push(`ATT&CK ${release.version ?? ""}: ${named.join("; ")}`);
  }
  if (neighbours.length > 0) lines.push(`neighbours: ${neighbours.map(neighbourText).join("; ")}`);
  return lines;
}

function commentOf({ raw }: MappingRow): string {
  return raw.comments ? ` (${raw.comments})` : "";
}

function namedIn(release: AttackRelease, id: string): string {
  const mitigation = release.mitigations.find((entry) => entry.id === id);
  if (mitigation) return `${id} ${mitigation.name}`;
  const detection = release.detections.find((entry) => entry.id === id);
  if (detection === undefined) return id;
  const analytics = detection.analytics.map((analytic) => analytic.id);
  return `${id} ${detection.name}${analytics.length > 0 ? ` (${analytics.join(", ")})` : ""}`;
}

function neighbourText({ id, name, rows }: Neighbour): string {
  const known = rows === null ? "" : ` ${rows}`;
  return `${id}${name === null ? "" : ` ${name}`}${known}`;
}

function techniqueJson(context: Context, view: TechniqueView): unknown {
  const { facts, difference: change } = view;
  return {
    schema: "timerwarden/mappings-show",
    version: "1.0",
    technique: {
      id: view.id,
      name: facts?.technique.name ?? view.rows[0]?.raw.attack_object_name ?? null,
      tactics: facts?.technique.tactics ?? null,
      platforms: facts?.technique.platforms ?? null,
      attack_version: facts?.release.version ?? null,
      mitigations: facts?.technique.mitigations ?? null,
      detections: facts?.technique.detections ?? null,
    },
    selection: context.selection,
    count: view.rows.length,
    rows: view.rows.map(flatRow),
    non_mappable: view.judged.map(flatRow),
    silent: view.silent.map(setTitle),
    own: view.own.map(flatRow),
    differences:
      change === null
        ? null
        : {
            against: SEED_EDITION,
            rows_then: change.fromRows,
            rows_now: change.toRows,
            says: summarise(change.changes),
            changes: change.changes,
          },
    absences: view.absences.map(({ set, capability, lackedAt }) => ({
      set: setTitle(set),
      capability,
      lacked_at: lackedAt,
    })),
    neighbours: view.neighbours,
  };
}

function showCapability(context: Context, id: string): number {
  const sets = chosenSets(context);
  const rows = rowsOfCapabilityIn(sets, id);
  const own = rowsOfCapabilityIn(ownSets(context), id);
  const control = controlIdOf(id);
  const texts = control === null ? [] : controlsOf(context, control);
  if (rows.length + own.length === 0 && texts.length === 0)
    throw nothingFor(context, `no row for ${id}; timerwarden mappings search ${id} looks through all texts`);
  const techniques = [...new Set(rows.flatMap(({ technique }) => technique ?? []))];
  emitRows(context, rows.length > 0 ? rows : own, techniques, {
    table: () => capabilityText(context, control ?? id, rows, own, texts),
    json: () => ({
      schema: "timerwarden/mappings-show",
      version: "1.0",
      capability: {
        id: control ?? id,
        baselines: texts.flatMap(({ baseline }) => baseline ?? []),
        text: texts[0]?.control ?? null,
      },
      selection: context.selection,
      count: rows.length,
      rows: rows.map(flatRow),
      own: own.map(flatRow),
    }),
  });
  return 0;
}

interface ControlText {
  readonly control: Control;
  readonly baseline: string | null;
}

function controlsOf(context: Context, id: string): ControlText[] {
  return context.library().catalogs.flatMap(({ controls, baseline }) => {
    const control = controls.find((entry) => entry.id === id);
    return control === undefined ? [] : [{ control, baseline }];
  });
}

const TECHNIQUE_COLUMNS: readonly Column<MappingRow>[] = [
  { title: "TECHNIQUE", cell: ({ technique }) => technique ?? "-" },
  { title: "NAME", cell: ({ raw }) => raw.attack_object_name ?? "", least: 20 },
  { title: "FRAMEWORK", cell: ({ set }) => frameworkTitle(set) },
  { title: "VERSION", cell: ({ set }) => versionTitle(set) },
  { title: "ATT&CK", cell: ({ set }) => attackTitle(set) },
  { title: "KIND", cell: (row) => (row.state === "capability-judged" ? "judged non-mappable" : kindOf(row)) },
];

function capabilityText(
  context: Context,
  id: string,
  rows: readonly MappingRow[],
  own: readonly MappingRow[],
  texts: readonly ControlText[],
): string {
  const title =
    texts[0]?.control.title ??
    rows[0]?.raw.capability_description ??
    own[0]?.raw.capability_description ??
    "";
  const baselines = texts.flatMap(({ baseline }) => baseline?.toUpperCase() ?? []);
  const stated = texts[0]?.control.statement ?? "";
  const lines = [`${visible(id)} ${visible(title)}      ${count(rows.length, "row")}`];
  if (baselines.length > 0) lines.push(`baselines: ${baselines.join(" ")}`);
  for (const line of stated.split("\n")) if (line !== "") lines.push(`  ${visible(line)}`);
  const parts = [`${lines.join("\n")}\n`];
  if (rows.length > 0) parts.push(table(TECHNIQUE_COLUMNS, rows, context.streams.columns));
  if (own.length > 0)
    parts.push(`own judgement, not counted:\n${table(TECHNIQUE_COLUMNS, own, context.streams.columns)}`);
  return parts.join("");
}

/** Rows in every format; `table` and `json` are the subcommand's own. */
export function emitRows(
  context: Context,
  rows: readonly MappingRow[],
  techniques: readonly string[],
  own: { readonly table: () => string; readonly json: () => unknown },
): void {
  const sets = (): MappingSet[] =>
    [...grouped(rows, ({ set }) => set)].map(([set, found]) => subset(set, found));
  emit(
    context,
    new Map([
      ["table", own.table],
      ["json", () => json(own.json())],
      ["csv", () => exportCsv(rows)],
      ["md", () => exportMarkdown(rows)],
      ["yaml", () => yaml(own.json()).replace(/^\n/, "").concat("\n")],
      ["mapex", () => exportMapex(onlySet(sets()))],
      ["navigator", () => exportNavigator(oneDomain(sets()), techniques)],
      ["stix", () => exportStix(sets(), stixIdsOf(context.library()))],
    ]),
  );
}

/** A mapping file holds one set. */
export function onlySet(sets: readonly MappingSet[]): MappingSet {
  const [set, ...others] = sets;
  if (set === undefined) throw new UsageError("there is no set to write");
  if (others.length > 0)
    throw new UsageError(
      `a mapping file holds one set and these are ${sets.length}: choose with --framework, --framework-version, --attack-version, --domain (${sets.map(setTitle).join("; ")})`,
    );
  return set;
}

/** A layer is of one domain: enterprise, unless none of it is there. */
export function oneDomain(sets: readonly MappingSet[]): readonly MappingSet[] {
  const domains = new Set(sets.map(({ metadata }) => metadata.technology_domain));
  const chosen = domains.has("enterprise") ? "enterprise" : [...domains][0];
  return sets.filter(({ metadata }) => metadata.technology_domain === chosen);
}
