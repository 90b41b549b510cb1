import type { Check } from "../check.ts";
import { isContainer } from "../container.ts";
import { ofPath } from "../evidence.ts";
import { conclude, notApplicable, notAssessable, type Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";

const GUID = "8be4df61-93ca-11d2-aa0d-00e098032b8c";
const VARIABLE = `/sys/firmware/efi/efivars/SecureBoot-${GUID}`;
const SETUP = `/sys/firmware/efi/efivars/SetupMode-${GUID}`;
const LOCKDOWN = "/sys/kernel/security/lockdown";
const ON = { content: Uint8Array.of(6, 0, 0, 0, 1) };
const OFF = { content: Uint8Array.of(6, 0, 0, 0, 0) };
const REQUIRED = new Map([["secure-boot", "required"]]);

export const bootIsSecured: Check = {
  id: "si7-08-boot-is-secured",
  title: "The firmware verifies what it boots",
  control: "SI-7",
  severity: "low",
  objectives: ["si-7_obj.a-2"],
  reads: [VARIABLE, SETUP, LOCKDOWN, "/sys/firmware/*"],
  needs: [],
  why: "A timer lives in user space; a kernel or initrd that was swapped lives below everything that could see it.",
  remediation: "enable secure boot in the firmware, and set lockdown=integrity",
  falseResults: ["Virtual machines with emulated firmware", "Keys of one's own are fine"],
  references: ["man:bootctl(1)", "man:kernel_lockdown(7)"],

  run(subject) {
    if (isContainer(subject.host)) return notApplicable("a container boots nothing");
    if (subject.host.stat("/sys/firmware").kind !== "present")
      return notAssessable("the firmware's state is not in this evidence");
    if (subject.host.stat("/sys/firmware/efi").kind === "absent")
      return notApplicable("the host was not booted by EFI");
    const isRequired = subject.declared.settings.get("secure-boot") === "required";
    const state = variable(subject, VARIABLE);
    const setup = variable(subject, SETUP);
    const evidence = [ofPath(subject, VARIABLE, String(state)), ofPath(subject, LOCKDOWN)];
    const isOff = state === 0 || setup === 1;
    const off: Point = {
      says: setup === 1 ? "the firmware is in setup mode" : "secure boot is off",
      evidence,
    };
    const open: Point = {
      says: `${off.says}, and whether it is required is not declared (setting secure-boot)`,
      evidence,
    };
    const unread: Point = { says: "the firmware's variable cannot be read", evidence };
    return conclude({
      faults: isOff && isRequired ? [off] : [],
      doubts: [...(state === null ? [unread] : []), ...(isOff && !isRequired ? [open] : [])],
      looked: evidence,
      holds: "secure boot is on",
      nothing: "",
    });
  },

  examples: () => ({
    pass: [{ files: { [VARIABLE]: ON } }],
    fail: [{ files: { [VARIABLE]: OFF }, declared: { settings: REQUIRED } }],
    notApplicable: [{ files: { "/sys/firmware/acpi": { dir: true } } }, { files: { "/.dockerenv": "" } }],
    notAssessable: [
      { files: {} },
      { files: { [VARIABLE]: OFF } },
      { files: { [VARIABLE]: { content: "", error: "EACCES" } } },
    ],
  }),
};

/** An efivarfs file is four bytes of attributes and the value; `null` for what is not such a file. */
function variable(subject: Subject, path: string): 0 | 1 | null {
  const content = subject.host.readFile(path, 64);
  if (content.kind !== "present" || content.value.bytes.length !== 5) return null;
  const value = content.value.bytes[4];
  return value === 0 || value === 1 ? value : null;
}
