import type { Host } from "../hosts/host.ts";

/** Is the target a container, which shares the kernel's audit and clock with its host (systemd-detect-virt(1))? */
export function isContainer(host: Host): boolean {
  return ["/.dockerenv", "/run/.containerenv", "/run/systemd/container", "/run/host/container-manager"].some(
    (path) => host.lstat(path).kind === "present",
  );
}
