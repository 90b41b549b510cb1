import { readAccounts } from "../accounts/accounts.ts";
import { type Inventory, readInventory } from "../inventory/inventory.ts";
import { joinLive } from "../live/join.ts";
import type { LiveState } from "../live/live-state.ts";
import { liveStateOf } from "../live/this-machine.ts";
import { withLive } from "../live/with-live.ts";
import { scopeName } from "../manager/scope.ts";
import { visible } from "../report/visible.ts";
import { formatSystemdVersion } from "../time/systemd-version.ts";
import { mustRunByItself, type OpenedTarget, settle } from "./target.ts";

/**
 * Reads a target as every command sees it: the files, and on the running machine (or where a collection recorded it)
 * what the managers hold. `judge` makes the result; it is called again when an archive had to fetch more. Beside the
 * inventory it gets what the managers said, `null` where none was asked.
 */
export async function inspect<Result>(
  { host, zones, nowUsec, version, scopes, progress }: OpenedTarget,
  judge: (inventory: Inventory, live: LiveState | null) => Result,
): Promise<Result> {
  try {
    mustRunByItself({ host });
    progress.step("asking the running managers");
    const state = await liveStateOf(host, readAccounts(host), nowUsec);
    let told = false;
    return await settle(host, () => {
      progress.step("reading unit files and jobs");
      const files = readInventory(host, { zones, nowUsec, version, scopes });
      const inventory = state === null ? files : withLive(files, joinLive(files, state));
      if (!told) tell(inventory, progress);
      told = true;
      progress.step("following what they run");
      return judge(inventory, state);
    });
  } finally {
    progress.end();
  }
}

/** How it is known what is said. */
function tell(inventory: Inventory, { tell }: OpenedTarget["progress"]): void {
  const { facts, packages, managers, host } = inventory;
  const system = facts.osRelease?.get("PRETTY_NAME") ?? "no os-release";
  tell(`${visible(host.target)}: ${visible(system)}, machine id ${visible(facts.machineId ?? "not known")}`);
  tell(`systemd ${formatSystemdVersion(inventory.version)}: ${visible(inventory.versionEvidence)}`);
  tell(`packages: ${[...packages.kinds].join(", ") || "no database"}`);
  for (const { scope, searchPath } of managers)
    tell(`units of ${visible(scopeName(scope))}: ${searchPath.map(({ path }) => visible(path)).join(" ")}`);
}
