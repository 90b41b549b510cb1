/**
 * Programs whose writing is no news, by the whole path of their executable: a name alone can be worn by anybody, and so
 * can an interpreter, for which reason package managers written in Python are not among them. A slash at the end means
 * every program below.
 */
import { GENERATOR_FOLDERS } from "../manager/generators.ts";

/** They put units, generators and crontabs in place; what they install is for provenance to judge. */
export const PACKAGE_MANAGERS: readonly string[] = [
  "/usr/bin/dpkg",
  "/usr/bin/rpm",
  "/bin/rpm",
  "/usr/bin/dnf5",
  "/usr/bin/microdnf",
  "/usr/bin/zypper",
  "/usr/bin/rpm-ostree",
  "/usr/libexec/packagekitd",
  "/usr/lib/packagekitd",
  "/usr/bin/pacman",
  "/sbin/apk",
  "/usr/bin/apk",
  "/usr/lib/snapd/snapd",
  "/usr/libexec/snapd/snapd",
];

/** The manager itself, of the system and of a user. */
export const SERVICE_MANAGER: readonly string[] = [
  "/usr/lib/systemd/systemd",
  "/lib/systemd/systemd",
  "/usr/lib/systemd/systemd-executor",
];

/** They write units into the directories systemd gives them, anew at each reload. */
export const GENERATORS: readonly string[] = [
  ...GENERATOR_FOLDERS.map(({ path }) => `${path}/`),
  "/lib/systemd/system-generators/",
  "/lib/systemd/user-generators/",
];
