import { presetRuleOf, readPresets } from "../../manager/preset.ts";
import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { doubtsOf } from "../sources/source-problem.ts";
import { localTimers } from "../unit-subjects.ts";
import { PRESET_READS, presetProblems } from "./preset-problems.ts";

const PRESET = "/etc/systemd/system-preset/99-local.preset";
const HOST = { ...ACCOUNTS, ...localTimer("ExecStart=/usr/bin/true\n") };

/** Presets are the one place where a host says which units may be on. */
export const enabledAsPresetsSay: Check = {
  id: "cm5-09-enabled-as-presets-say",
  title: "No local timer is enabled that the presets say to disable",
  control: "CM-5",
  severity: "low",
  objectives: ["cm-5_obj-6"],
  reads: [...PRESET_READS, "/etc/systemd/system/**"],
  needs: [],
  why: "Presets say what is on by default; a local timer that is on against them was switched on by hand.",
  remediation: "disable the timer, or enable it in a preset of your own",
  falseResults: ["Without any preset everything is on by default, as on Debian"],
  references: ["man:systemd.preset(5)"],

  run(subject) {
    const { system } = subject;
    const presets = system === null ? [] : readPresets(system);
    const { timers, doubts } = localTimers(subject);
    const enabled = timers.filter(
      ({ scope, record }) => scope === "system" && record.state.startsWith("enabled"),
    );
    const faults = enabled.flatMap(({ unit, record }): readonly Point[] => {
      const rule = presetRuleOf(presets, unit);
      if (rule === null || rule.action !== "disabled") return [];
      const evidence = [
        ofPath(subject, record.loaded.path ?? unit, record.state),
        at(subject, rule.span, "disable"),
      ];
      return [{ says: `${unit} is enabled, and ${rule.span.path} disables it`, evidence }];
    });
    return conclude({
      faults,
      doubts: [...doubts, ...doubtsOf(subject, presetProblems(subject))],
      looked: enabled.map(({ unit, record }) => ofPath(subject, record.loaded.path ?? unit, record.state)),
      holds: `the presets enable all ${enabled.length} local timers that are on`,
      nothing: "no local timer of the system is enabled",
    });
  },

  examples: () => ({
    pass: [{ files: HOST }, { files: { ...HOST, [PRESET]: "enable job.timer\ndisable *\n" } }],
    fail: [{ files: { ...HOST, [PRESET]: "disable *\n" } }],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: { ...HOST, [PRESET]: { content: "", error: "EACCES" } } },
      { files: { ...HOST, [PRESET]: "perhaps job.timer\n" } },
      { files: unreadable(HOST, "/etc/systemd/system/job.timer") },
    ],
  }),
};
