import type { Check, CheckEvidence } from "../check.ts";
import { isContainer } from "../container.ts";
import { type AssessmentHistory, ofResult, type SavedResult } from "../history.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { savedResults } from "./example-history.ts";
import { assessmentDays, DAY_USEC, dayOf, historyDoubts, historyFaults, noHistory } from "./saved-history.ts";

const DEFAULT_DAYS = 30;
const ID = "ca7-07-no-old-open-failures";
const LONG_OPEN = savedResults({
  "2025-11-28": "fail",
  "2025-12-05": "fail",
  "2025-12-12": "fail",
  "2025-12-19": "fail",
  "2025-12-26": "fail",
});
const { "2025-11-28.json": _first, ...BEHEADED } = LONG_OPEN;
const { "2025-12-22.json": _middle, ...HOLED } = savedResults({
  "2025-12-15": "pass",
  "2025-12-22": "pass",
  "2025-12-29": "fail",
});

export const noOldOpenFailures: Check = {
  id: ID,
  title: "No grave failure has stayed open longer than agreed",
  control: "CA-7",
  severity: "low",
  objectives: ["ca-7_obj.e"],
  reads: [],
  needs: [],
  why: "A failure that stays open month after month was found by everybody and owned by nobody.",
  remediation: "mend it, or record the risk as accepted with an end date (a waiver)",
  falseResults: [
    "Judged as of the newest saved result: what was mended since still counts",
    "A failure that came and went between two results counts as open only since it came again",
    "Risks accepted in another system: bring them in as waivers",
    "The setting failure-days decides how long is agreed; 30 when it is not declared",
  ],
  references: ["SP 800-53 CA-7"],

  run(subject) {
    const { history, declared, nowUsec, host } = subject;
    if (history === null)
      return isContainer(host) ? notApplicable("a container is assessed on its host") : noHistory();
    const days = Number(declared.settings.get("failure-days") ?? DEFAULT_DAYS);
    const last = history.results.at(-1);
    const fresh = 2 * assessmentDays(declared);
    const none: Point = { says: "the history has no result of this host", evidence: [] };
    const old: readonly Point[] =
      last !== undefined && last.usec < nowUsec - fresh * DAY_USEC
        ? [
            {
              says: `the newest result, of ${dayOf(last.usec)}, is too old to tell what is open now`,
              evidence: [ofResult(last)],
            },
          ]
        : [];
    const open = last === undefined ? [] : openFailures(history, last);
    return conclude({
      faults: open
        .filter(({ since }) => since.usec < nowUsec - days * DAY_USEC)
        .map(({ check, since, evidence }) => ({
          says: `${check} has failed since ${dayOf(since.usec)}`,
          evidence,
        })),
      doubts: [
        ...historyDoubts(history),
        ...historyFaults(history),
        ...(last === undefined ? [none] : []),
        ...old,
      ],
      looked: last === undefined ? [] : [ofResult(last, `${open.length} grave failures are open`)],
      holds:
        open.length === 0
          ? `no failure of high severity is open in the result of ${dayOf(last?.usec ?? 0)}`
          : `none of ${open.length} open failures is older than ${days} days`,
      nothing: "",
    });
  },

  examples: () => ({
    pass: [
      { files: {}, history: savedResults({ "2025-12-22": "pass", "2025-12-29": "fail" }) },
      { files: {}, history: savedResults({ "2025-12-22": "fail", "2025-12-29": "pass" }) },
      { files: {}, history: savedResults({ "2025-10-01": "waived", "2025-12-29": "waived" }) },
    ],
    fail: [
      { files: {}, history: LONG_OPEN },
      {
        files: {},
        history: savedResults({ "2025-12-22": "fail", "2025-12-29": "fail" }),
        declared: { settings: new Map([["failure-days", "7"]]) },
      },
    ],
    notApplicable: [{ files: { "/.dockerenv": "" } }],
    notAssessable: [
      { files: {} },
      { files: {}, history: {} },
      { files: {}, history: BEHEADED },
      { files: {}, history: HOLED },
      { files: {}, history: savedResults({ "2025-12-01": "pass" }) },
      {
        files: {},
        history: {
          ...savedResults({ "2025-12-22": "pass", "2025-12-29": "pass" }),
          "2025-12-29.json": "lost",
        },
      },
    ],
  }),
};

interface OpenFailure {
  readonly check: string;
  /** The first of the results in which it failed without a break up to the newest. */
  readonly since: SavedResult;
  readonly evidence: readonly CheckEvidence[];
}

/** Grave failures of the newest result that nobody accepted. This check's own would never end, and is left out. */
function openFailures({ results }: AssessmentHistory, last: SavedResult): readonly OpenFailure[] {
  return [...last.checks].flatMap(([check, { outcome, severity, waived }]): readonly OpenFailure[] => {
    if (check === ID || outcome !== "fail" || waived || (severity !== "critical" && severity !== "high"))
      return [];
    let since = last;
    for (let at = results.length - 1; at >= 0; at--) {
      const result = results[at];
      const known = result?.checks.get(check);
      if (result === undefined || known === undefined) continue;
      if (known.outcome === "pass" || known.outcome === "not-applicable") break;
      if (known.outcome === "fail") since = result;
    }
    return [
      { check, since, evidence: [ofResult(since, `${check} fails`), ofResult(last, `${check} fails`)] },
    ];
  });
}
