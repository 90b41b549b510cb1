import type { Check } from "../check.ts";
import { endOfDay } from "../cm-5/approval.ts";
import { ofPath } from "../evidence.ts";
import { fail, notApplicable, notAssessable, pass } from "../outcome.ts";

const FOLDER = "/etc/systemd/system";
const HOST = { [FOLDER]: { dir: true as const } };
const DAY_USEC = 86_400_000_000;
const DEFAULT_DAYS = 90;

/** The only real test: a harmless timer is made by hand, and the sensors are asked. The check itself writes nothing. */
export const canaryWasRecorded: Check = {
  id: "si4-11-canary-was-recorded",
  title: "A harmless timer made as a test was recorded",
  control: "SI-4",
  severity: "high",
  objectives: ["si-4_obj.a.1", "si-4_obj.b", "si-4_obj.c.2"],
  reads: [FOLDER],
  needs: [],
  why: "Rules on disk say what should be seen; only a timer that was made and found again says that it is.",
  remediation:
    "mend the sensor that stayed silent, make the test again, and declare canary-result and canary-date",
  falseResults: [
    "Sensors that deliver in batches may be late",
    "The word is the operator's: it is taken as declared",
  ],
  references: ["SP 800-53A SI-4 (test)"],

  run(subject) {
    const { settings, assessmentDays } = subject.declared;
    const result = settings.get("canary-result") ?? null;
    const date = settings.get("canary-date") ?? "";
    if (result === "not-wanted") return notApplicable("a canary test is declared not to be wanted here");
    if (subject.host.lstat(FOLDER).kind !== "present")
      return notAssessable(`${FOLDER} is not in this evidence`);
    if (result === null)
      return notAssessable("no canary test was declared (settings canary-result and canary-date)");
    const until = endOfDay(date) + (assessmentDays ?? DEFAULT_DAYS) * DAY_USEC;
    const evidence = [ofPath(subject, FOLDER, `canary of ${date}: ${result}`)];
    if (result === "missed") return fail(`the canary of ${date} was recorded by nothing`, evidence);
    if (result !== "recorded")
      return notAssessable(`canary-result "${result}" is neither recorded nor missed`, evidence);
    if (until < subject.nowUsec) return notAssessable(`the canary of ${date} is too long ago`, evidence);
    return pass(`the canary of ${date} was recorded`, evidence);
  },

  examples: {
    pass: [
      {
        files: HOST,
        declared: {
          settings: new Map([
            ["canary-result", "recorded"],
            ["canary-date", "2025-12-01"],
          ]),
        },
      },
    ],
    fail: [
      {
        files: HOST,
        declared: {
          settings: new Map([
            ["canary-result", "missed"],
            ["canary-date", "2025-12-01"],
          ]),
        },
      },
    ],
    notApplicable: [{ files: HOST, declared: { settings: new Map([["canary-result", "not-wanted"]]) } }],
    notAssessable: [
      { files: HOST },
      {
        files: {},
        declared: {
          settings: new Map([
            ["canary-result", "recorded"],
            ["canary-date", "2025-12-01"],
          ]),
        },
      },
      {
        files: HOST,
        declared: {
          settings: new Map([
            ["canary-result", "recorded"],
            ["canary-date", "2024-12-01"],
          ]),
        },
      },
    ],
  },
};
