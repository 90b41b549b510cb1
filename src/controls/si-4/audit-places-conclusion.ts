/** One finding for two controls: SI-4 wants changes seen, CM-5(1) wants them on record. */
import type { CheckResult } from "../check.ts";
import { isContainer } from "../container.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { AUDIT_RULES, AUDIT_RULES_FOLDER } from "../sources/audit-rules.ts";
import { doubtsOf } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";
import { type PlaceCoverage, readAuditCoverage } from "./timer-places.ts";

export const AUDIT_PLACE_READS: readonly string[] = [
  AUDIT_RULES,
  `${AUDIT_RULES_FOLDER}/*`,
  "/etc/systemd",
  "/usr/lib/systemd",
  "/usr/local/lib/systemd",
  "/run/systemd",
  "/var/lib/systemd/linger",
];

/** Host and rules of the examples of both checks. */
export const PLACES_HOST = {
  "/etc/systemd/system": { dir: true as const },
  "/usr/lib/systemd/system": { dir: true as const },
  "/var/lib/systemd/linger": { dir: true as const },
};
export const PLACES_RULES =
  "-w /etc/systemd -p wa -k units\n-w /usr/lib/systemd -p wa -k units\n-w /var/lib/systemd/linger -p wa -k linger\n";

/** Judges every place. Where no rules are loaded at all, audit was not set up, which is milder than rules with holes. */
export function concludeCoverage(subject: Subject): CheckResult {
  if (isContainer(subject.host)) return notApplicable("a container has no audit of its own");
  const { rules, places } = subject.once(readAuditCoverage);
  const holes = places.filter(({ rule }) => rule === null);
  const base = {
    doubts: doubtsOf(subject, rules.problems),
    looked: places.flatMap(({ rule, path }) =>
      rule === null ? [] : [at(subject, rule.span, `records ${path}`)],
    ),
    holds: `audit rules on disk record changes of all ${places.length} places that make timers`,
    nothing: "there is no directory that could make a timer",
  };
  // A rule that could not be read may well close the hole.
  const faults = rules.problems.length > 0 ? [] : holes.map((hole) => pointOf(subject, hole, rules.files));
  return rules.rules.length === 0
    ? conclude({ ...base, faults, severity: "medium" })
    : conclude({ ...base, faults });
}

function pointOf(subject: Subject, { path, blinder }: PlaceCoverage, files: readonly string[]): Point {
  const says =
    blinder === null
      ? `changes of ${path} are not audited`
      : `changes of ${path} are hidden by "${blinder.text}"`;
  const where =
    blinder === null ? files.slice(0, 3).map((file) => ofPath(subject, file)) : [at(subject, blinder.span)];
  return { says, evidence: [ofPath(subject, path), ...where] };
}
