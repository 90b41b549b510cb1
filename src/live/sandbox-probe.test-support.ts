/** Runs inside a booted sandbox: reads this machine's files and managers and prints how they compare, as JSON. */
import { openDirectory } from "../hosts/directory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { readInventory } from "../inventory/inventory.ts";
import { joinLive } from "./join.ts";
import { readLive } from "./live-state.ts";

async function main(): Promise<void> {
  const host = openDirectory("/", "host:", true);
  const inventory = readInventory(host, { zones: zonesOf(host, null), nowUsec: Date.now() * 1000 });
  const clock = () => ({
    realtimeUsec: Date.now() * 1000,
    monotonicUsec: Number(process.hrtime.bigint() / 1000n),
  });
  const state = await readLive(host, inventory.accounts, {
    uid: process.getuid?.() ?? 0,
    clock,
    nowUsec: inventory.nowUsec,
  });
  const { disagreements, timers } = joinLive(inventory, state);
  const elapses = [...timers].map(([id, { view, next, expected }]) => ({
    id,
    sub: view.subState,
    accuracyUsec: view.timer?.accuracyUsec ?? 0,
    armed: next?.earliestUsec ?? null,
    expected,
  }));
  const scopes = state.managers.map(({ scope, units, version }) => ({ scope, units: units.length, version }));
  const { notes, journal } = state;
  process.stdout.write(JSON.stringify({ disagreements, elapses, scopes, notes, journal }));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
