import type { NavigatorLayer } from "../../mappings/export-navigator.ts";
import { compareIds } from "../../mappings/library.ts";
import type { AuditReport, FindingRow } from "../envelope.ts";
import type { Exporter } from "../exporter.ts";
import { hostName, isOpen, type Severity } from "../finding-facts.ts";
import { layerText } from "../navigator-layer.ts";
import { visible } from "../visible.ts";

/**
 * ATT&CK Navigator layer 4.5: every technique that an open finding cites, scored by its worst finding, 1 (info) to 5
 * (critical). T1053.006 is always there, with 0 when nothing was found: it was looked for.
 */
export const navigator: Exporter = {
  name: "navigator",
  takes: "audit",
  mediaType: "application/json",
  extension: ".json",
  summary: "ATT&CK Navigator layer 4.5 of the techniques found",
  *write(report) {
    yield layerText(layer(report));
  },
};

const SCORE: Readonly<Record<Severity, number>> = { info: 1, low: 2, medium: 3, high: 4, critical: 5 };
const COLORS = ["#ffffff", "#fff3bf", "#ffe066", "#ff922b", "#f03e3e", "#a61e4d"];

/** More would not be read in a tooltip. */
const MAX_TOLD = 50;

type LayerTechnique = NavigatorLayer["techniques"][number];

function layer(report: AuditReport): Parameters<typeof layerText>[0] {
  const open = report.findings.filter(isOpen);
  const ids = [...new Set(["T1053.006", ...open.flatMap(({ techniques }) => techniques)])].sort(compareIds);
  return {
    name: `Timerwarden: ${visible(hostName(report))}`,
    description: `Findings of an audit at ${report.clock.now}; the score is that of the worst one.`,
    techniques: ids.map((id) =>
      technique(
        id,
        open.filter(({ techniques }) => techniques.includes(id)),
        report,
      ),
    ),
    gradient: { colors: COLORS, minValue: 0, maxValue: 5 },
    legendItems: ["looked for, not found", "info", "low", "medium", "high", "critical"].map((text, at) => ({
      label: text,
      color: COLORS[at] ?? "",
    })),
  };
}

function technique(id: string, findings: readonly FindingRow[], { coverage }: AuditReport): LayerTechnique {
  const told = findings.slice(0, MAX_TOLD).map(({ severity, rule, unit, says }) => ({
    name: visible(`${severity} ${rule}`),
    value: visible(`${unit}: ${says}`),
  }));
  const more = findings.length - told.length;
  return {
    techniqueID: id,
    score: Math.max(0, ...findings.map(({ severity }) => SCORE[severity])),
    comment:
      findings.length === 0
        ? `looked for in ${coverage.timers} timers and ${coverage.jobs} jobs, not found`
        : `${findings.length} ${findings.length === 1 ? "finding" : "findings"}`,
    enabled: true,
    metadata: [...told, ...(more > 0 ? [{ name: "and", value: `${more} more` }] : [])],
    showSubtechniques: true,
  };
}
