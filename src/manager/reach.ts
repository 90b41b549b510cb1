import type { Span } from "../syntax/span.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import { type DependencyKind, dependenciesOf, PULL_IN_KINDS, triggerOf } from "../units/dependencies.ts";
import { value, values } from "../units/unit.ts";
import type { LoadedUnit, Manager } from "./manager.ts";
import { dependencyName } from "./manager.ts";

/** Why one unit starts, or may start, another. */
export interface Edge {
  /** Primary id of the unit that starts the other; `boot` for the boot itself. */
  readonly from: string;
  /** The unit started, under the name the edge gives. */
  readonly to: string;
  /**
   * `Wants`, `Requires`, `BindsTo`, `Upholds`, `Sockets`: together with `from`. `OnFailure`, `OnSuccess`: after it.
   * `trigger`: when the timer elapses, the path or socket is touched. `implicit`: by DefaultDependencies=.
   */
  readonly how: string;
  /** The link or file that says it; null when no file does. */
  readonly path: string | null;
  /** The word in that file; null for links and what is implicit. */
  readonly span: Span | null;
}

/** What starts by itself at boot, as far as files tell. */
export interface Reach {
  /** The unit booted into: what default.target leads to. */
  readonly defaultTarget: string;
  /** Primary ids of all units that boot starts, in the order of discovery. */
  readonly reached: readonly string[];
  /** The shortest chain from boot to a unit, by any of its names; null if boot does not start it. */
  chainTo(name: string): readonly Edge[] | null;
  /** Every edge of any known unit, reached or not, that starts this one. */
  startersOf(name: string): readonly Edge[];
}

/** Unit types that only run after sysinit.target unless they say otherwise (systemd.special(7)). */
const NEEDS_SYSINIT: ReadonlySet<string> = new Set(["service", "socket", "timer", "path"]);

/**
 * Follows pull-in edges from default.target, breadth first, so the first chain found is a shortest one
 * (`manager_load_startable_unit_or_warn()` and `transaction_add_job_and_dependencies()`, src/core).
 *
 * Triggers are not followed: a started timer does not start its service. `systemd.unit=` and `systemd.wants=` of the
 * kernel command line are not known from files.
 */
export function reachOf(manager: Manager): Reach {
  const edges = new Map<string, readonly Edge[]>();
  const edgesOf = (id: string): readonly Edge[] => {
    const known = edges.get(id);
    if (known !== undefined) return known;
    const found = outgoing(manager, id);
    edges.set(id, found);
    return found;
  };
  const start: Edge = bootEdge(manager);
  const arrivals = walk(manager, start, edgesOf);
  let incoming: ReadonlyMap<string, readonly Edge[]> | null = null;
  return {
    defaultTarget: idOf(manager, start.to),
    reached: [...arrivals.keys()],
    chainTo: (name) => chain(arrivals, idOf(manager, name)),
    startersOf: (name) => {
      incoming ??= reverse(manager, start, edgesOf);
      return incoming.get(idOf(manager, name)) ?? [];
    },
  };
}

function bootEdge(manager: Manager): Edge {
  const { via, path } = manager.lookup("default.target");
  return { from: "boot", to: "default.target", how: "boot", path: via[0]?.path ?? path, span: null };
}

function idOf(manager: Manager, name: string): string {
  return manager.lookup(name).primaryId;
}

function walk(manager: Manager, start: Edge, edgesOf: (id: string) => readonly Edge[]): Map<string, Edge> {
  const arrivals = new Map<string, Edge>();
  const queue: Edge[] = [start];
  for (let at = 0; at < queue.length; at++) {
    const edge = queue[at];
    if (edge === undefined) break;
    const lookup = manager.lookup(edge.to);
    if (arrivals.has(lookup.primaryId) || lookup.state !== "loaded") continue;
    arrivals.set(lookup.primaryId, edge);
    for (const next of edgesOf(lookup.primaryId)) if (isPullIn(next)) queue.push(next);
  }
  return arrivals;
}

