import { openAcceptances, type UnusedAcceptance } from "../../policy/acceptance.ts";
import { auditText, shortAuditText } from "../../report/audit-text.ts";
import { auditReport } from "../../report/build.ts";
import { withCase } from "../../report/case-facts.ts";
import type { AuditReport } from "../../report/envelope.ts";
import { exporterOf, formatsFor } from "../../report/exporters.ts";
import type { TextStyle } from "../../report/list-text.ts";
import { judge } from "../../rules/judge.ts";
import { ALL_RULES } from "../../rules/memory-rules.ts";
import { type Confidence, type Depth, SEVERITIES, type Severity } from "../../rules/rule.ts";
import { type Arguments, parseCommand } from "../arguments.ts";
import { CASE_OPTIONS, caseOf, caseOfRecording } from "../case.ts";
import type { Command, Streams } from "../command.ts";
import { applyFilters, FILTER_OPTIONS, filtersOf } from "../filter.ts";
import { inspect } from "../inspect.ts";
import { atLeast, CONFIDENCES, wordOf } from "../levels.ts";
import { OUTPUT_OPTIONS, outputsOf, writeOutput } from "../output.ts";
import { acceptancesOf, ownRulesOf, POLICY_OPTIONS } from "../policy-files.ts";
import { REDACT_OPTIONS, redactor } from "../redact.ts";
import { openOne, requireComplete, STYLE_OPTIONS, styleOf, TARGET_OPTIONS } from "../target.ts";

const DEPTHS: readonly Depth[] = ["regular", "thorough", "everything"];

export const audit: Command = {
  name: "audit",
  summary: "Everything the host runs by itself, judged: hostile, weak, odd, or fine",
  usage: "timerwarden audit [TARGET] [options]",
  examples: [
    { line: "timerwarden audit", does: "this host; exit status 10 when something is high or worse" },
    { line: "timerwarden audit root:/mnt/evidence -o json", does: "mounted evidence, for programs" },
    { line: "timerwarden audit --fail-on none", does: "report only" },
    {
      line: "timerwarden audit --filter 'verdict:alert,suspect user:root'",
      does: "findings against these timers only",
    },
  ],
  operands: [["TARGET"]],
  formats: formatsFor("audit"),
  options: {
    short: { type: "boolean", does: "one screen: the verdict and what to look at" },
    depth: {
      type: "string",
      value: "LEVEL",
      words: DEPTHS,
      does: "regular (default), thorough, or everything",
    },
    "min-severity": {
      type: "string",
      value: "LEVEL",
      words: SEVERITIES,
      does: "leave out findings below: critical high medium low info",
    },
    "min-confidence": {
      type: "string",
      value: "LEVEL",
      words: CONFIDENCES,
      does: "leave out findings below: high medium low",
    },
    "fail-on": {
      type: "string",
      value: "LEVEL",
      words: [...SEVERITIES, "none"],
      does: "exit 10 at this severity or worse (default high; none: never)",
    },
    ...POLICY_OPTIONS,
    "show-accepted": { type: "boolean", does: "show accepted findings too", group: "policy" },
    ...FILTER_OPTIONS,
    ...CASE_OPTIONS,
    ...OUTPUT_OPTIONS,
    ...REDACT_OPTIONS,
    ...TARGET_OPTIONS,
    ...STYLE_OPTIONS,
  },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const outputs = outputsOf(given, formatsFor("audit"));
    const limits = limitsOf(given);
    const filters = filtersOf(given, true);
    const matter = caseOf(given);
    const rules = [...ALL_RULES, ...(await ownRulesOf(given))];
    const decisions = acceptancesOf(given, streams.env);
    const page = outputs.some(({ format }) => format === "html") ? await import("../html-report.ts") : null;
    const opened = await openOne(given.positionals, given, streams);
    const today = new Date(opened.nowUsec / 1000).toISOString().slice(0, 10);
    const {
      report: whole,
      beyond,
      unused,
    } = await inspect(opened, (inventory, live) => {
      const book = openAcceptances(decisions, inventory.host, today);
      const judgement = judge(inventory, { rules, depth: limits.depth, accept: book.accept });
      const report = auditReport(inventory, judgement);
      const beyond = page?.beyondReport(inventory, judgement, live) ?? null;
      return { report, beyond, unused: book.unused() };
    });
    tellUnused(unused, streams);
    const kept = applyFilters(
      withCase(whole, matter ?? caseOfRecording(opened.host)),
      filters,
      given,
      streams,
    );
    const report = { ...kept, findings: kept.findings.filter((finding) => isShown(finding, limits)) };
    const style = styleOf(given, streams, opened.zones);
    const forFormat = redactor({ report, beyond }, given, streams);
    for (const output of outputs) {
      const shown = forFormat(output.format);
      const text =
        output.format === "html" && page !== null && shown.beyond !== null
          ? page.htmlReport(shown.report, shown.beyond, forFormat.blotted("html"), streams)
          : textOf(output.format, shown.report, style, given);
      writeOutput(output, text, streams);
    }
    hint(report, given, streams);
    const fails = report.findings.some(
      ({ severity, accepted }) => accepted === null && atLeast(SEVERITIES, severity, limits.failOn),
    );
    return fails ? 10 : requireComplete(given, report.coverage.gaps);
  },
};

interface Limits {
  readonly depth: Depth;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly failOn: Severity | "none";
}

function limitsOf(args: Arguments): Limits {
  const failOn = args.text("fail-on") ?? "high";
  return {
    depth: wordOf(args, "depth", DEPTHS, "regular"),
    severity: wordOf(args, "min-severity", SEVERITIES, "info"),
    confidence: wordOf(args, "min-confidence", CONFIDENCES, "low"),
    failOn: failOn === "none" ? "none" : wordOf(args, "fail-on", SEVERITIES, "high"),
  };
}

function isShown({ severity, confidence }: AuditReport["findings"][number], limits: Limits): boolean {
  return (
    atLeast(SEVERITIES, severity, limits.severity) && atLeast(CONFIDENCES, confidence, limits.confidence)
  );
}

function textOf(format: string, report: AuditReport, style: TextStyle, args: Arguments): Iterable<string> {
  if (format === "table" && args.flag("short")) return shortAuditText(report, style);
  if (format === "table") return auditText(report, style, args.flag("show-accepted"));
  const exporter = exporterOf(format);
  if (exporter === undefined) return [];
  return exporter.takes === "report" ? exporter.write(report, style) : exporter.write(report);
}

/** A decision that decides nothing any more is said aloud: the finding is back, or the entry can go. */
function tellUnused(unused: readonly UnusedAcceptance[], streams: Streams): void {
  for (const { record, why } of unused)
    streams.err(`timerwarden: ${record.place}: ${record.id} (${record.unit}) accepts nothing: ${why}\n`);
}

/** At most one line, and only where a person reads. */
function hint(report: AuditReport, args: Arguments, streams: Streams): void {
  const worst = report.findings[0];
  if (worst && streams.errIsTerminal && !args.flag("quiet"))
    streams.err(`next: timerwarden explain ${worst.unit}\n`);
}
