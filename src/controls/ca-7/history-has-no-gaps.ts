import type { Check } from "../check.ts";
import { isContainer } from "../container.ts";
import { ofResult } from "../history.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { resultText, savedResults } from "./example-history.ts";
import { assessmentDays, DAY_USEC, dayOf, historyDoubts, historyFaults, noHistory } from "./saved-history.ts";

const WEEKLY = savedResults({ "2025-12-15": "pass", "2025-12-22": "pass", "2025-12-29": "pass" });
const { "2025-12-22.json": _lost, ...HOLED } = WEEKLY;

export const historyHasNoGaps: Check = {
  id: "ca7-02-history-has-no-gaps",
  title: "Assessments followed each other without a gap",
  control: "CA-7",
  severity: "medium",
  objectives: ["ca-7_obj.c", "ca-7_obj.d"],
  reads: [],
  needs: [],
  why: "What happened while nobody assessed is what the next assessment cannot explain.",
  remediation:
    "mend the schedule, bring back the results that are missing, and explain the gap in an attestation",
  falseResults: [
    "Hosts that are off at times",
    "Results taken away for good at the old end of the history look like results that were lost",
    "The newest result is vouched for by none after it: keep the folder where this host cannot write",
  ],
  references: ["SP 800-53 CA-7"],

  run(subject) {
    const { history, declared, nowUsec, host } = subject;
    if (history === null)
      return isContainer(host) ? notApplicable("a container is assessed on its host") : noHistory();
    const whole = history.results.filter(({ isWhole }) => isWhole);
    const days = assessmentDays(declared);
    const gaps = whole.flatMap((result, index): readonly Point[] => {
      const next = whole[index + 1];
      if ((next?.usec ?? nowUsec) - result.usec <= 2 * days * DAY_USEC) return [];
      return [
        {
          says: `after ${dayOf(result.usec)} there was no assessment of all controls for more than ${2 * days} days`,
          evidence: [ofResult(result), ...(next === undefined ? [] : [ofResult(next)])],
        },
      ];
    });
    const few: Point = {
      says:
        whole.length === 0
          ? "the history has no result of this host that covers all ten controls"
          : "the history has one result, and nothing to follow it",
      evidence: whole.map((result) => ofResult(result)),
    };
    return conclude({
      faults: [...historyFaults(history), ...gaps],
      doubts: [...historyDoubts(history), ...(whole.length < 2 ? [few] : [])],
      looked: whole.map((result) => ofResult(result)),
      holds: `${whole.length} assessments since ${dayOf(whole[0]?.usec ?? 0)} follow each other at most ${2 * days} days apart`,
      nothing: "",
    });
  },

  examples: () => ({
    pass: [{ files: {}, history: WEEKLY }],
    fail: [
      {
        files: {},
        history: savedResults({ "2025-10-01": "pass", "2025-12-22": "pass", "2025-12-29": "pass" }),
      },
      { files: {}, history: savedResults({ "2025-10-01": "pass", "2025-10-08": "pass" }) },
      { files: {}, history: HOLED },
    ],
    notApplicable: [{ files: { "/.dockerenv": "" } }],
    notAssessable: [
      { files: {} },
      { files: {}, history: {} },
      { files: {}, history: savedResults({ "2025-12-29": "pass" }) },
      { files: {}, history: { ...WEEKLY, "notes.json": "{}" } },
      { files: {}, history: { ...WEEKLY, "2025-12-30.json": resultText("2025-12-30", "pass", null) } },
    ],
  }),
};
