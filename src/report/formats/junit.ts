import { grouped } from "../../grouped.ts";
import { caseRows } from "../case-facts.ts";
import type { AuditReport, FindingRow, TimerRow } from "../envelope.ts";
import type { Exporter } from "../exporter.ts";
import {
  acceptedText,
  findingText,
  hostName,
  isFailing,
  isOpen,
  placeText,
  timerOf,
  timersById,
} from "../finding-facts.ts";
import { markup } from "../html-text.ts";
import { rowsOf } from "../rows.ts";
import { visible } from "../visible.ts";

/**
 * JUnit XML as CI servers read it: a test case for each activation, which fails when an open finding against it is
 * high or worse, and is skipped when what it runs could not be known. Milder findings stand in its output.
 */
export const junit: Exporter = {
  name: "junit",
  takes: "audit",
  mediaType: "application/xml; charset=utf-8",
  extension: ".xml",
  summary: "JUnit XML for CI: a test case for each timer",
  *write(report) {
    const cases = testCases(report);
    const gaps = report.coverage.gaps;
    const failures = cases.filter(({ findings }) => findings.some(isFailing)).length;
    const skipped = cases.filter(isSkipped).length + gaps.length;
    const counts = `tests="${cases.length + gaps.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
    yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="timerwarden" ${counts}>\n`;
    yield `  <testsuite name="${markup(hostName(report))}" ${counts} timestamp="${markup(report.clock.now)}">\n`;
    const said = caseRows(report).map(
      ([label, text]) => `      <property name="${label.toLowerCase()}" value="${markup(text)}"/>\n`,
    );
    if (said.length > 0) yield `    <properties>\n${said.join("")}    </properties>\n`;
    for (const testCase of cases) yield* caseText(testCase);
    for (const { path, reason, hides } of gaps)
      yield `    <testcase classname="evidence" name="${markup(path)}"><skipped message="${markup(`${reason}; hides ${hides}`)}"/></testcase>\n`;
    yield "  </testsuite>\n</testsuites>\n";
  },
};

interface TestCase {
  readonly scope: string;
  readonly unit: string;
  readonly timer: TimerRow | null;
  readonly findings: readonly FindingRow[];
}

/** Activations in the report's order, then units that only findings name. */
function testCases(report: AuditReport): readonly TestCase[] {
  const timers = timersById(report);
  const byId = new Map(report.findings.map((finding) => [finding.id, finding]));
  const others = grouped(
    report.findings.filter((finding) => timerOf(finding, timers) === undefined),
    ({ scope, unit }) => `${scope}/${unit}`,
  );
  return [
    ...rowsOf(report).map((timer) => ({
      scope: timer.scope,
      unit: timer.unit,
      timer,
      findings: timer.findings.flatMap((id) => byId.get(id) ?? []),
    })),
    ...[...others.values()].map((findings) => ({
      scope: findings[0]?.scope ?? "",
      unit: findings[0]?.unit ?? "",
      timer: null,
      findings,
    })),
  ];
}

function isSkipped({ timer, findings }: TestCase): boolean {
  return timer?.verdict === "unknown" && !findings.some(isFailing);
}

function* caseText(testCase: TestCase): Generator<string> {
  const { scope, unit, timer, findings } = testCase;
  yield `    <testcase classname="${markup(scope)}" name="${markup(unit)}"`;
  const failing = findings.filter(isFailing);
  const others = findings.filter((finding) => !isFailing(finding));
  if (findings.length === 0 && !isSkipped(testCase)) {
    yield "/>\n";
    return;
  }
  yield ">\n";
  if (isSkipped(testCase)) yield `      <skipped message="${markup(unknownReason(timer))}"/>\n`;
  const [worst] = failing;
  if (worst)
    yield `      <failure type="${markup(worst.rule)}" message="${markup(worst.says)}">${markupLines(failing)}</failure>\n`;
  if (others.length > 0) yield `      <system-out>${markupLines(others)}</system-out>\n`;
  yield "    </testcase>\n";
}

function unknownReason(timer: TimerRow | null): string {
  return timer?.problems[0]?.says ?? timer?.next.detail ?? "what it runs could not be known";
}

function markupLines(findings: readonly FindingRow[]): string {
  const lines = findings.flatMap((finding) => [
    `${finding.severity}[${finding.rule}] ${findingText(finding)} (${finding.id})`,
    ...finding.evidence.map(
      (place) => `  ${placeText(place)}${place.excerpt ? `: ${visible(place.excerpt)}` : ""}`,
    ),
    ...(isOpen(finding) ? [] : [`  ${acceptedText(finding)}`]),
  ]);
  return lines.map(markup).join("\n");
}
