import { grantsOver, UNIT_ACTIONS } from "../ac-3/polkit-asks-an-administrator.ts";
import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { POLKIT_RULE_DIRECTORIES, readPolkitRules } from "../sources/polkit-rules.ts";
import { doubtsOf } from "../sources/source-problem.ts";
import { commandReachesUnits } from "../sources/sudo-command.ts";
import { readSudoGrants } from "../sources/sudo-grant.ts";
import { SUDOERS, type SudoDefault } from "../sources/sudoers.ts";

const STOCK = "Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n";
const MAX_MINUTES = 15;

/** Power over units without being asked who one is. */
export const sudoAuthenticatesThePerson: Check = {
  id: "ia2-08-sudo-authenticates-the-person",
  title: "sudo and polkit ask people who they are before they change units",
  control: "IA-2",
  severity: "high",
  objectives: ["ia-2_obj-1"],
  reads: [
    SUDOERS,
    "/etc/sudoers.d/**",
    "/etc/passwd",
    "/etc/group",
    ...POLKIT_RULE_DIRECTORIES.map((path) => `${path}/*`),
  ],
  needs: [],
  why: "With NOPASSWD whoever gets hold of a session, or of one key, has root and may plant a timer, and nothing asks who it is.",
  remediation:
    "drop NOPASSWD and !authenticate, set timestamp_timeout to 15 or less, remove targetpw, rootpw and runaspw",
  falseResults: ["Accounts of automation cannot type a password: declare them"],
  references: ["man:sudoers(5)"],

  run(subject) {
    const { sudoers, grants, problems } = subject.once(readSudoGrants);
    const rules = subject.once(readPolkitRules);
    const automation = new Set(subject.declared.automation ?? []);
    const open = grants.filter(
      ({ noPassword, asRoot, command, who, accounts }) =>
        noPassword &&
        asRoot &&
        commandReachesUnits(command) !== null &&
        !automation.has(who) &&
        !(accounts.length > 0 && accounts.every((name) => automation.has(name))),
    );
    const faults: Point[] = [
      ...open.map(({ who, command, span }) => ({
        says: `${who} may run ${command} as root without a password`,
        evidence: [at(subject, span, "NOPASSWD")],
      })),
      ...sudoers.defaults.flatMap((setting) => {
        const says = weakness(setting);
        return says === null ? [] : [{ says, evidence: [at(subject, setting.span, setting.name)] }];
      }),
      ...grantsOver(subject, UNIT_ACTIONS).faults,
    ];
    return conclude({
      faults,
      doubts: [
        ...doubtsOf(subject, [...problems, ...rules.problems]),
        ...(sudoers.present ? accountDoubts(subject, ["/etc/passwd", "/etc/group"]) : []),
      ],
      looked: [
        ...sudoers.files.map((path) => ofPath(subject, path)),
        ...(rules.present ? [ofPath(subject, "/etc/polkit-1/rules.d", "rules")] : []),
      ],
      holds: `in ${sudoers.files.length} files of sudo and the rules of polkit nobody changes units unasked`,
      nothing: "neither sudo nor polkit is set up",
    });
  },

  examples: () => ({
    pass: [
      { files: { ...ACCOUNTS, [SUDOERS]: STOCK } },
      {
        files: { ...ACCOUNTS, [SUDOERS]: `${STOCK}bob ALL=NOPASSWD: ALL\n` },
        declared: { automation: ["bob"] },
      },
    ],
    fail: [
      { files: { ...ACCOUNTS, [SUDOERS]: `${STOCK}bob ALL=(ALL) NOPASSWD: ALL\n` } },
      { files: { ...ACCOUNTS, [SUDOERS]: `${STOCK}Defaults timestamp_timeout=-1\n` } },
      { files: { ...ACCOUNTS, [SUDOERS]: `${STOCK}Defaults:anna !authenticate\n` } },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: unreadable({ ...ACCOUNTS, [SUDOERS]: STOCK }, SUDOERS) },
      { files: { ...ACCOUNTS, [SUDOERS]: `${STOCK}@include /etc/gone\n` } },
    ],
  }),
};

function weakness({ name, negated, value, scope }: SudoDefault): string | null {
  const whom = scope === "" ? "" : ` (${scope})`;
  if (name === "authenticate" && negated) return `sudo does not ask for a password${whom}`;
  if (/^(targetpw|rootpw|runaspw)$/.test(name) && !negated)
    return `sudo asks for another's password: ${name}${whom}`;
  if (name !== "timestamp_timeout") return null;
  const minutes = Number(value);
  return minutes < 0 || minutes > MAX_MINUTES
    ? `sudo remembers the password for ${minutes < 0 ? "ever" : `${minutes} minutes`}${whom}`
    : null;
}
