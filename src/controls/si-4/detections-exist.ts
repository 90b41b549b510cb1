import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { namesIn, readText } from "../sources/read-text.ts";
import { doubtsOf, lineSpan, type SourceProblem } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";
import { SENSOR_READS } from "./sensors.ts";
import { sightDoubts } from "./sight-points.ts";

const FOLDERS = ["/etc/falco/rules.d", "/var/ossec/etc/rules", "/etc/sigma/rules", "/etc/sigma"];
const FILES = ["/etc/falco/falco_rules.local.yaml"];
const RULE = "/etc/sigma/rules/timer.yml";
const SIGMA =
  "title: Timer unit written\nlogsource:\n  product: linux\ndetection:\n  selection:\n    TargetFilename|endswith: .timer\n  condition: selection\n";
const LOCAL = new Map([["detections", "local"]]);

export const detectionsExist: Check = {
  id: "si4-10-detections-exist",
  title: "There are detections for systemd timers",
  control: "SI-4",
  severity: "low",
  objectives: ["si-4_obj.d-1", "si-4_obj.a.1"],
  reads: [...FOLDERS.map((folder) => `${folder}/*`), ...FILES, ...SENSOR_READS],
  needs: [],
  why: "Records tell those who ask; a detection asks by itself.",
  remediation: "deploy at least one rule for new timer units and one for systemd-run with a time",
  falseResults: [
    "Rules kept in the SIEM are not seen: declare the setting detections as remote",
    "A rule that names timers may still be switched off",
  ],
  references: ["ATT&CK T1053.006"],

  run(subject) {
    const expected = subject.declared.settings.get("detections") ?? null;
    if (expected === "none") return notApplicable("detections are declared not to be wanted on this host");
    const problems: SourceProblem[] = [];
    const found = rulesNamingTimers(subject, problems);
    const remote: Point = { says: "detections are declared to be kept elsewhere", evidence: [] };
    const undeclared: Point = {
      says: "no rule here names timers, and where detections are kept is not declared (setting detections)",
      evidence: FOLDERS.map((path) => ofPath(subject, path)),
    };
    const doubts = [...doubtsOf(subject, problems), ...sightDoubts(subject)];
    const isMissing = found.length === 0 && doubts.length === 0;
    return conclude({
      faults:
        isMissing && expected === "local"
          ? [{ says: "no local rule names timers", evidence: FOLDERS.map((path) => ofPath(subject, path)) }]
          : [],
      doubts: [
        ...doubts,
        ...(isMissing && expected !== "local" ? [expected === "remote" ? remote : undeclared] : []),
      ],
      looked: found,
      holds: `${found.length} local rules name timers or systemd-run`,
      nothing: "there are no rules",
    });
  },

  examples: () => ({
    pass: [{ files: { [RULE]: SIGMA } }],
    fail: [
      { files: {}, declared: { settings: LOCAL } },
      {
        files: { [RULE]: "title: Other\ndetection:\n  selection:\n    Image: /bin/ls\n" },
        declared: { settings: LOCAL },
      },
    ],
    notApplicable: [{ files: {}, declared: { settings: new Map([["detections", "none"]]) } }],
    notAssessable: [
      { files: {} },
      { files: {}, declared: { settings: new Map([["detections", "remote"]]) } },
      { files: { [RULE]: { content: SIGMA, error: "EACCES" } }, declared: { settings: LOCAL } },
    ],
  }),
};

function rulesNamingTimers(subject: Subject, problems: SourceProblem[]): ReturnType<typeof at>[] {
  const paths = [
    ...FILES,
    ...FOLDERS.flatMap((folder) =>
      namesIn(subject.host, folder, problems).map((name) => `${folder}/${name}`),
    ),
  ].filter((path) => /\.(ya?ml|xml)$/.test(path));
  return paths.flatMap((path) => {
    const text = readText(subject.host, path, problems);
    const line = (text ?? "")
      .split("\n")
      .findIndex((one) => !/^\s*#/.test(one) && /\.timer\b|systemd-run|OnCalendar/.test(one));
    return line < 0 ? [] : [at(subject, lineSpan(path, line + 1))];
  });
}