function isPullIn({ how }: Edge): boolean {
  return PULL_IN_KINDS.has(how) || how === "implicit";
}

function chain(arrivals: ReadonlyMap<string, Edge>, id: string): readonly Edge[] | null {
  const edges: Edge[] = [];
  for (let edge = arrivals.get(id); edge !== undefined; edge = arrivals.get(edge.from)) edges.unshift(edge);
  return edges.length === 0 ? null : edges;
}

function reverse(
  manager: Manager,
  start: Edge,
  edgesOf: (id: string) => readonly Edge[],
): ReadonlyMap<string, readonly Edge[]> {
  const incoming = new Map<string, Edge[]>();
  const seen = new Set<string>();
  const queue = manager.names().filter((name) => parseUnitName(name)?.kind !== "template");
  add(incoming, idOf(manager, start.to), start);
  for (let at = 0; at < queue.length; at++) {
    const id = idOf(manager, queue[at] ?? "");
    if (seen.has(id)) continue;
    seen.add(id);
    for (const edge of edgesOf(id)) {
      add(incoming, idOf(manager, edge.to), edge);
      // Instances have no file of their own to be found by.
      if (parseUnitName(edge.to)?.kind === "instance" && !seen.has(edge.to)) queue.push(edge.to);
    }
  }
  return incoming;
}

function add(map: Map<string, Edge[]>, key: string, edge: Edge): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [edge]);
  else list.push(edge);
}

const STARTING_KINDS: ReadonlySet<string> = new Set<DependencyKind>(["OnFailure", "OnSuccess"]);

/** Everything that one unit starts, in any way. Masked units and those that cannot be loaded start nothing. */
function outgoing(manager: Manager, id: string): readonly Edge[] {
  if (parseUnitName(id) === null) return [];
  const loaded = manager.load(id);
  if (loaded.state !== "loaded") return [];
  const named = dependenciesOf(loaded.unit).found.filter(
    ({ kind }) => PULL_IN_KINDS.has(kind) || STARTING_KINDS.has(kind),
  );
  return [
    ...loaded.links.flatMap(({ unit, dependency, path }) =>
      unit === null ? [] : [{ from: id, to: unit, how: dependency, path, span: null }],
    ),
    ...named.map(({ kind, unit, span }) => ({ from: id, to: unit, how: kind, path: span.path, span })),
    ...triggerEdges(loaded),
    ...implicitEdges(manager, loaded),
  ];
}

/** What a timer, path, or socket starts when its time comes: the unit it names, else the service of its own name. */
function triggerEdges({ unit }: LoadedUnit): readonly Edge[] {
  const { id, name } = unit;
  if (name.type !== "timer" && name.type !== "path" && name.type !== "socket") return [];
  // For a timer the first valid Unit= counts; later ones are refused (config_parse_trigger_unit()).
  const [first] = values(unit, "Timer", "Unit");
  const named = first === undefined ? triggerOf(unit) : { unit: first.value, span: first.span };
  if (named !== null)
    return [
      {
        from: id,
        to: dependencyName(id, named.unit),
        how: "trigger",
        path: named.span.path,
        span: named.span,
      },
    ];
  const accepts = name.type === "socket" && value(unit, "Socket", "Accept")?.value === "yes";
  const stem = id.slice(0, -name.type.length);
  return accepts ? [] : [{ from: id, to: `${stem}service`, how: "trigger", path: null, span: null }];
}

/** sysinit.target, which default dependencies of the system's units require (`…_add_default_dependencies()`). */
function implicitEdges(manager: Manager, { unit }: LoadedUnit): readonly Edge[] {
  if (manager.scope.kind !== "system" || !NEEDS_SYSINIT.has(unit.name.type)) return [];
  const said = value(unit, "Unit", "DefaultDependencies")?.value.toLowerCase() ?? "yes";
  if (/^(?:0|no|n|false|f|off)$/.test(said)) return [];
  return [{ from: unit.id, to: "sysinit.target", how: "implicit", path: null, span: null }];
}
