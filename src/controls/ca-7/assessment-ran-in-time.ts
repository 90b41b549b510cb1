import type { Check } from "../check.ts";
import { endOfDay } from "../cm-5/approval.ts";
import { isContainer } from "../container.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { AIDE_SCHEDULED, CHECK_TIMER } from "../si-7/example-integrity.ts";
import { allTimers } from "../unit-subjects.ts";
import { readAssessors } from "./assessors.ts";

const DAY_USEC = 86_400_000_000;
const DEFAULT_DAYS = 7;
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
  remediation: "enable the assessor's timer with Persistent=yes and try it; or declare last-assessment",
  falseResults: [
    "Stamps exist only for timers with Persistent= and OnCalendar=, and root can set their time",
    "Assessments from another host leave nothing here: declare last-assessment",
  ],
  references: ["man:systemd.timer(5)", "SP 800-53 CA-7"],

  run(subject) {
    if (isContainer(subject.host)) return notApplicable("a container is assessed on its host");
    const { timers, jobs, idle } = subject.once(readAssessors);
    const days = subject.declared.assessmentDays ?? DEFAULT_DAYS;
    const limit = subject.nowUsec - days * DAY_USEC;
    const declared = subject.declared.settings.get("last-assessment");
    const judged = timers.map(({ unit, record }) => ({
      unit,
      last: record.last,
      path: record.loaded.path ?? unit,
    }));
    const recent = judged.filter(({ last }) => last !== null && last.usec >= limit);
    const late = judged.filter(({ last }) => last !== null && last.usec < limit);
    const isFresh = declared !== undefined && endOfDay(declared) >= limit;
    const faults: Point[] = [];
    const { doubts: unread } = allTimers(subject);
    const open: Point[] = [];
    if (recent.length === 0 && !isFresh) {
      const stamps = late.map(({ path, last }) =>
        ofPath(subject, last?.evidence.replace(/^stamp file /, "") ?? path),
      );
      const evidence = [
        ...judged.map(({ path }) => ofPath(subject, path)),
        ...idle.map(({ path }) => ofPath(subject, path)),
        ...stamps,
      ];
      if (judged.length > 0 && late.length === judged.length)
        faults.push({
          says: `${late.map(({ unit }) => unit).join(", ")} last ran more than ${days} days ago`,
          evidence,
        });
      else if (judged.length === 0 && jobs.length === 0)
        faults.push({
          says: "no timer or job runs an assessor",
          evidence: evidence.length > 0 ? evidence : [ofPath(subject, "/etc/systemd/system")],
        });
      else
        open.push({
          says: "when the assessor last ran cannot be told",
          evidence: [...evidence, ...jobs.map(({ job }) => at(subject, job.span))],
        });
    }
    return conclude({
      faults: unread.length > 0 ? [] : faults,
      doubts: [...open, ...(recent.length > 0 || isFresh ? [] : unread)],
      looked: [
        ...recent.map(({ path, last }) => ofPath(subject, path, last?.evidence ?? null)),
        ...(isFresh ? [ofPath(subject, "/", `declared: ${declared}`)] : []),
      ],
      holds: `${recent.map(({ unit }) => unit).join(", ") || "the declared assessment"} ran within ${days} days`,
      nothing: "there is nothing to assess",
    });
  },

  examples: {
    pass: [
      { files: { ...AIDE_SCHEDULED, [STAMP]: { content: "", mtimeNs: RECENT } } },
      { files: AIDE_SCHEDULED, declared: { settings: new Map([["last-assessment", "2025-12-29"]]) } },
    ],
    fail: [
      { files: { "/etc/systemd/system": { dir: true } } },
      { files: { ...AIDE_SCHEDULED, [STAMP]: { content: "", mtimeNs: LONG_AGO } } },
    ],
    notApplicable: [{ files: { "/.dockerenv": "" } }],
    notAssessable: [
      { files: AIDE_SCHEDULED },
      { files: { ...AIDE_SCHEDULED, [CHECK_TIMER]: { content: "[Timer]\n", error: "EACCES" } } },
    ],
  },
};
