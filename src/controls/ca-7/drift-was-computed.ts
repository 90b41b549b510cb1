import type { Check } from "../check.ts";
import { isContainer } from "../container.ts";
import { driftBetween, ofResult } from "../history.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { GRAVE, resultText, savedResults } from "./example-history.ts";
import { assessmentDays, DAY_USEC, dayOf, historyDoubts, historyFaults, noHistory } from "./saved-history.ts";

const CHANGED = savedResults({ "2025-12-22": "pass", "2025-12-29": "fail" });
const { "2025-12-22.json": _lost, ...WITHOUT_BASELINE } = CHANGED;

export const driftWasComputed: Check = {
  id: "ca7-03-drift-was-computed",
  title: "There is an earlier result, it is as it was made, and drift from it is computed",
  control: "CA-7",
  severity: "medium",
  objectives: ["ca-7_obj.d", "ca-7_obj.e"],
  reads: [],
  needs: [],
  why: "Monitoring change needs a state to compare with, one that did not change along.",
  remediation:
    "save each result (assess --history DIR -o json=DIR/NAME.json), keep DIR where this host cannot write, and look into what got worse",
  falseResults: [
    "Drift is told in outcomes of checks: a change that breaks no check is not seen here (SI7-02 compares files)",
    "What got worse is told and not judged: each failure is judged by its own check",
  ],
  references: ["SP 800-53 CA-7(4)"],

  run(subject) {
    const { history, declared, nowUsec, host } = subject;
    if (history === null)
      return isContainer(host) ? notApplicable("a container is assessed on its host") : noHistory();
    const { results } = history;
    const last = results.at(-1);
    const before = results.at(-2);
    const days = 2 * assessmentDays(declared);
    const none: Point = { says: "the history has no result of this host to compare with", evidence: [] };
    const old: readonly Point[] =
      last !== undefined && last.usec < nowUsec - days * DAY_USEC
        ? [
            {
              says: `the newest result to compare with, of ${dayOf(last.usec)}, is more than ${days} days old`,
              evidence: [ofResult(last)],
            },
          ]
        : [];
    return conclude({
      faults: [...historyFaults(history), ...old],
      doubts: [...historyDoubts(history), ...(last === undefined ? [none] : [])],
      looked: [last, before].flatMap((result) => (result === undefined ? [] : [ofResult(result)])),
      holds: says(),
      nothing: "",
    });

    function says(): string {
      if (last === undefined) return "";
      if (before === undefined) return `the result of ${dayOf(last.usec)} is there to compare with`;
      const { worse, better, other } = driftBetween(before.checks, last.checks);
      const counts = [
        ...(worse.length > 0 ? [`${worse.length} checks got worse (${worse.slice(0, 5).join(", ")})`] : []),
        ...(better.length > 0 ? [`${better.length} got better`] : []),
        ...(other.length > 0 ? [`${other.length} changed otherwise`] : []),
      ];
      const found = counts.length === 0 ? "no check changed" : counts.join(", ");
      return `from ${dayOf(before.usec)} to ${dayOf(last.usec)} ${found}`;
    }
  },

  examples: () => ({
    pass: [
      { files: {}, history: CHANGED },
      { files: {}, history: savedResults({ "2025-12-29": "pass" }) },
    ],
    fail: [
      { files: {}, history: WITHOUT_BASELINE },
      { files: {}, history: savedResults({ "2025-11-01": "pass" }) },
      {
        files: {},
        history: Object.fromEntries(
          Object.entries(CHANGED).map(([name, text]) => [
            name,
            text.replace(
              `"id":"${GRAVE}","severity":"critical","outcome":"pass"`,
              `"id":"${GRAVE}","severity":"critical","outcome":"fail"`,
            ),
          ]),
        ),
      },
    ],
    notApplicable: [{ files: { "/.dockerenv": "" } }],
    notAssessable: [
      { files: {} },
      { files: {}, history: {} },
      { files: {}, history: { ...CHANGED, "broken.json": "{" } },
      { files: {}, history: { "2025-12-29.json": resultText("2025-12-29", "pass", null) } },
    ],
  }),
};
