import type { Host } from "../hosts/host.ts";
import type { Scope } from "./scope.ts";

/** Quadlet's kinds of file, and what follows their name in the name of the service (podman-systemd.unit(5)). */
const QUADLETS: readonly (readonly [type: string, suffix: string])[] = [
  ["container", ""],
  ["kube", ""],
  ["pod", "-pod"],
  ["volume", "-volume"],
  ["network", "-network"],
  ["image", "-image"],
  ["build", "-build"],
];

/** Where podman's generator looks for them. */
export function quadletDirectories(scope: Scope): readonly string[] {
  if (scope.kind === "system")
    return ["/run/containers/systemd", "/etc/containers/systemd", "/usr/share/containers/systemd"];
  const shared = ["/etc/containers/systemd/users", "/usr/share/containers/systemd/users"];
  if (scope.kind === "global-user") return shared;
  return [
    `${scope.home}/.config/containers/systemd`,
    `/etc/containers/systemd/users/${scope.uid}`,
    ...shared,
  ];
}

/**
 * The file from which a generator makes a service at boot, so that a host whose `/run` was not captured has it all the
 * same: a Quadlet file, or a script in `/etc/init.d` (systemd-sysv-generator(8)). `null` when there is none.
 */
export function generatorSourceOf(host: Host, scope: Scope, service: string): string | null {
  const stem = service.replace(/\.service$/, "");
  const quadlets = quadletDirectories(scope).flatMap((directory) =>
    QUADLETS.filter(([, suffix]) => stem.endsWith(suffix)).map(
      ([type, suffix]) => `${directory}/${stem.slice(0, stem.length - suffix.length)}.${type}`,
    ),
  );
  const scripts = scope.kind === "system" ? [`/etc/init.d/${stem}`] : [];
  return [...quadlets, ...scripts].find((path) => host.stat(path).kind === "present") ?? null;
}
