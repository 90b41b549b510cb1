import type { Gap } from "../inventory/closure.ts";
import type { Check, CheckResult } from "./check.ts";
import { ofPath } from "./evidence.ts";
import { type OddDirectory, readOddDirectories } from "./odd-directories.ts";
import { notAssessable } from "./outcome.ts";
import { covers } from "./path-pattern.ts";
import type { Subject } from "./subject.ts";

/**
 * Runs one check with the guards that hold for all: without what it needs it is not assessable, and what could not be
 * read of what it looks at is never taken for absence.
 */
export function runCheck(check: Check, subject: Subject): CheckResult {
  const missing = check.needs.flatMap((path) => {
    const content = subject.host.readFile(path, 1);
    if (content.kind === "present") return [];
    const reason = content.kind === "absent" ? "it is not there" : content.reason;
    return [{ says: `${path} is needed: ${reason}`, evidence: ofPath(subject, path, reason) }];
  });
  if (missing.length > 0)
    return notAssessable(
      missing.map(({ says }) => says).join("; "),
      missing.map(({ evidence }) => evidence),
    );
  const result = check.run(subject);
  if (result.outcome === "fail" || result.outcome === "not-assessable") return result;
  const hidden = [...subject.inventory.gaps(), ...subject.once(readOddDirectories)].filter((gap) =>
    concerns(check, gap),
  );
  if (hidden.length === 0) return result;
  return notAssessable(
    hidden
      .slice(0, 4)
      .map(({ path, reason }) => `${path}: ${reason}`)
      .join("; "),
    hidden.map(({ path, reason }) => ofPath(subject, path, reason)),
  );
}

function concerns(check: Check, gap: Gap | OddDirectory): boolean {
  return check.reads.some((pattern) => covers(pattern, gap.path));
}
