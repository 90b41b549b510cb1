import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isArchive } from "../src/hosts/archive.ts";
import { openTarget } from "../src/hosts/open.ts";
import { readInventory } from "../src/inventory/inventory.ts";
import { auditReport } from "../src/report/build.ts";
import { judge } from "../src/rules/judge.ts";
import { UTC_ONLY } from "../src/time/zone.ts";

/*
 * A tar opened and audited against `tar -tf`, and compressed ones against the program that inflates them. Both sides
 * in processor seconds of the whole machine's work for them, which a busy machine changes less than the clock.
 * `TIMERWARDEN_BENCH_MIB` says how large (1024); needs twice that room in the temporary folder.
 */

const mebibytes = Number(process.env["TIMERWARDEN_BENCH_MIB"] ?? "1024");
const ROUNDS = 3;

/** Fast to make, and inflated like any other. */
const PACKERS: readonly {
  readonly program: string;
  readonly args: readonly string[];
  readonly suffix: string;
}[] = [
  { program: "gzip", args: ["-1", "-k"], suffix: "gz" },
  { program: "zstd", args: ["-q", "-1"], suffix: "zst" },
  { program: "bzip2", args: ["-1", "-k"], suffix: "bz2" },
  { program: "xz", args: ["-0", "-k", "-T2"], suffix: "xz" },
];

/** A root-like tar: many small files, some large ones, and a timer to audit. */
function writeTar(path: string, bytes: number): void {
  const fd = openSync(path, "w");
  const put = (name: string, data: Buffer, size: number): number =>
    writeSync(fd, Buffer.concat([header(name, size), data]));
  const text = (name: string, data: string): number =>
    put(
      name,
      Buffer.concat([Buffer.from(data), Buffer.alloc((512 - (data.length % 512)) % 512)]),
      data.length,
    );
  text("etc/os-release", "ID=debian\n");
  text("etc/passwd", "root:x:0:0::/root:/bin/sh\n");
  text("etc/systemd/system/a.timer", "[Timer]\nOnCalendar=hourly\n[Install]\nWantedBy=timers.target\n");
  text("etc/systemd/system/a.service", "[Service]\nExecStart=/usr/share/d0/file-400\n");
  let written = 0;
  for (let i = 0; written < bytes; i++) {
    const size = i % 50 === 0 ? 1_000_000 : 200 + ((i * 7919) % 12_000);
    written += put(`usr/share/d${i % 400}/file-${i}`, content(i, size), size);
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

/** Opens and audits as the command does. */
async function audited(path: string): Promise<void> {
  const { host } = await openTarget(path);
  const read = (): void => {
    const inventory = readInventory(host, { zones: UTC_ONLY, nowUsec: 1_700_000_000_000_000 });
    auditReport(inventory, judge(inventory));
  };
  read();
  if (!isArchive(host)) return;
  for (let round = 0; round < host.rounds && host.wanted().length > 0 && (await host.fetch()); round++)
    read();
  host.close();
}

/** The least processor time of some rounds, seconds. */
async function ours(path: string): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ROUNDS; i++) {
    const before = process.cpuUsage();
    await audited(path);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1e6);
  }
  return best;
}

/** The same of a program, as the shell's `times` tells it. */
function theirs(command: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ROUNDS; i++) {
    const out = execFileSync("sh", ["-c", `${command} >/dev/null; times`], { encoding: "utf8" });
    const [user = 0, system = 0] = [...(out.split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)].map(
      ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
    );
    best = Math.min(best, user + system);
  }
  return best;
}

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

export async function benchArchives(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "timerwarden-bench-"));
  try {
    const path = join(folder, "root.tar");
    writeTar(path, mebibytes * 2 ** 20);
    const report = (name: string, own: number, other: number, program: string): boolean =>
      say(
        `${name}: opened and audited in ${own.toFixed(2)} s (${(statSync(path).size / 1e6 / own).toFixed(0)} MB/s), ${program} ${other.toFixed(2)} s, ratio ${(own / other).toFixed(2)}; memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB at most so far`,
      );
    report(`plain, ${mebibytes} MiB`, await ours(path), theirs(`tar -tf ${path}`), "tar -tf");
    for (const { program, args, suffix } of PACKERS) {
      if (spawnSync(program, ["--version"]).error !== undefined) {
        say(`${suffix}: SKIPPED, there is no ${program} here`);
        continue;
      }
      execFileSync(program, [...args, path]);
      const packed = `${path}.${suffix}`;
      report(suffix, await ours(packed), theirs(`${program} -dc ${packed}`), `${program} -d`);
      rmSync(packed);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
