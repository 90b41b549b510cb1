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

/** Every such trigger of a manager, in no order that means anything. */
export function otherTriggersOf(manager: Manager): readonly OtherTrigger[] {
  const isSystem = manager.scope.kind === "system";
  const folder = isSystem ? "system-services" : "services";
  return [
    ...unitTriggers(manager),
    ...(isSystem ? UDEV_RULES.flatMap((directory) => wantsIn(manager.host, directory)) : []),
    ...BUS_SERVICES.flatMap((base) => namesIn(manager.host, `${base}/${folder}`)),
  ];
}

function unitTriggers(manager: Manager): readonly OtherTrigger[] {
  return [...manager.nameMap.keys()].flatMap((name): readonly OtherTrigger[] => {
    const type = parseUnitName(name)?.type;
    if (type !== "path" && type !== "socket") return [];
    const { state, path, unit } = manager.load(name);
    if (state !== "loaded" || path === null) return [];
    const said = triggerOf(unit);
    const service = said?.unit ?? dependencyName(name, `${name.slice(0, -type.length)}service`);
    return [{ kind: `${type} unit`, span: said?.span ?? wholeFile(path), service }];
  });
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
