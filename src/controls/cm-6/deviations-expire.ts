import type { Check } from "../check.ts";
import { endOfDay } from "../cm-5/approval.ts";
import { approvalFor } from "../cm-5/example-packages.ts";
import { ofPath } from "../evidence.ts";
import { conclude, notAssessable, type Point } from "../outcome.ts";

export const deviationsExpire: Check = {
  id: "cm6-04-deviations-expire",
  title: "Every approved deviation names its approver and the day it ends",
  control: "CM-6",
  severity: "low",
  objectives: ["cm-6_obj.c-1"],
  reads: [],
  needs: [],
  why: "An exception without an end is the rule.",
  remediation: "give each approval in the attestations an until day, a ticket and an approver",
  falseResults: ["Approvals that are kept in another system with their end there"],
  references: ["SP 800-53 CM-6"],

  run(subject) {
    const { approved } = subject.declared;
    if (approved === null) return notAssessable("no approvals were declared");
    const faults = approved.flatMap(({ what, until, approvedBy }): readonly Point[] => {
      const lacks = [
        ...(until === null || endOfDay(until) === 0 ? ["a day on which it ends"] : []),
        ...(approvedBy === null ? ["an approver"] : []),
        ...(until !== null && endOfDay(until) > 0 && endOfDay(until) < subject.nowUsec
          ? ["validity: it has run out"]
          : []),
      ];
      const evidence = [ofPath(subject, what.startsWith("/") ? what : "/", `approval of ${what}`)];
      return lacks.length === 0
        ? []
        : [{ says: `the approval of ${what} lacks ${lacks.join(" and ")}`, evidence }];
    });
    return conclude({
      faults,
      doubts: [],
      looked: approved.map(({ what, until }) =>
        ofPath(subject, what.startsWith("/") ? what : "/", `approval of ${what} until ${until}`),
      ),
      holds: `all ${approved.length} approved deviations end`,
      nothing: "no deviation is approved",
    });
  },

  examples: () => ({
    pass: [{ files: {}, declared: { approved: [approvalFor("job.timer", null, "2026-06-30")] } }],
    fail: [
      { files: {}, declared: { approved: [approvalFor("job.timer")] } },
      { files: {}, declared: { approved: [approvalFor("job.timer", null, "2025-06-30")] } },
    ],
    notApplicable: [{ files: {}, declared: { approved: [] } }],
    notAssessable: [{ files: {} }],
  }),
};
