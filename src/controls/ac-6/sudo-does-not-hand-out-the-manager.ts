import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at } from "../evidence.ts";
import { ACCOUNTS, unreadable } from "../example-hosts.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { doubtsOf } from "../sources/source-problem.ts";
import { commandReachesUnits } from "../sources/sudo-command.ts";
import { readSudoGrants, type SudoGrant } from "../sources/sudo-grant.ts";
import { SUDOERS } from "../sources/sudoers.ts";
import type { Subject } from "../subject.ts";

const STOCK = "root ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n";

/** A rule for systemctl with a free argument is a rule for everything. */
export const sudoDoesNotHandOutTheManager: Check = {
  id: "ac6-05-sudo-does-not-hand-out-the-manager",
  title: "sudo lets only administrators make, edit or start units of their choice",
  control: "AC-6",
  severity: "high",
  objectives: ["ac-6_obj"],
  reads: [SUDOERS, "/etc/sudoers.d/**", "/etc/group", "/etc/passwd", "/etc/nsswitch.conf"],
  needs: [],
  why: "Who may run systemctl, systemd-run, an editor or a copying tool as root with arguments of their own can make any timer they like.",
  remediation: "write the exact command with the unit's name, such as /usr/bin/systemctl restart app.service",
  falseResults: [
    "Commands taken away again with ! still count: a copy under another name runs just as well",
    "Groups that amount to administrators are sudo, wheel and admin, and accounts declared",
  ],
  references: ["man:sudoers(5)"],

  run(subject) {
    const { sudoers, grants, problems } = subject.once(readSudoGrants);
    if (!sudoers.present) return notApplicable("sudo is not set up: there is no /etc/sudoers");
    const faults = grants
      .filter((grant) => grant.asRoot && !isAdministrators(subject, grant))
      .flatMap((grant): readonly Point[] => {
        const reach = commandReachesUnits(grant.command);
        if (reach === null) return [];
        return [
          {
            says: `${grant.who} may run ${grant.command} as root: ${reach}`,
            evidence: [at(subject, grant.span, reach)],
          },
        ];
      });
    return conclude({
      faults,
      doubts: [...doubtsOf(subject, problems), ...accountDoubts(subject, ["/etc/passwd", "/etc/group"])],
      looked: grants.map(({ span, command }) => at(subject, span, command)),
      holds: `${grants.length} sudo grants, none of which lets others than administrators change units`,
      nothing: "sudo grants nothing to anybody but root",
    });
  },

  examples: () => ({
    pass: [
      { files: { ...ACCOUNTS, [SUDOERS]: STOCK } },
      {
        files: { ...ACCOUNTS, [SUDOERS]: `${STOCK}bob ALL=(root) /usr/bin/systemctl restart app.service\n` },
      },
    ],
    fail: [
      { files: { ...ACCOUNTS, [SUDOERS]: `${STOCK}bob ALL=(root) NOPASSWD: /usr/bin/systemctl\n` } },
      {
        files: {
          ...ACCOUNTS,
          [SUDOERS]: STOCK,
          "/etc/sudoers.d/ops":
            "Cmnd_Alias UNITS = /usr/bin/tee /etc/systemd/system/*\nUser_Alias OPS = bob\nOPS ALL = UNITS\n",
        },
      },
      { files: { ...ACCOUNTS, [SUDOERS]: `${STOCK}bob ALL=(ALL) ALL, !/usr/bin/systemctl\n` } },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: unreadable({ ...ACCOUNTS, [SUDOERS]: STOCK }, SUDOERS) },
      { files: { ...ACCOUNTS, [SUDOERS]: `${STOCK}this is no rule\n` } },
    ],
  }),
};

/** Members of the groups that distributions make administrators, and accounts declared to be. */
export function isAdministrators(
  { declared, accounts }: Subject,
  { who, accounts: meant, everyone }: SudoGrant,
): boolean {
  if (everyone) return false;
  if (/^%(sudo|wheel|admin)$/.test(who)) return true;
  const administrators = new Set([...(declared.administrators ?? []), ...(declared.breakGlass ?? [])]);
  if (!who.startsWith("%")) return administrators.has(who);
  return (
    meant.length > 0 &&
    meant.every((name) => administrators.has(name) || accounts.byName.get(name)?.uid === 0)
  );
}
