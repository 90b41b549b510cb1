import type { AuditReport, FindingRow } from "../envelope.ts";
import type { Exporter } from "../exporter.ts";
import { acceptedText, findingsByRule, findingText, hostName, isOpen, placeText } from "../finding-facts.ts";
import { heimdallText, IMPACT } from "../heimdall.ts";
import { ruleFacts } from "../rule-help.ts";
import { visible } from "../visible.ts";

/**
 * Heimdall Data Format (InSpec exec-json): a control for each rule that accuses, and one for whether all evidence
 * could be read. A rule without findings is no control: an audit does not prove that nothing is there.
 */
export const hdf: Exporter = {
  name: "hdf",
  takes: "audit",
  mediaType: "application/json",
  extension: ".json",
  summary: "Heimdall Data Format, for MITRE Heimdall and SAF",
  *write(report) {
    const accused = [...findingsByRule(report)].map(([id, findings]) => control(id, findings, report));
    yield heimdallText("audit", hostName(report), report.tool.version, [...accused, completeness(report)]);
  },
};

function control(id: string, findings: readonly FindingRow[], report: AuditReport): unknown {
  const impact = Math.max(...findings.map(({ severity }) => IMPACT[severity]));
  const [first] = findings;
  const worst = findings.find(({ severity }) => IMPACT[severity] === impact);
  const title = visible(first?.title ?? id);
  const why = ruleFacts(id)?.why ?? title;
  return {
    id,
    title,
    desc: why,
    descriptions: [
      { label: "rationale", data: why },
      { label: "fix", data: visible(first?.clears ?? "") },
    ],
    impact,
    refs: [],
    tags: {
      nist: [...(first?.controls ?? []), "Rev_5"],
      attack: first?.techniques ?? [],
      severity: worst?.severity ?? "info",
    },
    source_location: {},
    results: findings.map((finding) => result(finding, report)),
  };
}

function result(finding: FindingRow, { clock }: AuditReport): unknown {
  const common = { code_desc: findingText(finding), start_time: clock.now };
  if (!isOpen(finding)) return { ...common, status: "skipped", skip_message: acceptedText(finding) };
  const places = finding.evidence.map(
    (place) => `${placeText(place)}${place.excerpt === null ? "" : `: ${visible(place.excerpt)}`}`,
  );
  return { ...common, status: "failed", message: [...places, finding.id].join("\n") };
}

function completeness({ coverage, clock }: AuditReport): unknown {
  const start_time = clock.now;
  const skipped = coverage.gaps.map(({ path, reason, hides }) => ({
    status: "skipped",
    code_desc: visible(path),
    start_time,
    skip_message: visible(`${reason}; hides ${hides}`),
  }));
  const passed = { status: "passed", code_desc: "everything could be read", start_time };
  return {
    id: "evidence-complete",
    title: "All evidence could be read",
    desc: "What could not be read may hide timers or what they run.",
    impact: 0.5,
    refs: [],
    tags: { nist: ["SI-4", "Rev_5"], severity: "medium" },
    source_location: {},
    results: skipped.length > 0 ? skipped : [passed],
  };
}
