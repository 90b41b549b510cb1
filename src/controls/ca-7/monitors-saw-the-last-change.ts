import { decodeUtf8 } from "../../syntax/utf8.ts";
import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer } from "../example-hosts.ts";
import { conclude, notAssessable, type Point } from "../outcome.ts";
import { parseAuditLog } from "../si-4/audit-log-records.ts";
import { lineSpan } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";
import { localTimers } from "../unit-subjects.ts";

const LOG = "/var/log/audit/audit.log";
const MAX_BYTES = 64 * 1024 * 1024;
/** A record may be written a little before or after the change time. */
const NEAR_USEC = 60_000_000;
const HOST = { ...ACCOUNTS, ...localTimer("ExecStart=/bin/true\n") };
const TIMER = "/etc/systemd/system/job.timer";

function path(seconds: number, serial: number, name: string): string {
  return `type=PATH msg=audit(${seconds}.000:${serial}): item=1 name="${name}" inode=7 nametype=CREATE\n`;
}
const BEFORE = path(1_699_990_000, 1, "/etc/other");
const AFTER = path(1_700_090_000, 900, "/etc/other");

export const monitorsSawTheLastChange: Check = {
  id: "ca7-05-monitors-saw-the-last-change",
  title: "The newest change of a local unit is in the audit log",
  control: "CA-7",
  severity: "medium",
  objectives: ["ca-7_obj.e"],
  reads: [LOG, "/etc/systemd/system/**"],
  needs: [],
  why: "The last real change is a test nobody had to make: if it is not in the log, the next will not be either.",
  remediation: "add the missing watch (SI4-02), and look into the change",
  falseResults: [
    "Changes made while the sensor was being upgraded",
    "Change times in images are the time of extraction",
    "Other sensors keep logs that are not read",
  ],
  references: ["man:ausearch(8)"],

  run(subject) {
    const { timers, doubts } = localTimers(subject);
    const newest = newestChange(
      subject,
      timers
        .flatMap(({ closure }) => closure.files)
        .filter(
          ({ role, path: file }) => (role === "fragment" || role === "drop-in") && file.startsWith("/etc/"),
        )
        .map((file) => file.path),
    );
    if (newest === null)
      return conclude({
        faults: [],
        doubts,
        looked: [],
        holds: "",
        nothing: "there is no local unit of a timer in /etc",
      });
    const content = subject.host.readFile(LOG, MAX_BYTES);
    if (newest.usec === null)
      return notAssessable("when local units changed is not in this evidence", [
        ofPath(subject, newest.path),
      ]);
    if (content.kind !== "present")
      return notAssessable(`${LOG}: ${content.kind === "absent" ? "it is not there" : content.reason}`, [
        ofPath(subject, LOG),
      ]);
    const text = decodeUtf8(content.value.bytes);
    const { records, garbled } = parseAuditLog(text);
    const { usec } = newest;
    const evidence = [ofPath(subject, newest.path, "the newest change"), ofPath(subject, LOG)];
    const first = records[0];
    const last = records.at(-1);
    const spans =
      first !== undefined &&
      last !== undefined &&
      first.usec <= usec &&
      usec <= last.usec &&
      !content.value.truncated;
    const lines = text.split("\n");
    const name = newest.path.slice(newest.path.lastIndexOf("/") + 1);
    const seen = records.find(
      ({ type, usec: moment, line }) =>
        type === "PATH" && Math.abs(moment - usec) <= NEAR_USEC && (lines[line - 1] ?? "").includes(name),
    );
    const unseen: Point = { says: `the change of ${newest.path} is not in the audit log`, evidence };
    const outside: Point = {
      says: `the audit log does not reach over the change of ${newest.path}`,
      evidence,
    };
    const broken: Point = { says: `${LOG} holds lines that are no records`, evidence };
    return conclude({
      faults: seen === undefined && spans && garbled.length === 0 ? [unseen] : [],
      doubts: [
        ...doubts,
        ...(garbled.length > 0 ? [broken] : []),
        ...(seen === undefined && !spans ? [outside] : []),
      ],
      looked: seen === undefined ? [] : [at(subject, lineSpan(LOG, seen.line)), ...evidence],
      holds: `the audit log has the change of ${newest.path}`,
      nothing: "",
    });
  },

  examples: () => ({
    pass: [
      {
        files: {
          ...HOST,
          [LOG]:
            BEFORE +
            path(1_700_000_000, 2, TIMER) +
            path(1_700_000_000, 3, "/etc/systemd/system/job.service") +
            AFTER,
        },
      },
    ],
    fail: [{ files: { ...HOST, [LOG]: BEFORE + AFTER } }],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: HOST },
      { files: { ...HOST, [LOG]: AFTER } },
      { files: { ...HOST, [LOG]: { content: BEFORE + AFTER, error: "EACCES" } } },
      { files: { ...HOST, [LOG]: `${BEFORE}garbage\n${AFTER}` } },
    ],
  }),
};

interface Change {
  readonly path: string;
  /** Microseconds since 1970; `null` when the evidence carries no change times. */
  readonly usec: number | null;
}

function newestChange(subject: Subject, paths: readonly string[]): Change | null {
  const changes = [...new Set(paths)].map((one): Change => {
    const facts = subject.host.lstat(one);
    const time = facts.kind === "present" ? facts.value.ctimeNs : null;
    return { path: one, usec: time === null ? null : Number(time / 1000n) };
  });
  const [first, ...others] = changes;
  if (first === undefined) return null;
  return others.reduce((newest, one) => ((one.usec ?? 0) > (newest.usec ?? 0) ? one : newest), first);
}
