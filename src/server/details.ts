/** What Explain shows: units as layers with the fate of each line, commands, and files with facts. */
import type { Principal } from "../accounts/principal.ts";
import type { Activation } from "../inventory/activation.ts";
import type { ClosureCommand, ClosureFile, ClosureUnit, Edge } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { commandText } from "../report/build.ts";
import type { Place } from "../report/envelope.ts";
import type { Span } from "../syntax/span.ts";
import type { CommandView, Detail, EdgeView, FileView, LineView, UnitView } from "./api.ts";

export interface Details {
  readonly details: readonly Detail[];
  readonly units: readonly UnitView[];
  readonly files: readonly FileView[];
}

/** Lines, references and behaviours beyond these are the same news again, and a hostile file may hold thousands. */
const MAX_LINES = 400;
const MAX_REACHED = 60;
const MAX_BEHAVIOURS = 40;

/** Units and files that several activations share are told once. */
export function detailsOf(inventory: Inventory): Details {
  const files = new Table<FileView>();
  const units = new Table<UnitView>();
  const details = inventory.activations().map((activation): Detail => {
    const { closure, id } = activation;
    const fileAt = new Map<string, number>();
    const listed = closure.files.map((file) => {
      const at = files.add(
        JSON.stringify([file.path, file.role, file.runsAs, file.span.path, file.span.line]),
        () => fileView(file, inventory),
      );
      if (file.role === "fragment" || file.role === "drop-in") fileAt.set(file.path, at);
      return at;
    });
    return {
      id,
      units: closure.units.map((unit) => ({
        unit: units.add(JSON.stringify([scopeOf(activation), unit.loaded.primaryId]), () =>
          unitView(unit, scopeOf(activation), fileAt),
        ),
        how: unit.how.map(edgeView),
      })),
      commands: closure.commands.filter(({ exec }) => exec.argv.length > 0).map(commandView),
      files: [...new Set(listed)],
      gaps: closure.gaps.map(({ path, reason, hides }) => ({ path, reason, hides })),
    };
  });
  return { details, units: units.rows, files: files.rows };
}

class Table<Row> {
  readonly rows: Row[] = [];
  readonly #known = new Map<string, number>();

  add(key: string, make: () => Row): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const at = this.rows.push(make()) - 1;
    this.#known.set(key, at);
    return at;
  }
}

function scopeOf({ scope }: Activation): string {
  return scope;
}

function unitView(
  { name, loaded }: ClosureUnit,
  scope: string,
  fileAt: ReadonlyMap<string, number>,
): UnitView {
  const { fragment, path } = loaded;
  const kept = loaded.unit.history.map(({ setting, fate, reason, by }): LineView => {
    const { section, key, value, span } = setting;
    return { section, key, value, source: placeOf(span), fate, reason, by: by && placeOf(by.span) };
  });
  const ignored = loaded.unit.ignored
    .filter(({ quiet }) => !quiet)
    .map(({ section, key, value, reason, span }): LineView => {
      return { section, key, value, source: placeOf(span), fate: "ignored", reason, by: null };
    });
  return {
    name,
    scope,
    state: loaded.state,
    names: [...loaded.names],
    via: loaded.via.map(({ path, target }) => ({ path, target })),
    shadows: loaded.overrides.map(({ path }) => path),
    layers: [
      ...(fragment === null
        ? []
        : [
            {
              path: fragment.path,
              kind: "fragment" as const,
              file: fileAt.get(path ?? fragment.path) ?? null,
              reason: null,
            },
          ]),
      ...loaded.dropIns.map(({ path, reason }) => ({
        path,
        kind: "drop-in" as const,
        file: fileAt.get(path) ?? null,
        reason,
      })),
    ],
    lines: uniqueLines([...kept, ...ignored]).slice(0, MAX_LINES),
  };
}

/** A line that both lists hold is told once, as the history tells it. */
function uniqueLines(lines: readonly LineView[]): LineView[] {
  const known = new Map<string, LineView>();
  for (const line of lines) {
    const key = JSON.stringify([line.source.path, line.source.line, line.key, line.value]);
    if (!known.has(key)) known.set(key, line);
  }
  return [...known.values()];
}

function commandView({ unit, key, exec, runsAs, followed }: ClosureCommand): CommandView {
  return {
    unit,
    key,
    text: commandText(exec),
    runsAs,
    source: placeOf(exec.span),
    reached: followed.reached.slice(0, MAX_REACHED).map(({ kind, name, path, exists, depth, via, span }) => ({
      kind,
      name,
      path,
      exists,
      depth,
      via: [...via],
      source: placeOf(span),
    })),
    behaviours: followed.behaviours
      .slice(0, MAX_BEHAVIOURS)
      .map(({ kind, says, span }) => ({ kind, says, source: placeOf(span) })),
  };
}

function fileView(file: ClosureFile, { accounts }: Inventory): FileView {
  const { path, realPath, role, runsAs, span, facts, writers, provenance } = file;
  const user = (uid: number) => accounts.byUid.get(uid)?.name ?? String(uid);
  const group = (gid: number) => accounts.groupByGid.get(gid)?.name ?? String(gid);
  const owner = provenance?.owner ?? null;
  return {
    path,
    realPath: realPath === path ? null : realPath,
    role,
    runsAs,
    source: placeOf(span),
    facts: facts && {
      kind: facts.kind,
      mode: facts.mode.toString(8).padStart(4, "0"),
      owner: `${user(facts.uid)}:${group(facts.gid)}`,
      size: facts.size,
      modified: secondsOf(facts.mtimeNs),
      changed: secondsOf(facts.ctimeNs),
      born: secondsOf(facts.birthNs),
    },
    writers: [...new Set(writers.principals.map(writerText))],
    package: owner === null ? null : `${owner.package} ${owner.version}`.trim(),
    content: provenance?.content ?? "unknown",
    how: provenance?.how ?? null,
  };
}

function writerText({ kind, name, how, because }: Principal): string {
  const who = kind === "everyone" ? "everyone" : `${kind} ${name}`;
  return `${who} (${how}: ${because.path})`;
}

function edgeView({ kind, from, to, span }: Edge): EdgeView {
  return { kind, from, to, source: span === null ? null : placeOf(span) };
}

function placeOf({ path, line, column }: Span): Place {
  return { path, line, column };
}

function secondsOf(ns: bigint | null): number | null {
  return ns === null ? null : Number(ns / 1_000_000_000n);
}
