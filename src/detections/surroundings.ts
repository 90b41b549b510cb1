/** What rules must know of a host: where its accounts live. */
import { readAccounts } from "../accounts/accounts.ts";
import type { Host } from "../hosts/host.ts";
import { COMMAND_DETECTIONS } from "./commands.ts";
import type { Surroundings } from "./exporter.ts";
import { ANY_HOMES } from "./place.ts";
import { WRITE_DETECTIONS } from "./writes.ts";

/** Rules for hosts nobody has looked at. */
export function anyHost(): Surroundings {
  return {
    writes: WRITE_DETECTIONS,
    commands: COMMAND_DETECTIONS,
    homes: ANY_HOMES,
    left: [],
    host: null,
  };
}

/** Text of a target that stands in a rule must mean itself in every format. */
const PLAIN = /^(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/;

/** Far more homes than a tool takes rules for; on such hosts accounts come from elsewhere anyway. */
const MAX_HOMES = 1000;

/** Rules for one host: the homes it has, and the sessions that are open. */
export function surroundingsOf(host: Host): Surroundings {
  const left: string[] = [];
  const homes = new Set<string>();
  for (const { home, uid } of readAccounts(host).all) {
    const facts = host.lstat(home);
    if (facts.kind !== "present" || facts.value.kind !== "directory" || home === "/") continue;
    if (homes.size >= MAX_HOMES) left.push(`uid ${uid}: more than ${MAX_HOMES} homes`);
    else if (PLAIN.test(home)) homes.add(home);
    else left.push(`uid ${uid}: unusual characters in the path of its home`);
  }
  const sessions = host.readDirectory("/run/user");
  const runtimeDirectories =
    sessions.kind === "present"
      ? sessions.value.filter(({ name }) => /^\d{1,10}$/.test(name)).map(({ name }) => `/run/user/${name}`)
      : [];
  return {
    ...anyHost(),
    homes: { homes: [...homes].sort((a, b) => (a < b ? -1 : 1)), runtimeDirectories },
    left,
    host,
  };
}
