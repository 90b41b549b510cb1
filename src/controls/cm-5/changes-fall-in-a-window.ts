import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer } from "../example-hosts.ts";
import { conclude, notAssessable, type Point } from "../outcome.ts";
import { doubtsOf } from "../sources/source-problem.ts";
import { localTimers } from "../unit-subjects.ts";
import { type ChangeWindow, isInWindow, parseChangeWindows } from "./change-window.ts";
import { isTransaction, readPackageTransactions, TRANSACTION_LOGS } from "./package-transactions.ts";

/** All example files are from 2023-11-14T22:13:20Z, a Tuesday. */
const HOST = { ...ACCOUNTS, ...localTimer("ExecStart=/usr/local/bin/job\n") };
const LOG = "/var/log/dpkg.log";
const WORDS = new Map([["change-windows", "Tue 22:00-23:00"]]);
const OTHER = new Map([["change-windows", "Sat,Sun 02:00-06:00"]]);

export const changesFallInAWindow: Check = {
  id: "cm5-08-changes-fall-in-a-window",
  title: "Local units changed in a window for changes or in a package transaction",
  control: "CM-5",
  severity: "medium",
  objectives: ["cm-5_obj-6"],
  reads: ["/etc/systemd/system/**", "/usr/local/lib/systemd/**", ...TRANSACTION_LOGS],
  needs: [],
  why: "Changes at agreed times are seen by those who wait for them; others want an explanation.",
  remediation:
    "tie the change to a ticket, or roll it back; declare windows under the setting change-windows",
  falseResults: [
    "Any change of mode or owner sets the change time too",
    "Images and restored trees carry the time of their making",
    "Root can set the clock and so the change time",
  ],
  references: ["SP 800-53 CM-5", "man:inode(7)"],

  run(subject) {
    const declared = subject.declared.settings.get("change-windows");
    const windows = parseChangeWindows(declared ?? "");
    if (!windows.ok)
      return notAssessable(`the setting change-windows is not understood: ${windows.problem.message}`);
    const { timers, doubts } = localTimers(subject);
    const logs = subject.once(readPackageTransactions);
    const paths = new Set(
      timers
        .filter(({ scope }) => scope === "system")
        .flatMap(({ closure }) => closure.files)
        .filter(({ role, path }) => (role === "fragment" || role === "drop-in") && !path.startsWith("/run/"))
        .filter(({ path }) => !/^(\/usr)?\/lib\//.test(path))
        .map(({ path }) => path),
    );
    const faults: Point[] = [];
    const open: Point[] = [...doubts, ...doubtsOf(subject, logs.problems)];
    for (const path of paths) {
      const reason = judge(path);
      if (reason !== null)
        (reason.kind === "fault" ? faults : open).push({
          says: reason.says,
          evidence: [ofPath(subject, path)],
        });
    }
    return conclude({
      faults: logs.problems.length > 0 ? [] : faults,
      doubts: open,
      looked: [...paths].map((path) => ofPath(subject, path)),
      holds: `all ${paths.size} local unit files changed in a window or with a package`,
      nothing: "there is no local unit of a timer",
    });

    function judge(path: string): { readonly kind: "fault" | "doubt"; readonly says: string } | null {
      const facts = subject.host.lstat(path);
      const changed = facts.kind === "present" ? facts.value.ctimeNs : null;
      if (changed === null) return { kind: "doubt", says: `when ${path} changed is not in this evidence` };
      const usec = Number(changed / 1000n);
      if (isTransaction(logs, usec) || isIn(usec)) return null;
      if (declared === undefined)
        return { kind: "doubt", says: `${path} changed apart from packages, and no windows are declared` };
      if (logs.since !== null && usec < logs.since)
        return { kind: "doubt", says: `${path} changed before the package logs begin` };
      return { kind: "fault", says: `${path} changed outside the windows and apart from packages` };
    }

    function isIn(usec: number): boolean {
      const list: readonly ChangeWindow[] = windows.ok ? windows.value : [];
      return isInWindow(list, usec, subject.inventory.zones.local);
    }
  },

  examples: () => ({
    pass: [
      { files: HOST, declared: { settings: WORDS } },
      { files: { ...HOST, [LOG]: "2023-11-14 22:12:01 status installed job:all 1.0\n" } },
    ],
    fail: [
      { files: HOST, declared: { settings: OTHER } },
      {
        files: { ...HOST, [LOG]: "2023-11-01 08:00:00 startup archives unpack\n" },
        declared: { settings: OTHER },
      },
    ],
    notApplicable: [{ files: ACCOUNTS, declared: { settings: OTHER } }],
    notAssessable: [
      { files: HOST },
      { files: HOST, declared: { settings: new Map([["change-windows", "sometimes"]]) } },
      { files: { ...HOST, [LOG]: { content: "", error: "EACCES" } }, declared: { settings: OTHER } },
      {
        files: { ...HOST, [LOG]: "2023-12-01 08:00:00 startup archives unpack\n" },
        declared: { settings: OTHER },
      },
    ],
  }),
};
