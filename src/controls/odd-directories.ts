/** Directories that stand where a file would count: systemd passes over them, and what they replaced is not known. */
import { LINGER_DIRECTORY } from "../accounts/linger.ts";
import { BUILT_IN_GENERATOR_FOLDERS } from "./si-4/generator-folders.ts";
import type { Subject } from "./subject.ts";

export interface OddDirectory {
  readonly path: string;
  readonly reason: string;
}

const UNIT = /\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;
const DROP_IN = /\.conf$/;

/** For `Subject.once`. */
export function readOddDirectories({ inventory, host }: Subject): readonly OddDirectory[] {
  const found = new Map<string, OddDirectory>();
  const look = (directory: string, name: RegExp, expected: string): void => {
    const listing = host.readDirectory(directory);
    if (listing.kind !== "present") return;
    for (const entry of listing.value) {
      if (entry.kind !== "directory" || !name.test(entry.name)) continue;
      const path = `${directory}/${entry.name}`;
      found.set(path, { path, reason: `it is a directory where ${expected} is expected` });
    }
  };
  for (const manager of inventory.managers) {
    for (const { path } of manager.searchPath) look(path, UNIT, "a unit");
    for (const [suffix, directories] of manager.unitDirectories)
      for (const { real } of directories)
        look(real, suffix.endsWith(".d") ? DROP_IN : UNIT, suffix.endsWith(".d") ? "a drop-in" : "a link");
  }
  for (const folder of BUILT_IN_GENERATOR_FOLDERS) look(folder, /./, "a generator");
  look(LINGER_DIRECTORY, /./, "the name of an account that lingers");
  return [...found.values()];
}
