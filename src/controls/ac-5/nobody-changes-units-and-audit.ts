import type { Check } from "../check.ts";
import { ACCOUNTS, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { dutyHolders } from "./duty-holders.ts";

const ROLES =
  "root ALL=(ALL) ALL\nanna ALL=(root) /usr/bin/systemctl edit app.timer\nbob ALL=(root) /usr/sbin/auditctl\n";
const DUTIES = { change: ["anna"], audit: ["bob"] };

/** Who can plant a timer should not be who can edit the record of it. */
export const nobodyChangesUnitsAndAudit: Check = {
  id: "ac5-01-nobody-changes-units-and-audit",
  title: "Nobody but declared break-glass accounts can both change units and change the audit of it",
  control: "AC-5",
  severity: "high",
  objectives: ["ac-5_obj.b"],
  reads: [
    "/etc/sudoers",
    "/etc/sudoers.d/**",
    "/etc/passwd",
    "/etc/group",
    "/etc/audit",
    "/var/log/audit",
    "/etc/nsswitch.conf",
  ],
  needs: ["/etc/passwd", "/etc/group"],
  why: "One person with both powers can plant a timer and take out the line that says so.",
  remediation:
    "split the sudo rules into one role that changes units and one that keeps the records; declare the accounts of emergencies",
  falseResults: ["Full administrators hold both by nature: declare them under break-glass once"],
  references: ["SP 800-53 AC-5"],

  run(subject) {
    const { change, audit, doubts } = dutyHolders(subject);
    const { duties, breakGlass } = subject.declared;
    const spared = new Set(breakGlass ?? []);
    const both = [...change.keys()].filter((name) => audit.has(name) && !spared.has(name));
    const points = both.map(
      (name): Point => ({
        says: `${name} can change units and the audit of it`,
        evidence: [...(change.get(name) ?? []), ...(audit.get(name) ?? [])],
      }),
    );
    const strangers =
      duties === null
        ? []
        : [
            ...strange(change, [...duties.change, ...spared], "change units"),
            ...strange(audit, [...duties.audit, ...spared], "change the audit"),
          ];
    const undeclared = {
      says: "no duties are declared",
      evidence: [...change.values(), ...audit.values()].flat(),
    };
    return conclude({
      faults: duties === null ? [] : [...points, ...strangers],
      doubts: [
        ...(duties === null && change.size + audit.size > 0 ? [undeclared, ...points] : []),
        ...doubts,
      ],
      looked: [...change.values(), ...audit.values()].flat(),
      holds: `${change.size} accounts can change units, ${audit.size} the audit of it, and none undeclared both`,
      nothing: "nobody but root can change units or the audit of it",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, "/etc/sudoers": ROLES }, declared: { duties: DUTIES } }],
    fail: [
      {
        files: { ...ACCOUNTS, "/etc/sudoers": `${ROLES}anna ALL=(root) /usr/sbin/auditctl\n` },
        declared: { duties: DUTIES },
      },
      { files: { ...ACCOUNTS, "/etc/sudoers": "%sudo ALL=(ALL) ALL\n" }, declared: { duties: DUTIES } },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: { ...ACCOUNTS, "/etc/sudoers": ROLES } },
      {
        files: unreadable({ ...ACCOUNTS, "/etc/sudoers": ROLES }, "/etc/sudoers"),
        declared: { duties: DUTIES },
      },
    ],
  }),
};

function strange(
  holders: ReadonlyMap<string, Point["evidence"]>,
  meant: readonly string[],
  power: string,
): readonly Point[] {
  return [...holders]
    .filter(([name]) => !meant.includes(name))
    .map(([name, evidence]) => ({ says: `${name} can ${power} and is not declared to`, evidence }));
}
