import type { Manager } from "../manager/manager.ts";
import { type Edge, reachOf } from "../manager/reach.ts";

/** What a manager starts by itself. */
export interface Boot {
  /** The shortest chain from boot to a unit, by any of its names; `null` when boot does not start it. */
  chainTo(name: string): readonly Edge[] | null;
  isStarted(name: string): boolean;
  /** Primary ids of what boot starts. */
  readonly reached: readonly string[];
  /** Every edge of any known unit, reached or not, that starts this one. */
  startersOf(name: string): readonly Edge[];
}

/** Targets that an ordinary boot reaches, wherever their files are (systemd.special(7), bootup(7)). */
const ORDINARY_TARGETS = [
  "default.target",
  "graphical.target",
  "multi-user.target",
  "basic.target",
  "timers.target",
  "sysinit.target",
  "sockets.target",
  "paths.target",
  "local-fs.target",
];

/**
 * Reachability from default.target (`manager/reach.ts`). Evidence often lacks the vendor's own targets: a collection
 * of `/etc` alone, a home. Where default.target is not there at all, what an ordinary target's `.wants` and
 * `.requires` directories name counts as started, since a full system would reach those targets.
 */
export function bootOf(manager: Manager): Boot {
  const reach = reachOf(manager);
  if (reach.reached.length > 0)
    return {
      reached: reach.reached,
      chainTo: reach.chainTo,
      isStarted: (name) => reach.chainTo(name) !== null,
      startersOf: reach.startersOf,
    };
  const assumed = new Map<string, Edge>();
  for (const from of ORDINARY_TARGETS)
    for (const { unit, dependency, path } of manager.dependencyLinks(from))
      if (unit !== null && !assumed.has(manager.lookup(unit).primaryId))
        assumed.set(manager.lookup(unit).primaryId, { from, to: unit, how: dependency, path, span: null });
  const edgeTo = (name: string) => assumed.get(name) ?? assumed.get(manager.lookup(name).primaryId);
  return {
    reached: [...assumed.keys()],
    chainTo: (name) => {
      const edge = edgeTo(name);
      return edge === undefined ? null : [edge];
    },
    isStarted: (name) => edgeTo(name) !== undefined,
    startersOf: reach.startersOf,
  };
}
