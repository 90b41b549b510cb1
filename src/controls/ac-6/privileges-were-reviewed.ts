import { createHash } from "node:crypto";
import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at } from "../evidence.ts";
import { ACCOUNTS, GROUP, unreadable } from "../example-hosts.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { powerfulGroups } from "../powerful-groups.ts";
import { readSudoGrants } from "../sources/sudo-grant.ts";
import type { Subject } from "../subject.ts";

const USUAL_DAYS = 365;
const LIST = "root\ngroup sudo: anna\n";

/** The list of who has power today, and whether somebody looked at exactly that list lately. */
export const privilegesWereReviewed: Check = {
  id: "ac6-10-privileges-were-reviewed",
  title: "The list of privileged accounts was reviewed lately and is still the same",
  control: "AC-6",
  severity: "low",
  objectives: ["ac-6_obj"],
  reads: ["/etc/passwd", "/etc/group", "/etc/sudoers", "/etc/sudoers.d/**", "/etc/nsswitch.conf"],
  needs: ["/etc/passwd", "/etc/group"],
  why: "Power that was given once stays until somebody asks whether it is still needed.",
  remediation: "review the list, and declare the review with its date, reviewer and the digest printed here",
  falseResults: ["People who joined since the review, within whatever grace your policy gives"],
  references: ["SP 800-53 AC-6(7)"],

  run(subject) {
    const list = privilegeList(subject);
    const digest = createHash("sha256").update(list).digest("hex");
    const reviews = [...(subject.declared.reviews ?? [])].sort((a, b) => (a.date < b.date ? 1 : -1));
    const [last] = reviews;
    const { all } = subject.accounts;
    if (all.length === 0) return notApplicable("there are no accounts");
    const evidence = all.slice(0, 1).map(({ span }) => at(subject, span, `sha256 of the list: ${digest}`));
    const days = Number(subject.declared.settings.get("review-days") ?? USUAL_DAYS);
    const faults: Point[] = [];
    if (last !== undefined) {
      const age = Math.floor((subject.nowUsec / 1000 - Date.parse(last.date)) / 86_400_000);
      if (!(age <= days))
        faults.push({ says: `the last review, of ${last.date}, is ${age} days old`, evidence });
      if (last.sha256 !== null && last.sha256 !== digest)
        faults.push({ says: `the list has changed since ${last.reviewer} reviewed it`, evidence });
    }
    return conclude({
      faults,
      doubts: [
        ...(last === undefined ? [{ says: "no review of privileges is declared", evidence }] : []),
        ...(last !== undefined && last.sha256 === null
          ? [{ says: "the review names no digest of the list", evidence }]
          : []),
        ...accountDoubts(subject, ["/etc/passwd", "/etc/group"]),
      ],
      looked: evidence,
      holds: `the list of privileges is the one ${last?.reviewer ?? ""} reviewed on ${last?.date ?? ""}`,
      nothing: "there are no accounts",
    });
  },

  examples: () => ({
    pass: [{ files: ACCOUNTS, declared: { reviews: [review("2025-10-01")] } }],
    fail: [
      { files: ACCOUNTS, declared: { reviews: [review("2023-10-01")] } },
      {
        files: { ...ACCOUNTS, "/etc/group": GROUP.replace("sudo:x:27:anna", "sudo:x:27:anna,bob") },
        declared: { reviews: [review("2025-10-01")] },
      },
    ],
    notApplicable: [{ files: { ...ACCOUNTS, "/etc/passwd": "# none yet\n" } }],
    notAssessable: [
      { files: ACCOUNTS },
      { files: unreadable(ACCOUNTS, "/etc/passwd"), declared: { reviews: [review("2025-10-01")] } },
    ],
  }),
};

/** One line for each power somebody has, sorted: what a reviewer signs. */
export function privilegeList(subject: Subject): string {
  const zero = subject.accounts.all.filter(({ uid }) => uid === 0).map(({ name }) => name);
  const groups = powerfulGroups(subject, false)
    .filter(({ members }) => members.length > 0)
    .map(({ group, members }) => `group ${group.name}: ${members.join(", ")}`);
  const grants = subject.once(readSudoGrants).grants.map(({ who, command }) => `sudo ${who}: ${command}`);
  return [...zero, ...groups, ...new Set(grants)].map((line) => `${line}\n`).join("");
}

function review(date: string): { readonly date: string; readonly reviewer: string; readonly sha256: string } {
  return { date, reviewer: "a reviewer", sha256: createHash("sha256").update(LIST).digest("hex") };
}
