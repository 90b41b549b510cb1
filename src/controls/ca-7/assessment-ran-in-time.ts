import type { Check } from "../check.ts";
import { isContainer } from "../container.ts";
import { at, ofPath } from "../evidence.ts";
import { ofResult } from "../history.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { AIDE_SCHEDULED, CHECK_TIMER } from "../si-7/example-integrity.ts";
import { allTimers } from "../unit-subjects.ts";
import { readAssessors } from "./assessors.ts";
import { savedResults } from "./example-history.ts";
import { assessmentDays, DAY_USEC, dayOf, historyDoubts } from "./saved-history.ts";

const STAMP = "/var/lib/systemd/timers/stamp-dailyaidecheck.timer";
/** 2025-12-30 and 2023-11-14, in nanoseconds. */
const RECENT = 1_767_052_800_000_000_000n;
const LONG_AGO = 1_700_000_000_000_000_000n;

export const assessmentRanInTime: Check = {
  id: "ca7-01-assessment-ran-in-time",
  title: "An assessment runs by itself and ran in time",
  control: "CA-7",
  severity: "medium",
  objectives: ["ca-7_obj.c"],
  reads: [
    "/etc/systemd/system/**",
    "/usr/lib/systemd/system/**",
    "/etc/crontab",
    "/etc/cron.d/*",
    "/etc/cron.daily/*",
    "/var/lib/systemd/timers/*",
  ],
  needs: [],
  why: "Controls drift between audits; an assessor on a timer sees that, as long as its own timer runs.",
  remediation:
    "enable the assessor's timer with Persistent=yes and try it, or assess from elsewhere and keep the results: --history DIR",
  falseResults: [
    "Stamps exist only for timers with Persistent= and OnCalendar=, and root can set their time",
    "Assessments from another host leave nothing here: give their results with --history",
    "Only results that cover all ten controls count",
  ],
  references: ["man:systemd.timer(5)", "SP 800-53 CA-7"],

  run(subject) {
    if (isContainer(subject.host) && subject.history === null)
      return notApplicable("a container is assessed on its host");
    const { timers, jobs, idle } = subject.once(readAssessors);
    const days = assessmentDays(subject.declared);
    const limit = subject.nowUsec - days * DAY_USEC;
    const saved = subject.history?.results.findLast(({ isWhole }) => isWhole);
    const fresh = saved !== undefined && saved.usec >= limit ? saved : null;
    const judged = timers.map(({ unit, record }) => ({
      unit,
      last: record.last,
      path: record.loaded.path ?? unit,
    }));
    const recent = judged.filter(({ last }) => last !== null && last.usec >= limit);
    const late = judged.filter(({ last }) => last !== null && last.usec < limit);
    const { doubts: unread } = allTimers(subject);
    const holds = [
      ...(fresh === null ? [] : [`the result of ${dayOf(fresh.usec)}`]),
      ...recent.map(({ unit }) => unit),
    ].join(", ");
    return conclude({
      ...(holds === "" ? judgeAbsence() : { faults: [], doubts: [] }),
      looked: [
        ...(fresh === null ? [] : [ofResult(fresh)]),
        ...recent.map(({ path, last }) => ofPath(subject, path, last?.evidence ?? null)),
      ],
      holds: `${holds}: at most ${days} days ago`,
      nothing: "",
    });

    /** Nothing shows a run in time: that none can have been, or that it cannot be told. */
    function judgeAbsence(): { readonly faults: readonly Point[]; readonly doubts: readonly Point[] } {
      const stamps = late.map(({ path, last }) =>
        ofPath(subject, last?.evidence.replace(/^stamp file /, "") ?? path),
      );
      const evidence = [
        ...(saved === undefined ? [] : [ofResult(saved)]),
        ...judged.map(({ path }) => ofPath(subject, path)),
        ...idle.map(({ path }) => ofPath(subject, path)),
        ...stamps,
      ];
      const problems = subject.history === null ? [] : historyDoubts(subject.history);
      const unknown = judged.length > late.length || jobs.length > 0;
      const said = [
        ...(saved === undefined ? [] : [`the newest result of all controls is of ${dayOf(saved.usec)}`]),
        ...late.map(({ unit, last }) => `${unit} last ran on ${dayOf(last?.usec ?? 0)}`),
        ...(subject.history !== null && saved === undefined
          ? ["the history has no result of this host that covers all ten controls"]
          : []),
        ...(judged.length === 0 && jobs.length === 0 ? ["no timer or job here runs an assessor"] : []),
      ];
      const fault: Point = {
        says: said.join("; "),
        evidence: evidence.length > 0 ? evidence : [ofPath(subject, "/etc/systemd/system")],
      };
      // Somebody may assess from elsewhere; only a history says that nobody did.
      const ask: Point = {
        says: `${[...said, ...(unknown ? ["when the assessor last ran cannot be told"] : [])].join("; ")}; give earlier results with --history DIR`,
        evidence: [...evidence, ...jobs.map(({ job }) => at(subject, job.span))],
      };
      const isJudged =
        problems.length === 0 &&
        unread.length === 0 &&
        (saved !== undefined || (late.length > 0 && !unknown) || (subject.history !== null && !unknown));
      return isJudged
        ? { faults: [fault], doubts: [] }
        : { faults: [], doubts: [ask, ...problems, ...unread] };
    }
  },

  examples: () => ({
    pass: [
      { files: { ...AIDE_SCHEDULED, [STAMP]: { content: "", mtimeNs: RECENT } } },
      { files: {}, history: savedResults({ "2025-10-01": "pass", "2025-12-29": "pass" }) },
      { files: { "/.dockerenv": "" }, history: savedResults({ "2025-12-29": "pass" }) },
    ],
    fail: [
      { files: { "/etc/systemd/system": { dir: true } }, history: {} },
      { files: { ...AIDE_SCHEDULED, [STAMP]: { content: "", mtimeNs: LONG_AGO } } },
      { files: AIDE_SCHEDULED, history: savedResults({ "2025-12-01": "pass" }) },
    ],
    notApplicable: [{ files: { "/.dockerenv": "" } }],
    notAssessable: [
      { files: {} },
      { files: AIDE_SCHEDULED },
      { files: { ...AIDE_SCHEDULED, [CHECK_TIMER]: { content: "[Timer]\n", error: "EACCES" } } },
      { files: {}, history: { "2025-12-29.json": "no result" } },
    ],
  }),
};
