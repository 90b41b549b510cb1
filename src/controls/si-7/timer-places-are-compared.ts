import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude, type Point } from "../outcome.ts";
import { timerPlaces } from "../si-4/timer-places.ts";
import { AIDE_CONFIG, AIDE_HOST, AIDE_TEXT } from "./example-integrity.ts";
import {
  coverOf,
  hasTool,
  INTEGRITY_READS,
  readIntegrityTools,
  toolEvidence,
  WAZUH_CONFIG,
} from "./integrity-tools.ts";

/** A name no rule is written for: what holds for it holds for whatever somebody puts there. */
const PROBE = "probe-of-coverage.timer";
const WAZUH =
  "<ossec_config>\n<syscheck>\n<directories>/etc,/usr,/var/lib/systemd</directories>\n</syscheck>\n</ossec_config>\n";
const { [AIDE_CONFIG]: _config, ...BARE } = AIDE_HOST;

export const timerPlacesAreCompared: Check = {
  id: "si7-01-timer-places-are-compared",
  title: "An integrity tool compares the content of every place that makes a timer",
  control: "SI-7",
  severity: "high",
  objectives: ["si-7_obj.a-1", "si-7_obj.a-3"],
  reads: [...INTEGRITY_READS, "/var/lib/dpkg/**"],
  needs: [],
  why: "A place an integrity tool leaves out is where a timer goes unnoticed, and the tool's report stays clean.",
  remediation: "add rules with a content hash for the places named, above any rule that leaves them out",
  falseResults: [
    "Generated units below /run are left out on purpose: their generators are what must be compared",
    "Rules of snippets that AIDE executes are trusted only when a package shipped them unchanged",
  ],
  references: ["man:aide.conf(5)", "SP 800-53 SI-7(1)"],

  run(subject) {
    const tools = subject.once(readIntegrityTools);
    // What lies below /run is made anew at each boot by programs in the other places.
    const places = timerPlaces(subject).filter((path) => !path.startsWith("/run/"));
    const judged = places.map((path) => ({ path, cover: coverOf(tools, `${path}/${PROBE}`) }));
    const isReadable = tools.aide !== null || tools.wazuh !== null;
    const unread: Point = { says: `the settings of ${tools.others.join(", ")} are not read`, evidence: [] };
    const faults = judged
      .filter(({ cover }) => !cover.covered)
      .map(
        ({ path, cover }): Point => ({
          says: `${path}: ${cover.says}`,
          evidence: [
            ofPath(subject, path),
            ...(cover.span === null ? toolEvidence(subject, tools) : [at(subject, cover.span)]),
          ],
        }),
      );
    const none: Point = {
      says: "there is no integrity tool",
      evidence: places.map((path) => ofPath(subject, path)),
    };
    const isJudged = isReadable && tools.doubts.length === 0 && tools.others.length === 0;
    const base = {
      doubts: [
        ...tools.doubts,
        ...(tools.others.length > 0 && !(isReadable && faults.length === 0) ? [unread] : []),
      ],
      looked: judged.map(({ path, cover }) =>
        cover.span === null ? ofPath(subject, path) : at(subject, cover.span, path),
      ),
      holds: `the content of all ${places.length} places that make timers is compared with a baseline`,
      nothing: "there is no place that could make a timer",
    };
    if (!hasTool(tools) && tools.doubts.length === 0)
      return conclude({ ...base, faults: places.length === 0 ? [] : [none], severity: "medium" });
    return conclude({ ...base, faults: isJudged ? faults : [] });
  },

  examples: () => ({
    pass: [{ files: AIDE_HOST }, { files: { ...BARE, [WAZUH_CONFIG]: WAZUH } }],
    fail: [
      { files: BARE },
      { files: { ...AIDE_HOST, [AIDE_CONFIG]: `${AIDE_TEXT}!/etc/systemd/system/.*\\\\.timer$\n` } },
      { files: { ...AIDE_HOST, [AIDE_CONFIG]: "Facts = p+u+g\n/ Facts\n" } },
      { files: { ...BARE, [WAZUH_CONFIG]: WAZUH.replace(",/usr", "") } },
    ],
    notApplicable: [{ files: {} }],
    notAssessable: [
      { files: { ...AIDE_HOST, [AIDE_CONFIG]: { content: "", error: "EACCES" } } },
      {
        files: {
          ...AIDE_HOST,
          [AIDE_CONFIG]: `${AIDE_TEXT}@@x_include /etc/aide/d .*\n`,
          "/etc/aide/d/own": { content: "#!/bin/sh\n", mode: 0o755 },
        },
      },
      { files: { ...BARE, "/etc/tripwire/tw.pol": "binary" } },
    ],
  }),
};
