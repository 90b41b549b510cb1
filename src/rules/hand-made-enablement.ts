import { values } from "../units/unit.ts";
import { evidenceOfFile } from "./evidence.ts";
import { dpkg, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { isOwnStray } from "./subject.ts";

/** A link starts the timer at boot that `systemctl enable` would not have made. */
export const handMadeEnablement: ActivationRule = {
  id: "hand-made-enablement",
  subject: "activation",
  title: "Started at boot by a link that `systemctl enable` never makes",
  severity: "medium",
  confidence: "low",
  signal: "suspicious",
  family: "hiding",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002"],
  controls: ["CM-5", "SI-7"],
  why: "systemctl makes links as the unit's [Install] section says. A link that section does not name was made by hand: whoever did so avoided systemctl and its log line, and `systemctl disable` will not remove it.",
  benign: [
    "`systemctl add-wants`, which administrators seldom use",
    "Links that packages ship below /usr/lib (not accused)",
  ],
  clears: "add an [Install] section and enable the unit",
  references: ["man:systemctl(1)", "man:systemd.unit(5) [Install]"],

  *check(activation, inventory) {
    if (activation.kind !== "timer" || !isOwnStray(activation, inventory)) return;
    const { loaded, started, manager } = activation.record;
    const last = started.chain.at(-1);
    if (last?.span?.line !== 0 || !/^\/(etc|run)\/|^\/home\/|^\/root\//.test(last.span.path)) return;
    if (loaded.path?.startsWith("/run/systemd/")) return;
    const names = ["WantedBy", "RequiredBy", "UpheldBy", "Alias", "Also", "DefaultInstance"];
    const says = names.flatMap((key) => values(loaded.unit, "Install", key));
    if (says.length > 0 || manager.scope.kind === "global-user") return;
    yield {
      says: `${last.span.path} starts ${activation.unit} at boot, and the unit has no [Install] section`,
      evidence: [
        evidenceOfFile(last.span.path, "made by hand"),
        evidenceOfFile(loaded.path ?? activation.unit),
      ],
    };
  },

  examples: () => ({
    fires: [
      {
        "/etc/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/job.service": "[Service]\nExecStart=/usr/bin/true\n",
        "/etc/systemd/system/timers.target.wants/job.timer": { link: "../job.timer" },
      },
    ],
    quiet: [
      timed("ExecStart=/usr/bin/true"),
      {
        "/etc/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/user/job.service": "[Service]\nExecStart=/usr/bin/true\n",
        "/etc/systemd/user/timers.target.wants/job.timer": { link: "../job.timer" },
        "/usr/lib/systemd/user/timers.target": "[Unit]\n",
        "/usr/lib/systemd/user/default.target": "[Unit]\nWants=timers.target\n",
      },
      {
        "/run/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/run/systemd/system/job.service": "[Service]\nExecStart=/usr/bin/true\n",
        "/run/systemd/system/timers.target.wants/job.timer": { link: "../job.timer" },
      },
      {
        "/etc/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/job.service": "[Service]\nExecStart=/usr/bin/true\n",
        "/usr/local/lib/systemd/system/timers.target.wants/job.timer": {
          link: "/etc/systemd/system/job.timer",
        },
      },
      {
        ...dpkg(["/usr/lib/systemd/system/job.timer"]),
        "/usr/lib/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/usr/lib/systemd/system/job.service": "[Service]\nExecStart=/usr/bin/true\n",
        "/etc/systemd/system/timers.target.wants/job.timer": { link: "/usr/lib/systemd/system/job.timer" },
      },
    ],
  }),
};
