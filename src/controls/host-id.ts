import type { Inventory } from "../inventory/inventory.ts";
import { uuid5 } from "./oscal.ts";

/** What tells the host apart from others: its machine id, else its name, else how it was named on the command line. */
export function hostName({ facts, host }: Inventory): string {
  return facts.machineId ?? facts.hostName ?? host.target;
}

/**
 * The same as an id that can be shown and kept: a machine id is confidential (machine-id(5)), a hash of it is not.
 * Results of one host carry one id, by which they are told apart in a history of several hosts.
 */
export function hostId(inventory: Inventory): string {
  return uuid5([hostName(inventory), "host"]);
}
