import { compareFileNames } from "../hosts/file-name.ts";
import { connectDbus, type DbusConnection, type DbusLimits, DEFAULT_DBUS_LIMITS } from "./dbus-connection.ts";
import type { MethodCall } from "./dbus-message.ts";
import type { DbusValue } from "./dbus-wire.ts";
import type { JobView, ManagerView, ServiceView, TimerView, UnitView } from "./manager-view.ts";
import { listOf, type Properties, propertiesOf, spanOf, textOf, textsOf, usecOf } from "./properties.ts";

/** Where a manager listens. */
export interface ManagerAddress {
  /** `system` or `user:NAME`. */
  readonly scope: string;
  readonly socketPath: string;
  /** A message bus, which wants `Hello` and a destination; otherwise the manager's own private socket. */
  readonly isBus: boolean;
}

/** Both clocks, in microseconds: since 1970, and `CLOCK_MONOTONIC`. */
export type Clock = () => { readonly realtimeUsec: number; readonly monotonicUsec: number };

export interface ReadManagerOptions {
  /** The account this process acts as. */
  readonly uid: number;
  readonly clock: Clock;
  readonly limits?: DbusLimits;
}

const SYSTEMD = "org.freedesktop.systemd1";
const ROOT_PATH = "/org/freedesktop/systemd1";
const PROPERTIES = "org.freedesktop.DBus.Properties";
/** Units asked about one by one; a big host has a thousand. */
const MAX_UNITS = 20_000;

/** Types whose files decide what runs; devices, mounts, slices and scopes come from the kernel or from programs. */
const TYPES: ReadonlyMap<string, string | null> = new Map([
  ["timer", `${SYSTEMD}.Timer`],
  ["service", `${SYSTEMD}.Service`],
  ["path", null],
  ["socket", null],
  ["target", null],
]);

const EXEC_KEYS = [
  "ExecCondition",
  "ExecStartPre",
  "ExecStart",
  "ExecStartPost",
  "ExecReload",
  "ExecStop",
  "ExecStopPost",
] as const;

/**
 * Asks one manager what it has loaded. Only objects that `ListUnits` names are asked about: asking for another would
 * make systemd load it. Rejects with `DbusUnreachable` or `DbusProtocolError` when there is no answer at all.
 */
export async function readManager(
  address: ManagerAddress,
  { uid, clock, limits = DEFAULT_DBUS_LIMITS }: ReadManagerOptions,
): Promise<ManagerView> {
  const connection = await connectDbus(address.socketPath, uid, limits);
  try {
    return await new ManagerReader(connection, address, clock).read();
  } finally {
    connection.close();
  }
}

/** A call of the bus itself. */
export function busCall(member: "Hello" | "AddMatch", texts: readonly string[] = []): MethodCall {
  const name = "org.freedesktop.DBus";
  return { destination: name, path: "/org/freedesktop/DBus", interfaceName: name, member, texts };
}

class ManagerReader {
  readonly #connection: DbusConnection;
  readonly #address: ManagerAddress;
  readonly #clock: Clock;
  readonly #notes: string[] = [];

  constructor(connection: DbusConnection, address: ManagerAddress, clock: Clock) {
    this.#connection = connection;
    this.#address = address;
    this.#clock = clock;
  }

  async read(): Promise<ManagerView> {
    if (this.#address.isBus) await this.#connection.ask(busCall("Hello"));
    const manager = await this.#all(ROOT_PATH, `${SYSTEMD}.Manager`);
    const [units, jobs] = await Promise.all([this.#list("ListUnits"), this.#list("ListJobs")]);
    const clock = this.#clock();
    const wanted = units.filter((row) => TYPES.has(typeOf(textOf(row[0]))));
    if (wanted.length > MAX_UNITS)
      this.#notes.push(`it has ${wanted.length} units; only the first ${MAX_UNITS} were looked at`);
    const views = await Promise.all(wanted.slice(0, MAX_UNITS).map((row) => this.#unit(row)));
    const virtualization = manager.text("Virtualization");
    return {
      scope: this.#address.scope,
      via: this.#address.socketPath,
      version: manager.text("Version"),
      clock,
      startedMonotonicUsec: manager.usec("UserspaceTimestampMonotonic"),
      loadedMonotonicUsec: manager.usec("UnitsLoadFinishTimestampMonotonic"),
      container: CONTAINERS.has(virtualization) ? virtualization : null,
      units: views.filter((view) => view !== null).sort((a, b) => (a.id < b.id ? -1 : 1)),
      jobs: jobs.slice(0, MAX_UNITS).map(jobView),
      notes: this.#notes,
    };
  }

  async #list(member: "ListUnits" | "ListJobs"): Promise<readonly (readonly DbusValue[])[]> {
    const [rows] = await this.#ask(ROOT_PATH, `${SYSTEMD}.Manager`, member, []);
    return listOf(rows).map(listOf);
  }

  async #all(path: string, interfaceName: string): Promise<Properties> {
    const [values] = await this.#ask(path, PROPERTIES, "GetAll", [interfaceName]);
    return propertiesOf(values);
  }

  #ask(path: string, interfaceName: string, member: string, texts: readonly string[]) {
    const destination = this.#address.isBus ? SYSTEMD : null;
    return this.#connection.ask({ destination, path, interfaceName, member, texts });
  }

  /** `null` with a note for a unit that is gone by now. */
  async #unit(row: readonly DbusValue[]): Promise<UnitView | null> {
    const id = textOf(row[0]);
    const path = textOf(row[6]);
    const own = TYPES.get(typeOf(id)) ?? null;
    try {
      const [unit, typed] = await Promise.all([
        this.#all(path, `${SYSTEMD}.Unit`),
        own === null ? null : this.#all(path, own),
      ]);
      return unitView(id, unit, typed);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "DbusUnreachable") throw error;
      this.#notes.push(`${id}: ${error.message}`);
      return null;
    }
  }
}

