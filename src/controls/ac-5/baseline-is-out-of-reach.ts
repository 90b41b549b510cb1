import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS, unreadable } from "../example-hosts.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { readText } from "../sources/read-text.ts";
import { doubtsOf, lineSpan, type SourceProblem, wholeFile } from "../sources/source-problem.ts";
import { writerPoints } from "../writer-points.ts";

const CONFIGS = ["/etc/aide/aide.conf", "/etc/aide.conf"];
const CONFIG = "/etc/aide/aide.conf";
const DATABASE = "/var/lib/aide/aide.db";
const LOCAL = `database_in=file:${DATABASE}\n`;

/** A baseline that whoever changes units can rewrite detects nothing of them. */
export const baselineIsOutOfReach: Check = {
  id: "ac5-05-baseline-is-out-of-reach",
  title: "The baseline of the integrity tool is out of reach of those who change units",
  control: "AC-5",
  severity: "low",
  objectives: ["ac-5_obj.b"],
  reads: [...CONFIGS, "/var/lib/aide", "/etc/passwd", "/etc/group"],
  needs: [],
  why: "After a timer is planted the baseline can be made anew, and everything matches again.",
  remediation:
    "keep a signed copy of the database off the host or on read-only media, and declare it: settings, baseline-copy",
  falseResults: ["A copy outside the host cannot be seen: it counts when it is declared"],
  references: ["man:aide.conf(5)"],

  run(subject) {
    const problems: SourceProblem[] = [];
    const path = CONFIGS.find((config) => subject.host.stat(config).kind !== "absent");
    if (path === undefined) return notApplicable("there is no baseline: AIDE is not set up");
    const text = readText(subject.host, path, problems);
    const lines = (text ?? "").split("\n");
    const line = lines.findIndex((candidate) => /^\s*database(?:_in)?\s*=/.test(candidate));
    const url = /=\s*(\S+)/.exec(lines[line] ?? "")?.[1] ?? null;
    const span = line < 0 ? wholeFile(path) : lineSpan(path, line + 1);
    if (text !== null && url === null) problems.push({ span, reason: "it names no database" });
    const faults: Point[] = [];
    const file = /^(?:file:)(\/.*)$/.exec(url ?? "")?.[1] ?? null;
    const declared = subject.declared.settings.get("baseline-copy");
    if (file !== null) {
      if (/@@/.test(file)) problems.push({ span, reason: "its path is put together by macros" });
      else faults.push(...writerPoints(subject, file).faults);
      if (declared === undefined)
        faults.push({
          says: `the only copy known is ${file}, on the host itself`,
          evidence: [at(subject, span, url), ofPath(subject, file)],
        });
    }
    return conclude({
      faults,
      doubts: [
        ...doubtsOf(subject, problems),
        ...(file === null ? [] : accountDoubts(subject, ["/etc/passwd", "/etc/group"], true)),
      ],
      looked: [at(subject, span, url)],
      holds:
        file === null ? `the baseline is read from ${url}` : `a copy of the baseline is kept at ${declared}`,
      nothing: "there is no baseline",
    });
  },

  examples: () => ({
    pass: [
      {
        files: { ...ACCOUNTS, [CONFIG]: LOCAL, [DATABASE]: "x" },
        declared: { settings: new Map([["baseline-copy", "vault"]]) },
      },
      { files: { ...ACCOUNTS, [CONFIG]: "database_in=https://baseline.example.test/aide.db\n" } },
    ],
    fail: [{ files: { ...ACCOUNTS, [CONFIG]: LOCAL, [DATABASE]: "x" } }],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: unreadable({ ...ACCOUNTS, [CONFIG]: LOCAL }, CONFIG) },
      { files: { ...ACCOUNTS, [CONFIG]: "report_url=stdout\n" } },
    ],
  }),
};
