import { LINGER_DIRECTORY } from "../../accounts/linger.ts";
import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, unreadable } from "../example-hosts.ts";
import { conclude, notAssessable, type Point } from "../outcome.ts";

/** Lingering keeps a user's timers running without a login: whoever has it should be meant to. */
export const lingeringIsApproved: Check = {
  id: "ac2-04-lingering-is-approved",
  title: "Only declared accounts linger",
  control: "AC-2",
  severity: "medium",
  objectives: ["ac-2_obj.d.1", "ac-2_obj.d.3-1"],
  reads: ["/etc/passwd", "/etc/login.defs", "/var/lib/systemd/linger/*"],
  needs: ["/etc/passwd"],
  why: "An account that lingers has a user manager from boot on: its timers run though nobody has logged in for months.",
  remediation:
    "run loginctl disable-linger for accounts that need no timers, and declare the others under lingering",
  falseResults: ["Rootless containers and build agents need lingering: declare them"],
  references: ["man:loginctl(1)"],

  run(subject) {
    const { accounts, host, declared } = subject;
    const directory = host.readDirectory(LINGER_DIRECTORY);
    if (directory.kind === "absent" && host.stat("/var/lib/systemd").kind !== "present")
      return notAssessable("/var/lib/systemd is not in this evidence", [ofPath(subject, "/var/lib/systemd")]);
    const faults: Point[] = [];
    const doubts: Point[] = [];
    for (const { name, path } of accounts.lingering) {
      const account = accounts.byName.get(name);
      const point = (says: string): Point => ({ says, evidence: [ofPath(subject, path, name)] });
      if (declared.lingering?.includes(name)) continue;
      if (account === undefined) faults.push(point(`${name} lingers and is no account of this host`));
      else if (account.uid < accounts.definitions.uidMin)
        faults.push(point(`${name} lingers and is no account of a person`));
      else if (declared.lingering !== null) faults.push(point(`${name} lingers and is not declared`));
      else doubts.push(point(`${name} lingers; nothing is declared about lingering`));
    }
    return conclude({
      faults,
      doubts,
      looked: directory.kind === "present" ? [ofPath(subject, LINGER_DIRECTORY)] : [],
      holds:
        accounts.lingering.length === 0
          ? "no account lingers"
          : `all ${accounts.lingering.length} lingering accounts are declared`,
      nothing: "no account ever lingered: there is no linger directory",
    });
  },

  examples: () => ({
    pass: [
      { files: { ...ACCOUNTS, "/var/lib/systemd/linger": { dir: true } } },
      { files: { ...ACCOUNTS, "/var/lib/systemd/linger/anna": "" }, declared: { lingering: ["anna"] } },
    ],
    fail: [
      { files: { ...ACCOUNTS, "/var/lib/systemd/linger/ghost": "" } },
      { files: { ...ACCOUNTS, "/var/lib/systemd/linger/www-data": "" } },
      { files: { ...ACCOUNTS, "/var/lib/systemd/linger/bob": "" }, declared: { lingering: ["anna"] } },
    ],
    notApplicable: [{ files: { ...ACCOUNTS, "/var/lib/systemd": { dir: true } } }],
    notAssessable: [
      { files: { ...ACCOUNTS, "/var/lib/systemd/linger/anna": "" } },
      { files: unreadable(ACCOUNTS, "/etc/passwd") },
      { files: { ...ACCOUNTS, "/var/lib/systemd/linger": { dir: true, error: "EACCES" } } },
    ],
  }),
};
