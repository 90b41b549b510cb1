import type { Check, CheckEvidence } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude, type Point } from "../outcome.ts";
import { looksLikeCommandLine } from "../si-4/kernel-command-line.ts";
import { readText } from "../sources/read-text.ts";
import { doubtsOf, lineSpan, type SourceProblem } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";

const POLICIES = ["/sys/kernel/security/ima/policy", "/etc/ima/ima-policy"];
const COMMAND_LINE = "/proc/cmdline";
const KNOWN = /^\s*($|#|(dont_)?(measure|appraise|hash)\b|audit\b)/;
const REQUIRED = new Map([["ima-appraisal", "required"]]);
const POLICY = "measure func=BPRM_CHECK\nappraise func=BPRM_CHECK appraise_type=imasig\n";

export const contentIsAppraised: Check = {
  id: "si7-07-content-is-appraised",
  title: "The kernel refuses programs whose signature does not hold, where that is required",
  control: "SI-7",
  severity: "info",
  objectives: ["si-7_obj.a-1", "si-7_obj.a-3"],
  reads: [...POLICIES, COMMAND_LINE],
  needs: [],
  why: "Appraisal makes an altered program fail to start; a policy that only measures takes note and lets it run.",
  remediation: "sign the files, then enforce appraisal in stages: log, fix, enforce",
  falseResults: [
    "A policy that only measures looks active and blocks nothing",
    "Extended attributes are not seen, so whether files are signed is not known",
  ],
  references: ["https://ima-doc.readthedocs.io/"],

  run(subject) {
    const problems: SourceProblem[] = [];
    const isRequired = subject.declared.settings.get("ima-appraisal") === "required";
    const rules = POLICIES.flatMap((path) => appraisals(subject, path, problems));
    const off = softened(subject, problems);
    const missing: Point = {
      says: "appraisal is required and no policy appraises",
      evidence: POLICIES.map((path) => ofPath(subject, path)),
    };
    const isMissing = isRequired && problems.length === 0 && rules.length === 0;
    return conclude({
      faults: [...(isMissing ? [missing] : []), ...(isRequired ? off : [])],
      doubts: [...doubtsOf(subject, problems), ...(isRequired || rules.length === 0 ? [] : off)],
      looked: rules,
      holds: `${rules.length} rules appraise files`,
      nothing: "no policy of IMA appraises, and none is required",
    });
  },

  examples: () => ({
    pass: [{ files: { "/etc/ima/ima-policy": POLICY } }],
    fail: [
      { files: { "/etc/ima/ima-policy": "measure func=BPRM_CHECK\n" }, declared: { settings: REQUIRED } },
      {
        files: { "/etc/ima/ima-policy": POLICY, "/proc/cmdline": "ro ima_appraise=log\n" },
        declared: { settings: REQUIRED },
      },
    ],
    notApplicable: [{ files: {} }],
    notAssessable: [
      { files: { "/etc/ima/ima-policy": { content: POLICY, error: "EACCES" } } },
      { files: { "/etc/ima/ima-policy": `${POLICY}perhaps func=BPRM_CHECK\n` } },
    ],
  }),
};

function appraisals(subject: Subject, path: string, problems: SourceProblem[]): readonly CheckEvidence[] {
  const text = readText(subject.host, path, problems) ?? "";
  return text.split("\n").flatMap((line, index) => {
    const span = lineSpan(path, index + 1);
    if (!KNOWN.test(line)) problems.push({ span, reason: "no rule of IMA" });
    return /^\s*appraise\b/.test(line) ? [at(subject, span)] : [];
  });
}

/** `ima_appraise=` other than `enforce` lets everything run. */
function softened(subject: Subject, problems: SourceProblem[]): readonly Point[] {
  const text = readText(subject.host, COMMAND_LINE, problems) ?? "";
  if (text !== "" && !looksLikeCommandLine(text))
    problems.push({ span: lineSpan(COMMAND_LINE, 1), reason: "no kernel command line" });
  const mode = /(?:^|\s)ima_appraise=(off|log|fix)\b/.exec(text)?.[1];
  const span = lineSpan(COMMAND_LINE, 1);
  return mode === undefined
    ? []
    : [{ says: `the kernel was started with ima_appraise=${mode}`, evidence: [at(subject, span)] }];
}
