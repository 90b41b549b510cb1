import type { Check } from "../check.ts";
import { at } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { POLKIT_ACTION_DIRECTORIES, readPolkitActions } from "../sources/polkit-actions.ts";
import { POLKIT_RULE_DIRECTORIES, readPolkitRules } from "../sources/polkit-rules.ts";
import { doubtsOf } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";

/** Actions by which somebody without root makes the manager run things. */
export const UNIT_ACTIONS = [
  "org.freedesktop.systemd1.manage-units",
  "org.freedesktop.systemd1.manage-unit-files",
  "org.freedesktop.systemd1.set-environment",
  "org.freedesktop.systemd1.reload-daemon",
  "org.freedesktop.login1.set-user-linger",
] as const;

const ACTIONS = "/usr/share/polkit-1/actions/org.freedesktop.systemd1.policy";

/** The manager leaves the decision to polkit: unless polkit asks for an administrator, anybody may manage units. */
export const polkitAsksAnAdministrator: Check = {
  id: "ac3-04-polkit-asks-an-administrator",
  title: "polkit asks for an administrator before units are changed or started",
  control: "AC-3",
  severity: "high",
  objectives: ["ac-3_obj"],
  reads: [
    ...POLKIT_ACTION_DIRECTORIES.map((path) => `${path}/*`),
    ...POLKIT_RULE_DIRECTORIES.map((path) => `${path}/*`),
  ],
  needs: [],
  why: "Over the bus anyone may ask the manager to start, enable or make units; only polkit stands between. A rule that answers yes gives root to whom it names.",
  remediation: 'narrow the rule to one unit (action.lookup("unit")) and one group, or remove it',
  falseResults: [
    "A rule limited to a harmless unit is not counted; whether the unit is harmless is not judged",
    "Rules that run programs or compute their answer cannot be read and are not assessable",
  ],
  references: ["man:polkit(8)", "man:org.freedesktop.systemd1(5)"],

  run(subject) {
    const actions = subject.once(readPolkitActions);
    if (!actions.present) return notApplicable("polkit is not installed: there are no actions");
    const rules = subject.once(readPolkitRules);
    const known = UNIT_ACTIONS.flatMap((id) => actions.actions.get(id) ?? []);
    const weak = known.flatMap(({ id, any, inactive, active, span }): readonly Point[] => {
      const open = [any, inactive, active].filter((answer) => !isStrong(answer));
      return open.length === 0
        ? []
        : [
            {
              says: `${id} is ${open.join(", ")} by default`,
              evidence: [at(subject, span, open.join(", "))],
            },
          ];
    });
    const { faults, doubts } = grantsOver(subject, UNIT_ACTIONS);
    return conclude({
      faults: [...weak, ...faults],
      doubts: [...doubts, ...doubtsOf(subject, [...actions.problems, ...rules.problems])],
      looked: known.map(({ id, span }) => at(subject, span, id)),
      holds: `${known.length} actions on units need an administrator, and no rule says otherwise`,
      nothing: "the actions of systemd are not declared to polkit",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, ...policy() } }],
    fail: [
      { files: { ...ACCOUNTS, ...policy("yes") } },
      {
        files: {
          ...ACCOUNTS,
          ...policy(),
          "/etc/polkit-1/rules.d/50-units.rules":
            'polkit.addRule(function(action, subject) {\n  if (action.id == "org.freedesktop.systemd1.manage-units" && subject.isInGroup("bob")) {\n    return polkit.Result.YES;\n  }\n});\n',
        },
      },
      {
        files: {
          ...ACCOUNTS,
          ...policy(),
          "/etc/polkit-1/rules.d/50-all.rules":
            'polkit.addRule(function(action, subject) {\n  if (action.id.indexOf("org.freedesktop.systemd1.") == 0) return polkit.Result.YES;\n});\n',
        },
      },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: { ...ACCOUNTS, ...policy(), "/etc/polkit-1/rules.d": { dir: true, error: "EACCES" } } },
      {
        files: {
          ...ACCOUNTS,
          ...policy(),
          "/etc/polkit-1/rules.d/50-run.rules":
            'polkit.addRule(function(action, subject) {\n  var answer = polkit.spawn(["/usr/local/bin/ask", subject.user]);\n  return answer;\n});\n',
        },
      },
    ],
  }),
};

/** Does an answer of a policy need an administrator's password? */
export function isStrong(answer: string): boolean {
  return answer === "no" || answer === "auth_admin" || answer === "auth_admin_keep";
}

/** Rules that grant one of the actions to somebody who is not declared an administrator, and rules that cannot be read. */
export function grantsOver(
  subject: Subject,
  actions: readonly string[],
): { readonly faults: readonly Point[]; readonly doubts: readonly Point[] } {
  const faults: Point[] = [];
  const doubts: Point[] = [];
  const meant = new Set([
    ...(subject.declared.administrators ?? []),
    ...(subject.declared.automation ?? []),
    "root",
  ]);
  for (const grant of subject.once(readPolkitRules).grants) {
    const answers = actions.map((action) => [action, grant.concerns(action)] as const);
    const granted = answers.filter(([, concerns]) => concerns === true).map(([action]) => action);
    const evidence = [at(subject, grant.span, grant.result)];
    const isMeant =
      grant.groups.length === 0 && grant.users.length > 0 && grant.users.every((user) => meant.has(user));
    const who = [...grant.users, ...grant.groups.map((group) => `group ${group}`)].join(", ") || "everyone";
    if (granted.length > 0 && grant.units.length === 0 && !isMeant)
      faults.push({ says: `a rule answers ${grant.result} to ${who} for ${granted.join(", ")}`, evidence });
    else if (granted.length === 0 && answers.some(([, concerns]) => concerns === null))
      doubts.push({ says: `a rule answers ${grant.result} to ${who}, when cannot be told`, evidence });
  }
  return { faults, doubts };
}

function policy(answer = "auth_admin_keep"): Readonly<Record<string, string>> {
  const actions = UNIT_ACTIONS.slice(0, 4).map(
    (id) =>
      `<action id="${id}"><defaults><allow_any>auth_admin</allow_any><allow_inactive>auth_admin</allow_inactive><allow_active>${answer}</allow_active></defaults></action>`,
  );
  return { [ACTIONS]: `<?xml version="1.0"?>\n<policyconfig>\n${actions.join("\n")}\n</policyconfig>\n` };
}
