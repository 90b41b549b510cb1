/** Case data in reports: what was said, under the names people know. */
import type { CaseFacts } from "../case-facts.ts";
import type { Report } from "./exporter.ts";
import { visible } from "./visible.ts";

const LABELS: readonly (readonly [keyof CaseFacts, string])[] = [
  ["number", "Case"],
  ["evidenceNumber", "Evidence"],
  ["examiner", "Examiner"],
  ["notes", "Notes"],
];

interface WithCase {
  readonly case?: CaseFacts | undefined;
}

/** What was said, with its label; nothing for what was not. */
export function caseRows(report: WithCase): readonly (readonly [label: string, text: string])[] {
  return LABELS.flatMap(([key, label]) => {
    const text = report.case?.[key] ?? null;
    return text === null ? [] : [[label, text] as const];
  });
}

/** `case 4711 · examiner A. Doe`, as a line of a text report; no line where nothing was said. */
export function* caseLine(report: WithCase): Generator<string> {
  const rows = caseRows(report);
  if (rows.length > 0)
    yield `${rows.map(([label, text]) => `${label.toLowerCase()} ${visible(text)}`).join(" · ")}\n`;
}

/** The report with this case; the place of the field is the same whenever it is added. */
export function withCase<Kind extends Report>(report: Kind, facts: CaseFacts | null): Kind {
  if (facts === null) return report;
  const { schema, version, tool, target, case: _, ...rest } = report;
  return { schema, version, tool, target, case: facts, ...rest } as Kind;
}
