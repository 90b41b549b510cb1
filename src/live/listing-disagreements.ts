import type { Inventory } from "../inventory/inventory.ts";
import type { Manager } from "../manager/manager.ts";
import { scopeName } from "../manager/scope.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import {
  bothSides,
  type Disagreement,
  type DisagreementId,
  diskState,
  hasConditions,
} from "./disagreement.ts";
import type { Listing } from "./listing.ts";

/** Where files are made for units that live in memory only. */
const TRANSIENT = "/run/systemd/transient/";

/**
 * What the system manager listed, laid beside the files of the same collection. It names units, not settings, so less
 * can be said than of a manager that answers; what a listing cannot know is not guessed.
 */
export function listingDisagreements(inventory: Inventory, listing: Listing): readonly Disagreement[] {
  const manager = inventory.managers.find(({ scope }) => scopeName(scope) === "system");
  if (manager === undefined) return [];
  const found: Disagreement[] = [];
  const add = (
    rule: DisagreementId,
    unit: string,
    path: string,
    says: string,
    disk: string,
    memory: string,
  ) =>
    found.push({
      rule,
      unit,
      scope: "system",
      says,
      evidence: bothSides(path, disk, `${memory}, says ${listing.source}`),
    });
  const states = new Map(listing.units.map((row) => [row.unit, row]));
  const activates = new Map(listing.timers.map((row) => [row.unit, row.activates]));
  const timers = new Set([
    ...activates.keys(),
    ...[...states.keys()].filter((unit) => unit.endsWith(".timer")),
  ]);
  for (const unit of timers) {
    if (parseUnitName(unit) === null) continue;
    const disk = manager.load(unit);
    const state = states.get(unit);
    const starts = activates.get(unit) ?? null;
    const memory = state === undefined ? "in memory" : `${state.activeState} (${state.subState})`;
    const place = disk.path ?? unit;
    if (state?.activeState === "failed")
      add("timer-failed", unit, place, `${unit} had failed and fired no more`, diskState(disk), memory);
    if (disk.state === "not-found") {
      if (state !== undefined && state.activeState === "inactive") continue;
      const what = starts === null ? "" : `, which starts ${starts},`;
      const says = `the manager held ${unit}${what} and no collected file defines it`;
      add("timer-known-only-to-manager", unit, unit, says, "no such file", memory);
      continue;
    }
    if (disk.state === "masked" && state?.activeState === "active")
      add(
        "masked-but-active",
        unit,
        place,
        `${unit} is masked by ${place}, yet it was active`,
        "masked",
        memory,
      );
    if (disk.path?.startsWith(TRANSIENT) === true) {
      const says = `${unit} was made at run time and starts ${starts ?? "a unit of its name"}`;
      add("transient-timer", unit, place, says, "only a file under /run", "a transient timer");
      continue;
    }
    const record = inventory.timers.find(
      (each) => each.scope === "system" && (each.unit === unit || each.loaded.primaryId === disk.primaryId),
    );
    if (starts === null || record?.activates == null || isSame(manager, starts, record.activates)) continue;
    add(
      "loaded-state-differs-from-disk",
      unit,
      place,
      `${unit} was loaded with another target than its files say`,
      `starts ${record.activates}`,
      `starts ${starts}`,
    );
  }
  if (!listing.hasAllTimers) return found;
  for (const { scope, unit, load, loaded, started, timer, target } of inventory.timers) {
    if (scope !== "system" || !started.atBoot || load !== "loaded" || timer === null) continue;
    if (timers.has(unit) || timers.has(loaded.primaryId) || target?.state !== "loaded") continue;
    if (hasConditions(loaded) || !timer.remainAfterElapse) continue;
    const says = `${unit} is started at boot by the files, yet the manager did not hold it`;
    add("enabled-timer-not-active", unit, loaded.path ?? unit, says, "started at boot", "not loaded");
  }
  return found;
}

function isSame(manager: Manager, left: string, right: string): boolean {
  return left === right || manager.load(left).primaryId === manager.load(right).primaryId;
}
