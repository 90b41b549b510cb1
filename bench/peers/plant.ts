import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { MemoryEntry } from "../../src/hosts/memory.ts";
import { PEER_CASES } from "./cases.ts";

const ALICE = { uid: 1000, home: "/home/alice" };

/** Writes every case into `root`, with the account whose home some of them need. Never the running system. */
export function plant(root: string): void {
  if (root === "/" || !existsSync(join(root, "etc/passwd"))) throw new Error(`${root} is no throw-away root`);
  addAlice(root);
  for (const { files } of PEER_CASES)
    for (const [path, entry] of Object.entries(files)) write(root, path, entry);
}

function addAlice(root: string): void {
  const passwd = join(root, "etc/passwd");
  const text = readFileSync(passwd, "utf8");
  if (!text.includes("\nalice:"))
    writeFileSync(passwd, `${text}alice:x:1000:1000:Alice:${ALICE.home}:/bin/bash\n`);
  mkdirSync(join(root, ALICE.home), { recursive: true });
  chownSync(join(root, ALICE.home), ALICE.uid, ALICE.uid);
  mkdirSync(join(root, "var/lib/systemd/linger"), { recursive: true });
  writeFileSync(join(root, "var/lib/systemd/linger/alice"), "");
}

function write(root: string, path: string, entry: MemoryEntry): void {
  const place = join(root, path);
  mkdirSync(dirname(place), { recursive: true });
  if (existsSync(place)) rmSync(place);
  const file = typeof entry === "string" || entry instanceof Uint8Array ? { content: entry } : entry;
  if (file.link !== undefined) {
    symlinkSync(file.link, place);
    return;
  }
  writeFileSync(place, file.content ?? "");
  chmodSync(place, file.mode ?? 0o644);
  for (let owned = path; owned.startsWith(`${ALICE.home}/`); owned = dirname(owned))
    chownSync(join(root, owned), ALICE.uid, ALICE.uid);
}
