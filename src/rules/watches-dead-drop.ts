import { values } from "../units/unit.ts";
import { evidenceAt } from "./evidence.ts";
import { script, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { sharedDirectory } from "./shared-directory.ts";

const WATCHES = ["PathExists", "PathExistsGlob", "PathChanged", "PathModified", "DirectoryNotEmpty"] as const;

/** The timer arms a path unit that waits for a file anyone can create. */
export const watchesDeadDrop: ActivationRule = {
  id: "watches-dead-drop",
  subject: "activation",
  title: "Waits for a file that anyone can create",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1053.006", "T1205", "T1543.002"],
  controls: ["AC-3", "SI-4"],
  why: "A path unit on /tmp or /var/tmp lets any account of the host, or a web upload, start a service of root by creating a file: a trigger that shows in no schedule.",
  benign: ["Scanners' drop directories; they belong below /srv or /var/lib"],
  clears: "watch a directory that only the account meant can write to",
  references: ["man:systemd.path(5)", "https://attack.mitre.org/techniques/T1205/"],

  *check({ closure }, inventory) {
    for (const { name, loaded } of closure.units) {
      for (const key of WATCHES)
        for (const { value, span } of values(loaded.unit, "Path", key)) {
          const place = sharedDirectory(value);
          if (place !== null)
            yield {
              says: `${name} waits for ${value}: ${place.what}`,
              evidence: [evidenceAt(inventory, span)],
            };
        }
    }
  },

  examples: () => ({
    fires: [
      {
        "/etc/systemd/system/job.timer": "[Timer]\nOnBootSec=1min\nUnit=job.path\n",
        "/etc/systemd/system/job.path": "[Path]\nPathExists=/var/tmp/go\n",
        "/etc/systemd/system/job.service": "[Service]\nExecStart=/usr/local/bin/x\n",
      },
    ],
    quiet: [
      {
        "/etc/systemd/system/job.timer": "[Timer]\nOnBootSec=1min\nUnit=job.path\n",
        "/etc/systemd/system/job.path": "[Path]\nPathExists=/srv/in/go\n",
        "/etc/systemd/system/job.service": "[Service]\nExecStart=/usr/local/bin/x\n",
      },
      timed("ExecStart=/usr/local/bin/x", { "/usr/local/bin/x": script() }),
      timed("ExecStart=/usr/local/bin/x\n[Path]\nPathExists=/tmp/go"),
    ],
  }),
};
