import type { Accounts } from "../accounts/accounts.ts";
import { compareFileNames } from "../hosts/file-name.ts";
import type { Host } from "../hosts/host.ts";
import { defaultTimerAccuracyOf } from "../manager/host-facts.ts";
import type { LoadedUnit, Manager } from "../manager/manager.ts";
import { presetOf, readPresets } from "../manager/preset.ts";
import { scopeName } from "../manager/scope.ts";
import { openUnitFileStates } from "../manager/unit-file-state.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import type { Zones } from "../time/zone.ts";
import { dependenciesOf } from "../units/dependencies.ts";
import { type Service, serviceOf } from "../units/service.ts";
import { type Timer, timerOf } from "../units/timer.ts";
import type { Boot } from "./boot.ts";
import { type NextElapse, nextElapseOf, noElapse } from "./next-elapse.ts";
import { lastRunOf } from "./stamp.ts";
import type { LoadState, Started, TimerRecord, UnitProblem } from "./timer-record.ts";

/** What the records of all managers of a host share. */
export interface TimerFacts {
  readonly host: Host;
  readonly accounts: Accounts;
  readonly zones: Zones;
  readonly nowUsec: number;
  readonly bootUsec: number | null;
  readonly machineId: string | null;
}

/** Every timer of one manager, in byte order of names: its files, and names that only links or dependencies know. */
export function* timersOf(manager: Manager, boot: Boot, facts: TimerFacts): Generator<TimerRecord> {
  const reader = new TimerReader(manager, boot, facts);
  for (const name of timerNames(manager, boot)) yield reader.record(name);
}

/**
 * Timers a manager knows. In a user's scope only what is the user's own in some part: what comes whole from the shared
 * directories is said once, under `global-user`.
 */
function timerNames(manager: Manager, boot: Boot): readonly string[] {
  const isOwn = ownDirectoryTest(manager);
  const names = new Set<string>();
  for (const [name, entries] of manager.nameMap)
    if (name.endsWith(".timer") && entries.some(({ directory }) => isOwn(directory.path))) names.add(name);
  for (const [directoryName, directories] of manager.unitDirectories) {
    for (const { listed, searchDirectory } of directories) {
      if (!isOwn(searchDirectory.path)) continue;
      if (directoryName.endsWith(".d")) {
        const owner = directoryName.slice(0, -2);
        if (owner.endsWith(".timer") && manager.nameMap.has(owner)) names.add(owner);
      } else
        for (const { name } of manager.reader.list(listed, "enablement links in it") ?? [])
          if (name.endsWith(".timer") && parseUnitName(name)) names.add(name);
    }
  }
  if (manager.scope.kind !== "user")
    for (const name of boot.reached) if (name.endsWith(".timer")) names.add(name);
  return [...names].filter((name) => parseUnitName(name) !== null).sort(compareFileNames);
}

function ownDirectoryTest({ scope }: Manager): (path: string) => boolean {
  if (scope.kind !== "user") return () => true;
  const home = scope.home === "/" ? "/" : `${scope.home}/`;
  const runtime = scope.runtimeDirectory === null ? null : `${scope.runtimeDirectory}/`;
  return (path) => path.startsWith(home) || (runtime !== null && path.startsWith(runtime));
}

class TimerReader {
  readonly #boot: Boot;
  readonly #manager: Manager;
  readonly #facts: TimerFacts;
  readonly #scope: string;
  readonly #states: ReturnType<typeof openUnitFileStates>;
  readonly #presets: ReturnType<typeof readPresets>;
  readonly #defaultAccuracyUsec: bigint;

  constructor(manager: Manager, boot: Boot, facts: TimerFacts) {
    this.#boot = boot;
    this.#manager = manager;
    this.#facts = facts;
    this.#scope = scopeName(manager.scope);
    this.#states = openUnitFileStates(manager);
    this.#presets = readPresets(manager);
    this.#defaultAccuracyUsec = BigInt(defaultTimerAccuracyOf(facts.host, manager.scope));
  }

  record(name: string): TimerRecord {
    const manager = this.#manager;
    const loaded = manager.load(name);
    const state = this.#states.stateOf(name);
    const isAlias = loaded.primaryId !== name && loaded.state === "loaded" && state === "alias";
    const timer = loaded.state === "loaded" || loaded.state === "error" ? this.#timer(loaded) : null;
    const activates = timer?.triggers ?? null;
    const target = activates === null ? null : manager.load(activates);
    const service = target === null ? null : serviceOf(target.unit);
    const load = loadStateOf(loaded, timer);
    const started = this.#started(name, loaded);
    const last = lastRunOf(this.#facts.host, manager.scope, loaded.primaryId);
    return {
      id: `${this.#scope}/${name}`,
      unit: name,
      scope: this.#scope,
      manager,
      state: state ?? (loaded.state === "not-found" ? "not-found" : "bad"),
      preset: isAlias ? null : presetOf(this.#presets, name),
      load,
      problems: problemsOf(loaded, timer, target, service),
      loaded,
      timer,
      activates,
      target,
      commands: [...(service?.commands.values() ?? [])].flat(),
      runsAs: this.#runsAs(service),
      started,
      next: this.#next(name, load, timer, target, service, started, last?.usec ?? null),
      last,
    };
  }

  #timer({ unit }: LoadedUnit): Timer {
    const { zones } = this.#facts;
    return timerOf(unit, {
      zones,
      version: this.#manager.version,
      defaultAccuracyUsec: this.#defaultAccuracyUsec,
    });
  }

