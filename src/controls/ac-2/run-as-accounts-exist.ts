import { compareFileNames } from "../../hosts/file-name.ts";
import type { Span } from "../../syntax/span.ts";
import { decodeUtf8 } from "../../syntax/utf8.ts";
import { serviceOf } from "../../units/service.ts";
import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable, without } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";
import { allTimers } from "../unit-subjects.ts";

/** Every account and group that a timer's service names is known here. */
export const runAsAccountsExist: Check = {
  id: "ac2-02-run-as-accounts-exist",
  title: "Every account a timer runs as exists",
  control: "AC-2",
  severity: "medium",
  objectives: ["ac-2_obj.d.1", "ac-2_obj.d.3-1"],
  reads: ["/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/sysusers.d/*", "/usr/lib/sysusers.d/*"],
  needs: ["/etc/passwd", "/etc/group"],
  why: "A service whose account is missing does not start, and whoever is given that name or number next inherits its work and its files.",
  remediation: "create the account with a sysusers.d file, or correct User= and Group=",
  falseResults: ["Accounts made at first boot by a program other than systemd-sysusers"],
  references: ["man:systemd.exec(5)", "man:sysusers.d(5)"],

  run(subject) {
    const { timers, doubts } = allTimers(subject);
    const named = timers
      .filter(({ scope }) => scope === "system")
      .flatMap(({ closure }) => closure.units.flatMap(({ loaded }) => identitiesOf(loaded.unit)));
    const faults: Point[] = [];
    for (const { kind, name, span } of named) {
      if (isKnown(subject, kind, name)) continue;
      faults.push({
        says: `${span.path} runs as ${kind} ${name}, which does not exist`,
        evidence: [at(subject, span, name)],
      });
    }
    const elsewhere = accountDoubts(subject, ["/etc/passwd", "/etc/group"]);
    // With accounts kept elsewhere a missing name may be one of those.
    const remote = subject.accounts.remoteSources.length > 0;
    return conclude({
      faults: remote ? [] : faults,
      doubts: [...doubts, ...(faults.length > 0 || elsewhere.length > 0 ? elsewhere : [])],
      looked: named.map(({ span, name }) => at(subject, span, name)),
      holds: `all ${named.length} accounts and groups that timers run as exist`,
      nothing: "no timer runs as an account of its own",
    });
  },

  examples: () => ({
    pass: [
      { files: { ...ACCOUNTS, ...localTimer("User=www-data\nExecStart=/usr/local/bin/job\n") } },
      {
        files: {
          ...ACCOUNTS,
          ...localTimer("User=jobber\nExecStart=/usr/local/bin/job\n"),
          "/usr/lib/sysusers.d/job.conf": 'u jobber - "Runs jobs"\n',
        },
      },
    ],
    fail: [
      { files: { ...ACCOUNTS, ...localTimer("User=ghost\nExecStart=/usr/local/bin/job\n") } },
      { files: { ...ACCOUNTS, ...localTimer("User=4711\nExecStart=/usr/local/bin/job\n") } },
    ],
    notApplicable: [{ files: { ...ACCOUNTS, ...localTimer("ExecStart=/usr/local/bin/job\n") } }],
    notAssessable: [
      {
        files: unreadable(
          { ...ACCOUNTS, ...localTimer("User=www-data\nExecStart=/usr/local/bin/job\n") },
          "/etc/passwd",
        ),
      },
      {
        files: {
          ...without(ACCOUNTS, "/etc/nsswitch.conf"),
          "/etc/nsswitch.conf": "passwd: files ldap\n",
          ...localTimer("User=ghost\nExecStart=/usr/local/bin/job\n"),
        },
      },
    ],
  }),
};

interface Identity {
  readonly kind: "user" | "group";
  readonly name: string;
  readonly span: Span;
}

function identitiesOf(unit: Parameters<typeof serviceOf>[0]): readonly Identity[] {
  if (unit.name.type !== "service") return [];
  const { user, group, supplementaryGroups, dynamicUser } = serviceOf(unit);
  const groups = [...(group === null || dynamicUser ? [] : [group]), ...supplementaryGroups];
  const users = user === null || dynamicUser || user.text === "root" || user.text === "0" ? [] : [user];
  return [
    ...users.map(({ text, span }) => ({ kind: "user" as const, name: text, span })),
    ...groups.map(({ text, span }) => ({ kind: "group" as const, name: text, span })),
  ].filter(({ name }) => name !== "" && name !== "root");
}

function isKnown(subject: Subject, kind: Identity["kind"], name: string): boolean {
  const { byName, byUid, groupByName, groupByGid } = subject.accounts;
  const byNumber: ReadonlyMap<number, unknown> = kind === "user" ? byUid : groupByGid;
  if (/^\d+$/.test(name)) return byNumber.has(Number(name));
  if ((kind === "user" ? byName : groupByName).has(name)) return true;
  return subject.once(madeAtBoot)[kind].has(name);
}

/** Names that systemd-sysusers makes at boot: a user line makes a group of the name too. */
function madeAtBoot({ host }: Subject): Readonly<Record<Identity["kind"], ReadonlySet<string>>> {
  const user = new Set<string>();
  const group = new Set<string>();
  for (const directory of ["/etc/sysusers.d", "/run/sysusers.d", "/usr/lib/sysusers.d"]) {
    const listing = host.readDirectory(directory);
    if (listing.kind !== "present") continue;
    for (const { name } of [...listing.value].sort((a, b) => compareFileNames(a.name, b.name))) {
      const content = host.readFile(`${directory}/${name}`, 256 * 1024);
      if (content.kind !== "present" || !name.endsWith(".conf")) continue;
      for (const [, kind, made = ""] of decodeUtf8(content.value.bytes).matchAll(
        /^[ \t]*(u!?|g)[ \t]+"?([A-Za-z0-9_][\w.-]*)/gm,
      )) {
        group.add(made);
        if (kind !== "g") user.add(made);
      }
    }
  }
  return { user, group };
}
