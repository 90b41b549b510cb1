/**
 * Shows the same eighteen shapes and two look-alikes to Timerwarden and to the peers that Debian ships, side by side:
 * `npm run bench peers`, as root on Debian 12. `root.ts` makes the root; it is planted and thrown away. Peers run
 * inside it, in namespaces of their own and without a network; nothing is planted on the running system.
 */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PEER_CASES } from "./cases.ts";
import { plant } from "./plant.ts";
import { copyOfRoot } from "./root.ts";

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

const LIMIT_MS = 1_200_000;
/** Timed runs of what answers at once. Peers that take a minute run once before and twice after planting. */
const ROUNDS = 9;

interface Row {
  readonly name: string;
  /** Of every run. */
  readonly seconds: readonly number[];
  readonly abuse: Count;
  readonly benign: Count;
}

/** Cases that the output names at all, and cases it says something is wrong with. */
interface Count {
  readonly named: number;
  readonly accused: number;
}

const CLI = join(import.meta.dirname, "../../dist/cli.cjs");

export function benchPeers(): void {
  const missing = whatIsMissing();
  if (missing.length > 0) throw new Error(`the comparison with peers needs ${missing.join("; ")}`);
  const copy = copyOfRoot();
  try {
    const prepared = new Map<string, number>();
    for (const { name, prepare } of PEERS)
      if (prepare !== undefined) prepared.set(name, successful(name, inside(copy, prepare)));
    const before = new Map(PEERS.map((peer) => [peer, inside(copy, peer.run)]));
    plant(copy);
    console.log("| tool | says something is wrong | names it | look-alikes accused | median time |");
    console.log("|---|---|---|---|---|");
    print(audit(copy));
    print(list(copy));
    print(systemctl(copy));
    for (const [peer, clean] of before) {
      const runs = [inside(copy, peer.run), inside(copy, peer.run), clean];
      const old = new Set(clean.lines);
      const news = runs[0]?.lines.filter((line) => !old.has(line)) ?? [];
      const database = prepared.get(peer.name);
      const name = `${peer.name} ${versionOf(copy, peer.name)}`;
      const note = database === undefined ? "" : `, after ${database.toFixed(1)} s for its database`;
      print(
        {
          name,
          seconds: runs.map(({ seconds }) => seconds),
          ...counts(news, (line) => peer.accuses.test(line)),
        },
        note,
      );
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function whatIsMissing(): readonly string[] {
  const programs = ["debootstrap", "unshare", "chroot", "systemctl"].filter(
    (name) => spawnSync("sh", ["-c", `command -v ${name}`], { env: ENVIRONMENT }).status !== 0,
  );
  return [
    ...(process.getuid?.() === 0 ? [] : ["root, for chroot and namespaces: run it as root"]),
    ...programs.map((name) => `${name}: apt-get install ${name}`),
    ...(existsSync(CLI) ? [] : ["the built program: npm run build"]),
  ];
}

interface Output {
  readonly lines: readonly string[];
  readonly seconds: number;
  readonly status: number | null;
}

const ENVIRONMENT = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", HOME: "/root" };

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
    env: ENVIRONMENT,
  });
  return { lines: `${stdout}\n${stderr}`.split("\n"), seconds: (performance.now() - started) / 1000, status };
}

/** One run whose time does not count, then those that do. */
function repeated(run: () => Output): readonly Output[] {
  run();
  return Array.from({ length: ROUNDS }, run);
}

function versionOf(root: string, name: string): string {
  const { lines } = inside(root, `dpkg-query -W -f '\${Version}' ${name}`);
  return lines[0]?.replace(/^\d+:/, "").replace(/[-+].*$/, "") ?? "";
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
  const list = (...words: string[]): Output =>
    timed("systemctl", [`--root=${root}`, ...words, "list-unit-files", "--no-pager", "--full"]);
  const runs = repeated(() => {
    const [system, users] = [list(), list("--global")];
    return {
      lines: [...system.lines, ...users.lines],
      seconds: system.seconds + users.seconds,
      status: system.status,
    };
  });
  const name = "systemctl `--root` (list-unit-files, system and global)";
  const seconds = runs.map((run) => run.seconds);
  return { name, seconds, ...counts(runs[0]?.lines ?? [], () => false) };
}

interface AuditReport {
  readonly timers: readonly { readonly id: string; readonly verdict: string }[];
}

/** Accused: an activation of the case is `suspect` or `alert`. */
function audit(root: string): Row {
  const command = [CLI, "audit", `root:${root}`, "-o", "json", "--fail-on", "none"];
  const runs = repeated(() => timed(process.execPath, command));
  const text = runs[0]?.lines.join("\n") ?? "";
  const report = JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1)) as AuditReport;
  const verdicts = new Map(report.timers.map(({ id, verdict }) => [id, verdict]));
  const count = (isAbuse: boolean): Count => {
    const cases = PEER_CASES.filter((one) => one.isAbuse === isAbuse);
    const named = cases.filter(({ activations }) => activations.some((id) => verdicts.has(id)));
    const accused = named.filter(({ activations }) =>
      activations.some((id) => ["alert", "suspect"].includes(verdicts.get(id) ?? "")),
    );
    for (const { id, title, activations } of cases.filter((one) => isAbuse !== accused.includes(one)))
      console.error(
        `Timerwarden, case ${id} (${title}): ${activations.map((each) => `${each} ${verdicts.get(each)}`).join(", ")}`,
      );
    return { named: named.length, accused: accused.length };
  };
  const seconds = runs.map((run) => run.seconds);
  return { name: "Timerwarden `audit`", seconds, abuse: count(true), benign: count(false) };
}

/** Names, states and schedules of all timers, without a judgement. */
function list(root: string): Row {
  const runs = repeated(() => timed(process.execPath, [CLI, "list", "--all", "-o", "json", `root:${root}`]));
  const seconds = runs.map((run) => run.seconds);
  return { name: "Timerwarden `list`", seconds, ...counts(runs[0]?.lines ?? [], () => false) };
}

function successful(name: string, { status, seconds, lines }: Output): number {
  if (status !== 0)
    console.error(`${name}: preparing ended with status ${status}: ${lines.slice(-4).join(" ")}`);
  return seconds;
}

function print({ name, seconds, abuse, benign }: Row, note = ""): void {
  const sorted = [...seconds].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? Number.NaN;
  const time = `${median.toFixed(median < 10 ? 2 : 1)} s${note}`;
  console.log(
    `| ${name} | ${abuse.accused} of 18 | ${abuse.named} of 18 | ${benign.accused} of 2 | ${time} |`,
  );
}
