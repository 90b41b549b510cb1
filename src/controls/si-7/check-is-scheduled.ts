import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { doubtOfUnit } from "../unit-subjects.ts";
import { AIDE_CONFIG, AIDE_HOST, AIDE_SCHEDULED, CHECK_SERVICE, CHECK_TIMER } from "./example-integrity.ts";
import { hasTool, INTEGRITY_READS, readIntegrityTools, toolEvidence } from "./integrity-tools.ts";
import { readScheduledChecks } from "./scheduled-checks.ts";

const DAY_USEC = 86_400_000_000;
const STAMP = "/var/lib/systemd/timers/stamp-dailyaidecheck.timer";

export const checkIsScheduled: Check = {
  id: "si7-09-check-is-scheduled",
  title: "The integrity check runs by itself, and nobody tampered with what runs it",
  control: "SI-7",
  severity: "medium",
  objectives: ["si-7_obj.a-1", "si-7_obj.a-3"],
  reads: [
    ...INTEGRITY_READS,
    "/etc/systemd/system/**",
    "/usr/lib/systemd/system/**",
    "/etc/cron.daily/*",
    "/etc/cron.d/*",
    "/etc/crontab",
    "/var/lib/systemd/timers/*",
  ],
  needs: [],
  why: "A tool that is installed and never run finds nothing, and the first thing to switch off quietly is its timer.",
  remediation: "enable the timer, and revert its overrides: systemctl revert dailyaidecheck.timer",
  falseResults: ["A check that is started from another host leaves no timer here"],
  references: ["man:aide(1)", "SP 800-53 SI-7(1)"],

  run(subject) {
    const tools = subject.once(readIntegrityTools);
    if (tools.aide === null && tools.wazuh === null && !hasTool(tools))
      return notApplicable("there is no integrity tool");
    const { timers, jobs, masked, services } = subject.once(readScheduledChecks);
    const started = timers.filter(({ record }) => record.started.atBoot);
    const units = [...timers.map(({ record }) => record.loaded), ...services];
    const doubts = units.flatMap((unit) => doubtOfUnit(subject, unit) ?? []);
    const off = [...masked, ...services.filter(({ state }) => state === "masked")];
    const faults: Point[] = off.map((unit) => ({
      says: `${unit.name} is masked`,
      evidence: [ofPath(subject, unit.path ?? unit.name)],
    }));
    for (const unit of units)
      for (const { path } of unit.dropIns.filter((dropIn) => /^\/(etc|run)\//.test(dropIn.path)))
        faults.push({ says: `${path} overrides ${unit.name}`, evidence: [ofPath(subject, path)] });
    // An agent that watches all the time needs no schedule.
    const isResident = tools.wazuh !== null;
    if (started.length === 0 && jobs.length === 0 && off.length === 0 && !isResident && doubts.length === 0)
      faults.push({
        says: "nothing runs the integrity check",
        evidence: [
          ...toolEvidence(subject, tools),
          ...units.map((unit) => ofPath(subject, unit.path ?? unit.name)),
        ],
      });
    const { assessmentDays } = subject.declared;
    for (const { unit, record } of started)
      if (
        assessmentDays !== null &&
        record.last !== null &&
        record.last.usec < subject.nowUsec - assessmentDays * DAY_USEC
      )
        faults.push({
          says: `${unit} last ran more than ${assessmentDays} days ago`,
          evidence: [ofPath(subject, record.last.evidence.replace(/^stamp file /, ""))],
        });
    return conclude({
      faults,
      doubts: [...doubts, ...tools.doubts],
      looked: [
        ...started.map(({ record, unit }) => ofPath(subject, record.loaded.path ?? unit)),
        ...jobs.map(({ job }) => at(subject, job.span)),
        ...(isResident ? toolEvidence(subject, tools) : []),
      ],
      holds: `the integrity check is run by ${[...started.map(({ unit }) => unit), ...jobs.map(({ unit }) => unit), ...(isResident ? ["the agent"] : [])].join(", ")}`,
      nothing: "nothing runs the integrity check",
    });
  },

  examples: () => ({
    pass: [
      { files: AIDE_SCHEDULED },
      { files: { ...AIDE_HOST, "/etc/crontab": "5 3 * * * root /usr/bin/aide --check\n" } },
    ],
    fail: [
      { files: AIDE_HOST },
      {
        files: {
          ...AIDE_SCHEDULED,
          "/etc/systemd/system/dailyaidecheck.timer": { link: "/dev/null" },
          "/dev/null": { kind: "character-device" },
        },
      },
      {
        files: {
          ...AIDE_SCHEDULED,
          "/etc/systemd/system/dailyaidecheck.service.d/x.conf":
            "[Service]\nExecStart=\nExecStart=/bin/true\n",
        },
      },
      {
        files: { ...AIDE_SCHEDULED, [STAMP]: { content: "", mtimeNs: 1_700_000_000_000_000_000n } },
        declared: { assessmentDays: 7 },
      },
    ],
    notApplicable: [{ files: {} }],
    notAssessable: [
      { files: { ...AIDE_SCHEDULED, [CHECK_TIMER]: { content: "[Timer]\n", error: "EACCES" } } },
      { files: { ...AIDE_SCHEDULED, [CHECK_SERVICE]: { content: "[Service]\n", error: "EACCES" } } },
      { files: { ...AIDE_SCHEDULED, [AIDE_CONFIG]: { content: "", error: "EACCES" } } },
    ],
  }),
};
