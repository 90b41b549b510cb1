/**
 * Runs inside a booted sandbox: follows every manager at every socket while each of the given shell commands runs, and
 * prints which sockets told of it, as JSON.
 */
import { execFileSync } from "node:child_process";
import { readAccounts } from "../accounts/accounts.ts";
import { openDirectory } from "../hosts/directory.ts";
import { followManager } from "./follow-manager.ts";
import { managerAddresses } from "./live-state.ts";

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function main(actions: readonly string[]): Promise<void> {
  const host = openDirectory("/", "host:", true);
  const uid = process.getuid?.() ?? 0;
  const told = new Set<string>();
  const stops: (() => void)[] = [];
  for (const address of managerAddresses(host, readAccounts(host), uid)) {
    const onChange = () => told.add(`${address.scope} ${address.isBus ? "bus" : "private"}`);
    stops.push(await followManager(address, uid, { onChange, onEnd: () => undefined }));
  }
  const results: (readonly string[])[] = [];
  for (const action of actions) {
    // What came before may still be told of.
    do {
      told.clear();
      await sleep(1200);
    } while (told.size > 0);
    execFileSync("bash", ["-c", action], { stdio: "ignore" });
    await sleep(2000);
    results.push([...told].sort((a, b) => (a < b ? -1 : 1)));
  }
  for (const stop of stops) stop();
  process.stdout.write(JSON.stringify(results));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
