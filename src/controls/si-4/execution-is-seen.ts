import type { Check } from "../check.ts";
import { isContainer } from "../container.ts";
import { ofPath } from "../evidence.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { AUDIT_RULES, AUDIT_RULES_FOLDER } from "../sources/audit-rules.ts";
import { PLACES_HOST } from "./audit-places-conclusion.ts";
import { SENSOR_READS, type Sight } from "./sensors.ts";
import { seenBy, sightDoubts } from "./sight-points.ts";

const FILE = `${AUDIT_RULES_FOLDER}/timers.rules`;
const RULES = "-w /etc/systemd -p wa\n-w /run/systemd -p wa\n-a always,exit -F arch=b64 -S execve\n";
const HOST = { ...PLACES_HOST, "/run/systemd/transient": { dir: true as const } };
const FALCO_UNIT = "/usr/lib/systemd/system/falco.service";
const FALCO = {
  ...HOST,
  [FALCO_UNIT]: "[Service]\nExecStart=/usr/bin/falco\n[Install]\nWantedBy=multi-user.target\n",
  "/etc/systemd/system/multi-user.target.wants/falco.service": { link: FALCO_UNIT },
  "/etc/falco/falco_rules.local.yaml":
    "- rule: Unit written\n  condition: open_write and fd.name startswith /etc/systemd/system\n- rule: Transient timer\n  condition: spawned_process and proc.name = systemd-run\n",
};

const COLUMNS: readonly (readonly [Sight, string, string])[] = [
  ["unit-writes", "/etc/systemd/system", "writing a unit"],
  ["execution", "/usr/bin/systemctl", "running systemctl or systemd-run"],
  ["transient", "/run/systemd/transient", "making a transient unit"],
];

export const executionIsSeen: Check = {
  id: "si4-04-execution-is-seen",
  title: "Writing units, running systemctl and making transient units are seen",
  control: "SI-4",
  severity: "medium",
  objectives: ["si-4_obj.a.1", "si-4_obj.c.1"],
  reads: [AUDIT_RULES, `${AUDIT_RULES_FOLDER}/*`, ...SENSOR_READS],
  needs: [],
  why: "A timer is made in one of three ways: a file, a command, or a call that leaves a transient unit; a sensor blind to one of them misses that one.",
  remediation: "add the missing rule to audit or to the sensor that is deployed, and try it",
  falseResults: [
    "A rule may be there and switched off, or its sensor lack the right to see",
    "Rules kept on a server are not seen",
  ],
  references: ["man:audit.rules(7)", "ATT&CK T1053.006"],

  run(subject) {
    if (isContainer(subject.host)) return notApplicable("sensors of a container stand on its host");
    const columns = COLUMNS.map(([sight, path, says]) => ({ path, says, by: seenBy(subject, sight, path) }));
    const doubts = sightDoubts(subject);
    const faults = columns
      .filter(({ by }) => by.length === 0)
      .map(({ path, says }): Point => ({ says: `nothing sees ${says}`, evidence: [ofPath(subject, path)] }));
    return conclude({
      faults: doubts.length > 0 ? [] : faults,
      doubts,
      looked: columns.flatMap(({ by }) => by),
      holds: "writing units, running systemctl, and transient units are each seen by something",
      nothing: "nothing could make a timer",
    });
  },

  examples: () => ({
    pass: [{ files: { ...HOST, [FILE]: RULES } }, { files: FALCO }],
    fail: [{ files: HOST }, { files: { ...HOST, [FILE]: "-w /etc/systemd -p wa\n" } }],
    notApplicable: [{ files: { ...HOST, "/.dockerenv": "" } }],
    notAssessable: [
      { files: { ...HOST, [FILE]: { content: RULES, error: "EACCES" } } },
      { files: { ...FALCO, "/etc/falco/falco_rules.local.yaml": { content: "", error: "EACCES" } } },
      {
        files: {
          ...HOST,
          "/usr/lib/systemd/system/elastic-agent.service":
            "[Service]\nExecStart=/usr/bin/elastic-agent\n[Install]\nWantedBy=multi-user.target\n",
          "/etc/systemd/system/multi-user.target.wants/elastic-agent.service": {
            link: "/usr/lib/systemd/system/elastic-agent.service",
          },
        },
      },
    ],
  }),
};
