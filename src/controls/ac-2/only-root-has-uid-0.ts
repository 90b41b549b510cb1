import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at } from "../evidence.ts";
import { conclude } from "../outcome.ts";

/** Whoever has uid 0 is root, under whatever name. */
export const onlyRootHasUidZero: Check = {
  id: "ac2-01-only-root-has-uid-0",
  title: "Only root has uid 0",
  control: "AC-2",
  severity: "high",
  objectives: ["ac-2_obj.d.3-1"],
  reads: ["/etc/passwd", "/etc/nsswitch.conf"],
  needs: ["/etc/passwd"],
  why: "An account with uid 0 is root under another name: a system timer that runs as it, and every timer its user manager starts, has all power, while lists of privileged accounts do not show it.",
  remediation: "give the account a uid of its own (usermod -u) and hand over its files",
  falseResults: ["A second root kept on purpose, such as toor of the BSD tradition"],
  references: ["man:passwd(5)"],

  run(subject) {
    const { all } = subject.accounts;
    const zero = all.filter(({ uid }) => uid === 0);
    return conclude({
      faults: zero
        .filter(({ name }) => name !== "root")
        .map(({ name, span }) => ({
          says: `${name} has uid 0`,
          evidence: [at(subject, span, `uid of ${name}: 0`)],
        })),
      doubts: accountDoubts(subject, ["/etc/passwd"]),
      looked: all.slice(0, 1).map(({ span }) => at(subject, span, `${all.length} accounts, one with uid 0`)),
      holds: `of ${all.length} accounts only root has uid 0`,
      nothing: "there are no accounts",
    });
  },

  examples: () => ({
    pass: [
      {
        files: {
          "/etc/passwd": "root:x:0:0::/root:/bin/sh\nanna:x:1000:1000::/home/anna:/bin/sh\n",
          "/etc/nsswitch.conf": "passwd: files systemd\n",
        },
      },
    ],
    fail: [
      { files: { "/etc/passwd": "root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n" } },
      { files: { "/etc/passwd": "root:x:0:0::/root:/bin/sh\nbackup:x:00:34::/var/backups:/bin/sh\n" } },
    ],
    notApplicable: [
      {
        files: {
          "/etc/passwd": "# accounts are made at first boot\n",
          "/etc/nsswitch.conf": "passwd: files\n",
        },
      },
    ],
    notAssessable: [
      { files: {} },
      { files: { "/etc/passwd": { content: "", error: "EACCES" } } },
      {
        files: {
          "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
          "/etc/nsswitch.conf": "passwd: files sss\n",
        },
      },
    ],
  }),
};
