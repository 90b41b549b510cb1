import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { readPamStack } from "../sources/pam.ts";
import { doubtsOf } from "../sources/source-problem.ts";

/** The ways in for people; without a login uid there, nothing they do can be traced. */
const DOORS = ["sshd", "login"];
const OTHERS = ["gdm", "gdm-password", "lightdm", "sddm", "cron", "crond", "atd", "remote", "systemd-user"];
const LINE = "session required pam_loginuid.so\n";
const REST = "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_unix.so\n";

/** pam_loginuid ties what a session does to who logged in. */
export const loginUidIsSet: Check = {
  id: "ia2-04-login-uid-is-set",
  title: "Every way to log in sets the login uid",
  control: "IA-2",
  severity: "high",
  objectives: ["ia-2_obj-2"],
  reads: ["/etc/pam.d/*", "/usr/lib/pam.d/*"],
  needs: [],
  why: "The login uid stays with a process through sudo and su. Without it the audit record of a new unit names root, and nobody.",
  remediation: 'add "session required pam_loginuid.so" to the PAM file of the service',
  falseResults: ["In containers the module is often optional, because the kernel refuses it there"],
  references: ["man:pam_loginuid(8)"],

  run(subject) {
    const stacks = [...DOORS, ...OTHERS]
      .map((service) => readPamStack(subject.host, service))
      .filter(({ path }) => path !== null);
    const faults = stacks.flatMap(({ service, path, lines, problems }): readonly Point[] => {
      const line = lines.find(({ type, module }) => type === "session" && module === "pam_loginuid.so");
      if (line && /^(required|requisite)$/i.test(line.control)) return [];
      if (line === undefined && problems.length > 0) return [];
      const says =
        line === undefined ? "does not set the login uid" : `sets the login uid only as ${line.control}`;
      return [
        {
          says: `${service} ${says}`,
          evidence: [line ? at(subject, line.span, line.control) : ofPath(subject, path ?? service)],
        },
      ];
    });
    const doors = faults.some(({ says }) => DOORS.some((door) => says.startsWith(`${door} `)));
    return conclude({
      faults,
      doubts: doubtsOf(
        subject,
        stacks.flatMap(({ problems }) => problems),
      ),
      looked: stacks.map(({ path, service }) => ofPath(subject, path ?? service)),
      holds: `${stacks.map(({ service }) => service).join(", ")}: all set the login uid`,
      nothing: "no service that logs people in has a PAM file here",
      ...(doors ? {} : { severity: "medium" as const }),
    });
  },

  examples: () => ({
    pass: [
      { files: { ...ACCOUNTS, "/etc/pam.d/sshd": `${REST}${LINE}` } },
      {
        files: {
          ...ACCOUNTS,
          "/etc/pam.d/login": `@include common\n`,
          "/etc/pam.d/common": `${REST}${LINE}`,
        },
      },
    ],
    fail: [
      { files: { ...ACCOUNTS, "/etc/pam.d/sshd": REST } },
      { files: { ...ACCOUNTS, "/etc/pam.d/login": `${REST}session optional pam_loginuid.so\n` } },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: { ...ACCOUNTS, "/etc/pam.d/sshd": { content: "x", error: "EACCES" } } },
      { files: { ...ACCOUNTS, "/etc/pam.d/sshd": `${REST}@include gone\n` } },
    ],
  }),
};
