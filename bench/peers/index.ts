/**
 * Shows the same eighteen shapes and two look-alikes to Timerwarden and to the peers that Debian ships, side by side:
 *
 *     debootstrap --variant=minbase --include=systemd,systemd-sysv,cron,logrotate,man-db,e2fsprogs,curl,\
 *       procps,net-tools,file,binutils,lynis,chkrootkit,rkhunter,tiger,aide,aide-common bookworm ROOT
 *     npm run build && tsx bench/peers/index.ts ROOT [PEER…]
 *
 * ROOT is copied, the copy planted and thrown away. Peers run inside the copy, in namespaces of their own. Needs root.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PEER_CASES } from "./cases.ts";
import { plant } from "./plant.ts";

interface Peer {
  readonly name: string;
  /** Run inside the root before anything is planted: databases of the clean state. */
  readonly prepare?: string;
  /** Run inside the root. */
  readonly run: string;
  /** Lines of its output that say something is wrong; the others only list. */
  readonly accuses: RegExp;
}

const PEERS: readonly Peer[] = [
  {
    name: "lynis",
    run: "lynis audit system --quick --no-colors >/dev/null 2>&1; cat /var/log/lynis-report.dat",
    accuses: /^(?:warning|suggestion)\[\]=/,
  },
  { name: "chkrootkit", run: "chkrootkit -q", accuses: /./ },
  {
    name: "rkhunter",
    prepare: "rkhunter --propupd --nocolors",
    run: "rkhunter --check --skip-keypress --nocolors --report-warnings-only",
    accuses: /./,
  },
  {
    name: "tiger",
    run: "tiger -q -l /tmp >/dev/null 2>&1; cat /tmp/security.report.*",
    accuses: /^--(?:FAIL|WARN|ALERT)/,
  },
  {
    name: "aide",
    prepare: "aide --config=/etc/aide/aide.conf --init && mv /var/lib/aide/aide.db.new /var/lib/aide/aide.db",
    run: "aide --config=/etc/aide/aide.conf --check",
    // Every difference is reported alike: it lists, it does not judge.
    accuses: /^$/,
  },
];

const LIMIT_MS = 600_000;

interface Row {
  readonly name: string;
  readonly seconds: number;
  readonly abuse: Count;
  readonly benign: Count;
}

/** Cases that the output names at all, and cases it says something is wrong with. */
interface Count {
  readonly named: number;
  readonly accused: number;
}

function main([root, ...wanted]: readonly string[]): void {
  if (root === undefined) throw new Error("usage: tsx bench/peers/index.ts ROOT [PEER…]");
  const peers = PEERS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const work = mkdtempSync(join(tmpdir(), "timerwarden-peers-"));
  const copy = join(work, "root");
  try {
    execFileSync("cp", ["-a", "--reflink=auto", root, copy]);
    for (const { name, prepare } of peers) if (prepare !== undefined) report(name, inside(copy, prepare));
    const before = new Map(peers.map((peer) => [peer.name, new Set(inside(copy, peer.run).lines)]));
    plant(copy);
    print(timerwarden(copy));
    print(systemctl(copy));
    for (const peer of peers) {
      const { lines, seconds } = inside(copy, peer.run);
      const news = lines.filter((line) => !before.get(peer.name)?.has(line));
      print({ name: peer.name, seconds, ...counts(news, (line) => peer.accuses.test(line)) });
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface Output {
  readonly lines: readonly string[];
  readonly seconds: number;
  readonly status: number | null;
}

function inside(root: string, command: string): Output {
  return timed("unshare", [
    ...["--mount", "--pid", "--net", "--uts", "--ipc", "--fork", `--mount-proc=${join(root, "proc")}`],
    ...["chroot", root, "/bin/sh", "-c", command],
  ]);
}

function timed(program: string, args: readonly string[]): Output {
  const started = performance.now();
  const { stdout, stderr, status } = spawnSync(program, args, {
    encoding: "utf8",
    timeout: LIMIT_MS,
    maxBuffer: 1 << 28,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", HOME: "/root" },
  });
  return { lines: `${stdout}\n${stderr}`.split("\n"), seconds: (performance.now() - started) / 1000, status };
}

function counts(lines: readonly string[], accuses: (line: string) => boolean): Pick<Row, "abuse" | "benign"> {
  const count = (isAbuse: boolean): Count => {
    const cases = PEER_CASES.filter((one) => one.isAbuse === isAbuse);
    const named = cases.filter(({ marks }) =>
      lines.some((line) => marks.some((mark) => line.includes(mark))),
    );
    const accused = named.filter(({ marks }) =>
      lines.some((line) => accuses(line) && marks.some((mark) => line.includes(mark))),
    );
    return { named: named.length, accused: accused.length };
  };
  return { abuse: count(true), benign: count(false) };
}

/** Names and states, without a judgement. */
function systemctl(root: string): Row {
  const system = timed("systemctl", [`--root=${root}`, "list-unit-files", "--no-pager", "--full"]);
  const users = timed("systemctl", [`--root=${root}`, "--global", "list-unit-files", "--no-pager", "--full"]);
  const seconds = system.seconds + users.seconds;
  return { name: "systemctl --root", seconds, ...counts([...system.lines, ...users.lines], () => false) };
}

interface Audit {
  readonly timers: readonly { readonly id: string; readonly verdict: string }[];
  readonly findings: readonly { readonly unit: string; readonly severity: string }[];
}

/** Accused: an activation of the case is `suspect` or `alert`. */
function timerwarden(root: string): Row {
  const cli = join(import.meta.dirname, "../../dist/cli.cjs");
  const { lines, seconds } = timed(process.execPath, [
    cli,
    "audit",
    `root:${root}`,
    "-o",
    "json",
    "--fail-on",
    "none",
  ]);
  const text = lines.join("\n");
  const audit = JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1)) as Audit;
  const verdicts = new Map(audit.timers.map(({ id, verdict }) => [id, verdict]));
  const count = (isAbuse: boolean): Count => {
    const cases = PEER_CASES.filter((one) => one.isAbuse === isAbuse);
    const named = cases.filter(({ activations }) => activations.some((id) => verdicts.has(id)));
    const accused = named.filter(({ activations }) =>
      activations.some((id) => ["alert", "suspect"].includes(verdicts.get(id) ?? "")),
    );
    for (const { id, title } of cases.filter((one) => isAbuse && !accused.includes(one)))
      console.error(`timerwarden: not accused: ${id} ${title}`);
    return { named: named.length, accused: accused.length };
  };
  return { name: "Timerwarden", seconds, abuse: count(true), benign: count(false) };
}

function report(name: string, { status, seconds, lines }: Output): void {
  console.error(`${name}: prepared in ${seconds.toFixed(1)} s, status ${status}`);
  if (status !== 0) console.error(lines.slice(-4).join("\n"));
}

function print({ name, seconds, abuse, benign }: Row): void {
  console.log(
    `| ${name} | ${abuse.accused} of 18 | ${abuse.named} of 18 | ${benign.accused} of 2 | ${seconds.toFixed(1)} s |`,
  );
}

main(process.argv.slice(2));
