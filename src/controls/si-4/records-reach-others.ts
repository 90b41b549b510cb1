import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude } from "../outcome.ts";
import { FORWARDER_READS, forwardersOf } from "../sources/forwarders.ts";
import { AUDITED_HOST } from "./audit-works.ts";

const LOGGERS = [
  "/etc/systemd/journald.conf",
  "/usr/lib/systemd/systemd-journald",
  "/etc/audit/auditd.conf",
  "/etc/rsyslog.conf",
];
const REMOTE = {
  ...AUDITED_HOST,
  "/etc/audit/plugins.d/au-remote.conf":
    "active = yes\ndirection = out\npath = /sbin/audisp-remote\ntype = always\n",
  "/etc/audit/audisp-remote.conf": "remote_server = logs.example.test\nport = 60\n",
};

/** The same look as AC5-04, asked by SI-4: monitoring must reach those who read it. */
export const recordsReachOthers: Check = {
  id: "si4-08-records-reach-others",
  title: "What is recorded reaches those who watch",
  control: "SI-4",
  severity: "medium",
  objectives: ["si-4_obj.g"],
  reads: FORWARDER_READS,
  needs: [],
  why: "Records nobody receives are read after the fact, if they are still there.",
  remediation: "forward to the collector: audisp-remote, journal-upload, rsyslog or an agent",
  falseResults: ["Records fetched from outside leave no trace here", "Agents set up centrally"],
  references: ["man:audisp-remote(8)", "man:systemd-journal-upload.service(8)"],

  run(subject) {
    const { found, doubts } = forwardersOf(subject);
    const loggers = LOGGERS.filter((path) => subject.host.stat(path).kind !== "absent");
    const evidence = loggers.map((path) => ofPath(subject, path));
    const isSilent = found.length === 0 && doubts.length === 0 && loggers.length > 0;
    return conclude({
      faults: isSilent ? [{ says: "nothing sends the records of this host on", evidence }] : [],
      doubts,
      looked: found.map(({ span, what }) => at(subject, span, what)),
      holds: `records are sent on: ${found.map(({ what }) => what).join(", ")}`,
      nothing: "nothing here keeps records",
    });
  },

  examples: () => ({
    pass: [{ files: REMOTE }],
    fail: [
      { files: AUDITED_HOST },
      {
        files: {
          ...REMOTE,
          "/etc/audit/plugins.d/au-remote.conf": "active = no\ndirection = out\npath = /sbin/audisp-remote\n",
        },
      },
    ],
    notApplicable: [{ files: {} }],
    notAssessable: [
      { files: { ...REMOTE, "/etc/audit/plugins.d/au-remote.conf": { content: "", error: "EACCES" } } },
      { files: { ...REMOTE, "/etc/audit/audisp-remote.conf": "garbage here\n" } },
    ],
  }),
};
