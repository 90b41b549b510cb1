import { values } from "../../units/unit.ts";
import type { Check, CheckEvidence } from "../check.ts";
import { isContainer } from "../container.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { AIDE_SCHEDULED, CHECK_SERVICE } from "../si-7/example-integrity.ts";
import { AUDITD_CONFIG, readAuditdConfig } from "../sources/auditd-config.ts";
import { readText } from "../sources/read-text.ts";
import { doubtsOf, lineSpan, type SourceProblem } from "../sources/source-problem.ts";
import { allTimers } from "../unit-subjects.ts";
import { readAssessors } from "./assessors.ts";

const DEFAULTS = "/etc/default/aide";

export const statusGoesSomewhere: Check = {
  id: "ca7-06-status-goes-somewhere",
  title: "The state of the host is reported to somebody",
  control: "CA-7",
  severity: "low",
  objectives: ["ca-7_obj.g-1"],
  reads: [AUDITD_CONFIG, DEFAULTS, "/etc/systemd/system/**", "/usr/lib/systemd/system/**"],
  needs: [],
  why: "Monitoring that reports to no one is done for nobody.",
  remediation:
    "set one recipient and test it: action_mail_acct in auditd.conf, MAILTO in /etc/default/aide, or OnFailure= of the assessor's service",
  falseResults: [
    "Hosts that are polled from a centre leave no trace of it: the setting status: polled makes this not assessable",
    "Mail to a local root that nobody reads",
  ],
  references: ["SP 800-53 CA-7"],

  run(subject) {
    if (isContainer(subject.host)) return notApplicable("the state of a container is reported by its host");
    const isPolled = subject.declared.settings.get("status") === "polled";
    const problems: SourceProblem[] = [];
    const auditd = subject.once(readAuditdConfig);
    problems.push(...auditd.problems);
    const mail = auditd.settings.get("action_mail_acct");
    const sinks: CheckEvidence[] =
      mail === undefined || mail.value === "" ? [] : [at(subject, mail.span, mail.value)];
    for (const [index, line] of (readText(subject.host, DEFAULTS, problems) ?? "").split("\n").entries()) {
      const address = /^\s*MAILTO=["']?([^"'\s]+)/.exec(line)?.[1];
      if (address !== undefined) sinks.push(at(subject, lineSpan(DEFAULTS, index + 1), address));
      else if (!/^\s*($|#|(export\s+)?\w+=)/.test(line))
        problems.push({ span: lineSpan(DEFAULTS, index + 1), reason: "no assignment" });
    }
    const { timers } = subject.once(readAssessors);
    for (const { record } of timers)
      for (const unit of [record.loaded, record.target])
        if (unit !== null)
          sinks.push(
            ...values(unit.unit, "Unit", "OnFailure").map(({ span, value }) => at(subject, span, value)),
          );
    const mute: Point = {
      says: "nothing reports the state of this host",
      evidence: [
        ofPath(subject, AUDITD_CONFIG),
        ofPath(subject, DEFAULTS),
        ...timers.flatMap(({ record }) => record.target?.path ?? []).map((path) => ofPath(subject, path)),
      ],
    };
    const elsewhere: Point = {
      says: "the host is declared to be polled, which leaves nothing here to see",
      evidence: mute.evidence,
    };
    const doubts = [
      ...doubtsOf(subject, problems),
      ...allTimers(subject).doubts,
      ...(isPolled && sinks.length === 0 ? [elsewhere] : []),
    ];
    return conclude({
      faults: sinks.length === 0 && doubts.length === 0 ? [mute] : [],
      doubts: sinks.length > 0 && problems.length === 0 ? [] : doubts,
      looked: sinks,
      holds: `the state of the host is reported (${sinks.length} ways)`,
      nothing: "nothing reports the state of this host",
    });
  },

  examples: () => ({
    pass: [
      { files: { [AUDITD_CONFIG]: "action_mail_acct = root\n" } },
      {
        files: {
          ...AIDE_SCHEDULED,
          [CHECK_SERVICE]: "[Unit]\nOnFailure=tell.service\n[Service]\nExecStart=/usr/bin/aide --check\n",
        },
      },
    ],
    fail: [{ files: AIDE_SCHEDULED }, { files: {} }],
    notApplicable: [{ files: { "/.dockerenv": "" } }],
    notAssessable: [
      { files: {}, declared: { settings: new Map([["status", "polled"]]) } },
      { files: { [AUDITD_CONFIG]: { content: "", error: "EACCES" } } },
      { files: { [DEFAULTS]: { content: "", error: "EACCES" } } },
    ],
  }),
};
