import { type Principal, type RunsAs, weakerThan } from "../accounts/principal.ts";
import { modeText, ofPath } from "./evidence.ts";
import type { Point } from "./outcome.ts";
import type { Subject } from "./subject.ts";

export const ROOT: RunsAs = { name: "root", uid: 0 };

/** Who besides root and the account may change what a path leads to, each as a point; and what could not be seen. */
export function writerPoints(
  subject: Subject,
  path: string,
  runsAs: RunsAs = ROOT,
): { readonly faults: readonly Point[]; readonly doubts: readonly Point[] } {
  const { principals, gap } = subject.writers.writersOf(path);
  return {
    faults: principals
      .filter((principal) => weakerThan(principal, runsAs, subject.accounts))
      .map((principal) => writerPoint(subject, path, principal)),
    doubts: gap === null ? [] : [{ says: `${path}: ${gap}`, evidence: [ofPath(subject, path, gap)] }],
  };
}

export function writerPoint(subject: Subject, path: string, principal: Principal): Point {
  const { how, because, kind, name } = principal;
  const who = kind === "everyone" ? "everyone" : `${kind} ${name}`;
  const where = because.path === path ? "" : ` through ${because.path}`;
  return {
    says: `${who} can change ${path}${where}`,
    evidence: [
      ofPath(subject, because.path, `${how}, mode ${modeText(because.mode)}`),
      ...(because.path === path ? [] : [ofPath(subject, path)]),
    ],
  };
}

/** The account a name or uid stands for; somebody unknown is weaker than all. */
export function runsAsOf({ accounts }: Subject, name: string): RunsAs {
  const account = accounts.byName.get(name) ?? accounts.byUid.get(/^\d+$/.test(name) ? Number(name) : -1);
  return account ?? (name === "root" ? ROOT : { name, uid: /^\d+$/.test(name) ? Number(name) : -1 });
}
