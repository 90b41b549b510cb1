import type { Call } from "./engine.ts";

interface Words {
  readonly flags: readonly string[];
  readonly operands: readonly string[];
}

/** How whole pools, volume groups, buckets and repositories are done away with, copies and snapshots with them. */
const DESTROYS: ReadonlyMap<string, (words: Words) => boolean> = new Map([
  ["zpool", ({ operands: [verb] }: Words) => verb === "destroy"],
  // A name with `@` is a snapshot, one with `/` a part of the pool.
  [
    "zfs",
    ({ flags, operands: [verb, name = "/"] }: Words) =>
      verb === "destroy" && flags.some((flag) => /r/i.test(flag)) && !/[/@$]/.test(name),
  ],
  ["cryptsetup", ({ operands: [verb = ""] }: Words) => /^(erase|luksErase|luksFormat)$/.test(verb)],
  ["vgremove", () => true],
  ["pvremove", () => true],
  ["mdadm", ({ flags }: Words) => flags.includes("--zero-superblock")],
  [
    "aws",
    ({ flags, operands: [service, verb, store = ""] }: Words) =>
      service === "s3" &&
      ((verb === "rb" && flags.includes("--force")) ||
        (verb === "rm" && flags.includes("--recursive") && /^s3:\/\/[^/]+\/?$/.test(store))),
  ],
  [
    "gsutil",
    ({ flags, operands }: Words) =>
      operands[0] === "rm" &&
      flags.some((flag) => /r/i.test(flag)) &&
      operands.some((store) => /^gs:\/\/[^/]+(\/\**)?$/.test(store)),
  ],
  ["rclone", ({ operands: [verb, store = ""] }: Words) => verb === "purge" && /^[^/]+:\/?$/.test(store)],
  ["borg", ({ operands: [verb, store = "::"] }: Words) => verb === "delete" && !store.includes("::")],
]);

/** Says when a store is destroyed as a whole (T1485, T1490). */
export function noteDestruction({ frame, name, args, span }: Call): void {
  const destroys = DESTROYS.get(name);
  if (destroys === undefined) return;
  const words = args.map(({ text }) => text);
  const flags = words.filter((word) => word.startsWith("-"));
  const operands = words.filter((word) => !word.startsWith("-"));
  if (!destroys({ flags, operands })) return;
  const says = `${name} destroys a whole store: ${words.join(" ").slice(0, 120)}.`;
  frame.session.say(frame, "destructive", span, says, "high", { program: name });
}
