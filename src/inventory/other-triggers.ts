import type { Host } from "../hosts/host.ts";
import { dependencyName, type Manager } from "../manager/manager.ts";
import type { Span } from "../syntax/span.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import { triggerOf } from "../units/dependencies.ts";

/** Something besides a timer that starts a service when its moment comes. */
export interface OtherTrigger {
  readonly kind: "path unit" | "socket unit" | "udev rule" | "D-Bus name";
  /** The file that says so. */
  readonly span: Span;
  /** The service, under the name given. */
  readonly service: string;
}

const UDEV_RULES = ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map((base) => `${base}/udev/rules.d`);
const BUS_SERVICES = ["/etc/dbus-1", "/usr/local/share/dbus-1", "/usr/share/dbus-1"];
const MAX_BYTES = 262_144;

/** Every such trigger of a service of a manager, in no order that means anything. */
export function otherTriggersOf(manager: Manager, service: string): readonly OtherTrigger[] {
  const ofHost = triggersOfHost(manager.host, manager.scope.kind === "system");
  return [
    ...namesakes(manager, service),
    ...[namingUnits(manager), ofHost].flatMap((named) => named.filter((each) => each.service === service)),
  ];
}

/** `job.path` and `job.socket` start `job.service` where they name no other. */
function namesakes(manager: Manager, service: string): readonly OtherTrigger[] {
  if (!service.endsWith(".service")) return [];
  return (["path", "socket"] as const).flatMap((type): readonly OtherTrigger[] => {
    const name = dependencyName(service, service.replace(/service$/, type));
    const entry = manager.nameMap.get(name)?.[0];
    if (entry === undefined || namesService(manager.host, entry.path)) return [];
    const { path, state } = manager.lookup(name);
    return path === null || state !== "loaded"
      ? []
      : [{ kind: `${type} unit`, span: wholeFile(path), service }];
  });
}

const NAMING = new WeakMap<Manager, readonly OtherTrigger[]>();

/** Path and socket units whose own file names what they start. Only these are loaded: a host may have thousands. */
function namingUnits(manager: Manager): readonly OtherTrigger[] {
  const known = NAMING.get(manager);
  if (known !== undefined) return known;
  const found = [...manager.nameMap].flatMap(([name, [entry]]): readonly OtherTrigger[] => {
    if (!/\.(path|socket)$/.test(name)) return [];
    const type = parseUnitName(name)?.type;
    if ((type !== "path" && type !== "socket") || entry === undefined) return [];
    if (!namesService(manager.host, entry.path)) return [];
    const { state, unit } = manager.load(name);
    const said = state === "loaded" ? triggerOf(unit) : null;
    return said === null ? [] : [{ kind: `${type} unit`, span: said.span, service: said.unit }];
  });
  NAMING.set(manager, found);
  return found;
}

const NAMES_SERVICE = new WeakMap<Host, Map<string, boolean>>();

/** Managers of users share most files. */
function namesService(host: Host, path: string): boolean {
  const known = NAMES_SERVICE.get(host) ?? new Map<string, boolean>();
  NAMES_SERVICE.set(host, known);
  let names = known.get(path);
  if (names === undefined) {
    const file = host.readFile(path, MAX_BYTES);
    names = file.kind === "present" && /^[ \t]*(Unit|Service)[ \t]*=/m.test(decodeUtf8(file.value.bytes));
    known.set(path, names);
  }
  return names;
}

/** Of one host, for its system's manager and for all of its users'. */
const OF_HOST = new WeakMap<Host, Map<boolean, readonly OtherTrigger[]>>();

function triggersOfHost(host: Host, isSystem: boolean): readonly OtherTrigger[] {
  const known = OF_HOST.get(host) ?? new Map<boolean, readonly OtherTrigger[]>();
  OF_HOST.set(host, known);
  const folder = isSystem ? "system-services" : "services";
  const found = known.get(isSystem) ?? [
    ...(isSystem ? UDEV_RULES.flatMap((directory) => wantsIn(host, directory)) : []),
    ...BUS_SERVICES.flatMap((base) => namesIn(host, `${base}/${folder}`)),
  ];
  known.set(isSystem, found);
  return found;
}

/** `ENV{SYSTEMD_WANTS}+="x.service"` of rules that udev applies to devices (systemd.device(5)). */
function wantsIn(host: Host, directory: string): readonly OtherTrigger[] {
  return linesOf(host, directory, ".rules").flatMap(({ span, text }) =>
    [...text.matchAll(/\{SYSTEMD_WANTS\}\s*\+?=\s*"([^"]*)"/g)]
      .flatMap(([, words = ""]) => words.split(/\s+/))
      .map((service) => ({ kind: "udev rule", span, service })),
  );
}

/** `SystemdService=` of names that the bus starts a program for (D-Bus specification, "Message Bus Starting Services"). */
function namesIn(host: Host, directory: string): readonly OtherTrigger[] {
  return linesOf(host, directory, ".service").flatMap(({ span, text }) => {
    const service = /^\s*SystemdService\s*=\s*(\S+)/.exec(text)?.[1];
    return service === undefined ? [] : [{ kind: "D-Bus name", span, service }];
  });
}

function linesOf(
  host: Host,
  directory: string,
  suffix: string,
): readonly { readonly span: Span; readonly text: string }[] {
  const listed = host.readDirectory(directory);
  if (listed.kind !== "present") return [];
  return listed.value
    .filter(({ name }) => name.endsWith(suffix))
    .flatMap(({ name }) => {
      const path = `${directory}/${name}`;
      const file = host.readFile(path, MAX_BYTES);
      if (file.kind !== "present") return [];
      return decodeUtf8(file.value.bytes)
        .split("\n")
        .map((text, at) => ({ span: { path, line: at + 1, column: 1, length: text.length }, text }));
    });
}

function wholeFile(path: string): Span {
  return { path, line: 0, column: 0, length: 0 };
}
