import type { Account } from "../../accounts/passwd.ts";
import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, PASSWD, SHADOW, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { readSshdConfig } from "../sources/sshd-config.ts";
import type { Subject } from "../subject.ts";
import { allTimers } from "../unit-subjects.ts";

const JOB = localTimer("User=www-data\nExecStart=/usr/local/bin/job\n");
const WITH_SHELL = PASSWD.replace("/var/www:/usr/sbin/nologin", "/var/www:/bin/sh");

/** An account made for a program needs no way in for people. */
export const serviceAccountsCannotLogIn: Check = {
  id: "ac2-07-service-accounts-cannot-log-in",
  title: "Service accounts that timers run as cannot log in",
  control: "AC-2",
  severity: "medium",
  objectives: ["ac-2_obj.d.3-1"],
  reads: ["/etc/passwd", "/etc/shadow", "/etc/nsswitch.conf", "/etc/ssh/sshd_config"],
  needs: ["/etc/passwd", "/etc/shadow"],
  why: "Whoever can log in as the account a timer runs as can change what it runs, and leaves records under the name of a program.",
  remediation: "give the account the shell /usr/sbin/nologin, lock its password, and remove its SSH keys",
  falseResults: ["Accounts that need a shell by design: postgres, git, backup over SSH"],
  references: ["man:nologin(8)"],

  run(subject) {
    const { accounts } = subject;
    const { timers, doubts } = allTimers(subject);
    const names = new Set(timers.flatMap(({ closure }) => closure.commands.map(({ runsAs }) => runsAs)));
    const programs = [...names].flatMap((name) => {
      const account = accounts.byName.get(name);
      return account && isForPrograms(subject, account) ? [account] : [];
    });
    const open: Point[] = [];
    const unseen: Point[] = [];
    for (const account of programs) {
      const keys = keyFiles(subject, account).map((path) => ({ path, facts: subject.host.stat(path) }));
      const key = keys.find(
        ({ facts }) => facts.kind === "present" && facts.value.kind === "file" && facts.value.size > 0,
      );
      const hidden = keys.find(
        ({ facts }) =>
          facts.kind === "unreadable" || (facts.kind === "present" && facts.value.kind !== "file"),
      );
      const way = accounts.canLogIn(account.name) || (key && !/(nologin|false)$/.test(account.shell));
      if (way)
        open.push({
          says: `${account.name} runs timers and can log in`,
          evidence: [
            at(subject, account.span, `shell ${account.shell || "/bin/sh"}`),
            ...(key ? [ofPath(subject, key.path, "keys")] : []),
          ],
        });
      else if (hidden)
        unseen.push({
          says: `the keys of ${account.name} cannot be seen: ${hidden.path}`,
          evidence: [ofPath(subject, hidden.path)],
        });
    }
    return conclude({
      faults: open,
      doubts: [...doubts, ...unseen, ...accountDoubts(subject, ["/etc/passwd", "/etc/shadow"])],
      looked: programs.map(({ span, shell }) => at(subject, span, `shell ${shell}`)),
      holds: `none of the ${programs.length} service accounts that timers run as can log in`,
      nothing: "no timer runs as a service account",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, ...JOB } }],
    fail: [
      {
        files: {
          ...ACCOUNTS,
          ...JOB,
          "/etc/passwd": WITH_SHELL,
          "/etc/shadow": SHADOW.replace("www-data:*", "www-data:$y$example"),
        },
      },
      {
        files: {
          ...ACCOUNTS,
          ...JOB,
          "/etc/passwd": WITH_SHELL,
          "/var/www/.ssh/authorized_keys": { content: "ssh-ed25519 AAAA x\n", uid: 33 },
        },
      },
    ],
    notApplicable: [{ files: { ...ACCOUNTS, ...localTimer("ExecStart=/usr/local/bin/job\n") } }],
    notAssessable: [{ files: unreadable({ ...ACCOUNTS, ...JOB }, "/etc/shadow") }],
  }),
};

function isForPrograms({ accounts }: Subject, { uid }: Account): boolean {
  return uid !== 0 && (uid < accounts.definitions.uidMin || uid === 65534);
}

/** Where sshd looks for an account's keys: `AuthorizedKeysFile`, `%h`, `%u` and `%%` filled in. */
function keyFiles(subject: Subject, { name, home, uid }: Account): readonly string[] {
  const stated = subject.once(readSshdConfig).settings.get("authorizedkeysfile")?.value;
  const patterns = (stated ?? ".ssh/authorized_keys .ssh/authorized_keys2").split(/\s+/);
  return patterns
    .filter((pattern) => pattern !== "" && pattern.toLowerCase() !== "none")
    .map((pattern) => {
      const path = pattern.replace(/%([huU%])/g, (_, letter) =>
        letter === "h" ? home : letter === "u" ? name : letter === "U" ? String(uid) : "%",
      );
      return path.startsWith("/") ? path : `${home}/${path}`;
    });
}
