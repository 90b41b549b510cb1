import type { ExecCommand } from "../syntax/exec-line.ts";
import type { Span } from "../syntax/span.ts";
import { type LoadError, type Unit, value } from "./unit.ts";

/** What of a service systemd's check looks at. */
interface Checked {
  readonly unit: Unit;
  readonly type: string;
  readonly typeSpan: Span | null;
  readonly commands: ReadonlyMap<string, readonly ExecCommand[]>;
  readonly restart: string;
  readonly remainAfterExit: boolean;
  readonly busName: unknown;
  readonly pamName: unknown;
}

/**
 * Why systemd refuses a service whose lines are all right one by one (`service_verify()`, src/core/service.c); null
 * if it does not.
 */
export function verifyService(service: Checked): LoadError | null {
  const reason = REFUSALS.find(([applies]) => applies(service))?.[1];
  if (reason === undefined) return null;
  const { unit } = service;
  const span = service.commands.get("ExecStart")?.[0]?.span ?? service.typeSpan ?? startOf(service);
  return { state: "bad-setting", reason: `${unit.id} ${reason}`, span };
}

type Refusal = readonly [applies: (service: Checked) => boolean, reason: string];

/** In systemd's order: the first that applies is the one it reports. */
const REFUSALS: readonly Refusal[] = [
  [
    (service) => !hasStart(service) && !service.commands.has("ExecStop") && !hasSuccessAction(service),
    "has no ExecStart=, ExecStop=, or SuccessAction=",
  ],
  [
    (service) => service.type !== "oneshot" && !hasStart(service),
    "has no ExecStart=, which only Type=oneshot may lack",
  ],
  [
    (service) => !service.remainAfterExit && !hasStart(service) && !hasSuccessAction(service),
    "has no ExecStart= and neither SuccessAction= nor RemainAfterExit=yes",
  ],
  [
    (service) => service.type !== "oneshot" && (service.commands.get("ExecStart")?.length ?? 0) > 1,
    "has more than one ExecStart=, which only Type=oneshot may have",
  ],
  [
    (service) =>
      service.type === "oneshot" && (service.restart === "always" || service.restart === "on-success"),
    "has Restart=always or on-success, which Type=oneshot may not have",
  ],
  [
    (service) =>
      service.type === "oneshot" && isSet(service, "RestartForceExitStatus") && majorOf(service) < 254,
    "has RestartForceExitStatus=, which Type=oneshot may not have",
  ],
  [
    (service) => service.type === "oneshot" && value(service.unit, "Service", "ExitType")?.value === "cgroup",
    "has ExitType=cgroup, which Type=oneshot may not have",
  ],
  [(service) => service.type === "dbus" && service.busName === null, "is of Type=dbus but has no BusName="],
  [
    (service) => service.pamName !== null && !["control-group", "mixed"].includes(killMode(service)),
    "has PAMName= and a KillMode= other than control-group or mixed",
  ],
];

function hasStart(service: Checked): boolean {
  return service.commands.has("ExecStart");
}

function hasSuccessAction({ unit }: Checked): boolean {
  const action = value(unit, "Unit", "SuccessAction")?.value ?? "none";
  return action !== "none";
}

function isSet({ unit }: Checked, key: string): boolean {
  return value(unit, "Service", key) !== null;
}

function killMode({ unit }: Checked): string {
  return value(unit, "Service", "KillMode")?.value ?? "control-group";
}

function majorOf({ unit }: Checked): number {
  return unit.specifiers.major;
}

function startOf({ unit }: Checked): LoadError["span"] {
  return { path: unit.sources[0]?.file.path ?? unit.id, line: 1, column: 1, length: 0 };
}
