/** Where a change makes, alters or arms a timer of the system, and whether audit rules record it. */

import { type AuditRule, type AuditRules, readAuditRules } from "../sources/audit-rules.ts";
import { blindedBy, watchOf } from "../sources/audit-rules-coverage.ts";
import type { Subject } from "../subject.ts";
import { BUILT_IN_GENERATOR_FOLDERS } from "./generator-folders.ts";

export interface PlaceCoverage {
  readonly path: string;
  /** The rule that records changes of it; `null` when none does. */
  readonly rule: AuditRule | null;
  /** The rule that keeps them from being recorded. */
  readonly blinder: AuditRule | null;
}

export interface AuditCoverage {
  readonly rules: AuditRules;
  readonly places: readonly PlaceCoverage[];
}

const FURTHER = [
  "/etc/systemd/user",
  "/usr/lib/systemd/user",
  "/var/lib/systemd/linger",
  "/etc/systemd/system.conf.d",
  "/etc/systemd/user.conf.d",
];

/** The directories that exist: units of the system, generators, units of all users, lingering, the managers' settings. */
export function timerPlaces({ system, host }: Pick<Subject, "system" | "host">): readonly string[] {
  const wanted = [
    ...(system?.searchPath ?? []).map(({ path }) => path),
    ...BUILT_IN_GENERATOR_FOLDERS,
    ...FURTHER,
  ];
  const real = wanted.flatMap((path) => {
    const found = host.realPath(path);
    const facts = host.stat(path);
    return found.kind === "present" && facts.kind === "present" && facts.value.kind === "directory"
      ? [found.value]
      : [];
  });
  return [...new Set(real)];
}

/** For `Subject.once`. */
export function readAuditCoverage(subject: Subject): AuditCoverage {
  const rules = subject.once(readAuditRules);
  return {
    rules,
    places: timerPlaces(subject).map((path) => {
      const rule = watchOf(rules, path, "wa");
      return { path, rule, blinder: rule === null ? blindedBy(rules, path) : null };
    }),
  };
}
