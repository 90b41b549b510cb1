/** What an own rule's expression can speak of: the declared types, and the facts of one activation in that form. */
import { Environment } from "@marcbachmann/cel-js";
import type { Activation } from "../inventory/activation.ts";
import { behavioursOf, type ClosureFile } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { toSystemdCalendars } from "../jobs/cron-calendar.ts";
import type { JobSchedule } from "../jobs/scheduled-job.ts";
import { parseCalendar } from "../time/calendar-parse.ts";
import { describeCalendar } from "../time/calendar-words.ts";
import { UTC_ONLY } from "../time/zone.ts";
import type { TimerValue } from "../units/timer.ts";

/** Longest list handed to an expression: two nested tests over it stay within a second. */
const MAX_LIST = 1000;

const COMMAND = {
  unit: "string",
  key: "string",
  path: "string",
  argv: "list<string>",
  text: "string",
  runsAs: "string",
};
const FILE = {
  path: "string",
  role: "string",
  exists: "bool",
  uid: "int",
  gid: "int",
  mode: "int",
  package: "string",
  content: "string",
  writers: "list<string>",
};
const BEHAVIOUR = { kind: "string", says: "string", url: "string", path: "string", confidence: "string" };

/** Variable names with their CEL types; docs/policy.md explains each. */
export const VARIABLES: ReadonlyMap<string, string> = new Map([
  ["unit", "string"],
  ["scope", "string"],
  ["kind", "string"],
  ["state", "string"],
  ["path", "string"],
  ["description", "string"],
  ["activates", "string"],
  ["runsAs", "string"],
  ["atBoot", "bool"],
  ["persistent", "bool"],
  ["schedule", "list<string>"],
  ["perDay", "double"],
  ["units", "list<string>"],
  ["commands", "list<Command>"],
  ["files", "list<File>"],
  ["behaviours", "list<Behaviour>"],
]);

/** The environment every own rule is checked against at load. */
export function ruleEnvironment(): Environment {
  const environment = new Environment({ limits: { maxAstNodes: 2000, maxDepth: 40, maxListElements: 500 } })
    .registerType("Command", { fields: COMMAND })
    .registerType("File", { fields: FILE })
    .registerType("Behaviour", { fields: BEHAVIOUR });
  for (const [name, type] of VARIABLES) environment.registerVariable(name, type);
  return environment;
}

/** One activation as the expression sees it. Numbers are BigInt, as CEL's integers are. */
export function ruleFacts(activation: Activation, inventory: Inventory): Record<string, unknown> {
  const { closure } = activation;
  const record = activation.kind === "timer" ? activation.record : null;
  const job = activation.kind === "job" ? activation.job : null;
  const values = record?.timer?.values ?? [];
  const description = record?.loaded.unit.settings.get("Unit.Description")?.at(-1)?.value;
  return {
    unit: activation.unit,
    scope: activation.scope,
    kind: job?.kind ?? "timer",
    state: record?.state ?? (job?.enabledReason === null ? "enabled" : "inert"),
    path: record?.loaded.path ?? job?.span.path ?? "",
    description: description ?? "",
    activates: record?.activates ?? "",
    runsAs: activation.runsAs,
    atBoot: record?.started.atBoot ?? job?.enabledReason === null,
    persistent: record?.timer?.persistent ?? false,
    schedule: job === null ? values.map(({ directive, text }) => `${directive}=${text}`) : [job.scheduleText],
    perDay: job === null ? sum(values.map(runsADay)) : jobRunsADay(job.schedule),
    units: closure.units.map(({ name }) => name).slice(0, MAX_LIST),
    commands: closure.commands.slice(0, MAX_LIST).map(({ unit, key, exec, runsAs }) => ({
      unit,
      key,
      path: exec.path,
      argv: [...exec.argv],
      text: [exec.path, ...exec.argv.slice(1)].join(" "),
      runsAs,
    })),
    files: closure.files.slice(0, MAX_LIST).map((file) => fileFacts(file, inventory)),
    behaviours: [...behavioursOf(closure)].slice(0, MAX_LIST).map(({ behaviour }) => ({
      kind: behaviour.kind,
      says: behaviour.says,
      url: behaviour.detail.url ?? "",
      path: behaviour.detail.path ?? "",
      confidence: behaviour.confidence,
    })),
  };
}

function runsADay(value: TimerValue): number {
  if (value.directive === "OnCalendar") return describeCalendar(value.calendar).perDay;
  const repeats = value.directive === "OnUnitActiveSec" || value.directive === "OnUnitInactiveSec";
  return repeats && value.usec > 0n ? 86_400e6 / Number(value.usec) : 0;
}

const DAYS_A_YEAR = 365.2425;

function jobRunsADay(schedule: JobSchedule): number {
  if (schedule.kind === "cron")
    return sum(
      toSystemdCalendars(schedule.cron).map((text) => {
        const calendar = parseCalendar(text, UTC_ONLY);
        return calendar.ok ? describeCalendar(calendar.value).perDay : 0;
      }),
    );
  if (schedule.kind !== "period") return 0;
  const { period } = schedule;
  return typeof period === "number" ? 1 / period : (period === "monthly" ? 12 : 1) / DAYS_A_YEAR;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function fileFacts(file: ClosureFile, { accounts }: Inventory): Record<string, unknown> {
  return {
    path: file.realPath ?? file.path,
    role: file.role,
    exists: file.facts !== null,
    uid: BigInt(file.facts?.uid ?? -1),
    gid: BigInt(file.facts?.gid ?? -1),
    mode: BigInt(file.facts?.mode ?? 0),
    package: file.provenance?.owner?.package ?? "",
    content: file.provenance?.content ?? "unknown",
    writers: file.writers.principals.map(({ kind, name }) =>
      kind === "user" && !accounts.byName.has(name) ? `uid ${name}` : `${kind} ${name}`,
    ),
  };
}
