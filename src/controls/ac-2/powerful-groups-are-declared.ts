import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at } from "../evidence.ts";
import { ACCOUNTS, GROUP, unreadable, without } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { powerfulGroups } from "../powerful-groups.ts";

/** Some groups amount to root, or may read what others must not. */
export const powerfulGroupsAreDeclared: Check = {
  id: "ac2-10-powerful-groups-are-declared",
  title: "Members of groups that amount to root are declared administrators",
  control: "AC-2",
  severity: "medium",
  objectives: ["ac-2_obj.d.2"],
  reads: ["/etc/passwd", "/etc/group", "/etc/nsswitch.conf"],
  needs: ["/etc/passwd", "/etc/group"],
  why: "A member of docker, lxd or disk can write any unit file without ever being asked for a password, and lists of administrators do not show it.",
  remediation: "remove the member (gpasswd -d), or declare the account under administrators",
  falseResults: ["Members that only a directory server knows are not seen"],
  references: ["man:group(5)"],

  run(subject) {
    const { declared } = subject;
    const groups = powerfulGroups(subject);
    const meant = new Set([...(declared.administrators ?? []), ...(declared.breakGlass ?? [])]);
    const points = groups.flatMap(({ group, members, power }): readonly Point[] =>
      members
        .filter((name) => !meant.has(name))
        .map((name) => ({
          says: `${name} is in ${group.name}: ${power}`,
          evidence: [at(subject, group.span, members.join(", "))],
        })),
    );
    const undeclared = declared.administrators === null;
    return conclude({
      faults: undeclared ? [] : points,
      doubts: [
        ...(undeclared
          ? points.map(({ says, evidence }) => ({ says: `${says}; nobody is declared`, evidence }))
          : []),
        ...accountDoubts(subject, ["/etc/passwd", "/etc/group"]),
      ],
      looked: groups.map(({ group, members }) => at(subject, group.span, members.join(", ") || "no members")),
      holds: `of ${groups.length} powerful groups every member is declared`,
      nothing: "no group that amounts to root exists",
    });
  },

  examples: () => ({
    pass: [
      { files: ACCOUNTS, declared: { administrators: ["anna"] } },
      { files: { ...ACCOUNTS, "/etc/group": GROUP.replace("sudo:x:27:anna", "sudo:x:27:") } },
    ],
    fail: [
      {
        files: { ...ACCOUNTS, "/etc/group": `${GROUP}docker:x:998:bob\n` },
        declared: { administrators: ["anna"] },
      },
    ],
    notApplicable: [
      { files: { ...ACCOUNTS, "/etc/group": "anna:x:1000:\nbob:x:1001:\nnogroup:x:65534:\n" } },
    ],
    notAssessable: [
      { files: ACCOUNTS },
      { files: unreadable(ACCOUNTS, "/etc/group"), declared: { administrators: ["anna"] } },
      { files: without(ACCOUNTS, "/etc/passwd"), declared: { administrators: ["anna"] } },
    ],
  }),
};
