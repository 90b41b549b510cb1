/** Sensors besides audit, and what their local rules name. A rule that names a thing may still be switched off. */
import type { Span } from "../../syntax/span.ts";
import { unitPresence } from "../sources/forwarders-units.ts";
import { namesIn, readText } from "../sources/read-text.ts";
import { lineSpan, type SourceProblem } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";

/** What of this technique a rule can see. */
export type Sight = "unit-writes" | "execution" | "transient" | "homes";

export interface Sensor {
  readonly name: string;
  readonly unit: string;
  readonly presence: "on" | "off" | "unknown";
  /** The line that lets it see a thing. */
  readonly sees: ReadonlyMap<Sight, Span>;
  /** Its rules come from elsewhere. */
  readonly isManaged: boolean;
}

export interface Sensors {
  readonly found: readonly Sensor[];
  readonly problems: readonly SourceProblem[];
}

interface Known {
  readonly name: string;
  readonly unit: string;
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

const KNOWN: readonly Known[] = [
  {
    name: "Falco",
    unit: "falco.service",
    files: ["/etc/falco/falco_rules.yaml", "/etc/falco/falco_rules.local.yaml"],
    folders: ["/etc/falco/rules.d"],
  },
  {
    name: "osquery",
    unit: "osqueryd.service",
    files: ["/etc/osquery/osquery.conf"],
    folders: ["/etc/osquery/osquery.conf.d"],
  },
  { name: "Wazuh agent", unit: "wazuh-agent.service", files: ["/var/ossec/etc/ossec.conf"], folders: [] },
  { name: "Sysmon", unit: "sysmon.service", files: ["/opt/sysmon/config.xml"], folders: [] },
  {
    name: "Auditbeat",
    unit: "auditbeat.service",
    files: ["/etc/auditbeat/auditbeat.yml"],
    folders: ["/etc/auditbeat/audit.rules.d"],
  },
  {
    name: "Tracee",
    unit: "tracee.service",
    files: ["/etc/tracee/config.yaml"],
    folders: ["/etc/tracee/policies"],
  },
];

/** Agents whose rules only their servers know. */
const MANAGED: ReadonlyMap<string, string> = new Map([
  ["elastic-agent.service", "Elastic Agent"],
  ["falcon-sensor.service", "CrowdStrike Falcon"],
  ["mdatp.service", "Microsoft Defender"],
  ["sentinelone.service", "SentinelOne"],
  ["cbagentd.service", "Carbon Black"],
]);

export const SENSOR_READS: readonly string[] = [
  ...KNOWN.flatMap(({ files, folders }) => [...files, ...folders.map((folder) => `${folder}/*`)]),
  "/etc/systemd/system/**",
];

const SIGHTS: readonly (readonly [Sight, RegExp])[] = [
  ["unit-writes", /\/(etc|usr\/lib|lib)\/systemd(\/system)?\b|\.timer\b/],
  ["execution", /\bsystemd-run\b|\bsystemctl\b|OnCalendar|\bProcessCreate\b|spawned_process|\bexecve\b/],
  ["transient", /\/run\/systemd(\/transient)?\b|\bsystemd-run\b/],
  ["homes", /\.config\/systemd\/user|\/home\/%|\/home\/\*|\/home\b.*systemd/],
];

/** For `Subject.once`. */
export function readSensors(subject: Subject): Sensors {
  const problems: SourceProblem[] = [];
  const found: Sensor[] = [];
  for (const { name, unit, files, folders } of KNOWN) {
    const paths = [
      ...files,
      ...folders.flatMap((folder) =>
        namesIn(subject.host, folder, problems).map((file) => `${folder}/${file}`),
      ),
    ];
    const sees = new Map<Sight, Span>();
    let isConfigured = false;
    for (const path of paths) {
      const text = readText(subject.host, path, problems);
      if (text === null) continue;
      isConfigured = true;
      if (!/[A-Za-z]{3}/.test(text) || /^[\]}(>]/.test(text.trimStart()))
        problems.push({ span: lineSpan(path, 1), reason: "no configuration of this program" });
      takeSights(text, path, sees);
    }
    const presence = unitPresence(subject, unit);
    if (presence === "absent" && !isConfigured) continue;
    found.push({ name, unit, presence: presence === "absent" ? "off" : presence, sees, isManaged: false });
  }
  for (const [unit, name] of MANAGED) {
    const presence = unitPresence(subject, unit);
    if (presence !== "absent") found.push({ name, unit, presence, sees: new Map(), isManaged: true });
  }
  return { found, problems };
}

function takeSights(text: string, path: string, sees: Map<Sight, Span>): void {
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line.startsWith("#") || line.startsWith("<!--")) continue;
    for (const [sight, pattern] of SIGHTS)
      if (!sees.has(sight) && line.length < 2000 && pattern.test(line))
        sees.set(sight, lineSpan(path, index + 1));
  }
}
