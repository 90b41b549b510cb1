import { describe, expect, test } from "vitest";
import { caseRows, withCase } from "./case-facts.ts";
import { exportText } from "./exporter.ts";
import { EXPORTERS } from "./exporters.ts";
import { auditOf } from "./sample-reports.test-support.ts";
import { readSavedReport } from "./saved-report.ts";

const FACTS = { number: "K-4711/26", evidenceNumber: "E-0815", examiner: "A. Doe", notes: null };
const REPORT = withCase(auditOf("attacked"), FACTS);

/** Formats that have a place for it. */
const WITH_CASE = [
  ...["table", "wide", "vertical", "json", "json-v1", "jsonl", "md", "html", "sarif", "ecs", "junit"],
];

describe("a report with a case", () => {
  test.each(EXPORTERS)("$name", (exporter) => {
    const text = exportText(exporter, REPORT) ?? "";
    const has = WITH_CASE.includes(exporter.name);
    for (const word of ["K-4711/26", "E-0815", "A. Doe"]) expect(text.includes(word)).toBe(has);
    if (!has) expect(text).toBe(exportText(exporter, auditOf("attacked")));
  });

  test("is read back, and its field stands in its place", async () => {
    const json = EXPORTERS.find(({ name }) => name === "json");
    const saved = await readSavedReport(json ? (exportText(json, REPORT) ?? "") : "");
    expect(saved).toMatchObject({ ok: true, value: { case: FACTS } });
    expect(Object.keys(REPORT).slice(0, 6)).toEqual(["schema", "version", "tool", "target", "case", "clock"]);
    const other = { ...FACTS, number: "2" };
    expect(withCase(REPORT, other).case).toEqual(other);
    expect(withCase(REPORT, null)).toBe(REPORT);
  });

  test("hostile text is inert", () => {
    const hostile = withCase(auditOf("clean"), { ...FACTS, number: "\u001b[2J<script>|`" });
    for (const exporter of EXPORTERS) {
      const text = exportText(exporter, hostile) ?? "";
      expect(text).not.toContain("\u001b");
      if (["html", "junit"].includes(exporter.name)) expect(text).not.toContain("<script>|");
    }
    expect(caseRows(hostile)[0]).toEqual(["Case", "\u001b[2J<script>|`"]);
  });
});
