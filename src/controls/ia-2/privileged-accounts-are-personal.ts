import type { Account } from "../../accounts/passwd.ts";
import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS, GROUP, PASSWD, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { powerfulGroups } from "../powerful-groups.ts";
import { doubtsOf, wholeFile } from "../sources/source-problem.ts";
import { readSshdConfig } from "../sources/sshd-config.ts";
import { readSudoGrants } from "../sources/sudo-grant.ts";
import type { Subject } from "../subject.ts";

/** Names that images and tools give, and that no person bears. */
const GENERIC =
  /^(?:admin|administrator|deploy|deployer|ubuntu|debian|ec2-user|centos|rocky|almalinux|fedora|opc|azureuser|vagrant|ansible|jenkins|ci|build|operator|ops|support|sysadmin|user|test|guest|pi|cloud-user|core|git|backup)$/;

/** Power should be a person's, so that somebody can be asked. */
export const privilegedAccountsArePersonal: Check = {
  id: "ia2-06-privileged-accounts-are-personal",
  title: "Accounts with full power belong to one person each",
  control: "IA-2",
  severity: "medium",
  objectives: ["ia-2_obj-1"],
  reads: [
    "/etc/passwd",
    "/etc/group",
    "/etc/sudoers",
    "/etc/sudoers.d/**",
    "/etc/nsswitch.conf",
    "/home/*/.ssh/*",
  ],
  needs: ["/etc/passwd", "/etc/group"],
  why: "What a shared administrator does is done by nobody: records name the account, not the person.",
  remediation: "give each person an account of their own; declare accounts for emergencies and automation",
  falseResults: ["One person with several devices whose keys carry different names"],
  references: ["SP 800-53 IA-2(5)"],

  run(subject) {
    const { declared } = subject;
    const meant = new Set([...(declared.breakGlass ?? []), ...(declared.automation ?? [])]);
    const grants = subject.once(readSudoGrants);
    const accounts = privilegedAccounts(subject).filter(({ name }) => !meant.has(name));
    const faults: Point[] = [];
    const doubts: Point[] = [];
    for (const account of accounts) {
      if (GENERIC.test(account.name))
        faults.push({
          says: `${account.name} has full power and is nobody's name`,
          evidence: [at(subject, account.span, account.name)],
        });
      const path = `${account.home}/.ssh/authorized_keys`;
      const people = peopleIn(subject, path);
      if (typeof people === "string")
        doubts.push({ says: `${path}: ${people}`, evidence: [ofPath(subject, path)] });
      else if (people.length > 1)
        faults.push({
          says: `${account.name} is opened by keys of ${people.join(", ")}`,
          evidence: [ofPath(subject, path, people.join(", "))],
        });
    }
    const command = subject.once(readSshdConfig).settings.get("authorizedkeyscommand");
    if (command && command.value.toLowerCase() !== "none")
      doubts.push({
        says: "keys come from a command, and are not known",
        evidence: [at(subject, command.span, command.value)],
      });
    return conclude({
      faults,
      doubts: [
        ...doubts,
        ...doubtsOf(subject, grants.problems),
        ...accountDoubts(subject, ["/etc/passwd", "/etc/group"]),
      ],
      looked: accounts.map(({ span, name }) => at(subject, span, name)),
      holds: `all ${accounts.length} accounts with full power are personal by name and keys`,
      nothing: "no account but root has full power",
    });
  },

  examples: () => ({
    pass: [{ files: ACCOUNTS }],
    fail: [
      {
        files: {
          ...ACCOUNTS,
          "/etc/passwd": `${PASSWD}deploy:x:1002:1002::/home/deploy:/bin/sh\n`,
          "/etc/group": GROUP.replace("sudo:x:27:anna", "sudo:x:27:deploy"),
        },
      },
      {
        files: {
          ...ACCOUNTS,
          "/home/anna/.ssh/authorized_keys": "ssh-ed25519 AAAA anna@a.test\nssh-ed25519 AAAB bob@b.test\n",
        },
      },
    ],
    notApplicable: [{ files: { ...ACCOUNTS, "/etc/group": GROUP.replace("sudo:x:27:anna", "sudo:x:27:") } }],
    notAssessable: [
      { files: unreadable(ACCOUNTS, "/etc/group") },
      { files: { ...ACCOUNTS, "/home/anna/.ssh/authorized_keys": { content: "x", error: "EACCES" } } },
    ],
  }),
};

/** Accounts that may do everything as root: by sudo's ALL, or by a group that amounts to root. */
export function privilegedAccounts(subject: Subject): readonly Account[] {
  const names = new Set([
    ...powerfulGroups(subject, false).flatMap(({ group, members }) =>
      group.name === "shadow" ? [] : members,
    ),
    ...subject
      .once(readSudoGrants)
      .grants.flatMap(({ command, asRoot, accounts }) => (command === "ALL" && asRoot ? accounts : [])),
  ]);
  return subject.accounts.all.filter(({ name, uid }) => names.has(name) && uid !== 0);
}

/** The names before the `@` of the keys' comments; or why they cannot be read. */
function peopleIn({ host }: Subject, path: string): readonly string[] | string {
  const content = host.readFile(path, 1024 * 1024);
  if (content.kind === "unreadable") return content.reason;
  if (content.kind === "absent") return [];
  const lines = new TextDecoder().decode(content.value.bytes).split("\n");
  const keys = lines.filter((line) => /(?:^|\s)(?:ssh-\S+|ecdsa-\S+|sk-\S+)\s+\S+/.test(line));
  const strange = lines.some((line) => line.trim() !== "" && !line.startsWith("#") && !keys.includes(line));
  if (strange) return `${wholeFile(path).path} holds lines that are no keys`;
  const people = keys.flatMap((line) => /\s(\S+)@\S+\s*$/.exec(line)?.[1] ?? []);
  return [...new Set(people)];
}
