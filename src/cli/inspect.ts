import { readAccounts } from "../accounts/accounts.ts";
import { hasSystemd, type Inventory, readInventory } from "../inventory/inventory.ts";
import { joinLive } from "../live/join.ts";
import { liveStateOf } from "../live/this-machine.ts";
import { withLive } from "../live/with-live.ts";
import { nothingToExamine, type OpenedTarget, settle } from "./target.ts";

/**
 * Reads a target as every command sees it: the files, and on the running machine (or where a collection recorded it)
 * what the managers hold. `judge` makes the result; it is called again when an archive had to fetch more.
 */
export async function inspect<Result>(
  { host, zones, nowUsec, version, scopes }: OpenedTarget,
  judge: (inventory: Inventory) => Result,
): Promise<Result> {
  if (!hasSystemd(host))
    throw nothingToExamine(`${host.target}: there is no systemd here, so nothing to examine`);
  const state = await liveStateOf(host, readAccounts(host), nowUsec);
  return await settle(host, () => {
    const files = readInventory(host, { zones, nowUsec, version, scopes });
    return judge(state === null ? files : withLive(files, joinLive(files, state)));
  });
}
