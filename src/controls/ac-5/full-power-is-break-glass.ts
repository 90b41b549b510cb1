import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at } from "../evidence.ts";
import { ACCOUNTS, GROUP, unreadable } from "../example-hosts.ts";
import { privilegedAccounts } from "../ia-2/privileged-accounts-are-personal.ts";
import { conclude, type Point } from "../outcome.ts";
import { doubtsOf } from "../sources/source-problem.ts";
import { readSudoGrants } from "../sources/sudo-grant.ts";

/** Full power joins all duties in one hand. */
export const fullPowerIsBreakGlass: Check = {
  id: "ac5-02-full-power-is-break-glass",
  title: "Only declared break-glass accounts can do everything",
  control: "AC-5",
  severity: "medium",
  objectives: ["ac-5_obj.b"],
  reads: ["/etc/sudoers", "/etc/sudoers.d/**", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf"],
  needs: ["/etc/passwd", "/etc/group"],
  why: "Rules limited to a role let duties be kept apart; ALL does not.",
  remediation:
    "replace ALL by the commands of a role, and declare the few accounts for emergencies under break-glass",
  falseResults: ["The first user of a distribution's installer is in sudo: declare or reduce it"],
  references: ["SP 800-53 AC-5"],

  run(subject) {
    const { breakGlass } = subject.declared;
    const grants = subject.once(readSudoGrants);
    const accounts = privilegedAccounts(subject);
    const points = accounts
      .filter(({ name }) => !(breakGlass ?? []).includes(name))
      .map(
        ({ name, span }): Point => ({
          says: `${name} can do everything`,
          evidence: [at(subject, span, name)],
        }),
      );
    const undeclared = breakGlass === null;
    return conclude({
      faults: undeclared ? [] : points,
      doubts: [
        ...(undeclared
          ? points.map(({ says, evidence }) => ({
              says: `${says}; no break-glass account is declared`,
              evidence,
            }))
          : []),
        ...doubtsOf(subject, grants.problems),
        ...accountDoubts(subject, ["/etc/passwd", "/etc/group"]),
      ],
      looked: accounts.map(({ name, span }) => at(subject, span, name)),
      holds: `all ${accounts.length} accounts that can do everything are declared break-glass accounts`,
      nothing: "nobody but root can do everything",
    });
  },

  examples: () => ({
    pass: [{ files: ACCOUNTS, declared: { breakGlass: ["anna"] } }],
    fail: [
      {
        files: { ...ACCOUNTS, "/etc/group": `${GROUP}docker:x:998:bob\n` },
        declared: { breakGlass: ["anna"] },
      },
    ],
    notApplicable: [{ files: { ...ACCOUNTS, "/etc/group": GROUP.replace("sudo:x:27:anna", "sudo:x:27:") } }],
    notAssessable: [
      { files: ACCOUNTS },
      { files: unreadable(ACCOUNTS, "/etc/group"), declared: { breakGlass: ["anna"] } },
    ],
  }),
};
