import type { Group } from "../accounts/group.ts";
import type { Subject } from "./subject.ts";

/** Groups whose members can become root without being asked, and what lets them. */
const ROOT_EQUIVALENT: ReadonlyMap<string, string> = new Map([
  ["sudo", "full sudo on Debian and its kin"],
  ["wheel", "full sudo on Red Hat and its kin"],
  ["admin", "full sudo on old Ubuntu"],
  ["root", "the group of root's own files"],
  ["docker", "may start containers with all of the host in them"],
  ["podman", "may start containers with all of the host in them"],
  ["lxd", "may start containers with all of the host in them"],
  ["incus-admin", "may start containers with all of the host in them"],
  ["incus", "may start containers"],
  ["libvirt", "may start machines with the host's disks in them"],
  ["disk", "reads and writes the disks below all permissions"],
  ["shadow", "reads the password hashes"],
]);

/** Groups that read the logs. */
const READERS: ReadonlyMap<string, string> = new Map([
  ["adm", "reads the system's logs"],
  ["systemd-journal", "reads the whole journal"],
]);

export interface PowerfulGroup {
  readonly group: Group;
  /** Members by name, root and accounts with uid 0 left out. */
  readonly members: readonly string[];
  readonly power: string;
}

export function powerfulGroups(subject: Subject, readers = true): readonly PowerfulGroup[] {
  const { accounts } = subject;
  return accounts.groups.flatMap((group) => {
    const power = ROOT_EQUIVALENT.get(group.name) ?? (readers ? READERS.get(group.name) : undefined);
    if (power === undefined) return [];
    const members = accounts
      .groupMembers(group.gid)
      .filter((name) => name !== "root" && accounts.byName.get(name)?.uid !== 0);
    return [{ group, members, power }];
  });
}
