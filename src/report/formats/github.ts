import type { FindingRow } from "../envelope.ts";
import type { Exporter } from "../exporter.ts";
import { findingText, hostName, isOpen, type Severity } from "../finding-facts.ts";
import { visible } from "../visible.ts";

/**
 * Workflow commands of GitHub Actions: open findings as annotations of files, paths relative to the root that was
 * audited. The last line tells the counts, so that a clean audit is not silent.
 */
export const github: Exporter = {
  name: "github",
  takes: "audit",
  mediaType: "text/plain; charset=utf-8",
  extension: ".txt",
  summary: "annotations of GitHub Actions",
  *write(report) {
    for (const finding of report.findings.filter(isOpen)) yield annotation(finding);
    for (const { path, reason, hides } of report.coverage.gaps)
      yield command(
        "warning",
        { title: "not looked at" },
        `${visible(path)}: ${visible(`${reason}; hides ${hides}`)}`,
      );
    const { alert, suspect, review, unknown, ok } = report.summary.verdicts;
    const counts = `${alert} alert, ${suspect} suspect, ${review} review, ${unknown} unknown, ${ok} ok`;
    yield command("notice", { title: "timerwarden" }, `${visible(hostName(report))}: ${counts}`);
  },
};

const LEVEL: Readonly<Record<Severity, "error" | "warning" | "notice">> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "notice",
  info: "notice",
};

function annotation(finding: FindingRow): string {
  const [place] = finding.evidence;
  const properties = {
    ...(place === undefined ? {} : { file: visible(place.path.replace(/^\/+/, "")) }),
    ...(place && place.line > 0 ? { line: String(place.line), endLine: String(place.line) } : {}),
    ...(place && place.line > 0 && place.column > 0 ? { col: String(place.column) } : {}),
    title: visible(finding.rule),
  };
  return command(LEVEL[finding.severity], properties, findingText(finding));
}

/** Escapes as actions/toolkit does (packages/core/src/command.ts). */
function command(name: string, properties: Readonly<Record<string, string>>, message: string): string {
  const told = Object.entries(properties).map(
    ([key, value]) => `${key}=${data(value).replaceAll(":", "%3A").replaceAll(",", "%2C")}`,
  );
  return `::${name} ${told.join(",")}::${data(message)}\n`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
