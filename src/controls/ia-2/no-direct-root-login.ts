import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { doubtsOf } from "../sources/source-problem.ts";
import { readSshdConfig, SSHD_CONFIG } from "../sources/sshd-config.ts";

const KEYS = ["/root/.ssh/authorized_keys", "/root/.ssh/authorized_keys2"];

const KEY = /^\s*(?:[^#\s].*\s)?(?:ssh-|ecdsa-|sk-)/;

/** Whoever logs in as root is nobody in particular. */
export const noDirectRootLogin: Check = {
  id: "ia2-05-no-direct-root-login",
  title: "Nobody logs in as root over SSH",
  control: "IA-2",
  severity: "medium",
  objectives: ["ia-2_obj-1", "ia-2_obj-2"],
  reads: [SSHD_CONFIG, "/etc/ssh/sshd_config.d/*", "/root/.ssh/*", "/root"],
  needs: [],
  why: "A unit written in a session of root carries no name: several people may hold the password or a key.",
  remediation: "set PermitRootLogin no, remove root's authorized keys, and let people become root with sudo",
  falseResults: [
    "A Match block limited to a management address still counts",
    "Keys with a forced command, as cloud images put them for root to point to another account, are not counted",
    "The console is not judged",
  ],
  references: ["man:sshd_config(5)"],

  run(subject) {
    const { present, configured, settings, matches, problems } = subject.once(readSshdConfig);
    if (!present) return notApplicable("there is no SSH server");
    const stated = settings.get("permitrootlogin");
    const value = stated?.value.toLowerCase() ?? "prohibit-password";
    const faults: Point[] = [];
    const doubts = [...doubtsOf(subject, problems)];
    if (!configured)
      doubts.push({ says: `there is no ${SSHD_CONFIG}`, evidence: [ofPath(subject, SSHD_CONFIG)] });
    if (value === "yes" && stated)
      faults.push({ says: "PermitRootLogin is yes", evidence: [at(subject, stated.span, "yes")] });
    for (const match of matches) {
      const own = match.settings.get("permitrootlogin");
      if (own?.value.toLowerCase() === "yes")
        faults.push({
          says: `PermitRootLogin is yes for ${match.criteria}`,
          evidence: [at(subject, own.span, match.criteria)],
        });
    }
    if (value === "prohibit-password" || value === "without-password" || value === "yes")
      for (const path of KEYS) {
        const content = subject.host.readFile(path);
        if (content.kind === "unreadable")
          doubts.push({ says: `${path}: ${content.reason}`, evidence: [ofPath(subject, path)] });
        if (content.kind !== "present") continue;
        const lines = new TextDecoder().decode(content.value.bytes).split("\n");
        const keys = lines.flatMap((text, at) => (KEY.test(text) ? [{ at, text }] : []));
        const strange = lines.some((text) => text.trim() !== "" && !/^\s*#/.test(text) && !KEY.test(text));
        if (strange)
          doubts.push({ says: `${path} holds lines that are no keys`, evidence: [ofPath(subject, path)] });
        const open = keys.find(({ text }) => !/\bcommand=/.test(text));
        if (open !== undefined && subject.declared.settings.get("root-keys") !== "allowed")
          faults.push({
            says: `keys of root are accepted (PermitRootLogin ${value})`,
            evidence: [at(subject, { path, line: open.at + 1, column: 1, length: 0 }, "a key")],
          });
      }
    return conclude({
      faults,
      doubts,
      looked: [
        stated
          ? at(subject, stated.span, value)
          : ofPath(subject, SSHD_CONFIG, `PermitRootLogin ${value} by default`),
      ],
      holds: `PermitRootLogin is ${value}${value === "no" ? "" : ", and root has no keys"}`,
      nothing: "there is no SSH server",
    });
  },

  examples: () => ({
    pass: [
      { files: { ...ACCOUNTS, [SSHD_CONFIG]: "PermitRootLogin no\n" } },
      {
        files: {
          ...ACCOUNTS,
          [SSHD_CONFIG]: "Include /etc/ssh/sshd_config.d/*.conf\n",
          "/etc/ssh/sshd_config.d/a.conf": "PermitRootLogin no\n",
        },
      },
    ],
    fail: [
      { files: { ...ACCOUNTS, [SSHD_CONFIG]: "PermitRootLogin yes\nPermitRootLogin no\n" } },
      {
        files: {
          ...ACCOUNTS,
          [SSHD_CONFIG]: "PermitRootLogin no\nMatch Address 192.0.2.0/24\n  PermitRootLogin yes\n",
        },
      },
      {
        files: {
          ...ACCOUNTS,
          [SSHD_CONFIG]: "UsePAM yes\n",
          "/root/.ssh/authorized_keys": "ssh-ed25519 AAAA anna@example.test\n",
        },
      },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: { ...ACCOUNTS, [SSHD_CONFIG]: { content: "x", error: "EACCES" } } },
      { files: { ...ACCOUNTS, "/usr/sbin/sshd": "" } },
    ],
  }),
};
