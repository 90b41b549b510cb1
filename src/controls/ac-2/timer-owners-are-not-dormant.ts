import type { Account } from "../../accounts/passwd.ts";
import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, SHADOW, unreadable, userTimer } from "../example-hosts.ts";
import { conclude, notApplicable, notAssessable, type Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";
import { allTimers } from "../unit-subjects.ts";

const LASTLOG = "/var/log/lastlog";
/** `struct lastlog` of glibc: a 32-bit time, a line of 32 and a host of 256 bytes. */
const RECORD = 292;
const MAX_BYTES = 64 * 1024 * 1024;
const DAY_USEC = 86_400_000_000;
const USUAL_DAYS = 90;

/** A person who has not come for months and whose timers go on. */
export const timerOwnersAreNotDormant: Check = {
  id: "ac2-09-timer-owners-are-not-dormant",
  title: "People whose timers run have logged in lately",
  control: "AC-2",
  severity: "medium",
  objectives: ["ac-2_obj.g"],
  reads: ["/etc/passwd", "/etc/shadow", LASTLOG, "/etc/nsswitch.conf"],
  needs: ["/etc/passwd"],
  why: "An account nobody uses is nobody's to watch. If its timers still run, somebody else may be using it.",
  remediation: "ask whether the account is still needed; if not, disable it and remove its timers",
  falseResults: [
    "Accounts used by key from programs, which leave no login in lastlog",
    "The setting dormant-days decides what is lately; 90 when it is not declared",
    "Debian 13 and others no longer keep lastlog",
  ],
  references: ["man:lastlog(8)"],

  run(subject) {
    const { timers, doubts } = allTimers(subject);
    const owners = ownersOf(subject, timers);
    if (owners.length === 0 && doubts.length === 0) return notApplicable("no person has a timer that runs");
    const log = readLastlog(subject);
    if (typeof log === "string") return notAssessable(log, [ofPath(subject, LASTLOG)]);
    const days = Number(subject.declared.settings.get("dormant-days") ?? USUAL_DAYS);
    const faults = owners.flatMap(({ name, uid }): readonly Point[] => {
      const changed = (subject.accounts.shadow.get(name)?.lastChange ?? 0) * DAY_USEC;
      const login = log(uid) * 1_000_000;
      const idle = Math.floor((subject.nowUsec - Math.max(login, changed)) / DAY_USEC);
      if (idle <= days) return [];
      const said = login === 0 ? "has never logged in" : `has not logged in for ${idle} days`;
      return [
        { says: `${name} ${said} and has a timer that runs`, evidence: [ofPath(subject, LASTLOG, said)] },
      ];
    });
    return conclude({
      faults,
      doubts: [...doubts, ...accountDoubts(subject, ["/etc/passwd"])],
      looked: owners.map(({ name }) => ofPath(subject, LASTLOG, name)),
      holds: `all ${owners.length} people with timers have logged in within ${days} days`,
      nothing: "no person has a timer that runs",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, ...lingering(), [LASTLOG]: lastlogOf(1001, 1_767_000_000) } }],
    fail: [
      { files: { ...ACCOUNTS, ...lingering(), [LASTLOG]: lastlogOf(1001, 1_700_000_000) } },
      {
        files: { ...ACCOUNTS, ...lingering(), [LASTLOG]: lastlogOf(1001, 1_766_000_000) },
        declared: { settings: new Map([["dormant-days", "7"]]) },
      },
    ],
    notApplicable: [{ files: { ...ACCOUNTS, [LASTLOG]: lastlogOf(1001, 1_700_000_000) } }],
    notAssessable: [
      { files: { ...ACCOUNTS, ...lingering() } },
      { files: unreadable({ ...ACCOUNTS, ...lingering() }, LASTLOG) },
    ],
  }),
};

function ownersOf({ accounts }: Subject, timers: ReturnType<typeof allTimers>["timers"]): readonly Account[] {
  const { uidMin, uidMax } = accounts.definitions;
  return accounts.all.filter(
    ({ name, uid }) =>
      uid >= uidMin &&
      uid <= uidMax &&
      timers.some(
        ({ scope, runsAs, record }) =>
          record.started.atBoot && (scope === `user:${name}` || (scope === "system" && runsAs === name)),
      ),
  );
}

/** Seconds since 1970 of each uid's last login, 0 for none; or why it cannot be known. */
function readLastlog({ host }: Subject): string | ((uid: number) => number) {
  const content = host.readFile(LASTLOG, MAX_BYTES);
  if (content.kind === "absent") return `there is no ${LASTLOG}: when people logged in is not known`;
  if (content.kind === "unreadable") return `${LASTLOG}: ${content.reason}`;
  const { bytes } = content.value;
  if (bytes.length % RECORD !== 0) return `${LASTLOG} is not made of login records`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (uid) => (uid * RECORD + 4 <= bytes.length ? view.getUint32(uid * RECORD, true) : 0);
}

function lingering(): ReturnType<typeof userTimer> {
  const shadow = SHADOW.replaceAll(":19000:", ":10000:");
  return userTimer("bob", 1001, { "/var/lib/systemd/linger/bob": "", "/etc/shadow": shadow });
}

function lastlogOf(uid: number, seconds: number): Uint8Array {
  const bytes = new Uint8Array((uid + 1) * RECORD);
  new DataView(bytes.buffer).setUint32(uid * RECORD, seconds, true);
  return bytes;
}
