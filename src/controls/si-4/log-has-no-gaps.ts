import { decodeUtf8 } from "../../syntax/utf8.ts";
import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude, notApplicable, notAssessable, type Point } from "../outcome.ts";
import { lineSpan } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";
import { type AuditLog, type AuditRecord, parseAuditLog } from "./audit-log-records.ts";

const LOG = "/var/log/audit/audit.log";
const MAX_BYTES = 64 * 1024 * 1024;
/** Serial numbers that may lack: records that were filtered out still took one. */
const TOLERATED = 100;
const START =
  "type=DAEMON_START msg=audit(1700000000.000:1): op=start ver=3.0.9 auid=4294967295 res=success\n";

function record(serial: number, seconds = 1_700_000_000 + serial): string {
  return `type=SYSCALL msg=audit(${seconds}.000:${serial}): arch=c000003e syscall=59 success=yes\n`;
}

export const logHasNoGaps: Check = {
  id: "si4-09-log-has-no-gaps",
  title: "The audit log runs on without gaps or rules taken away",
  control: "SI-4",
  severity: "high",
  objectives: ["si-4_obj.d-1"],
  reads: [LOG],
  needs: [],
  why: "Who wants to act unseen stops audit, takes a rule away, or cuts the log: each leaves a gap before it closes.",
  remediation: "find out what happened in the gap, and keep a copy of the log off the host",
  falseResults: [
    "Crashes and steps of the clock look alike",
    "Records that a rule excludes leave small gaps, which are allowed for",
  ],
  references: ["man:auditd(8)", "man:ausearch(8)"],

  run(subject) {
    const content = subject.host.readFile(LOG, MAX_BYTES);
    if (content.kind === "absent") return notApplicable("there is no audit log");
    if (content.kind === "unreadable")
      return notAssessable(`${LOG}: ${content.reason}`, [ofPath(subject, LOG)]);
    const log = parseAuditLog(decodeUtf8(content.value.bytes));
    const garbled = log.garbled.slice(0, 5).map(
      (line): Point => ({
        says: `${LOG} line ${line} is no record`,
        evidence: [at(subject, lineSpan(LOG, line))],
      }),
    );
    const long: Point = { says: `${LOG} is longer than what was read`, evidence: [ofPath(subject, LOG)] };
    const first = log.records.slice(0, 1).map(({ line }) => at(subject, lineSpan(LOG, line)));
    return conclude({
      faults: [...gaps(subject, log), ...tampering(subject, log)],
      doubts: [...garbled, ...(content.value.truncated ? [long] : [])],
      looked:
        log.records.length === 0 ? [] : [...first, ofPath(subject, LOG, `${log.records.length} records`)],
      holds: `${log.records.length} records follow each other without a gap`,
      nothing: "the audit log is empty",
    });
  },

  examples: () => ({
    pass: [{ files: { [LOG]: START + record(2) + record(3) + record(5) } }],
    fail: [
      { files: { [LOG]: START + record(2) + record(900) } },
      {
        files: {
          [LOG]: `${START + record(2)}type=CONFIG_CHANGE msg=audit(1700000003.000:3): auid=1000 ses=2 op=remove_rule key="units" list=4 res=1\n`,
        },
      },
      {
        files: {
          [LOG]: `${START + record(2)}type=CONFIG_CHANGE msg=audit(1700000003.000:3): op=set audit_enabled=0 old=1 auid=1000 res=1\n`,
        },
      },
    ],
    notApplicable: [{ files: {} }, { files: { [LOG]: "" } }],
    notAssessable: [
      { files: { [LOG]: { content: START, error: "EACCES" } } },
      { files: { [LOG]: `${START}what is this\n` } },
    ],
  }),
};

/** Serials begin anew at a boot, and records of one moment may stand in another order. */
function gaps(subject: Subject, { records }: AuditLog): readonly Point[] {
  const found: Point[] = [];
  let highest = 0;
  let started = true;
  for (const { serial, type, line } of records) {
    if (type === "DAEMON_START" || type === "SYSTEM_BOOT" || type === "DAEMON_END") {
      started = true;
      continue;
    }
    if (!started && serial > highest + TOLERATED)
      found.push({
        says: `${serial - highest - 1} records lack before line ${line}`,
        evidence: [at(subject, lineSpan(LOG, line))],
      });
    highest = started || serial < highest - TOLERATED ? serial : Math.max(highest, serial);
    started = false;
  }
  return found;
}

/** Rules go in a crowd when audit starts or stops; one taken away by a person stands alone. */
function tampering(subject: Subject, { records }: AuditLog): readonly Point[] {
  const daemon = records
    .filter(({ type }) => type === "DAEMON_START" || type === "DAEMON_END")
    .map(({ usec }) => usec);
  const isNear = ({ usec }: AuditRecord): boolean =>
    daemon.some((moment) => Math.abs(moment - usec) < 2_000_000);
  return records.flatMap((entry): readonly Point[] => {
    if (entry.type !== "CONFIG_CHANGE" || isNear(entry) || !/\bres=1\b/.test(entry.body)) return [];
    const says = /\bop="?remove_rule/.test(entry.body)
      ? "a rule was taken away"
      : /\baudit_enabled=0\b/.test(entry.body) && !/\bold=0\b/.test(entry.body)
        ? "audit was switched off"
        : null;
    return says === null
      ? []
      : [{ says: `${says} (line ${entry.line})`, evidence: [at(subject, lineSpan(LOG, entry.line))] }];
  });
}
