/** What rules say of unit files that are on no host: an audit report whose places are the files as they were named. */
import { readInventory } from "../inventory/inventory.ts";
import type { LooseUnits } from "../inventory/loose-units.ts";
import { judge } from "../rules/judge.ts";
import { rootRunsFileInHome } from "../rules/root-runs-file-in-home.ts";
import { TEXT_RULES } from "../rules/text-rules.ts";
import type { SystemdVersion } from "../time/systemd-version.ts";
import { UTC } from "../time/zone.ts";
import { auditReport } from "./build.ts";
import type { AuditReport, FindingRow, GapRow } from "./envelope.ts";
import { counted } from "./list-text.ts";
import { visible } from "./visible.ts";

export interface LintOptions {
  readonly nowUsec: number;
  readonly version: SystemdVersion;
  /** Files that could not be read. */
  readonly gaps: readonly GapRow[];
}

/** All sets in one report; findings in the order of their files and lines. */
export function lintReport(sets: readonly LooseUnits[], options: LintOptions): AuditReport {
  const reports = sets.map((units) => lintOne(units, options));
  const [first] = reports;
  if (first === undefined) throw new Error("no unit files to lint");
  const findings = reports.flatMap((report) => report.findings);
  const verdicts = { alert: 0, suspect: 0, review: 0, unknown: 0, ok: 0 };
  const timers = reports.flatMap((report) => report.timers);
  for (const { verdict } of timers)
    if (verdict !== null && Object.hasOwn(verdicts, verdict)) verdicts[verdict as keyof typeof verdicts]++;
  const sum = (of: (report: AuditReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  return {
    ...first,
    target: { name: "units:", live: false, host: null, system: null, machineId: null },
    coverage: {
      ...first.coverage,
      timers: timers.length,
      jobs: 0,
      unitFiles: sets.reduce((total, { paths }) => total + new Set(paths.values()).size, 0),
      dropIns: sum(({ coverage }) => coverage.dropIns),
      programs: sum(({ coverage }) => coverage.programs),
      users: 0,
      gaps: [...options.gaps],
      notes: [],
    },
    timers,
    findings: findings.sort(inOrder),
    summary: { verdicts, accepted: 0 },
  };
}

function lintOne(units: LooseUnits, { nowUsec, version }: LintOptions): AuditReport {
  const zones = { zone: (name: string) => (isZoneName(name) ? UTC : null), local: UTC };
  const read = (missing: ReadonlySet<string>, started: ReadonlySet<string>) =>
    readInventory(units.host(missing, started), { zones, nowUsec, version, scopes: "system" });
  const first = read(new Set(), new Set());
  const own = first.timers.filter(({ unit }) => units.standsInFor(unit) === null);
  const started = new Set(own.flatMap(({ activates }) => activates ?? []));
  const missing = own.flatMap(({ activates, target }) =>
    activates !== null && target?.state === "not-found" ? [activates] : [],
  );
  const inventory = read(new Set(missing), started);
  const report = auditReport(inventory, judge(inventory, { rules: TEXT_RULES, depth: "everything" }));
  const findings = report.findings.flatMap((finding) => told(finding, units));
  const seen = new Set<string>();
  return {
    ...report,
    timers: report.timers
      .filter(({ path }) => path !== null && units.paths.has(path))
      .map((row) => ({
        ...row,
        path: named(row.path ?? "", units),
        dropIns: row.dropIns.map((path) => named(path, units)),
      })),
    jobs: [],
    findings: findings.filter(({ rule, says, evidence }) => {
      const key = JSON.stringify([rule, says.replace(/@instance\b/g, "@"), evidence[0]]);
      return !seen.has(key) && seen.add(key) !== undefined;
    }),
  };
}

/** No host's zones are at hand, but tzdata's names are the same everywhere. */
function isZoneName(name: string): boolean {
  if (!/^[A-Z][\w+-]*(\/[\w+-]+)*$/.test(name.replace(/^(posix|right)\//, ""))) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name.replace(/^(posix|right)\//, "") });
    return true;
  } catch {
    return false;
  }
}

/** The finding in the user's words, if it is about a file of the user's. */
function told(finding: FindingRow, units: LooseUnits): readonly FindingRow[] {
  const evidence = finding.evidence.filter(({ path }) => units.paths.has(path));
  if (evidence.length === 0 || (finding.rule === rootRunsFileInHome.id && isOfUsers(evidence, units)))
    return [];
  const unit = units.standsInFor(finding.unit);
  return [
    {
      ...finding,
      unit: unit ?? finding.unit,
      says:
        unit === null
          ? finding.says
          : finding.says.replace(`${finding.unit}: `, "").replaceAll(finding.unit, unit),
      evidence: evidence.map((place) => ({ ...place, path: named(place.path, units) })),
    },
  ];
}

/** Units below `systemd/user` are read by users' managers, and nothing in them runs as root. */
function isOfUsers(evidence: FindingRow["evidence"], units: LooseUnits): boolean {
  return evidence.every(({ path }) => /(^|\/)systemd\/user\//.test(named(path, units)));
}

function named(path: string, { paths }: LooseUnits): string {
  return paths.get(path) ?? path;
}

function inOrder(a: FindingRow, b: FindingRow): number {
  const [left, right] = [a.evidence[0], b.evidence[0]];
  if (left === undefined || right === undefined) return 0;
  if (left.path !== right.path) return left.path < right.path ? -1 : 1;
  return left.line - right.line || left.column - right.column || (a.rule < b.rule ? -1 : 1);
}

/** `FILE:LINE:COLUMN: SEVERITY[RULE]: sentence`, as compilers have it; at the end how many files were read. */
export function* lintText(report: AuditReport): Generator<string> {
  for (const { severity, rule, says, evidence } of report.findings) {
    const [place] = evidence;
    const at = place === undefined || place.line === 0 ? "" : `:${place.line}:${Math.max(1, place.column)}`;
    yield `${visible(place?.path ?? "")}${at}: ${severity}[${rule}]: ${visible(says)}\n`;
  }
  for (const { path, reason } of report.coverage.gaps)
    yield `${visible(path)}: not read: ${visible(reason)}\n`;
  const count = report.findings.length;
  const found = count === 0 ? "nothing found" : counted(count, "finding");
  yield `${counted(report.coverage.unitFiles, "unit file")}: ${found}\n`;
}
