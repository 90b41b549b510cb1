import type { Check, CheckEvidence } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude } from "../outcome.ts";
import { readText } from "../sources/read-text.ts";
import { doubtsOf, lineSpan, type SourceProblem } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";

/** Informative: `/etc` stays open, so this never covers local timers. */
export const unitTreeIsWriteProtected: Check = {
  id: "cm5-10-unit-tree-is-write-protected",
  title: "The vendor's unit tree is mounted read-only",
  control: "CM-5",
  severity: "info",
  objectives: ["cm-5_obj-6"],
  reads: ["/proc/self/mounts", "/proc/mounts", "/etc/fstab", "/run/ostree-booted", "/ostree"],
  needs: [],
  why: "With /usr read-only the vendor's own units and generators cannot be edited in place.",
  remediation: "nothing needs to be done; a read-only /usr is optional hardening",
  falseResults: ["A read-only /usr leaves /etc and homes open: this is no protection from local timers"],
  references: ["man:fstab(5)", "man:file-hierarchy(7)"],

  run(subject) {
    const problems: SourceProblem[] = [];
    const looked = [...mounts(subject, problems), ...ostree(subject)];
    return conclude({
      faults: [],
      doubts: doubtsOf(subject, problems),
      looked,
      holds: "/usr is read-only, which protects the vendor's units and not /etc",
      nothing: "/usr is an ordinary, writable tree",
    });
  },

  examples: () => ({
    pass: [
      { files: { "/etc/fstab": "/dev/sda1 /usr ext4 ro,nodev 0 2\n" } },
      { files: { "/run/ostree-booted": "" } },
    ],
    fail: [],
    notApplicable: [{ files: { "/etc/fstab": "/dev/sda1 / ext4 defaults 0 1\n" } }],
    notAssessable: [{ files: { "/etc/fstab": { content: "", error: "EACCES" } } }],
  }),
};

/** A live host's mounts; of evidence at rest the table it boots with. */
function mounts(subject: Subject, problems: SourceProblem[]): readonly CheckEvidence[] {
  const { host } = subject;
  const live = host.live ? readText(host, "/proc/self/mounts", problems) : null;
  const path = live === null ? "/etc/fstab" : "/proc/self/mounts";
  const text = live ?? readText(host, path, problems) ?? "";
  return text.split("\n").flatMap((raw, index): readonly CheckEvidence[] => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return [];
    const [, place, , options = ""] = line.split(/\s+/);
    if (options === "" && live === null)
      problems.push({ span: lineSpan(path, index + 1), reason: "no mount" });
    const isReadOnly = place === "/usr" && options.split(",").includes("ro");
    return isReadOnly ? [at(subject, lineSpan(path, index + 1), options)] : [];
  });
}

function ostree(subject: Subject): readonly CheckEvidence[] {
  const booted = "/run/ostree-booted";
  return subject.host.lstat(booted).kind === "present" ? [ofPath(subject, booted)] : [];
}
