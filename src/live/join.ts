import { compareFileNames } from "../hosts/file-name.ts";
import type { Host } from "../hosts/host.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { NextElapse } from "../inventory/next-elapse.ts";
import type { LastRun, TimerRecord } from "../inventory/timer-record.ts";
import { defaultTimerAccuracyOf } from "../manager/host-facts.ts";
import type { LoadedUnit, Manager } from "../manager/manager.ts";
import { scopeName } from "../manager/scope.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import { timerOf } from "../units/timer.ts";
import {
  bothSides,
  type Disagreement,
  type DisagreementId,
  diskState,
  hasConditions,
  type Side,
  wholeFile,
} from "./disagreement.ts";
import { type ExpectedElapse, expectedElapse } from "./expected-elapse.ts";
import { listingDisagreements } from "./listing-disagreements.ts";
import type { LiveState } from "./live-state.ts";
import { armedElapse } from "./manager-elapse.ts";
import type { ManagerView, UnitView } from "./manager-view.ts";
import {
  commandDifferences,
  type Difference,
  serviceDifferences,
  timerDifferences,
} from "./unit-differences.ts";

/** What the manager knows better than files about one timer. */
export interface LiveTimer {
  readonly view: UnitView;
  /** The moment the manager has chosen; `null` when it has armed none. */
  readonly next: NextElapse | null;
  /** `null` when it never fired since it was loaded. */
  readonly last: LastRun | null;
  /** When the loaded settings say it fires, counted from what the manager remembers. */
  readonly expected: ExpectedElapse | null;
}

/** Files and memory as one. */
export interface LiveJoin {
  readonly state: LiveState;
  /** Sorted by scope, unit, kind. */
  readonly disagreements: readonly Disagreement[];
  /** By record id (`system/backup.timer`). */
  readonly timers: ReadonlyMap<string, LiveTimer>;
}

/** Lays what the managers hold beside what the inventory read from files. */
export function joinLive(inventory: Inventory, state: LiveState): LiveJoin {
  const records = new Map(inventory.timers.map((record) => [record.id, record]));
  const disagreements: Disagreement[] = [];
  const timers = new Map<string, LiveTimer>();
  for (const view of state.managers) {
    const manager = inventory.managers.find(({ scope }) => scopeName(scope) === view.scope);
    if (manager === undefined) continue;
    const comparison = new Comparison(inventory, manager, view, records);
    disagreements.push(...comparison.disagreements());
    for (const unit of view.units) {
      if (unit.timer === null) continue;
      const live = liveTimer(unit, view, inventory);
      for (const name of unit.names) timers.set(`${view.scope}/${name}`, live);
    }
  }
  if (state.listing !== undefined) disagreements.push(...listingDisagreements(inventory, state.listing));
  return { state, disagreements: disagreements.sort(byPlace), timers };
}

function liveTimer(view: UnitView, manager: ManagerView, inventory: Inventory): LiveTimer {
  const { timer } = view;
  const last = timer?.lastTriggerUsec ?? null;
  return {
    view,
    next: armedElapse(view, manager.clock),
    last: last === null ? null : { usec: last, evidence: `${manager.scope} manager`, kind: "fired" },
    expected: expectedElapse(view, manager, inventory),
  };
}

function byPlace(a: Disagreement, b: Disagreement): number {
  return (
    compareFileNames(a.scope, b.scope) ||
    compareFileNames(a.unit, b.unit) ||
    compareFileNames(a.rule, b.rule) ||
    compareFileNames(a.says, b.says)
  );
}

/** One manager's memory against the files its scope is made of. */
class Comparison {
  readonly #inventory: Inventory;
  readonly #host: Host;
  readonly #manager: Manager;
  readonly #view: ManagerView;
  readonly #records: ReadonlyMap<string, TimerRecord>;
  readonly #byName: ReadonlyMap<string, UnitView>;
  readonly #found: Disagreement[] = [];

  constructor(
    inventory: Inventory,
    manager: Manager,
    view: ManagerView,
    records: ReadonlyMap<string, TimerRecord>,
  ) {
    this.#inventory = inventory;
    this.#host = inventory.host;
    this.#manager = manager;
    this.#view = view;
    this.#records = records;
    this.#byName = new Map(view.units.flatMap((unit) => unit.names.map((name) => [name, unit] as const)));
  }

