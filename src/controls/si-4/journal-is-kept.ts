import { parseTimespan } from "../../time/timespan.ts";
import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude, type Point } from "../outcome.ts";
import { unitPresence } from "../sources/forwarders-units.ts";
import { daemonConfigReads, readJournaldConfig } from "../sources/journald-config.ts";
import { doubtsOf } from "../sources/source-problem.ts";

const CONFIG = "/etc/systemd/journald.conf";
const JOURNAL = {
  "/usr/lib/systemd/systemd-journald": { content: "", mode: 0o755 },
  "/var/log/journal": { dir: true as const },
};
const DAY_USEC = 86_400_000_000;

export const journalIsKept: Check = {
  id: "si4-05-journal-is-kept",
  title: "The journal outlives a boot, as long as it should",
  control: "SI-4",
  severity: "medium",
  objectives: ["si-4_obj.c.1"],
  reads: [...daemonConfigReads("journald.conf"), "/var/log/journal", "/usr/lib/systemd/systemd-journald"],
  needs: [],
  why: "The journal says when each timer fired and what it ran; kept in memory only, a reboot takes that away.",
  remediation:
    "set Storage=persistent, and SystemMaxUse= and MaxRetentionSec= as long as records must be kept",
  falseResults: [
    "Storage=auto with /var/log/journal there is persistent",
    "Size limits may cut the time short on a busy host",
  ],
  references: ["man:journald.conf(5)"],

  run(subject) {
    const { settings, problems, files } = subject.once(readJournaldConfig);
    const journald = "/usr/lib/systemd/systemd-journald";
    const isThere = files.length > 0 || subject.host.stat(journald).kind === "present";
    const storage = settings.get("Journal.Storage");
    const value = storage?.value.toLowerCase() ?? "auto";
    const evidence =
      storage === undefined ? [ofPath(subject, CONFIG, "Storage=auto")] : [at(subject, storage.span)];
    const folder = subject.host.stat("/var/log/journal");
    const faults: Point[] = [];
    const doubts: Point[] = [...doubtsOf(subject, problems)];
    const syslog = ["rsyslog.service", "syslog-ng.service"].some(
      (unit) => unitPresence(subject, unit) === "on",
    );
    if (isThere && !["persistent", "auto", "volatile", "none"].includes(value))
      doubts.push({ says: `Storage=${value} means nothing to journald`, evidence });
    if (isThere && folder.kind === "unreadable")
      doubts.push({ says: `/var/log/journal: ${folder.reason}`, evidence });
    const isLost = value === "volatile" || value === "none" || (value === "auto" && folder.kind === "absent");
    if (isThere && isLost && !syslog)
      faults.push({
        says:
          value === "auto"
            ? "the journal is kept in memory only: there is no /var/log/journal"
            : `Storage=${value} keeps no journal`,
        evidence: [...evidence, ofPath(subject, "/var/log/journal")],
      });
    const retention = settings.get("Journal.MaxRetentionSec");
    const wanted = Number(subject.declared.settings.get("journal-retention-days") ?? "0");
    const kept = retention === undefined ? null : parseTimespan(retention.value);
    if (retention !== undefined && kept !== null && !kept.ok)
      doubts.push({
        says: `MaxRetentionSec= is not understood: ${retention.value}`,
        evidence: [at(subject, retention.span)],
      });
    if (
      retention !== undefined &&
      kept?.ok &&
      Number(kept.value) > 0 &&
      Number(kept.value) < wanted * DAY_USEC
    )
      faults.push({
        says: `MaxRetentionSec=${retention.value} is less than the ${wanted} days declared`,
        evidence: [at(subject, retention.span)],
      });
    return conclude({
      faults: problems.length > 0 ? [] : faults,
      doubts,
      looked: isThere ? [...evidence, ofPath(subject, "/var/log/journal")] : [],
      holds: isLost
        ? "a syslog daemon keeps what the journal does not"
        : `the journal is kept on disk (Storage=${value})`,
      nothing: "there is no journald",
    });
  },

  examples: () => ({
    pass: [
      { files: JOURNAL },
      {
        files: { ...JOURNAL, [CONFIG]: "[Journal]\nStorage=persistent\nMaxRetentionSec=1year\n" },
        declared: { settings: new Map([["journal-retention-days", "90"]]) },
      },
    ],
    fail: [
      { files: { ...JOURNAL, [CONFIG]: "[Journal]\nStorage=volatile\n" } },
      {
        files: {
          ...JOURNAL,
          [CONFIG]: "[Journal]\nStorage=persistent\n",
          "/etc/systemd/journald.conf.d/10-x.conf": "[Journal]\nStorage=none\n",
        },
      },
      { files: { "/usr/lib/systemd/systemd-journald": { content: "", mode: 0o755 } } },
      {
        files: { ...JOURNAL, [CONFIG]: "[Journal]\nMaxRetentionSec=1week\n" },
        declared: { settings: new Map([["journal-retention-days", "90"]]) },
      },
    ],
    notApplicable: [{ files: {} }],
    notAssessable: [
      { files: { ...JOURNAL, [CONFIG]: { content: "", error: "EACCES" } } },
      { files: { ...JOURNAL, [CONFIG]: "[Journal]\nStorage=perhaps\n" } },
    ],
  }),
};
