import type { Check } from "../check.ts";
import { endOfDay } from "../cm-5/approval.ts";
import { ofPath } from "../evidence.ts";
import { fail, notApplicable, notAssessable, pass } from "../outcome.ts";

const SETTING = "assessment-history";
const DAY_USEC = 86_400_000_000;
const DEFAULT_DAYS = 7;

function declaring(history: string): {
  readonly settings: ReadonlyMap<string, string>;
  readonly assessmentDays: number;
} {
  return { settings: new Map([[SETTING, history]]), assessmentDays: 7 };
}

/** The history is the operator's: on the target it could be rewritten with everything else. */
export const historyHasNoGaps: Check = {
  id: "ca7-02-history-has-no-gaps",
  title: "Assessments followed each other without a gap",
  control: "CA-7",
  severity: "medium",
  objectives: ["ca-7_obj.c", "ca-7_obj.d"],
  reads: [],
  needs: [],
  why: "What happened while nobody assessed is what the next assessment cannot explain.",
  remediation: "mend the schedule, and explain the gap in an attestation",
  falseResults: ["Hosts that are off at times", "Histories restored from a backup"],
  references: ["SP 800-53 CA-7"],

  run(subject) {
    const text = subject.declared.settings.get(SETTING);
    if (text === undefined)
      return notAssessable(`no history was declared (setting ${SETTING}: days parted by blanks)`);
    if (text.trim() === "elsewhere") return notApplicable("the history is declared to be judged elsewhere");
    const names = text.trim().split(/\s+/);
    const days = names.map(endOfDay);
    const evidence = [
      ofPath(subject, "/", `${names.length} assessments from ${names[0]} to ${names.at(-1)}`),
    ];
    const wrong = names.find((_name, index) => days[index] === 0);
    if (wrong !== undefined)
      return notAssessable(`"${wrong.slice(0, 40)}" in ${SETTING} is no day`, evidence);
    if (names.length < 2) return notAssessable("there is only one assessment so far", evidence);
    const frequency = subject.declared.assessmentDays ?? DEFAULT_DAYS;
    const steps = [...days, subject.nowUsec];
    for (const [index, day] of steps.entries()) {
      const before = steps[index - 1];
      if (before === undefined) continue;
      if (day < before && index < days.length)
        return fail(`the history runs backwards at ${names[index]}`, evidence);
      if (day - before > 2 * frequency * DAY_USEC)
        return fail(
          `more than ${2 * frequency} days without an assessment after ${names[index - 1]}`,
          evidence,
        );
    }
    return pass(
      `${names.length} assessments follow each other at most ${2 * frequency} days apart`,
      evidence,
    );
  },

  examples: {
    pass: [{ files: {}, declared: declaring("2025-12-15 2025-12-22 2025-12-29") }],
    fail: [
      { files: {}, declared: declaring("2025-10-01 2025-12-22 2025-12-29") },
      { files: {}, declared: declaring("2025-10-01 2025-10-08") },
      { files: {}, declared: declaring("2025-12-29 2025-12-22") },
    ],
    notApplicable: [{ files: {}, declared: declaring("elsewhere") }],
    notAssessable: [
      { files: {} },
      { files: {}, declared: declaring("2025-12-29") },
      { files: {}, declared: declaring("often 2025-12-29") },
    ],
  },
};