  disagreements(): readonly Disagreement[] {
    for (const unit of this.#view.units) if (parseUnitName(unit.id) !== null) this.#compare(unit);
    for (const record of this.#records.values()) if (record.scope === this.#view.scope) this.#expect(record);
    return this.#found;
  }

  #add(rule: DisagreementId, unit: string, says: string, evidence: readonly Side[]): void {
    this.#found.push({ rule, unit, scope: this.#view.scope, says, evidence });
  }

  #compare(unit: UnitView): void {
    const disk = this.#manager.load(unit.id);
    this.#checkTransient(unit);
    this.#checkProgram(unit);
    if (unit.timer !== null) this.#checkTimer(unit, disk);
    if (unit.loadState === "masked" || (unit.loadState === "loaded" && disk.state === "masked")) {
      if (isRunning(unit)) this.#checkMasked(unit, disk);
      return;
    }
    if (unit.loadState !== "loaded" || unit.fragmentPath === null) return;
    if (this.#host.lstat(unit.fragmentPath).kind === "absent") {
      this.#checkDeleted(unit, unit.fragmentPath, disk);
      return;
    }
    if (disk.state === "not-found") return;
    this.#checkFiles(unit, disk);
  }

  #checkTransient(unit: UnitView): void {
    if (!unit.transient) return;
    const path = unit.fragmentPath ?? `/run/systemd/transient/${unit.id}`;
    if (unit.timer !== null) {
      const runs = this.#byName
        .get(unit.timer.unit)
        ?.service?.commands.find(({ key }) => key === "ExecStart");
      const command = runs === undefined ? unit.timer.unit : runs.argv.join(" ");
      this.#add(
        "transient-timer",
        unit.id,
        `${unit.id} was made at run time and starts ${command}`,
        bothSides(path, "only a file under /run", "a transient timer"),
      );
    } else if (unit.service !== null && isRunning(unit) && !this.#isTimed(unit))
      this.#add(
        "transient-service",
        unit.id,
        `${unit.id} was made at run time and runs ${unit.service.commands[0]?.argv.join(" ") ?? "nothing"}`,
        bothSides(path, "only a file under /run", "a transient service"),
      );
  }

  #isTimed(unit: UnitView): boolean {
    return unit.triggeredBy.some((name) => this.#byName.get(name)?.transient === true);
  }

  #checkProgram({ id, service, fragmentPath }: UnitView): void {
    const program = service?.program ?? null;
    if (program === null || !program.link.endsWith(" (deleted)")) return;
    const path = program.link.slice(0, -" (deleted)".length);
    const inMemory = path.startsWith("/memfd:") || path.startsWith("/dev/shm/");
    if (program.exists && !inMemory) return;
    const says = inMemory
      ? `${id} runs a program that never had a lasting file: ${path}`
      : `${id} runs ${path}, which has been deleted`;
    this.#found.push({
      rule: "deleted-program-running",
      unit: id,
      scope: this.#view.scope,
      says,
      evidence: [
        { span: wholeFile(path), excerpt: null, says: "on disk: no such file" },
        {
          span: wholeFile(fragmentPath ?? path),
          excerpt: null,
          says: `in memory: main process ${service?.mainPid ?? 0} of ${id} runs it`,
        },
      ],
      ...(inMemory ? { severity: "high" as const } : {}),
    });
  }

  #checkTimer(unit: UnitView, disk: LoadedUnit): void {
    if (unit.activeState === "failed")
      this.#add(
        "timer-failed",
        unit.id,
        `${unit.id} has failed (${unit.timer?.result || "no reason given"}) and fires no more`,
        bothSides(unit.fragmentPath ?? disk.path ?? unit.id, diskState(disk), "failed"),
      );
    if (unit.transient) return;
    if (unit.loadState === "not-found") {
      if (unit.activeState === "inactive") return;
      this.#add(
        "timer-known-only-to-manager",
        unit.id,
        `the manager holds ${unit.id} (${unit.activeState}) and no file defines it`,
        bothSides(unit.id, diskState(disk), `${unit.activeState}, load state ${unit.loadState}`),
      );
      return;
    }
    const { fragmentPath } = unit;
    const isThere = fragmentPath !== null && this.#host.lstat(fragmentPath).kind !== "absent";
    if (isThere && disk.state === "not-found")
      this.#add(
        "timer-known-only-to-manager",
        unit.id,
        `the manager loaded ${unit.id} from ${fragmentPath}, which is not on its search path`,
        bothSides(fragmentPath, "no unit of that name on the search path", `loaded from ${fragmentPath}`),
      );
    else if (unit.activeState === "active" && isThere && disk.state === "loaded")
      this.#checkStarted(unit, fragmentPath);
  }

  #recordOf(names: readonly string[]): TimerRecord | null {
    for (const scope of [this.#view.scope, ...(this.#view.scope === "system" ? [] : ["global-user"])])
      for (const name of names) {
        const record = this.#records.get(`${scope}/${name}`);
        if (record !== undefined) return record;
      }
    return null;
  }

  #checkStarted({ id, names }: UnitView, path: string): void {
    if (names.some((name) => this.#recordOf([name])?.started.atBoot === true)) return;
    // A user's manager starts what the shared directories enable as well.
    if (this.#isStartedByOwn(names)) return;
    this.#add(
      "active-timer-nothing-starts",
      id,
      `${id} is active, yet nothing on disk starts it at boot`,
      bothSides(path, "nothing starts it", "active"),
    );
  }

  #isStartedByOwn(names: readonly string[]): boolean {
    const boot = this.#inventory.boots.get(this.#manager);
    return boot !== undefined && names.some((name) => boot.isStarted(name));
  }

  #checkMasked(unit: UnitView, disk: LoadedUnit): void {
    const path = disk.path ?? unit.fragmentPath ?? unit.id;
    this.#add(
      "masked-but-active",
      unit.id,
      `${unit.id} is masked by ${path}, yet it is ${unit.activeState} (${unit.subState})`,
      bothSides(path, "masked", `${unit.activeState} (${unit.subState}), load state ${unit.loadState}`),
    );
  }

  #checkDeleted(unit: UnitView, path: string, disk: LoadedUnit): void {
    if (unit.activeState === "inactive" && unit.triggeredBy.every((name) => !this.#isActive(name))) return;
    const replaced = disk.path === null ? "no such file" : `gone; ${disk.path} is in force instead`;
    const commands = unit.service?.commands.filter(({ key }) => key === "ExecStart") ?? [];
    const runs = commands.map(({ argv }) => argv.join(" ")).join(" ; ");
    const rule = unit.timer === null ? "unit-outlives-deleted-file" : "timer-outlives-deleted-file";
    this.#add(
      rule,
      unit.id,
      `${path} is gone, yet ${unit.id} is loaded from it and ${unit.activeState}${runs === "" ? "" : `; it runs ${runs}`}`,
      bothSides(path, replaced, memoryOf(unit)),
    );
  }

  #isActive(name: string): boolean {
    const unit = this.#byName.get(name);
    return unit !== undefined && isRunning(unit);
  }

  #checkFiles(unit: UnitView, disk: LoadedUnit): void {
    const before = this.#found.length;
    this.#checkDropIns(unit, disk);
    const differences = this.#differences(unit, disk);
    const commands =
      unit.service === null || disk.state !== "loaded" ? [] : commandDifferences(disk, unit.service);
    const path = unit.fragmentPath ?? disk.path ?? unit.id;
    if (commands.length > 0)
      this.#add(
        "loaded-command-differs-from-disk",
        unit.id,
        `${unit.id} would run ${commands.map(({ memory }) => memory).join(" ; ")}, the files say ${commands.map(({ disk }) => disk).join(" ; ")}`,
        bothSides(path, lines(commands, "disk"), lines(commands, "memory")),
      );
    if (differences.length === 0 && (!unit.needDaemonReload || this.#found.length > before)) return;
    // A drop-in not loaded or gone explains what differs; it has been told.
    if (
      differences.every(({ setting }) => setting !== "file") &&
      this.#found.length > before &&
      commands.length === 0
    )
      return;
    const news = differences.map(({ setting }) => setting).join(", ");
    this.#add(
      "loaded-state-differs-from-disk",
      unit.id,
      news === ""
        ? `files of ${unit.id} have changed since it was loaded`
        : `${unit.id} is loaded with another ${news} than its files say`,
      differences.length === 0
        ? bothSides(path, "changed since", "NeedDaemonReload=yes")
        : bothSides(path, lines(differences, "disk"), lines(differences, "memory")),
    );
  }

  #differences(unit: UnitView, disk: LoadedUnit): readonly Difference[] {
    const differences: Difference[] = [];
    const { fragmentPath } = unit;
    if (fragmentPath !== null && disk.path !== null && !this.#isSameFile(fragmentPath, disk.path))
      differences.push({ setting: "file", disk: disk.path, memory: fragmentPath });
    if (disk.state === "error") {
      differences.push({ setting: "text", disk: disk.reason ?? "it does not load", memory: "loaded" });
      return differences;
    }
    if (unit.timer !== null)
      differences.push(
        ...timerDifferences(
          timerOf(disk.unit, {
            zones: this.#inventory.zones,
            version: this.#manager.version,
            defaultAccuracyUsec: BigInt(defaultTimerAccuracyOf(this.#host, this.#manager.scope)),
          }),
          unit.timer,
        ),
      );
    if (unit.service !== null) differences.push(...serviceDifferences(disk, unit.service));
    return differences;
  }

  #checkDropIns(unit: UnitView, disk: LoadedUnit): void {
    const loaded = new Set(unit.dropInPaths.map((path) => this.#canonical(path)));
    const present = new Set(disk.dropIns.map(({ path }) => this.#canonical(path)));
    for (const { path, source } of disk.dropIns)
      if (source !== null && !loaded.has(this.#canonical(path)))
        this.#add(
          "drop-in-not-loaded",
          unit.id,
          `${path} changes ${unit.id} from the next reload or boot on; the manager has not loaded it`,
          bothSides(path, "in force for this unit", "not loaded"),
        );
    for (const path of unit.dropInPaths) {
      if (present.has(this.#canonical(path))) continue;
      const isGone = this.#host.lstat(path).kind === "absent";
      this.#add(
        isGone ? "drop-in-outlives-deleted-file" : "loaded-state-differs-from-disk",
        unit.id,
        isGone
          ? `${path} is gone, yet its settings are in force for ${unit.id}`
          : `${path} is in force for ${unit.id}, yet by the files it would not be`,
        bothSides(path, isGone ? "no such file" : "not in force", "loaded"),
      );
    }
  }

  #canonical(path: string): string {
    const cut = path.lastIndexOf("/");
    const directory = this.#host.realPath(path.slice(0, cut));
    return directory.kind === "present" ? `${directory.value}/${path.slice(cut + 1)}` : path;
  }

  #isSameFile(left: string, right: string): boolean {
    const [a, b] = [this.#host.realPath(left), this.#host.realPath(right)];
    return a.kind === "present" && b.kind === "present" && a.value === b.value;
  }

  /** A timer that boot starts by the files should be there. */
  #expect(record: TimerRecord): void {
    const { unit, load, loaded, started, timer, target } = record;
    if (!started.atBoot || load !== "loaded" || timer === null || target?.state !== "loaded") return;
    const puller = started.chain.at(-1)?.unit ?? null;
    if (puller === null || !this.#isActive(puller) || !timer.remainAfterElapse) return;
    const view = this.#byName.get(unit) ?? this.#byName.get(loaded.primaryId);
    if (
      view !== undefined &&
      (isRunning(view) || view.activeState === "failed" || view.loadState !== "loaded")
    )
      return;
    if (hasConditions(loaded) || this.#view.jobs.some((job) => job.unit === loaded.primaryId)) return;
    this.#add(
      "enabled-timer-not-active",
      unit,
      `${puller} starts ${unit} at boot, yet it is ${view === undefined ? "not loaded" : view.activeState}`,
      bothSides(
        loaded.path ?? unit,
        `started by ${puller}`,
        view === undefined ? "not loaded" : view.activeState,
      ),
    );
  }
}

function isRunning({ activeState }: UnitView): boolean {
  return ["active", "activating", "reloading", "deactivating", "refreshing"].includes(activeState);
}

function memoryOf(unit: UnitView): string {
  const schedule = [
    ...(unit.timer?.calendars ?? []).map(({ directive, text }) => `${directive}=${text}`),
    ...(unit.timer?.monotonics ?? []).map(({ directive, usec }) => `${directive}=${usec ?? "infinity"} µs`),
  ];
  const starts = unit.timer === null ? "" : `, starts ${unit.timer.unit}`;
  return `${unit.activeState} (${unit.subState})${schedule.length === 0 ? "" : `, ${schedule.join(", ")}`}${starts}`;
}

function lines(differences: readonly Difference[], side: "disk" | "memory"): string {
  return differences.map((each) => `${each.setting}: ${each[side]}`).join("; ");
}
