import { decodeUtf8 } from "../../syntax/utf8.ts";
import type { Check, CheckEvidence } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { fail, notApplicable, notAssessable, pass } from "../outcome.ts";
import type { Subject } from "../subject.ts";

const SELINUX = "/etc/selinux/config";
const ENFORCE = "/sys/fs/selinux/enforce";
const APPARMOR = "/sys/module/apparmor/parameters/enabled";

/** Only asked when it is declared: most systems do without. */
export const mandatoryAccessControlIsOn: Check = {
  id: "ac3-08-mandatory-access-control-is-on",
  title: "Mandatory access control is enforced where it is required",
  control: "AC-3",
  severity: "low",
  objectives: ["ac-3_obj"],
  reads: [SELINUX, ENFORCE, APPARMOR],
  needs: [],
  why: "SELinux can keep even root's processes from writing unit files. Without enforcement only file permissions stand in the way.",
  remediation: "set SELINUX=enforcing and relabel the unit directories with restorecon, or enable AppArmor",
  falseResults: [
    "AppArmor does not confine what unconfined root writes: with it a pass proves little",
    "File labels are not read",
  ],
  references: ["man:selinux(8)", "man:apparmor(7)"],

  run(subject) {
    if (subject.declared.mandatoryAccessControl !== true)
      return notApplicable("mandatory access control is not declared as required");
    const running = firstLine(subject, ENFORCE);
    const configured =
      /^[ \t]*SELINUX[ \t]*=[ \t]*(\w+)/m.exec(text(subject, SELINUX) ?? "")?.[1]?.toLowerCase() ?? null;
    const apparmor = firstLine(subject, APPARMOR);
    const evidence: CheckEvidence[] = [
      ofPath(subject, ENFORCE, running),
      ofPath(subject, SELINUX, configured),
      ofPath(subject, APPARMOR, apparmor),
    ].filter(({ value }) => value !== null);
    if (running === "1" || (running === null && configured === "enforcing"))
      return pass("SELinux is enforcing", evidence);
    if (running === "0" || configured === "permissive" || configured === "disabled")
      return fail("SELinux is there and not enforcing", evidence);
    if (apparmor === "Y") return pass("AppArmor is enabled; it does not confine root", evidence);
    if (apparmor === "N") return fail("AppArmor is there and not enabled", evidence);
    return notAssessable("neither SELinux nor AppArmor shows whether it is on", [ofPath(subject, SELINUX)]);
  },

  examples: () => ({
    pass: [
      {
        files: { ...ACCOUNTS, [SELINUX]: "SELINUX=enforcing\n" },
        declared: { mandatoryAccessControl: true },
      },
      { files: { ...ACCOUNTS, [APPARMOR]: "Y\n" }, declared: { mandatoryAccessControl: true } },
    ],
    fail: [
      {
        files: { ...ACCOUNTS, [SELINUX]: "SELINUX=permissive\n" },
        declared: { mandatoryAccessControl: true },
      },
    ],
    notApplicable: [{ files: { ...ACCOUNTS, [SELINUX]: "SELINUX=disabled\n" } }],
    notAssessable: [{ files: ACCOUNTS, declared: { mandatoryAccessControl: true } }],
  }),
};

function firstLine(subject: Subject, path: string): string | null {
  return text(subject, path)?.split("\n")[0]?.trim() ?? null;
}

function text({ host }: Subject, path: string): string | null {
  const content = host.readFile(path, 64 * 1024);
  return content.kind === "present" ? decodeUtf8(content.value.bytes) : null;
}
