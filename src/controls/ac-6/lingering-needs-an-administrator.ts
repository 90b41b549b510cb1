import { grantsOver, isStrong } from "../ac-3/polkit-asks-an-administrator.ts";
import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { POLKIT_ACTION_DIRECTORIES, readPolkitActions } from "../sources/polkit-actions.ts";
import { POLKIT_RULE_DIRECTORIES, readPolkitRules } from "../sources/polkit-rules.ts";
import { doubtsOf } from "../sources/source-problem.ts";

const SELF = "org.freedesktop.login1.set-self-linger";
const POLICY = "/usr/share/polkit-1/actions/org.freedesktop.login1.policy";

/** Only asked where people shall have no timers of their own. */
export const lingeringNeedsAnAdministrator: Check = {
  id: "ac6-06-lingering-needs-an-administrator",
  title: "Where users' own timers are not allowed, nobody can let themselves linger",
  control: "AC-6",
  severity: "low",
  objectives: ["ac-6_obj"],
  reads: [
    ...POLKIT_ACTION_DIRECTORIES.map((path) => `${path}/*`),
    ...POLKIT_RULE_DIRECTORIES.map((path) => `${path}/*`),
  ],
  needs: [],
  why: "As systemd ships it, any local user may make their own timers run from boot on, without being asked for anything.",
  remediation:
    "add a polkit rule that answers polkit.Result.AUTH_ADMIN for org.freedesktop.login1.set-self-linger",
  falseResults: ["The default of systemd is to allow it: this is a choice, not a mistake"],
  references: ["man:loginctl(1)", "man:polkit(8)"],

  run(subject) {
    if (subject.declared.userTimers !== "deny")
      return notApplicable("it is not declared that users' own timers are denied");
    const actions = subject.once(readPolkitActions);
    if (!actions.present) return notApplicable("polkit is not installed: only root can let users linger");
    const rules = subject.once(readPolkitRules);
    const action = actions.actions.get(SELF);
    const open =
      action === undefined
        ? []
        : [action.any, action.inactive, action.active].filter((answer) => !isStrong(answer));
    const faults: Point[] =
      action === undefined || open.length === 0 || deniesSelf(subject.host)
        ? []
        : [
            {
              says: `${SELF} is ${open.join(", ")} by default`,
              evidence: [at(subject, action.span, open.join(", "))],
            },
          ];
    const granted = grantsOver(subject, [SELF]);
    const unknown =
      action === undefined
        ? [{ says: `${SELF} is not declared to polkit`, evidence: [ofPath(subject, POLICY)] }]
        : [];
    return conclude({
      faults: [...faults, ...granted.faults],
      doubts: [...unknown, ...granted.doubts, ...doubtsOf(subject, [...actions.problems, ...rules.problems])],
      looked: action === undefined ? [] : [at(subject, action.span, SELF)],
      holds: "nobody can linger without an administrator",
      nothing: "the actions of logind are not declared to polkit",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, [POLICY]: policy("auth_admin_keep") }, declared: { userTimers: "deny" } }],
    fail: [{ files: { ...ACCOUNTS, [POLICY]: policy("yes") }, declared: { userTimers: "deny" } }],
    notApplicable: [
      { files: { ...ACCOUNTS, [POLICY]: policy("yes") } },
      { files: ACCOUNTS, declared: { userTimers: "deny" } },
    ],
    notAssessable: [
      {
        files: { ...ACCOUNTS, [POLICY]: { content: "x", error: "EACCES" } },
        declared: { userTimers: "deny" },
      },
      { files: { ...ACCOUNTS, [POLICY]: "<policyconfig>" }, declared: { userTimers: "deny" } },
    ],
  }),
};

/** A rule whose only condition is this action and whose answer needs an administrator or is no. */
function deniesSelf(host: Parameters<typeof readPolkitRules>[0]["host"]): boolean {
  const pattern =
    /if\s*\(\s*action\.id\s*={2,3}\s*["']org\.freedesktop\.login1\.set-self-linger["']\s*\)\s*\{?\s*return\s+polkit\.Result\.(?:NO|AUTH_ADMIN|AUTH_ADMIN_KEEP)\s*;/;
  return POLKIT_RULE_DIRECTORIES.some((directory) => {
    const listing = host.readDirectory(directory);
    if (listing.kind !== "present") return false;
    return listing.value.some(({ name }) => {
      const content = host.readFile(`${directory}/${name}`, 256 * 1024);
      return (
        name.endsWith(".rules") &&
        content.kind === "present" &&
        pattern.test(new TextDecoder().decode(content.value.bytes))
      );
    });
  });
}

function policy(answer: string): string {
  return `<policyconfig>\n<action id="${SELF}"><defaults><allow_any>${answer}</allow_any><allow_inactive>${answer}</allow_inactive><allow_active>${answer}</allow_active></defaults></action>\n</policyconfig>\n`;
}
