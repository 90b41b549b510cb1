import { duplicateIdentities } from "../ac-2/names-and-ids-are-unique.ts";
import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at } from "../evidence.ts";
import { ACCOUNTS, PASSWD, unreadable } from "../example-hosts.ts";
import { conclude } from "../outcome.ts";

/** The same facts as AC2-06, asked for identification. */
export const usersAreUnique: Check = {
  id: "ia2-01-users-are-unique",
  title: "Each user is identified by a name and a number of their own",
  control: "IA-2",
  severity: "medium",
  objectives: ["ia-2_obj-1"],
  reads: ["/etc/passwd", "/etc/group", "/etc/nsswitch.conf"],
  needs: ["/etc/passwd", "/etc/group"],
  why: "Processes carry a number, not a name: where two people share one, nobody can say who acted.",
  remediation: "give one of them a number of its own and hand over its files",
  falseResults: ["Aliases that share a uid on purpose"],
  references: ["man:passwd(5)"],

  run(subject) {
    const { all } = subject.accounts;
    return conclude({
      faults: duplicateIdentities(subject),
      doubts: accountDoubts(subject, ["/etc/passwd", "/etc/group"]),
      looked: all.slice(0, 1).map(({ span }) => at(subject, span, `${all.length} accounts`)),
      holds: `${all.length} accounts, each with its own name and number`,
      nothing: "there are no accounts",
    });
  },

  examples: () => ({
    pass: [{ files: ACCOUNTS }],
    fail: [{ files: { ...ACCOUNTS, "/etc/passwd": `${PASSWD}eve:x:1001:1001::/home/eve:/bin/sh\n` } }],
    notApplicable: [{ files: { ...ACCOUNTS, "/etc/passwd": "# none yet\n" } }],
    notAssessable: [
      { files: unreadable(ACCOUNTS, "/etc/passwd") },
      { files: { ...ACCOUNTS, "/etc/nsswitch.conf": "passwd: files winbind\n" } },
    ],
  }),
};
