import type { Check } from "../check.ts";
import { endOfDay } from "../cm-5/approval.ts";
import { digestOfText } from "../cm-5/example-packages.ts";
import { ofPath } from "../evidence.ts";
import { conclude, notApplicable, notAssessable, type Point } from "../outcome.ts";

const DAY_USEC = 86_400_000_000;
const DEFAULT_DAYS = 7;
const FILE = "/var/lib/timerwarden/baseline.json";

function declaring(more: Readonly<Record<string, string>>): {
  readonly settings: ReadonlyMap<string, string>;
} {
  return { settings: new Map(Object.entries(more)) };
}
const GOOD = {
  "baseline-file": FILE,
  "baseline-sha256": digestOfText("{}"),
  "baseline-date": "2025-12-01",
  "drift-date": "2025-12-30",
};

export const driftWasComputed: Check = {
  id: "ca7-03-drift-was-computed",
  title: "There is a baseline, it is as it was made, and drift from it was computed",
  control: "CA-7",
  severity: "medium",
  objectives: ["ca-7_obj.d", "ca-7_obj.e"],
  reads: [],
  needs: [],
  why: "Monitoring change needs a state to compare with, one that did not change along.",
  remediation:
    "make a baseline after the last approved change, keep its digest off the host, and compare regularly",
  falseResults: [
    "Hosts of one image may share a baseline",
    "The digest is as trustworthy as the place it is kept in",
  ],
  references: ["SP 800-53 CA-7(4)"],

  run(subject) {
    const { settings, assessmentDays, approved } = subject.declared;
    const path = settings.get("baseline-file");
    const digest = settings.get("baseline-sha256");
    if (path === "none-needed") return notApplicable("a baseline is declared not to be needed for this host");
    if (path === undefined || digest === undefined || !path.startsWith("/"))
      return notAssessable(
        "no baseline was declared (settings baseline-file, baseline-sha256, baseline-date, drift-date)",
      );
    const evidence = [ofPath(subject, path, settings.get("baseline-date") ?? null)];
    const known = evidence[0]?.digest ?? null;
    const made = endOfDay(settings.get("baseline-date") ?? "");
    const compared = endOfDay(settings.get("drift-date") ?? "");
    const days = assessmentDays ?? DEFAULT_DAYS;
    const faults: Point[] = [];
    const doubts: Point[] = [];
    if (known === null) doubts.push({ says: `${path} cannot be read`, evidence });
    else if (known !== digest.toLowerCase())
      faults.push({ says: `${path} is not the baseline that was made`, evidence });
    if (made === 0) doubts.push({ says: "when the baseline was made is not declared", evidence });
    if (compared === 0) faults.push({ says: "drift from the baseline was never computed", evidence });
    else if (compared < subject.nowUsec - days * DAY_USEC)
      faults.push({ says: `drift was last computed more than ${days} days ago`, evidence });
    const changes = (approved ?? []).flatMap(
      ({ ticket }) => /^\d{4}-\d{2}-\d{2}/.exec(ticket ?? "")?.[0] ?? [],
    );
    for (const change of changes)
      if (endOfDay(change) > made && made > 0)
        faults.push({ says: `the baseline is older than the change of ${change}`, evidence });
    return conclude({
      faults: known === null ? [] : faults,
      doubts,
      looked: evidence,
      holds: "the baseline is as it was made, and drift was computed in time",
      nothing: "",
    });
  },

  examples: {
    pass: [{ files: { [FILE]: "{}" }, declared: declaring(GOOD) }],
    fail: [
      { files: { [FILE]: "{ }" }, declared: declaring(GOOD) },
      { files: { [FILE]: "{}" }, declared: declaring({ ...GOOD, "drift-date": "2025-11-01" }) },
    ],
    notApplicable: [{ files: {}, declared: declaring({ "baseline-file": "none-needed" }) }],
    notAssessable: [
      { files: {} },
      { files: { [FILE]: { content: "{}", error: "EACCES" } }, declared: declaring(GOOD) },
      { files: {}, declared: declaring(GOOD) },
    ],
  },
};
