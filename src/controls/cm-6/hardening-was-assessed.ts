import type { Check } from "../check.ts";
import { readLongText } from "../cm-5/long-text.ts";
import { ofPath } from "../evidence.ts";
import { conclude, notApplicable, notAssessable, type Point } from "../outcome.ts";
import { doubtsOf, type SourceProblem } from "../sources/source-problem.ts";
import { parseBenchmarkResult } from "./benchmark-result.ts";

const SETTING = "benchmark-results";
const FILE = "/var/lib/benchmark/results.xml";
const DAY_USEC = 86_400_000_000;
const DEFAULT_DAYS = 90;
const DEFAULT_RATE = 80;

function xccdf(day: string, ...results: readonly string[]): string {
  const rows = results.map((result) => `<rule-result idref="r"><result>${result}</result></rule-result>`);
  return `<TestResult end-time="${day}T03:00:00Z"><profile idref="level1"/>${rows.join("")}</TestResult>\n`;
}

function declaring(more: Readonly<Record<string, string>> = {}): {
  readonly settings: ReadonlyMap<string, string>;
} {
  return { settings: new Map(Object.entries({ [SETTING]: FILE, ...more })) };
}

export const hardeningWasAssessed: Check = {
  id: "cm6-01-hardening-was-assessed",
  title: "A hardening benchmark was run in time and mostly passed",
  control: "CM-6",
  severity: "medium",
  objectives: ["cm-6_obj.b", "cm-6_obj.c-1"],
  reads: [],
  needs: [],
  why: "The settings of a benchmark are the ones somebody thought about; its results say how far this host is from them.",
  remediation: "run the benchmark, mend what failed, and declare its result file under benchmark-results",
  falseResults: [
    "Benchmarks have few items on timers: a high rate says little of this technique",
    "The file is on the target: keep a copy elsewhere",
  ],
  references: ["NIST IR 7275 (XCCDF)"],

  run(subject) {
    const { settings, assessmentDays } = subject.declared;
    const path = settings.get(SETTING);
    if (path === undefined)
      return notAssessable(`no results were declared (setting ${SETTING}: the path of an XCCDF or HDF file)`);
    if (path === "none-needed") return notApplicable("a benchmark is declared not to be needed");
    const problems: SourceProblem[] = [];
    const text = path.startsWith("/") ? readLongText(subject.host, path, problems) : null;
    if (text === null)
      return conclude({
        faults: [],
        doubts: [
          { says: `${path} cannot be read`, evidence: [ofPath(subject, path)] },
          ...doubtsOf(subject, problems),
        ],
        looked: [],
        holds: "",
        nothing: "",
      });
    const result = parseBenchmarkResult(text);
    if (!result.ok) return notAssessable(`${path}: ${result.problem.message}`, [ofPath(subject, path)]);
    const { passed, failed, endedUsec, profile } = result.value;
    const rate = passed + failed === 0 ? 0 : (100 * passed) / (passed + failed);
    const wanted = Number(settings.get("benchmark-minimum") ?? DEFAULT_RATE);
    const days = assessmentDays ?? DEFAULT_DAYS;
    const evidence = [
      ofPath(subject, path, `${profile ?? "no profile"}: ${passed} passed, ${failed} failed`),
    ];
    const faults: Point[] = [];
    const doubts: Point[] = [];
    if (passed + failed === 0) doubts.push({ says: `${path} holds no results`, evidence });
    else if (rate < wanted)
      faults.push({ says: `${rate.toFixed(0)} % passed, ${wanted} % are wanted`, evidence });
    if (endedUsec === null) doubts.push({ says: "when the benchmark ran is not in its results", evidence });
    else if (endedUsec < subject.nowUsec - days * DAY_USEC)
      faults.push({ says: `the results are older than ${days} days`, evidence });
    return conclude({
      faults,
      doubts,
      looked: evidence,
      holds: `${rate.toFixed(0)} % of ${passed + failed} rules passed`,
      nothing: "",
    });
  },

  examples: () => ({
    pass: [
      {
        files: { [FILE]: xccdf("2025-12-20", "pass", "pass", "pass", "pass", "fail", "notapplicable") },
        declared: declaring(),
      },
      {
        files: {
          [FILE]:
            '{"profiles":[{"name":"cis","controls":[{"results":[{"status":"passed","start_time":"2025-12-20T03:00:00Z"}]}]}]}',
        },
        declared: declaring(),
      },
    ],
    fail: [
      { files: { [FILE]: xccdf("2025-12-20", "pass", "fail") }, declared: declaring() },
      { files: { [FILE]: xccdf("2025-01-20", "pass") }, declared: declaring() },
    ],
    notApplicable: [{ files: {}, declared: declaring({ [SETTING]: "none-needed" }) }],
    notAssessable: [
      { files: {} },
      { files: { [FILE]: { content: "", error: "EACCES" } }, declared: declaring() },
      { files: { [FILE]: "no results at all" }, declared: declaring() },
    ],
  }),
};
