/** Who sees what: audit rules and sensors together. */
import type { CheckEvidence } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import type { Point } from "../outcome.ts";
import { type AuditRule, type AuditRules, readAuditRules } from "../sources/audit-rules.ts";
import { isGlobalBlinder, watchOf } from "../sources/audit-rules-coverage.ts";
import { doubtsOf } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";
import { readSensors, type Sight } from "./sensors.ts";

const TOOLS = ["/usr/bin/systemctl", "/usr/bin/systemd-run"];

/** What lets something see a thing; empty when nothing does. `path` is the place an audit watch would have to cover. */
export function seenBy(subject: Subject, sight: Sight, path: string | null): readonly CheckEvidence[] {
  const rules = subject.once(readAuditRules);
  const audit = sight === "execution" || path === null ? executionRule(rules) : watchOf(rules, path, "wa");
  const sensors = subject
    .once(readSensors)
    .found.filter(({ presence }) => presence === "on")
    .flatMap(({ sees, name }) => {
      const span = sees.get(sight);
      return span === undefined ? [] : [at(subject, span, `${name} sees ${sight}`)];
    });
  return [...(audit === null ? [] : [at(subject, audit.span, `audit sees ${sight}`)]), ...sensors];
}

/** Every program that is started, or both tools that make units. */
function executionRule(rules: AuditRules): AuditRule | null {
  if (rules.rules.some(isGlobalBlinder)) return null;
  const all = rules.rules.find(
    ({ list, action, syscalls, fields, watch }) =>
      list === "exit" &&
      action === "always" &&
      watch === null &&
      syscalls.includes("execve") &&
      fields.every(
        ({ name, operator, value }) =>
          name === "arch" || (name === "success" && (value === "1") === (operator === "=")),
      ),
  );
  const watched = TOOLS.map((path) => watchOf(rules, path, "x"));
  return all ?? (watched.includes(null) ? null : (watched[0] ?? null));
}

/** What keeps a judgement open: rules that cannot be read, sensors of unknown state, rules kept on a server. */
export function sightDoubts(subject: Subject): readonly Point[] {
  const { found, problems } = subject.once(readSensors);
  const managed = found
    .filter(({ isManaged, presence }) => isManaged && presence !== "off")
    .map(
      ({ name, unit }): Point => ({
        says: `what ${name} sees is set on its server`,
        evidence: [ofPath(subject, unitPath(subject, unit))],
      }),
    );
  const unknown = found
    .filter(({ isManaged, presence }) => !isManaged && presence === "unknown")
    .map(
      ({ name, unit }): Point => ({
        says: `whether ${name} runs cannot be told`,
        evidence: [ofPath(subject, unitPath(subject, unit))],
      }),
    );
  return [
    ...managed,
    ...unknown,
    ...doubtsOf(subject, [...problems, ...subject.once(readAuditRules).problems]),
  ];
}

function unitPath(subject: Subject, unit: string): string {
  return subject.system?.load(unit).path ?? `/usr/lib/systemd/system/${unit}`;
}
