import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { script, timed } from "./example-host.ts";
import { periodText, secondsAfterBoot, shortestPeriod } from "./frequency.ts";
import type { ActivationRule } from "./rule.ts";
import { strayCode } from "./standing.ts";

/** Where an administrator, an installer or a user puts what runs by itself, and settings that scripts read. */
const ORDERLY = /^\/(usr|opt\/[^/]+|home\/[^/]+\/(\.local\/)?bin)\/|^\/etc\/.*\.(env|conf)$/;
const SOON = 15;
const OFTEN = 600;

/** First seconds after boot, then every few minutes, from a place where no installed software lies. */
export const beaconSchedule: ActivationRule = {
  id: "beacon-schedule",
  subject: "activation",
  title: "Runs seconds after boot and every few minutes, from a loose file",
  severity: "medium",
  confidence: "low",
  signal: "suspicious",
  family: "schedule",
  depth: "regular",
  techniques: ["T1053.006", "T1029"],
  controls: ["SC-7", "SI-4"],
  why: "Whoever keeps contact with a machine wants it back at once after a reboot and then regularly. Software that is installed has a directory of its own; a lone script in /opt, /var or a home has not.",
  benign: ["Agents below /opt/VENDOR, /usr or /usr/local with such a schedule (not accused)"],
  clears: "install the script in /usr/local, and start it a minute or more after boot",
  references: ["https://attack.mitre.org/techniques/T1029/", "man:systemd.timer(5)"],

  *check(activation, inventory) {
    if (activation.kind !== "timer") return;
    const first = secondsAfterBoot(activation);
    const period = shortestPeriod(activation, inventory);
    if (first === null || first > SOON || period === null || period > OFTEN) return;
    const loose = strayCode(activation.closure, inventory).find(({ path }) => !ORDERLY.test(path));
    if (loose === undefined) return;
    const span = activation.record.timer?.values[0]?.span;
    yield {
      says: `${activation.unit} runs ${loose.path} ${periodText(first)} after boot and then every ${periodText(period)}`,
      evidence: [span ? evidenceAt(inventory, span) : evidenceOfFile(loose.path), evidenceOfFile(loose.path)],
    };
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/opt/beacon.sh", { "/opt/beacon.sh": script() }, "OnBootSec=5\nOnUnitActiveSec=5m"),
    ],
    finds: {
      1: [
        "suspicious medium low /etc/systemd/system/job.timer:2: job.timer runs /opt/beacon.sh 5 s after boot and then every 5 min",
      ],
    },
    quiet: [
      timed(
        "ExecStart=/home/alice/.local/bin/wallpaper",
        { "/home/alice/.local/bin/wallpaper": script() },
        "OnBootSec=5\nOnUnitActiveSec=5m",
      ),
      timed(
        "ExecStart=/usr/local/bin/health",
        { "/usr/local/bin/health": script(". /etc/health/agent.env"), "/etc/health/agent.env": "A=1\n" },
        "OnBootSec=5\nOnUnitActiveSec=5m",
      ),
      timed(
        "ExecStart=/usr/local/bin/health",
        { "/usr/local/bin/health": script() },
        "OnBootSec=5\nOnUnitActiveSec=5m",
      ),
      timed("ExecStart=/opt/beacon.sh", { "/opt/beacon.sh": script() }, "OnCalendar=daily"),
      timed(
        "ExecStart=/opt/beacon.sh",
        { "/opt/beacon.sh": script() },
        "OnBootSec=30min\nOnUnitActiveSec=5m",
      ),
      timed("ExecStart=/opt/beacon.sh", { "/opt/beacon.sh": script() }, "OnBootSec=5\nOnUnitActiveSec=1d"),
    ],
  }),
};
