import type { Check, CheckEvidence } from "../check.ts";
import { at } from "../evidence.ts";
import { conclude } from "../outcome.ts";
import { readText } from "../sources/read-text.ts";
import { doubtsOf, lineSpan, type SourceProblem } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";

const COMMAND_LINES = ["/proc/cmdline", "/etc/kernel/cmdline"];
const VERITY = "/etc/veritytab";

/** Informative: `/etc` and homes stay writable, so a pass never covers local timers. */
export const usrIsVerified: Check = {
  id: "si7-06-usr-is-verified",
  title: "The kernel verifies /usr as it is read",
  control: "SI-7",
  severity: "info",
  objectives: ["si-7_obj.a-1"],
  reads: [...COMMAND_LINES, VERITY],
  needs: [],
  why: "With dm-verity a vendor's unit cannot be altered on disk without the kernel refusing to read it.",
  remediation: "nothing needs to be done; a verified /usr is optional hardening",
  falseResults: ["/etc and homes stay writable: this is no protection from local timers"],
  references: ["man:veritytab(5)", "man:systemd-veritysetup-generator(8)"],

  run(subject) {
    const problems: SourceProblem[] = [];
    const looked = [
      ...COMMAND_LINES.flatMap((path) =>
        linesWith(subject, path, /(?:^|\s)(?:usrhash|roothash)=[0-9a-f]{32,}/, problems),
      ),
      ...linesWith(subject, VERITY, /^\s*(usr|root)\s+\S+\s+\S+\s+[0-9a-f]{32,}/, problems),
    ];
    return conclude({
      faults: [],
      doubts: doubtsOf(subject, problems),
      looked,
      holds: "/usr is verified, which covers the vendor's units and not /etc",
      nothing: "/usr is not verified by the kernel",
    });
  },

  examples: () => ({
    pass: [
      { files: { "/proc/cmdline": `ro usrhash=${"ab".repeat(32)} quiet\n` } },
      { files: { [VERITY]: `usr /dev/a /dev/b ${"ab".repeat(32)}\n` } },
    ],
    fail: [],
    notApplicable: [{ files: { "/proc/cmdline": "ro quiet\n" } }],
    notAssessable: [{ files: { "/proc/cmdline": { content: "", error: "EACCES" } } }],
  }),
};

function linesWith(
  subject: Subject,
  path: string,
  pattern: RegExp,
  problems: SourceProblem[],
): readonly CheckEvidence[] {
  const text = readText(subject.host, path, problems) ?? "";
  return text
    .split("\n")
    .flatMap((line, index) => (pattern.test(line) ? [at(subject, lineSpan(path, index + 1))] : []));
}
