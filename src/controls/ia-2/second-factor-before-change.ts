import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { readPamStack } from "../sources/pam.ts";
import { doubtsOf } from "../sources/source-problem.ts";
import { readSshdConfig, SSHD_CONFIG } from "../sources/sshd-config.ts";

const DOORS = ["sshd", "sudo", "su", "polkit-1"];
const MODULES = /^pam_(?:u2f|oath|google_authenticator|duo|yubico|pkcs11|radius|privacyidea|fido2|otpw)\.so$/;
const PLAIN = "auth required pam_unix.so\n";

/** Only asked when it is declared. */
export const secondFactorBeforeChange: Check = {
  id: "ia2-07-second-factor-before-change",
  title: "Where a second factor is required, every way to privilege asks for one",
  control: "IA-2",
  severity: "medium",
  objectives: ["ia-2_obj-1"],
  reads: ["/etc/pam.d/*", "/usr/lib/pam.d/*", SSHD_CONFIG, "/etc/ssh/sshd_config.d/*"],
  needs: [],
  why: "A stolen password or key alone should not be enough to plant what runs as root.",
  remediation:
    "require a second factor in PAM for sshd, sudo and su, or AuthenticationMethods publickey,keyboard-interactive",
  falseResults: [
    "A second factor asked for on a bastion or by an identity provider cannot be seen on the host",
  ],
  references: ["SP 800-53 IA-2(1)"],

  run(subject) {
    if (subject.declared.multiFactor !== true)
      return notApplicable("a second factor is not declared as required");
    const sshd = subject.once(readSshdConfig);
    const stacks = DOORS.map((service) => readPamStack(subject.host, service)).filter(
      ({ path }) => path !== null,
    );
    const methods = sshd.settings.get("authenticationmethods");
    const faults = stacks.flatMap(({ service, path, lines }): readonly Point[] => {
      const line = lines.find(
        ({ type, module, control }) =>
          type === "auth" && MODULES.test(module) && !/^optional$/i.test(control),
      );
      const both = service === "sshd" && methods?.value.split(/\s+/).every((list) => list.includes(","));
      if (line || both) return [];
      return [
        {
          says: `${service} asks for one factor`,
          evidence: [ofPath(subject, path ?? service), ...(methods ? [at(subject, methods.span)] : [])],
        },
      ];
    });
    const problems = [...stacks.flatMap((stack) => stack.problems), ...sshd.problems];
    return conclude({
      faults: problems.length > 0 ? [] : faults,
      doubts: doubtsOf(subject, problems),
      looked: stacks.map(({ path, service }) => ofPath(subject, path ?? service)),
      holds: `${stacks.map(({ service }) => service).join(", ")}: all ask for a second factor`,
      nothing: "none of sshd, sudo, su, polkit has a PAM file here",
    });
  },

  examples: () => ({
    pass: [
      {
        files: { ...ACCOUNTS, "/etc/pam.d/sudo": `${PLAIN}auth required pam_u2f.so\n` },
        declared: { multiFactor: true },
      },
      {
        files: {
          ...ACCOUNTS,
          "/etc/pam.d/sshd": PLAIN,
          [SSHD_CONFIG]: "AuthenticationMethods publickey,keyboard-interactive\n",
        },
        declared: { multiFactor: true },
      },
    ],
    fail: [{ files: { ...ACCOUNTS, "/etc/pam.d/sudo": PLAIN }, declared: { multiFactor: true } }],
    notApplicable: [
      { files: { ...ACCOUNTS, "/etc/pam.d/sudo": PLAIN } },
      { files: ACCOUNTS, declared: { multiFactor: true } },
    ],
    notAssessable: [
      {
        files: { ...ACCOUNTS, "/etc/pam.d/sudo": { content: "x", error: "EACCES" } },
        declared: { multiFactor: true },
      },
      { files: { ...ACCOUNTS, "/etc/pam.d/sudo": "not a line\n" }, declared: { multiFactor: true } },
    ],
  }),
};
