import { compareIds } from "../../mappings/library.ts";
import { SEVERITIES } from "../../rules/rule.ts";
import type { AuditReport, FindingRow } from "../envelope.ts";
import type { Exporter } from "../exporter.ts";
import {
  acceptedText,
  citedTechnique,
  findingsByRule,
  findingText,
  hostName,
  type Severity,
} from "../finding-facts.ts";
import { foreignJson } from "../json-text.ts";
import { pathUri } from "../path-uri.ts";
import { ruleFacts } from "../rule-help.ts";
import { visible } from "../visible.ts";

/** SARIF 2.1.0 (OASIS, errata 01): code scanning, editors, defect trackers. */
export const sarif: Exporter = {
  name: "sarif",
  takes: "audit",
  mediaType: "application/sarif+json",
  extension: ".sarif",
  summary: "SARIF 2.1.0 for code scanning and editors",
  *write(report) {
    yield `${foreignJson(log(report), 2)}\n`;
  },
};

type Level = "error" | "warning" | "note";

/** `score` is GitHub's `security-severity`: over 9 critical, 7 high, 4 medium, below low. */
const LEVELS: Readonly<Record<Severity, { readonly level: Level; readonly score: string }>> = {
  critical: { level: "error", score: "9.5" },
  high: { level: "error", score: "8.0" },
  medium: { level: "warning", score: "5.5" },
  low: { level: "note", score: "3.0" },
  info: { level: "note", score: "0.0" },
};

function log(report: AuditReport): unknown {
  const byRule = findingsByRule(report);
  const rules = [...byRule.keys()];
  const techniques = [...new Set(report.findings.flatMap((finding) => finding.techniques))].sort(compareIds);
  const controls = [...new Set(report.findings.flatMap((finding) => finding.controls))].sort(compareIds);
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Timerwarden",
            version: report.tool.version,
            rules: [...byRule].map(([id, findings]) => ruleObject(id, findings)),
            supportedTaxonomies: TAXONOMIES.map(({ name }, index) => ({ name, index })),
          },
        },
        taxonomies: [
          { ...TAXONOMIES[0], taxa: techniques.map((id) => ({ id, name: citedTechnique(id).name })) },
          { ...TAXONOMIES[1], taxa: controls.map((id) => ({ id })) },
        ],
        automationDetails: { id: `timerwarden/${pathUri(hostName(report)).replaceAll("/", "%2F")}/` },
        originalUriBaseIds: {
          ROOT: { uri: "file:///", description: { text: `the root of ${visible(report.target.name)}` } },
        },
        invocations: [invocation(report)],
        columnKind: "utf16CodeUnits",
        ...(report.case === undefined ? {} : { properties: { case: report.case } }),
        results: report.findings.map((finding) => result(finding, rules.indexOf(finding.rule))),
      },
    ],
  };
}

const TAXONOMIES = [
  { name: "ATT&CK", organization: "MITRE", shortDescription: { text: "MITRE ATT&CK for Enterprise" } },
  { name: "NIST SP 800-53", organization: "NIST", shortDescription: { text: "NIST SP 800-53 Rev. 5" } },
] as const;

/** What could not be read is told where viewers look for it; the run itself has succeeded. */
function invocation({ clock, coverage }: AuditReport): unknown {
  return {
    executionSuccessful: true,
    endTimeUtc: clock.now,
    toolExecutionNotifications: coverage.gaps.map(({ path, reason, hides }) => ({
      level: "warning",
      message: { text: message(`not looked at: ${visible(reason)}; hides ${visible(hides)}`) },
      locations: [{ physicalLocation: { artifactLocation: artifact(path) } }],
    })),
  };
}

function ruleObject(id: string, findings: readonly FindingRow[]): unknown {
  const [first] = findings;
  const facts = ruleFacts(id);
  const worst = SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity));
  const { level, score } = LEVELS[worst ?? "info"];
  const title = visible(first?.title ?? id);
  const clears = visible(first?.clears ?? "");
  const help = [
    facts?.why ?? title,
    ...(facts ? [`Looks alike and is harmless: ${facts.benign.join("; ")}.`] : []),
    `Would be cleared: ${clears}.`,
    ...(facts?.references ?? []),
  ];
  return {
    id,
    name: id.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: message(title) },
    fullDescription: { text: message(facts?.why ?? title) },
    help: { text: message(help.join("\n\n")) },
    defaultConfiguration: { level },
    properties: {
      tags: ["security", ...(first?.techniques ?? []), ...(first?.controls ?? [])],
      precision:
        first?.confidence === "high" ? "very-high" : first?.confidence === "medium" ? "high" : "medium",
      "security-severity": score,
    },
  };
}

function result(finding: FindingRow, ruleIndex: number): unknown {
  const { rule, severity, evidence, accepted } = finding;
  return {
    ruleId: rule,
    ruleIndex,
    kind: "fail",
    level: LEVELS[severity].level,
    message: { text: message(findingText(finding)) },
    locations: evidence.slice(0, 1).map(location),
    ...(evidence.length > 1 ? { relatedLocations: evidence.slice(1).map(location) } : {}),
    partialFingerprints: { "timerwarden/v1": finding.id },
    taxa: [
      ...finding.techniques.map((id) => ({ id, toolComponent: { name: "ATT&CK" } })),
      ...finding.controls.map((id) => ({ id, toolComponent: { name: "NIST SP 800-53" } })),
    ],
    ...(accepted === null
      ? {}
      : { suppressions: [{ kind: "external", status: "accepted", justification: acceptedText(finding) }] }),
    properties: { unit: finding.unit, scope: finding.scope, severity, confidence: finding.confidence },
  };
}

function location({ path, line, column, length, excerpt, says }: FindingRow["evidence"][number]): unknown {
  const start = line > 0 && column > 0 ? { startColumn: column } : {};
  const end = line > 0 && column > 0 && length > 0 ? { endColumn: column + length } : {};
  const snippet = excerpt === null ? {} : { snippet: { text: visible(excerpt) } };
  return {
    physicalLocation: {
      artifactLocation: artifact(path),
      ...(line > 0 ? { region: { startLine: line, ...start, ...end, ...snippet } } : {}),
    },
    ...(says === null ? {} : { message: { text: message(visible(says)) } }),
  };
}

function artifact(path: string): unknown {
  return { uri: pathUri(path), uriBaseId: "ROOT" };
}

/** SARIF reads `[text](target)` as a link and `{0}` as a placeholder (§3.11.5, §3.11.6); these are neither. */
function message(text: string): string {
  const linkless = text.includes("](") ? text.replace(/[[\]]/g, "\\$&") : text;
  return linkless.replace(/\{(?=\d)/g, "{{");
}
