import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { localTimers } from "../unit-subjects.ts";
import { approvalOf, approvalSays } from "./approval.ts";
import { approvalFor, digestOfText } from "./example-packages.ts";

const HOST = { ...ACCOUNTS, ...localTimer("ExecStart=/usr/local/bin/job\n") };
const TIMER_TEXT = "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n";

/** A timer nobody approved is the change this control is about. */
export const localTimersAreApproved: Check = {
  id: "cm5-02-local-timers-are-approved",
  title: "Every local timer is an approved change",
  control: "CM-5",
  severity: "high",
  objectives: ["cm-5_obj-6"],
  reads: ["/etc/systemd/**", "/run/systemd/**", "/usr/local/**", "/home/*/.config/systemd/**"],
  needs: [],
  why: "A timer outside the packages is somebody's own change: it should have a name, a reason and an approver.",
  remediation: "name the timer under approved in the attestations, with its SHA-256 and ticket, or remove it",
  falseResults: [
    "The first assessment of a fleet, before approvals are written",
    "Timers that a generator makes anew at each boot",
  ],
  references: ["SP 800-53 CM-5"],

  run(subject) {
    const { timers, doubts } = localTimers(subject);
    const judged = timers.map((timer) => {
      const { path } = timer.record.loaded;
      return { timer, path, state: approvalOf(subject, [timer.unit, timer.id], path) };
    });
    const point = ({ timer, path, state }: (typeof judged)[number]): Point => ({
      says: `${timer.id} ${approvalSays(state)}`,
      evidence: [ofPath(subject, path ?? timer.unit, state)],
    });
    return conclude({
      faults: judged.filter(({ state }) => state !== "approved" && state !== "open").map(point),
      doubts: [...judged.filter(({ state }) => state === "open").map(point), ...doubts],
      looked: judged.map(({ path, timer }) => ofPath(subject, path ?? timer.unit, "approved")),
      holds: `all ${timers.length} local timers are approved`,
      nothing: "there is no local timer",
    });
  },

  examples: () => ({
    pass: [
      { files: HOST, declared: { approved: [approvalFor("job.timer")] } },
      {
        files: HOST,
        declared: {
          approved: [approvalFor("/etc/systemd/system/job.timer", digestOfText(TIMER_TEXT), "2026-06-30")],
        },
      },
    ],
    fail: [
      { files: HOST, declared: { approved: [] } },
      { files: HOST, declared: { approved: [approvalFor("job.timer", digestOfText("other"))] } },
      { files: HOST, declared: { approved: [approvalFor("job.timer", null, "2025-12-30")] } },
    ],
    notApplicable: [{ files: ACCOUNTS, declared: { approved: [] } }],
    notAssessable: [
      { files: HOST },
      {
        files: unreadable(HOST, "/etc/systemd/system/job.timer"),
        declared: { approved: [approvalFor("job.timer")] },
      },
    ],
  }),
};
