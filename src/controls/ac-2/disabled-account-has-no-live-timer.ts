import type { Account } from "../../accounts/passwd.ts";
import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, SHADOW, unreadable, userTimer } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";
import { allTimers, enablingLinks } from "../unit-subjects.ts";

const LOCKED = { content: SHADOW.replace("bob:$y", "bob:!$y"), mode: 0o640, gid: 42 };
const EXPIRED = {
  content: SHADOW.replace("bob:$y$example:19000:0:99999:7:::", "bob:$y$example:19000:0:99999:7::19500:"),
  mode: 0o640,
  gid: 42,
};

/** Locking an account stops neither its lingering user manager nor system timers that run as it. */
export const disabledAccountHasNoLiveTimer: Check = {
  id: "ac2-03-disabled-account-has-no-live-timer",
  title: "No disabled account of a person has a timer that still runs",
  control: "AC-2",
  severity: "high",
  objectives: ["ac-2_obj.f-4"],
  reads: [
    "/etc/passwd",
    "/etc/shadow",
    "/etc/login.defs",
    "/etc/nsswitch.conf",
    "/var/lib/systemd/linger/*",
    "/home/*/.config/systemd/user/**",
    "/etc/systemd/system/**",
    "/usr/lib/systemd/system/**",
  ],
  needs: ["/etc/passwd", "/etc/shadow"],
  why: "Disabling an account is meant to end what it does. A timer that runs as it, or a user manager that lingers, goes on as before: the PAM stack of the user manager checks neither lock nor expiry.",
  remediation:
    "run loginctl disable-linger for the account, and remove its units and the timers that run as it",
  falseResults: [
    "Accounts of programs with a number in the range of people, whose passwords are locked by design",
    "A locked password alone stops no SSH key: the account may still be in use on purpose",
  ],
  references: ["man:loginctl(1)", "man:shadow(5)"],

  run(subject) {
    const { timers, doubts } = allTimers(subject);
    const disabled = disabledPeople(subject);
    const faults = disabled.flatMap(({ account, because }): readonly Point[] => {
      const { name } = account;
      const lingers = subject.accounts.lingering.filter((linger) => linger.name === name);
      const live = timers.filter(
        ({ scope, runsAs, record }) =>
          record.started.atBoot &&
          ((scope === `user:${name}` && lingers.length > 0) || (scope === "system" && runsAs === name)),
      );
      return live.map(({ unit, record }) => ({
        says: `${name} is disabled (${because}), and ${unit} still runs as it`,
        evidence: [
          at(subject, account.span, because),
          ...(record.loaded.path === null ? [] : [ofPath(subject, record.loaded.path, unit)]),
          ...enablingLinks(subject, record),
          ...lingers.map(({ path }) => ofPath(subject, path, "lingers")),
        ],
      }));
    });
    return conclude({
      faults,
      doubts: [...doubts, ...accountDoubts(subject, ["/etc/passwd", "/etc/shadow"])],
      looked: disabled.map(({ account, because }) => at(subject, account.span, because)),
      holds: `none of the ${disabled.length} disabled accounts of people has a live timer`,
      nothing: "no account of a person is disabled",
    });
  },

  examples: () => ({
    pass: [
      { files: { ...ACCOUNTS, "/etc/shadow": LOCKED } },
      { files: { ...ACCOUNTS, "/etc/shadow": LOCKED, ...userTimer("bob", 1001) } },
    ],
    fail: [
      {
        files: {
          ...ACCOUNTS,
          "/etc/shadow": LOCKED,
          ...userTimer("bob", 1001),
          "/var/lib/systemd/linger/bob": "",
        },
      },
      {
        files: {
          ...ACCOUNTS,
          "/etc/shadow": EXPIRED,
          ...localTimer("User=bob\nExecStart=/usr/local/bin/job\n"),
        },
      },
    ],
    notApplicable: [{ files: { ...ACCOUNTS, ...userTimer("bob", 1001) } }],
    notAssessable: [{ files: unreadable(ACCOUNTS, "/etc/shadow") }],
  }),
};

function disabledPeople(
  subject: Subject,
): readonly { readonly account: Account; readonly because: string }[] {
  const { accounts, nowUsec } = subject;
  const { uidMin, uidMax } = accounts.definitions;
  const day = Math.floor(nowUsec / 86_400_000_000);
  return accounts.all.flatMap((account) => {
    const because = accounts.disabledBecause(account.name, day);
    return account.uid >= uidMin && account.uid <= uidMax && because !== null ? [{ account, because }] : [];
  });
}
