import { exposureOf } from "../../units/exposure.ts";
import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable } from "../example-hosts.ts";
import { localServices } from "../local-services.ts";
import { conclude, type Point } from "../outcome.ts";

const USUAL_LIMIT = 9;
const BOXED =
  "DynamicUser=yes\nPrivateNetwork=yes\nCapabilityBoundingSet=\nSystemCallFilter=@system-service\nExecStart=/usr/local/bin/job\n";

/** systemd's own measure of what a service could do. */
export const exposureIsLimited: Check = {
  id: "ac6-02-exposure-is-limited",
  title: "Services of local timers are not exposed beyond the limit",
  control: "AC-6",
  severity: "medium",
  objectives: ["ac-6_obj"],
  reads: ["/etc/systemd/system/**", "/run/systemd/**", "/usr/local/lib/systemd/**"],
  needs: [],
  why: "The score of systemd-analyze security counts what a service may touch: at 9 and above there is next to no fence around it.",
  remediation:
    "add the settings named first, each takes off most; or declare another limit: settings, exposure-limit",
  falseResults: [
    "The score does not know what a program needs",
    "Vendors' units are not judged: many score above 9",
  ],
  references: ["man:systemd-analyze(1)", "man:systemd.exec(5)"],

  run(subject) {
    const { services, doubts } = localServices(subject);
    const limit = Number(subject.declared.settings.get("exposure-limit") ?? USUAL_LIMIT);
    const scored = services.map(({ loaded }) => ({ loaded, ...exposureOf(loaded.unit) }));
    const faults = scored.flatMap(({ loaded, score, parts }): readonly Point[] => {
      if (score < limit) return [];
      const most = parts.slice(0, 5).map(({ name }) => name);
      return [
        {
          says: `${loaded.name} is exposed at ${score.toFixed(1)}; most by ${most.join(", ")}`,
          evidence: [ofPath(subject, loaded.path ?? loaded.name, `exposure ${score.toFixed(1)}`)],
        },
      ];
    });
    return conclude({
      faults,
      doubts,
      looked: scored.map(({ loaded, score }) =>
        ofPath(subject, loaded.path ?? loaded.name, `exposure ${score.toFixed(1)}`),
      ),
      holds: `all ${scored.length} services of local timers are exposed below ${limit.toFixed(1)}`,
      nothing: "there is no local timer of the system",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, ...localTimer(BOXED) } }],
    fail: [
      { files: { ...ACCOUNTS, ...localTimer("ExecStart=/usr/local/bin/job\n") } },
      {
        files: { ...ACCOUNTS, ...localTimer(BOXED) },
        declared: { settings: new Map([["exposure-limit", "1.0"]]) },
      },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: unreadable({ ...ACCOUNTS, ...localTimer(BOXED) }, "/etc/systemd/system/job.service") },
    ],
  }),
};
