/** Everything only the running machine knows: its managers and its journal, read once, storable as JSON. */
import * as v from "valibot";
import type { Accounts } from "../accounts/accounts.ts";
import type { Host } from "../hosts/host.ts";
import { JOURNAL_EVENT, readJournal } from "./journal.ts";
import { LISTING } from "./listing.ts";
import { MANAGER_VIEW, type ManagerView } from "./manager-view.ts";
import { type Clock, type ManagerAddress, readManager } from "./read-manager.ts";

export const LIVE_STATE = v.object({
  managers: v.array(MANAGER_VIEW),
  journal: v.array(JOURNAL_EVENT),
  /** What a manager printed while evidence was taken, where none could be asked. */
  listing: v.optional(LISTING),
  /** What could not be reached, in whole sentences. */
  notes: v.array(v.string()),
});

export type LiveState = Readonly<v.InferOutput<typeof LIVE_STATE>>;

/** A stored state, or `null` when it is not one. */
export function parseLiveState(text: string): LiveState | null {
  try {
    const result = v.safeParse(LIVE_STATE, JSON.parse(text));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

/** Sockets of the managers that run, most direct first for each scope. */
export function managerAddresses(host: Host, accounts: Accounts, uid: number): readonly ManagerAddress[] {
  const addresses: ManagerAddress[] = [];
  if (uid === 0) addresses.push({ scope: "system", socketPath: "/run/systemd/private", isBus: false });
  addresses.push({ scope: "system", socketPath: "/run/dbus/system_bus_socket", isBus: true });
  const runtime = host.readDirectory("/run/user");
  if (runtime.kind !== "present") return addresses;
  for (const { name } of runtime.value) {
    if (!/^\d{1,10}$/.test(name)) continue;
    const owner = accounts.byUid.get(Number(name))?.name ?? name;
    const scope = `user:${owner}`;
    const own = Number(name) === uid;
    addresses.push({ scope, socketPath: `/run/user/${name}/systemd/private`, isBus: false });
    // A session bus refuses everyone else, root too.
    if (own) addresses.push({ scope, socketPath: `/run/user/${name}/bus`, isBus: true });
  }
  return addresses;
}

export interface ReadLiveOptions {
  readonly uid: number;
  readonly clock: Clock;
}

/**
 * Asks every manager that can be reached. A scope none of whose sockets answers becomes a note; where there is no
 * socket at all, no manager runs and nothing is said, save for the system's.
 */
export async function readManagers(
  host: Host,
  accounts: Accounts,
  { uid, clock }: ReadLiveOptions,
): Promise<Pick<LiveState, "managers" | "notes">> {
  const managers: ManagerView[] = [];
  const failures = new Map<string, string>();
  for (const address of managerAddresses(host, accounts, uid)) {
    const { scope, socketPath } = address;
    if (managers.some((view) => view.scope === scope)) continue;
    const refusal = refusalOf(host, address, accounts);
    if (refusal !== null) {
      if (refusal !== "") failures.set(scope, `${socketPath}: ${refusal}`);
      continue;
    }
    try {
      const view = await readManager(address, { uid, clock });
      managers.push(withPrograms(host, view));
      failures.delete(scope);
    } catch (error) {
      const name = error instanceof Error ? error.name : "";
      if (name !== "DbusUnreachable" && name !== "DbusProtocolError") throw error;
      failures.set(scope, `${socketPath}: ${error instanceof Error ? error.message : ""}`);
    }
  }
  if (!managers.some(({ scope }) => scope === "system") && !failures.has("system"))
    failures.set("system", "no systemd is running, or its sockets cannot be seen");
  const notes = [...failures]
    .filter(([scope]) => !managers.some((view) => view.scope === scope))
    .map(
      ([scope, reason]) =>
        `the running ${scope === "system" ? "system" : scope} manager could not be asked (${reason}): only files tell`,
    );
  return { managers, notes };
}

/**
 * Why a socket is not connected to; empty when it is just not there. A user's runtime directory is the user's own: what
 * stands there may be a link to some other daemon, which must not hear root speak.
 */
function refusalOf(host: Host, { scope, socketPath }: ManagerAddress, accounts: Accounts): string | null {
  const facts = host.lstat(socketPath);
  if (facts.kind === "absent") return "";
  if (facts.kind === "unreadable") return facts.reason;
  if (facts.value.kind !== "socket") return "it is no socket";
  if (scope === "system") return null;
  const real = host.realPath(socketPath);
  if (real.kind !== "present" || real.value !== socketPath) return "it is reached through a link";
  const uid = Number(socketPath.split("/")[3]);
  if (facts.value.uid !== uid)
    return `it belongs to ${accounts.byUid.get(facts.value.uid)?.name ?? "another account"}`;
  return null;
}

/** Adds what the kernel says of each main process: the program may have been deleted since it was started. */
function withPrograms(host: Host, view: ManagerView): ManagerView {
  const units = view.units.map((unit) => {
    const { service } = unit;
    if (service === null || service.mainPid <= 0) return unit;
    const link = host.readLink(`/proc/${service.mainPid}/exe`);
    if (link.kind !== "present") return unit;
    const exists = host.lstat(link.value.replace(/ \(deleted\)$/, "")).kind === "present";
    return { ...unit, service: { ...service, program: { link: link.value, exists } } };
  });
  return { ...view, units };
}

/** How far back the journal is read: a month shows every usual schedule at least once. */
const JOURNAL_USEC = 31 * 86_400_000_000;

/** Managers and journal of the running machine; what does not answer is a note. */
export async function readLive(
  host: Host,
  accounts: Accounts,
  options: ReadLiveOptions & { readonly nowUsec: number },
): Promise<LiveState> {
  const { managers, notes } = await readManagers(host, accounts, options);
  const journal = readJournal({ sinceUsec: options.nowUsec - JOURNAL_USEC });
  const gap =
    "reason" in journal ? [`the journal could not be read (${journal.reason}): runs are not known`] : [];
  return { managers, journal: "events" in journal ? [...journal.events] : [], notes: [...notes, ...gap] };
}
