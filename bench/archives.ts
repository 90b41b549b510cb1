import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileSource } from "../src/hosts/archive-source.ts";
import { expandedSource } from "../src/hosts/compression.ts";
import { indexTar } from "../src/hosts/tar.ts";

/*
 * Indexing a plain tar against `tar -tf`, and a compressed one against inflation alone.
 * `npx tsx bench/archives.ts [MiB]`; needs twice that room in the temporary folder.
 */

const mebibytes = Number(process.env["TIMERWARDEN_BENCH_MIB"] ?? "1024");
const ROUNDS = 5;

/** A root-like tar: many small files, some large ones. */
function writeTar(path: string, bytes: number): void {
  const fd = openSync(path, "w");
  let written = 0;
  for (let i = 0; written < bytes; i++) {
    const size = i % 50 === 0 ? 1_000_000 : 200 + ((i * 7919) % 12_000);
    const name = `usr/share/d${i % 400}/file-${i}`;
    written += writeSync(fd, Buffer.concat([header(name, size), content(i, size)]));
  }
  writeSync(fd, Buffer.alloc(1024));
  closeSync(fd);
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write("0000644\x000000000\x000000000\0", 100);
  block.write(`${size.toString(8).padStart(11, "0")}\x0014524400000\0        0`, 124);
  block.write("ustar\x0000", 257);
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return block;
}

/** Compresses about threefold, as a root does. */
function content(seed: number, size: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil(size / 512) * 512);
  let state = seed + 1;
  for (let i = 0; i < size; i++) {
    if (i % 3 === 0) state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = i % 3 === 0 ? 32 + ((state >>> 16) & 63) : 0x61;
  }
  return bytes;
}

async function fastest(work: () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    await work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

export async function benchArchives(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "timerwarden-bench-"));
  try {
    const path = join(folder, "root.tar");
    writeTar(path, mebibytes * 2 ** 20);
    execFileSync("gzip", ["-1", "-k", path]);
    const theirs = await fastest(() =>
      execFileSync("tar", ["-tf", path], { stdio: ["ignore", "ignore", "ignore"] }),
    );
    const ours = await fastest(async () => (await indexTar(fileSource(path))).store.close());
    say(
      `plain ${mebibytes} MiB: index ${ours.toFixed(0)} ms, tar -tf ${theirs.toFixed(0)} ms, ratio ${(ours / theirs).toFixed(2)}`,
    );
    const inflate = await fastest(async () => {
      const source = expandedSource(fileSource(`${path}.gz`), "gzip");
      for await (const _piece of source.open());
      source.close();
    });
    const packed = await fastest(async () => (await indexTar(fileSource(`${path}.gz`))).store.close());
    const speed = statSync(path).size / 1e3 / packed;
    say(
      `gzip: index ${packed.toFixed(0)} ms (${speed.toFixed(0)} MB/s), inflation alone ${inflate.toFixed(0)} ms, ratio ${(packed / inflate).toFixed(2)}`,
    );
    say(`memory: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB at most`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
