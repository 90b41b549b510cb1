import { connectDbus, type DbusLimits, DEFAULT_DBUS_LIMITS } from "./dbus-connection.ts";
import type { Signal } from "./dbus-message.ts";
import { busCall, type ManagerAddress } from "./read-manager.ts";

const SYSTEMD = "org.freedesktop.systemd1";
const ROOT_PATH = "/org/freedesktop/systemd1";

/** What is told of a manager that is followed. */
export interface FollowEvents {
  /** Units, timers or jobs are others than before. */
  readonly onChange: () => void;
  /** The manager is gone, or left us; told once. */
  readonly onEnd: () => void;
}

/** Signals of the manager after which timers may be others, or have run (org.freedesktop.systemd1(5)). */
const TELLING: ReadonlySet<string> = new Set([
  "UnitNew",
  "UnitRemoved",
  "JobRemoved",
  "UnitFilesChanged",
  "Reloading",
]);

/**
 * Listens to one manager; resolves with how to stop. The only thing asked of it is to be told: a manager's `Subscribe`,
 * and at a bus a match rule. Both end with the connection. Rejects as `readManager` does.
 */
export async function followManager(
  { socketPath, isBus }: ManagerAddress,
  uid: number,
  { onChange, onEnd }: FollowEvents,
  limits: DbusLimits = DEFAULT_DBUS_LIMITS,
): Promise<() => void> {
  const connection = await connectDbus(socketPath, uid, limits);
  try {
    if (isBus) {
      await connection.ask(busCall("Hello"));
      const rule = `type='signal',sender='${SYSTEMD}',path_namespace='${ROOT_PATH}'`;
      await connection.ask(busCall("AddMatch", [rule]));
    }
    await connection.ask({
      destination: isBus ? SYSTEMD : null,
      path: ROOT_PATH,
      interfaceName: `${SYSTEMD}.Manager`,
      member: "Subscribe",
      texts: [],
    });
  } catch (error) {
    connection.close();
    throw error;
  }
  connection.follow((signal) => {
    if (isTelling(signal)) onChange();
  }, onEnd);
  return () => connection.close();
}

/** Of properties only a timer's count: what a service does ends in a job, and hosts change others all the time. */
function isTelling({ path, interfaceName, member }: Signal): boolean {
  if (interfaceName === `${SYSTEMD}.Manager`) return TELLING.has(member);
  return member === "PropertiesChanged" && path.endsWith("_2etimer");
}
