import type { ClosureFile } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { formatRfc3339 } from "../time/timestamp-format.ts";
import { evidenceOfFile } from "./evidence.ts";
import { shipped, timed } from "./example-host.ts";
import type { ActivationRule, Tree } from "./rule.ts";
import { isStray } from "./standing.ts";

const DAY = 86_400_000_000_000n;
const SECOND = 1_000_000_000n;
/** Dated to 2019, and there since February 2024. */
const BACKDATED = { mtimeNs: 1_546_300_800n * SECOND, ctimeNs: 1_708_610_400n * SECOND };

/** Files nobody answers for claim to be much older than the file system knows them. */
export const forgedFileTimes: ActivationRule = {
  id: "forged-file-times",
  subject: "activation",
  title: "Its files claim to be older than they are",
  severity: "medium",
  confidence: "medium",
  signal: "odd",
  family: "time",
  depth: "regular",
  techniques: ["T1070.006", "T1053.006"],
  controls: ["AU-8", "SI-7"],
  why: "Anyone can set a file's modification time; its change and birth times only the kernel sets. Unit, service and program that share one old, whole second were dated back together.",
  benign: [
    "Files restored from an archive keep their times, but each its own (milder)",
    "Hosts that were restored as a whole (not accused)",
  ],
  clears: "explain where the files come from; a package or a fresh copy has true times",
  references: ["https://attack.mitre.org/techniques/T1070/006/"],

  *check({ closure }, inventory) {
    const old = closure.files.filter(
      (file) =>
        file.role !== "link" && file.role !== "crontab" && isBackdated(file) && isStray(file, inventory),
    );
    const [first] = old;
    if (first === undefined || isRestored(first, inventory)) return;
    const same = old.filter((file) => file.facts?.mtimeNs === first.facts?.mtimeNs);
    const together = new Set(same.map(({ path }) => path)).size >= 2;
    const claimed = formatRfc3339(Number((first.facts?.mtimeNs ?? 0n) / 1000n));
    yield {
      says: together
        ? `${same.length} of its files were all dated to ${claimed}, though they came later`
        : `${first.path} is dated to ${claimed}, though it came later`,
      ...(together ? { signal: "suspicious" as const } : {}),
      evidence: same.slice(0, 4).map(({ path }) => evidenceOfFile(path, `dated ${claimed}`)),
    };
  },

  examples: () => ({
    fires: [
      backdated(1_546_300_800n * SECOND),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/usr/lib/systemd/system/vendor.timer": {
          content: "[Timer]\nOnCalendar=daily\n",
          ctimeNs: 1_709_200_000n * SECOND,
        },
        "/etc/systemd/system/job.timer": { content: "[Timer]\nOnCalendar=daily\n", ...BACKDATED },
        "/etc/systemd/system/job.service": {
          content: "[Service]\nExecStart=/usr/local/bin/x\n",
          ...BACKDATED,
          mtimeNs: 1_546_300_801n * SECOND,
        },
        "/etc/systemd/system/other.timer": {
          content: "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
          ...BACKDATED,
        },
      }),
    ],
    finds: {
      1: [
        "suspicious medium medium /etc/systemd/system/job.timer:0: 2 of its files were all dated to 2019-01-01T00:00:00Z, though they came later",
      ],
      2: [
        "odd medium medium /etc/systemd/system/job.timer:0: /etc/systemd/system/job.timer is dated to 2019-01-01T00:00:00Z, though it came later",
        "odd medium medium /etc/systemd/system/other.timer:0: /etc/systemd/system/other.timer is dated to 2019-01-01T00:00:00Z, though it came later",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/local/bin/x", { "/usr/local/bin/x": "ELF" }),
      backdated(1_699_999_000n * SECOND),
      backdated(1_546_300_800n * SECOND + 5n),
      backdated(0n),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/job.timer": { content: "[Timer]\nOnCalendar=daily\n", ...BACKDATED },
      }),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/usr/lib/systemd/system/vendor.service": {
          content: "[Service]\nExecStart=/usr/bin/true\n",
          ...BACKDATED,
        },
        "/etc/systemd/system/timers.target.wants/vendor.timer": {
          link: "/usr/lib/systemd/system/vendor.timer",
          ...BACKDATED,
        },
        "/etc/cron.d/x": { content: "* * * * * root true\n", ...BACKDATED },
      }),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/usr/lib/systemd/system/vendor.timer": { content: "[Timer]\nOnCalendar=daily\n", ...BACKDATED },
        "/etc/systemd/system/job.timer": { content: "[Timer]\nOnCalendar=daily\n", ...BACKDATED },
      }),
    ],
  }),
};

function backdated(mtimeNs: bigint): Tree {
  const times = { ...BACKDATED, mtimeNs };
  return shipped("vendor", "ExecStart=/usr/bin/true", {
    "/etc/systemd/system/job.timer": { content: "[Timer]\nOnCalendar=daily\n", ...times },
    "/etc/systemd/system/job.service": { content: "[Service]\nExecStart=/usr/local/bin/x\n", ...times },
  });
}

function isBackdated({ facts }: ClosureFile): boolean {
  const came = facts?.birthNs ?? facts?.ctimeNs ?? null;
  if (came === null || facts === null || facts.mtimeNs === null || facts.mtimeNs % SECOND !== 0n)
    return false;
  return facts.mtimeNs > 366n * DAY && came - facts.mtimeNs > 180n * DAY;
}

/** Where packaged units came at the same time, the whole host was copied, and change times tell nothing. */
function isRestored({ facts }: ClosureFile, { timers, host }: Inventory): boolean {
  const came = facts?.birthNs ?? facts?.ctimeNs ?? 0n;
  const vendor = timers
    .map(({ loaded }) => loaded.path)
    .filter((path) => path !== null && /^\/(usr\/)?lib\//.test(path))
    .flatMap((path) => {
      const found = host.stat(path ?? "");
      const time = found.kind === "present" ? (found.value.birthNs ?? found.value.ctimeNs) : null;
      return time === null ? [] : [time];
    });
  if (vendor.length === 0) return true;
  const near = vendor.filter((time) => (time > came ? time - came : came - time) < DAY);
  return near.length * 2 > vendor.length;
}
