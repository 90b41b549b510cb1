import { compareFileNames } from "../hosts/file-name.ts";
import type { LoadedUnit } from "../manager/manager.ts";
import { formatTimespan } from "../time/timespan-format.ts";
import { USEC_INFINITY } from "../time/usec.ts";
import { type Service, serviceOf } from "../units/service.ts";
import type { Timer } from "../units/timer.ts";
import type { ServiceView, TimerView } from "./manager-view.ts";

/** One setting as the files have it and as the manager has it. */
export interface Difference {
  readonly setting: string;
  readonly disk: string;
  readonly memory: string;
}

/** Schedule, target and delays of a timer, compared value by value. */
export function timerDifferences(disk: Timer, memory: TimerView): readonly Difference[] {
  const differences: Difference[] = [];
  const compare = (setting: string, left: string, right: string) => {
    if (left !== right) differences.push({ setting, disk: left, memory: right });
  };
  compare("schedule", scheduleOnDisk(disk), scheduleInMemory(memory));
  compare("Unit", disk.triggers, memory.unit);
  compare("AccuracySec", spanText(disk.accuracyUsec), usecText(memory.accuracyUsec));
  compare("RandomizedDelaySec", spanText(disk.randomizedDelayUsec), usecText(memory.randomizedDelayUsec));
  compare("Persistent", yesNo(disk.persistent), yesNo(memory.persistent));
  return differences;
}

function scheduleOnDisk({ values }: Timer): string {
  return sorted(
    values.map((value) =>
      value.directive === "OnCalendar"
        ? `OnCalendar=${value.normalized}`
        : `${value.directive}=${spanText(value.usec)}`,
    ),
  );
}

function scheduleInMemory({ calendars, monotonics }: TimerView): string {
  return sorted([
    ...calendars.map(({ directive, text }) => `${directive}=${text}`),
    ...monotonics.map(({ directive, usec }) => `${directive}=${usecText(usec)}`),
  ]);
}

function sorted(lines: readonly string[]): string {
  return lines.length === 0 ? "nothing" : [...lines].sort(compareFileNames).join(", ");
}

function spanText(usec: bigint): string {
  return usec >= USEC_INFINITY ? "infinity" : formatTimespan(usec);
}

/** `null` is infinity. */
function usecText(usec: number | null): string {
  return usec === null ? "infinity" : formatTimespan(BigInt(usec));
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

/** Keys of commands that the bus reports under the same name. */
const COMPARED_KEYS: ReadonlySet<string> = new Set([
  "ExecCondition",
  "ExecStartPre",
  "ExecStart",
  "ExecStartPost",
  "ExecReload",
  "ExecStop",
  "ExecStopPost",
]);

/** Commands of a service, in order, key by key. */
export function commandDifferences(disk: LoadedUnit, memory: ServiceView): readonly Difference[] {
  const service = serviceOf(disk.unit);
  const keys = new Set([...service.commands.keys(), ...memory.commands.map(({ key }) => key)]);
  return [...keys]
    .filter((key) => COMPARED_KEYS.has(key))
    .map((setting) => ({
      setting,
      disk: commandsText((service.commands.get(setting) ?? []).map(({ path, argv }) => ({ path, argv }))),
      memory: commandsText(memory.commands.filter(({ key }) => key === setting)),
    }))
    .filter(({ disk: left, memory: right }) => left !== right);
}

function commandsText(
  commands: readonly { readonly path: string; readonly argv: readonly string[] }[],
): string {
  if (commands.length === 0) return "nothing";
  return commands
    .map(({ path, argv }) => {
      const words = argv[0] === path ? argv : [`${path} as`, ...argv];
      return words.map(word).join(" ");
    })
    .join(" ; ");
}

function word(text: string): string {
  return /^[\w@%+=:,./$~-]+( as)?$/.test(text) ? text : JSON.stringify(text);
}

/** Account and environment of a service. */
export function serviceDifferences(disk: LoadedUnit, memory: ServiceView): readonly Difference[] {
  const service = serviceOf(disk.unit);
  const differences: Difference[] = [];
  const user = service.user?.text ?? "";
  if (user !== memory.user)
    differences.push({ setting: "User", disk: user || "unset", memory: memory.user || "unset" });
  const [left, right] = [environmentOf(service), [...memory.environment].sort(compareFileNames).join(" ")];
  if (left !== right)
    differences.push({ setting: "Environment", disk: left || "nothing", memory: right || "nothing" });
  return differences;
}

/** A later assignment of a name replaces the earlier one. */
function environmentOf({ environment }: Service): string {
  const variables = new Map(environment.map(({ name, value }) => [name, `${name}=${value}`]));
  return [...variables.values()].sort(compareFileNames).join(" ");
}
