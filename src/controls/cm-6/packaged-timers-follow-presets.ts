import type { TimerRecord } from "../../inventory/timer-record.ts";
import { presetRuleOf, readPresets } from "../../manager/preset.ts";
import type { Check, CheckEvidence } from "../check.ts";
import { approvalOf } from "../cm-5/approval.ts";
import { approvalFor, PACKAGED_JOB, VENDOR_TIMER } from "../cm-5/example-packages.ts";
import { PRESET_READS, presetProblems } from "../cm-5/preset-problems.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { doubtsOf } from "../sources/source-problem.ts";
import { allTimers, isLocal } from "../unit-subjects.ts";

const LINK = "/etc/systemd/system/timers.target.wants/job.timer";
const ENABLED = { ...ACCOUNTS, ...PACKAGED_JOB, [LINK]: { link: VENDOR_TIMER } };
const PRESET = "/usr/lib/systemd/system-preset/90-x.preset";

export const packagedTimersFollowPresets: Check = {
  id: "cm6-03-packaged-timers-follow-presets",
  title: "Packaged timers are on or off as presets and approvals say",
  control: "CM-6",
  severity: "low",
  objectives: ["cm-6_obj.b", "cm-6_obj.c-1", "cm-6_obj.d-1"],
  reads: [...PRESET_READS, "/etc/systemd/system/**", "/usr/lib/systemd/system/**"],
  needs: [],
  why: "A packaged timer that was switched on or off by hand is a setting that drifted, and nobody looks at vendors' timers.",
  remediation: "systemctl preset UNIT, or approve the deviation",
  falseResults: [
    "Timers a package switches off on installation by its own script",
    "Without presets everything is on by default",
  ],
  references: ["man:systemd.preset(5)"],

  run(subject) {
    const { system } = subject;
    const presets = system === null ? [] : readPresets(system);
    const masked = subject.inventory.timers.filter(
      ({ load, scope, loaded }) => load === "masked" && scope === "system" && loaded.overrides.length > 0,
    );
    const { timers, doubts } = allTimers(subject);
    const packaged = timers
      .filter(({ scope, record }) => scope === "system" && !isLocal(subject, record.loaded))
      .map(({ record }) => record);
    const judged = [...packaged, ...masked].filter(({ unit }) => !unit.includes("@."));
    const faults = judged.flatMap((record): readonly Point[] => {
      const rule = presetRuleOf(presets, record.unit);
      const wanted = rule?.action ?? "enabled";
      const says = deviation(record, wanted);
      if (says === null || approvalOf(subject, [record.unit], record.loaded.path) === "approved") return [];
      return [
        {
          says,
          evidence: [...evidenceOf(record), ...(rule === null ? [] : [at(subject, rule.span, wanted)])],
        },
      ];
    });
    function evidenceOf(record: TimerRecord): readonly CheckEvidence[] {
      const links = record.started.chain.flatMap(({ unit }) =>
        record.manager.dependencyLinks(unit).filter((link) => link.unit === record.unit),
      );
      return [
        ofPath(subject, record.loaded.path ?? record.unit, record.state),
        ...links.map(({ path }) => ofPath(subject, path)),
      ];
    }
    return conclude({
      faults,
      doubts: [...doubts, ...doubtsOf(subject, presetProblems(subject))],
      looked: judged.map((record) => ofPath(subject, record.loaded.path ?? record.unit, record.state)),
      holds: `all ${judged.length} packaged timers are on or off as presets and approvals say`,
      nothing: "there is no packaged timer",
    });
  },

  examples: () => ({
    pass: [
      { files: ENABLED },
      { files: { ...ENABLED, [PRESET]: "disable *\n" }, declared: { approved: [approvalFor("job.timer")] } },
    ],
    fail: [
      { files: { ...ENABLED, [PRESET]: "disable job.timer\n" } },
      {
        files: {
          ...ENABLED,
          "/etc/systemd/system/job.timer": { link: "/dev/null" },
          "/dev/null": { kind: "character-device" },
        },
      },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: { ...ENABLED, [PRESET]: { content: "disable *\n", error: "EACCES" } } },
      { files: { ...ENABLED, [VENDOR_TIMER]: { content: "[Timer]\n", error: "EACCES" } } },
    ],
  }),
};

function deviation({ unit, state, load }: TimerRecord, wanted: string): string | null {
  if (wanted === "ignored") return null;
  if (load === "masked") return wanted === "enabled" ? `${unit} is masked, and the presets enable it` : null;
  if (wanted === "disabled" && state.startsWith("enabled"))
    return `${unit} is enabled, and the presets disable it`;
  if (wanted === "enabled" && state === "disabled") return `${unit} is disabled, and the presets enable it`;
  return null;
}
