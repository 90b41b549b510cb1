import type { Check } from "../check.ts";
import { endOfDay } from "../cm-5/approval.ts";
import { ofPath } from "../evidence.ts";
import { conclude, notApplicable, notAssessable, type Point } from "../outcome.ts";

const SETTING = "open-failures";
const DAY_USEC = 86_400_000_000;
const DEFAULT_DAYS = 30;

function declaring(text: string): { readonly settings: ReadonlyMap<string, string> } {
  return { settings: new Map([[SETTING, text]]) };
}

export const noOldOpenFailures: Check = {
  id: "ca7-07-no-old-open-failures",
  title: "No grave failure has stayed open longer than agreed",
  control: "CA-7",
  severity: "low",
  objectives: ["ca-7_obj.e"],
  reads: [],
  needs: [],
  why: "A failure that stays open month after month was found by everybody and owned by nobody.",
  remediation: "mend it, or record the risk as accepted with an end date (a waiver)",
  falseResults: ["Risks accepted in another system: bring them in as waivers"],
  references: ["SP 800-53 CA-7"],

  run(subject) {
    const text = subject.declared.settings.get(SETTING);
    if (text === undefined)
      return notAssessable(
        `open failures were not declared (setting ${SETTING}: CHECK=DAY parted by blanks, or none)`,
      );
    if (text.trim() === "none") return notApplicable("no failure is open");
    const days = Number(subject.declared.settings.get("failure-days") ?? DEFAULT_DAYS);
    if (!Number.isFinite(days) || days <= 0)
      return notAssessable("the setting failure-days is no number of days");
    const limit = subject.nowUsec - days * DAY_USEC;
    const faults: Point[] = [];
    const doubts: Point[] = [];
    const items = text.trim().split(/\s+/);
    const approved = new Set((subject.declared.approved ?? []).map(({ what }) => what));
    for (const item of items) {
      const [, name = "", since = ""] = /^([^=]+)=(\d{4}-\d{2}-\d{2})$/.exec(item) ?? [];
      if (endOfDay(since) === 0)
        doubts.push({
          says: `"${item.slice(0, 60)}" in ${SETTING} is not of the form CHECK=DAY`,
          evidence: [],
        });
      else if (endOfDay(since) < limit && !approved.has(name))
        faults.push({ says: `${name} has failed since ${since}`, evidence: [ofPath(subject, "/", item)] });
    }
    return conclude({
      faults,
      doubts,
      looked: items.map((item) => ofPath(subject, "/", item)),
      holds: `none of ${items.length} open failures is older than ${days} days`,
      nothing: "",
    });
  },

  examples: {
    pass: [{ files: {}, declared: declaring("ac3-01-unit-directories-are-roots=2025-12-20") }],
    fail: [{ files: {}, declared: declaring("ac3-01-unit-directories-are-roots=2025-10-01") }],
    notApplicable: [{ files: {}, declared: declaring("none") }],
    notAssessable: [{ files: {} }, { files: {}, declared: declaring("something") }],
  },
};