  #runsAs(service: Service | null): string {
    const { scope } = this.#manager;
    if (scope.kind === "global-user") return "each user";
    if (scope.kind === "user") return scope.name;
    if (service?.user) return this.#accountName(service.user.text);
    return service?.dynamicUser ? "dynamic" : "root";
  }

  #accountName(text: string): string {
    return /^\d+$/.test(text) ? (this.#facts.accounts.byUid.get(Number(text))?.name ?? text) : text;
  }

  #started(name: string, { primaryId, names }: LoadedUnit): Started {
    for (const candidate of [name, primaryId, ...names]) {
      const chain = this.#boot.chainTo(candidate);
      if (chain !== null)
        return {
          atBoot: true,
          chain: chain.map(({ from, how, path, span }) => ({
            unit: from,
            how,
            span: span ?? (path === null ? null : { path, line: 0, column: 0, length: 0 }),
          })),
        };
    }
    return { atBoot: false, chain: [] };
  }

  #next(
    name: string,
    load: LoadState,
    timer: Timer | null,
    target: LoadedUnit | null,
    service: Service | null,
    started: Started,
    lastTriggerUsec: number | null,
  ): NextElapse {
    const { scope, version } = this.#manager;
    if (load === "masked") return noElapse("masked");
    if (load === "not-found") return noElapse("not-found");
    if (parseUnitName(name)?.kind === "template") return noElapse("template");
    if (load !== "loaded" || timer === null)
      return noElapse(timer?.values.length === 0 ? "no-value" : "bad-unit");
    if (target === null || target.state === "not-found") return noElapse("target-missing");
    if (target.state === "masked") return noElapse("target-masked");
    if (isBad(target, service)) return noElapse("target-bad");
    if (!started.atBoot) return noElapse("not-started");
    const { nowUsec, bootUsec, zones, machineId } = this.#facts;
    return nextElapseOf(timer, {
      nowUsec,
      bootUsec: scope.kind === "system" ? bootUsec : null,
      lastTriggerUsec: lastTriggerUsec !== null && lastTriggerUsec <= nowUsec ? lastTriggerUsec : null,
      zones,
      version,
      machineId,
      systemManager: scope.kind === "system",
      uid: scope.kind === "user" ? scope.uid : 0,
      unit: timer.unit.id,
    });
  }
}

function isBad(target: LoadedUnit, service: Service | null): boolean {
  if (target.state !== "loaded" || target.unit.loadError !== null) return true;
  return target.unit.name.type === "service" && service?.loadError != null;
}

function loadStateOf({ state, unit }: LoadedUnit, timer: Timer | null): LoadState {
  if (state !== "loaded") return state;
  return timer?.loadError?.state ?? unit.loadError?.state ?? "loaded";
}

/** Everything systemd would warn of in the timer and in the unit it starts. */
function problemsOf(
  loaded: LoadedUnit,
  timer: Timer | null,
  target: LoadedUnit | null,
  service: Service | null,
): readonly UnitProblem[] {
  const problems: UnitProblem[] = [];
  const fatal = timer?.loadError ?? loaded.unit.loadError;
  if (fatal) problems.push({ says: fatal.reason, span: fatal.span, fatal: true });
  else if (loaded.reason !== null) problems.push({ says: loaded.reason, span: null, fatal: true });
  for (const { directive, text, reason, suggestion, span } of timer?.problems ?? [])
    problems.push({
      says: `${directive}=${text} does not count: ${reason}${suggestion ? `; did you mean ${suggestion}?` : ""}`,
      span,
      fatal: false,
    });
  for (const unit of [loaded, target]) {
    for (const { key, reason, quiet, span } of unit?.unit.ignored ?? [])
      if (!quiet) problems.push({ says: `${key}= does not count: ${reason}`, span, fatal: false });
    for (const { kind, text, reason, span } of unit === null ? [] : dependenciesOf(unit.unit).bad)
      problems.push({ says: `${kind}= leaves out ${text}: ${reason}`, span, fatal: false });
    for (const { reason, path, source } of unit?.dropIns ?? [])
      if (source?.file.failure) {
        const { failure } = source.file;
        problems.push({
          says: `the rest of ${path} is lost: ${failure.reason}`,
          span: failure.span,
          fatal: false,
        });
      } else if (reason !== null && !reason.includes("mask"))
        problems.push({ says: `${path} is not read: ${reason}`, span: null, fatal: false });
  }
  if (target !== null && target.state !== "loaded")
    problems.push({ says: `${target.name}: ${target.reason ?? target.state}`, span: null, fatal: true });
  if (target?.state === "loaded" && target.unit.name.type === "service" && service?.loadError)
    problems.push({
      says: `${target?.name}: ${service.loadError.reason}`,
      span: service.loadError.span,
      fatal: true,
    });
  return problems;
}
