/** OCSF 1.6: what every finding of ours has. What older versions required is there too. */
import type { Severity } from "../rules/rule.ts";

const SEVERITIES: Readonly<Record<Severity, readonly [id: number, name: string]>> = {
  info: [1, "Informational"],
  low: [2, "Low"],
  medium: [3, "Medium"],
  high: [4, "High"],
  critical: [5, "Critical"],
};
const STATES = { New: 1, Suppressed: 3, Resolved: 4 } as const;
const CREATE = 1;

export function severityId(severity: Severity): number {
  return SEVERITIES[severity][0];
}

/** The class of an event and how it stands; `time` in milliseconds. */
export function ocsfFinding(
  [uid, name]: readonly [uid: number, name: string],
  time: number,
  severity: Severity,
  state: keyof typeof STATES,
): object {
  const [severity_id, word] = SEVERITIES[severity];
  return {
    activity_id: CREATE,
    activity_name: "Create",
    category_uid: 2,
    category_name: "Findings",
    class_uid: uid,
    class_name: name,
    type_uid: uid * 100 + CREATE,
    type_name: `${name}: Create`,
    time,
    severity_id,
    severity: word,
    status_id: STATES[state],
    status: state,
  };
}

/** Which of our rules or checks speaks. */
export function ocsfMetadata(code: string, version: string): object {
  return {
    version: "1.6.0",
    product: { name: "Timerwarden", vendor_name: "Timerwarden", version },
    event_code: code,
  };
}