function unitView(id: string, unit: Properties, typed: Properties | null): UnitView {
  const type = typeOf(id);
  return {
    id,
    names: [...unit.texts("Names")].sort(compareFileNames),
    loadState: unit.text("LoadState"),
    activeState: unit.text("ActiveState"),
    subState: unit.text("SubState"),
    fragmentPath: unit.text("FragmentPath") || null,
    sourcePath: unit.text("SourcePath") || null,
    dropInPaths: [...unit.texts("DropInPaths")],
    unitFileState: unit.text("UnitFileState") || null,
    needDaemonReload: unit.flag("NeedDaemonReload"),
    transient: unit.flag("Transient"),
    triggers: [...unit.texts("Triggers")],
    triggeredBy: [...unit.texts("TriggeredBy")],
    conditionResult: unit.flag("ConditionResult", true),
    inactiveExitUsec: unit.usec("InactiveExitTimestamp"),
    inactiveExitMonotonicUsec: unit.usec("InactiveExitTimestampMonotonic"),
    inactiveEnterMonotonicUsec: unit.usec("InactiveEnterTimestampMonotonic"),
    timer: type === "timer" && typed !== null ? timerView(typed) : null,
    service: type === "service" && typed !== null ? serviceView(typed) : null,
  };
}

function timerView(timer: Properties): TimerView {
  return {
    unit: timer.text("Unit"),
    calendars: timer.rows("TimersCalendar").map(([directive, text, next]) => ({
      directive: textOf(directive),
      text: textOf(text),
      nextUsec: usecOf(next),
    })),
    monotonics: timer.rows("TimersMonotonic").map(([directive, usec, next]) => ({
      // The bus says OnBootUSec where files say OnBootSec.
      directive: textOf(directive).replace(/USec$/, "Sec"),
      usec: spanOf(usec),
      nextUsec: usecOf(next),
    })),
    nextRealtimeUsec: timer.usec("NextElapseUSecRealtime"),
    nextMonotonicUsec: timer.usec("NextElapseUSecMonotonic"),
    lastTriggerUsec: timer.usec("LastTriggerUSec"),
    lastTriggerMonotonicUsec: timer.usec("LastTriggerUSecMonotonic"),
    accuracyUsec: timer.span("AccuracyUSec"),
    randomizedDelayUsec: timer.span("RandomizedDelayUSec"),
    fixedRandomDelay: timer.flag("FixedRandomDelay"),
    persistent: timer.flag("Persistent"),
    remainAfterElapse: timer.flag("RemainAfterElapse", true),
    result: timer.text("Result"),
  };
}

function serviceView(service: Properties): ServiceView {
  return {
    type: service.text("Type"),
    user: service.text("User"),
    commands: EXEC_KEYS.flatMap((key) =>
      service.rows(key).map(([path, argv]) => ({ key, path: textOf(path), argv: textsOf(argv) })),
    ),
    environment: [...service.texts("Environment")],
    mainPid: service.count("MainPID"),
    program: null,
    result: service.text("Result"),
  };
}

function jobView(row: readonly DbusValue[]): JobView {
  const [, unit, type, state] = row;
  return { unit: textOf(unit), type: textOf(type), state: textOf(state) };
}

function typeOf(id: string): string {
  return id.slice(id.lastIndexOf(".") + 1);
}

/** Words of the `Virtualization` property that mean a container (src/basic/virt.c). */
const CONTAINERS: ReadonlySet<string> = new Set([
  "systemd-nspawn",
  "lxc-libvirt",
  "lxc",
  "openvz",
  "docker",
  "podman",
  "rkt",
  "wsl",
  "proot",
  "pouch",
  "container-other",
]);
