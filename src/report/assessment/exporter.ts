/** An exporter of assessments turns the report of `assess` into one format. Same report, same bytes. */
import type { AssessmentReport, CheckRow, ControlRow } from "../../controls/assessment-report.ts";

export interface AssessmentExporter {
  /** The word of `-o`. */
  readonly name: string;
  readonly mediaType: string;
  /** With the dot. */
  readonly extension: string;
  /** One line for help, no full stop. */
  readonly summary: string;
  write(report: AssessmentReport): Iterable<string>;
}

/** The short name of a check: `AC6-05`. */
export function cardOf(id: string): string {
  return id.slice(0, id.indexOf("-", id.indexOf("-") + 1)).toUpperCase();
}

export function assessedHost({ host, target }: AssessmentReport): string {
  return host ?? target;
}

/** Checks with the control they belong to. */
export function checksOf({ controls }: AssessmentReport): readonly (readonly [CheckRow, ControlRow])[] {
  return controls.flatMap((control) => control.checks.map((check) => [check, control] as const));
}

/** Shown, of those a program can speak to, of all; and how many people vouch for. */
export function objectiveCounts({ objectives }: ControlRow): string {
  const count = (state: string): number => objectives.filter(({ result }) => result === state).length;
  const reachable = objectives.filter(({ reach }) => reach === "in-part").length;
  const attested = count("attested");
  return `${count("shown")} of ${reachable} of ${objectives.length}${attested > 0 ? ` + ${attested} attested` : ""}`;
}
