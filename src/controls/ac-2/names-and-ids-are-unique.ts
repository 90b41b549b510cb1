import { grouped } from "../../grouped.ts";
import type { Span } from "../../syntax/span.ts";
import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at } from "../evidence.ts";
import { ACCOUNTS, GROUP, PASSWD, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";

/** Two names for one number, or two numbers for one name, and nobody knows who acted. */
export const namesAndIdsAreUnique: Check = {
  id: "ac2-06-names-and-ids-are-unique",
  title: "Account names, uids and gids are unique",
  control: "AC-2",
  severity: "medium",
  objectives: ["ac-2_obj.d.1"],
  reads: ["/etc/passwd", "/etc/group", "/etc/nsswitch.conf"],
  needs: ["/etc/passwd", "/etc/group"],
  why: "Two accounts with one uid are one account with two passwords: each may change what the other's timers run, and records show only one of them.",
  remediation: "give one of them a number of its own and hand over its files",
  falseResults: ["Aliases that share a uid on purpose"],
  references: ["man:passwd(5)", "man:pwck(8)"],

  run(subject) {
    const { all, groups } = subject.accounts;
    return conclude({
      faults: duplicateIdentities(subject),
      doubts: accountDoubts(subject, ["/etc/passwd", "/etc/group"]),
      looked: [...all.slice(0, 1), ...groups.slice(0, 1)].map(({ span }) => at(subject, span)),
      holds: `${all.length} accounts and ${groups.length} groups, each with its own name and number`,
      nothing: "there are no accounts",
    });
  },

  examples: () => ({
    pass: [{ files: ACCOUNTS }],
    fail: [
      { files: { ...ACCOUNTS, "/etc/passwd": `${PASSWD}eve:x:1001:1001::/home/eve:/bin/sh\n` } },
      { files: { ...ACCOUNTS, "/etc/passwd": `${PASSWD}bob:x:1009:1001::/home/bob2:/bin/sh\n` } },
      { files: { ...ACCOUNTS, "/etc/group": `${GROUP}admins:x:27:bob\n` } },
    ],
    notApplicable: [{ files: { ...ACCOUNTS, "/etc/passwd": "# none yet\n", "/etc/group": "# none yet\n" } }],
    notAssessable: [
      { files: unreadable(ACCOUNTS, "/etc/group") },
      { files: { ...ACCOUNTS, "/etc/passwd": `${PASSWD}+::::::\n` } },
    ],
  }),
};

/** Every name or number that stands twice, with both places. */
export function duplicateIdentities(subject: Subject): readonly Point[] {
  const { all, groups } = subject.accounts;
  return [
    ...twice(
      subject,
      "account",
      all.map(({ name, span }) => [name, name, span]),
    ),
    ...twice(
      subject,
      "uid",
      all.map(({ uid, name, span }) => [String(uid), name, span]),
    ),
    ...twice(
      subject,
      "group",
      groups.map(({ name, span }) => [name, name, span]),
    ),
    ...twice(
      subject,
      "gid",
      groups.map(({ gid, name, span }) => [String(gid), name, span]),
    ),
  ];
}

function twice(
  subject: Subject,
  what: string,
  entries: readonly (readonly [key: string, name: string, span: Span])[],
): readonly Point[] {
  return [...grouped(entries, ([key]) => key)].flatMap(([key, places]) => {
    if (places.length < 2) return [];
    const names = [...new Set(places.map(([, name]) => name))].join(", ");
    return [
      {
        says: `${what} ${key} stands ${places.length} times${names === key ? "" : `: ${names}`}`,
        evidence: places.map(([, , span]) => at(subject, span, `${what} ${key}`)),
      },
    ];
  });
}
