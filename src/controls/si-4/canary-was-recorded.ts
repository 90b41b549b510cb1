import { decodeUtf8 } from "../../syntax/utf8.ts";
import type { Check } from "../check.ts";
import { endOfDay } from "../cm-5/approval.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude, notApplicable, notAssessable, type Point } from "../outcome.ts";
import { AUDIT_LOG } from "../sources/change-records.ts";
import { lineSpan } from "../sources/source-problem.ts";
import { parseAuditLog } from "./audit-log-records.ts";

const HOUR_USEC = 3_600_000_000;
const DAY_USEC = 24 * HOUR_USEC;
/** A day begins and ends somewhere on earth within these hours of UTC's. */
const ZONE_USEC = 14 * HOUR_USEC;
const VALID_DAYS = 90;
const MAX_BYTES = 64 * 1024 * 1024;
const UNIT = "canary-7f3a.timer";
const NAME = /^[A-Za-z0-9:_.@-]{1,200}\.timer$/;
const SETTINGS = new Map([
  ["canary-unit", UNIT],
  ["canary-date", "2025-12-15"],
]);

function record(day: string, serial: number, name: string): string {
  const seconds = Date.parse(`${day}T12:00:00Z`) / 1000;
  return `type=PATH msg=audit(${seconds}.000:${serial}): item=1 name="${name}" inode=7 nametype=CREATE\n`;
}
const BEFORE = record("2025-12-01", 1, "/etc/other");
const SEEN = record("2025-12-15", 700, `/run/systemd/transient/${UNIT}`);
const AFTER = record("2025-12-20", 900, "/etc/other");

/** The only real test: a harmless timer is made by hand, and the records are asked. The check itself writes nothing. */
export const canaryWasRecorded: Check = {
  id: "si4-11-canary-was-recorded",
  title: "A harmless timer made as a test was recorded",
  control: "SI-4",
  severity: "high",
  objectives: ["si-4_obj.a.1", "si-4_obj.b", "si-4_obj.c.2"],
  reads: [AUDIT_LOG],
  needs: [],
  why: "Rules on disk say what should be seen; only a timer that was made and found again says that it is.",
  remediation:
    "add the missing watch (SI4-02), make the test again (docs/controls.md tells how), and declare canary-unit and canary-date",
  falseResults: [
    "Only the audit log is asked: a sensor that keeps its records elsewhere may have seen it",
    "Sensors that deliver in batches may be late",
    "Paths that audit writes in hexadecimal, because they hold a blank, are not recognized",
  ],
  references: ["SP 800-53A SI-4 (test)", "man:ausearch(8)"],

  run(subject) {
    const { settings } = subject.declared;
    const unit = settings.get("canary-unit");
    const day = settings.get("canary-date") ?? "";
    if (unit === "not-wanted") return notApplicable("a canary test is declared not to be wanted here");
    if (unit === undefined)
      return notAssessable(
        "no canary test was declared: make a harmless timer by hand, and declare the settings canary-unit and canary-date",
      );
    if (!NAME.test(unit)) return notAssessable(`canary-unit "${unit.slice(0, 60)}" is no name of a timer`);
    const end = endOfDay(day);
    if (end === 0) return notAssessable(`canary-date "${day.slice(0, 40)}" is no day such as 2027-01-31`);
    if (end + VALID_DAYS * DAY_USEC < subject.nowUsec)
      return notAssessable(`the canary test of ${day} is more than ${VALID_DAYS} days ago: make it again`);
    const content = subject.host.readFile(AUDIT_LOG, MAX_BYTES);
    if (content.kind !== "present")
      return notAssessable(
        `whether the canary of ${day} was recorded is not known: ${AUDIT_LOG}: ${content.kind === "absent" ? "it is not there" : content.reason}`,
        [ofPath(subject, AUDIT_LOG)],
      );
    const from = end - DAY_USEC - ZONE_USEC;
    const until = end + ZONE_USEC;
    const text = decodeUtf8(content.value.bytes);
    const lines = text.split("\n");
    const { records, garbled } = parseAuditLog(text);
    const seen = records.filter(
      ({ usec, line }) => usec >= from && usec <= until && (lines[line - 1] ?? "").includes(`/${unit}"`),
    );
    const [first, last] = [records[0], records.at(-1)];
    const spans =
      first !== undefined &&
      last !== undefined &&
      first.usec <= from &&
      last.usec >= until &&
      !content.value.truncated;
    const evidence = [ofPath(subject, AUDIT_LOG, `${records.length} records`)];
    const missed: Point = { says: `the canary ${unit} of ${day} is not in the audit log`, evidence };
    const outside: Point = { says: `the audit log does not reach over ${day}`, evidence };
    const broken: Point = { says: `${AUDIT_LOG} holds lines that are no records`, evidence };
    return conclude({
      faults: seen.length === 0 && spans && garbled.length === 0 ? [missed] : [],
      doubts: [...(garbled.length > 0 ? [broken] : []), ...(seen.length === 0 && !spans ? [outside] : [])],
      looked: seen.map(({ line }) => at(subject, lineSpan(AUDIT_LOG, line), unit)),
      holds: `the canary ${unit} of ${day} is in the audit log (${seen.length} records)`,
      nothing: "",
    });
  },

  examples: () => ({
    pass: [{ files: { [AUDIT_LOG]: BEFORE + SEEN + AFTER }, declared: { settings: SETTINGS } }],
    fail: [{ files: { [AUDIT_LOG]: BEFORE + AFTER }, declared: { settings: SETTINGS } }],
    notApplicable: [{ files: {}, declared: { settings: new Map([["canary-unit", "not-wanted"]]) } }],
    notAssessable: [
      { files: {} },
      { files: {}, declared: { settings: SETTINGS } },
      { files: { [AUDIT_LOG]: AFTER }, declared: { settings: SETTINGS } },
      { files: { [AUDIT_LOG]: `${BEFORE}garbage\n${SEEN}${AFTER}` }, declared: { settings: SETTINGS } },
      {
        files: { [AUDIT_LOG]: BEFORE + SEEN + AFTER },
        declared: { settings: new Map([...SETTINGS, ["canary-date", "2025-01-01"]]) },
      },
      { files: {}, declared: { settings: new Map([...SETTINGS, ["canary-unit", "../x"]]) } },
    ],
  }),
};
