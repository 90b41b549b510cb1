import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude } from "../outcome.ts";
import { FORWARDER_READS, forwardersOf } from "../sources/forwarders.ts";

const LOGGERS = [
  "/etc/systemd/journald.conf",
  "/usr/lib/systemd/systemd-journald",
  "/etc/rsyslog.conf",
  "/etc/audit/auditd.conf",
];
const HOST = { ...ACCOUNTS, "/etc/systemd/journald.conf": "[Journal]\n" };
const FORWARD = "*.* @@logs.example.test:514\n";

/** What is only here, root here can change. */
export const recordsLeaveTheHost: Check = {
  id: "ac5-04-records-leave-the-host",
  title: "A copy of the records leaves the host",
  control: "AC-5",
  severity: "medium",
  objectives: ["ac-5_obj.b"],
  reads: [...FORWARDER_READS],
  needs: [],
  why: "Without a copy elsewhere whoever is root here keeps the records of their own doings.",
  remediation: "forward to a host that other people run: rsyslog, journal-upload, or audisp-remote",
  falseResults: ["Records fetched from outside leave no trace here", "Agents set up centrally"],
  references: ["man:rsyslog.conf(5)", "man:systemd-journal-upload.service(8)"],

  run(subject) {
    const { found, doubts } = forwardersOf(subject);
    const loggers = LOGGERS.filter((path) => subject.host.stat(path).kind !== "absent");
    return conclude({
      faults:
        found.length === 0 && doubts.length === 0 && loggers.length > 0
          ? [
              {
                says: "nothing forwards the records of this host",
                evidence: loggers.map((path) => ofPath(subject, path)),
              },
            ]
          : [],
      doubts,
      looked: found.map(({ span, what }) => at(subject, span, what)),
      holds: `records leave the host: ${found.map(({ what }) => what).join(", ")}`,
      nothing: "nothing here keeps records",
    });
  },

  examples: () => ({
    pass: [forwarding()],
    fail: [{ files: HOST }],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [{ files: { ...HOST, "/etc/rsyslog.conf": { content: FORWARD, error: "EACCES" } } }],
  }),
};

function forwarding(): { readonly files: ReturnType<Check["examples"]>["pass"][number]["files"] } {
  return {
    files: {
      ...HOST,
      "/etc/rsyslog.conf": FORWARD,
      "/usr/lib/systemd/system/rsyslog.service":
        "[Service]\nExecStart=/usr/sbin/rsyslogd -n\n[Install]\nWantedBy=multi-user.target\n",
      "/etc/systemd/system/multi-user.target.wants/rsyslog.service": {
        link: "/usr/lib/systemd/system/rsyslog.service",
      },
    },
  };
}
