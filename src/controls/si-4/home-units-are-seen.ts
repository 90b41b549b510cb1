import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, without } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { AUDIT_RULES, AUDIT_RULES_FOLDER } from "../sources/audit-rules.ts";
import { SENSOR_READS } from "./sensors.ts";
import { seenBy, sightDoubts } from "./sight-points.ts";

const HOMES = {
  ...ACCOUNTS,
  "/home/anna": { dir: true as const, uid: 1000 },
  "/home/bob": { dir: true as const, uid: 1001 },
};
const RULES = "-a always,exit -F dir=/home -F perm=wa -F success=1\n";
const FILE = `${AUDIT_RULES_FOLDER}/homes.rules`;

export const homeUnitsAreSeen: Check = {
  id: "si4-03-home-units-are-seen",
  title: "Units that people put in their homes are seen",
  control: "SI-4",
  severity: "medium",
  objectives: ["si-4_obj.c.2"],
  reads: [AUDIT_RULES, `${AUDIT_RULES_FOLDER}/*`, ...SENSOR_READS, "/etc/passwd", "/etc/nsswitch.conf"],
  needs: ["/etc/passwd"],
  why: "A user's own timer needs no right but the home's: watches on /etc never see it.",
  remediation: "watch homes with a sensor that knows wildcards, or deny user timers",
  falseResults: [
    "Audit has no wildcards in paths: a rule on all of /home sees units, and much else",
    "Homes on a file server may be watched there",
  ],
  references: ["man:systemd.unit(5)", "man:audit.rules(7)"],

  run(subject) {
    const people = subject.accounts.all.filter(({ uid }) => uid >= 1000 && uid < 60_000);
    const homes = people
      .map(({ home }) => home)
      .filter((home) => home.length > 1 && subject.host.lstat(home).kind === "present");
    const judged = homes.map((home) => ({
      home,
      by: seenBy(subject, "homes", `${home}/.config/systemd/user`),
    }));
    const doubts = [...accountDoubts(subject, ["/etc/passwd"]), ...sightDoubts(subject)];
    const faults = judged
      .filter(({ by }) => by.length === 0)
      .map(
        ({ home }): Point => ({
          says: `units in ${home} are seen by nothing`,
          evidence: [ofPath(subject, home)],
        }),
      );
    return conclude({
      faults: doubts.length > 0 ? [] : faults,
      doubts,
      looked: judged.flatMap(({ by }) => by),
      holds: `units in all ${homes.length} homes are seen`,
      nothing: "no person has a home here",
    });
  },

  examples: () => ({
    pass: [{ files: { ...HOMES, [FILE]: RULES } }],
    fail: [{ files: HOMES }, { files: { ...HOMES, [FILE]: `-a never,exit -F dir=/home/bob\n${RULES}` } }],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: { ...HOMES, [FILE]: { content: RULES, error: "EACCES" } } },
      { files: without({ ...HOMES, [FILE]: RULES }, "/etc/passwd") },
    ],
  }),
};
