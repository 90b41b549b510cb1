/** Every exporter against the published schema of its format. */
import { describe, expect, test } from "vitest";
import { documentsOf, SCHEMA_CHECKS } from "./exporter-schemas.test-support.ts";
import { AUDITS, auditOf } from "./sample-reports.test-support.ts";
import { missing } from "./schemas.test-support.ts";

const aloud = missing ? " (SKIPPED: no schemas beside the checkout)" : "";

describe.skipIf(missing)(`valid by schema${aloud}`, () => {
  test.each(SCHEMA_CHECKS)("%s is valid %s", (format, _, make) => {
    const check = make();
    for (const [name, report] of AUDITS)
      for (const document of documentsOf(format, report))
        expect(check(document), `${name}: ${JSON.stringify(document).slice(0, 500)}`).toBe("");
  });

  test.each(SCHEMA_CHECKS)("%s broken is not valid %s", (format, _, make) => {
    const [document] = documentsOf(format, auditOf("attacked"));
    const broken = { ...(document as object), version: 7, class_uid: "x", objects: [{ type: "file" }] };
    const changed = { ...broken, profiles: 7, Findings: 7, techniques: 7, nonsense: 7 };
    expect(make()(changed)).not.toBe("");
  });
});

test("a batch for Security Hub has at most 100 findings", () => {
  const batches = documentsOf("asff", auditOf("many findings")) as { readonly Findings: unknown[] }[];
  expect(batches.map(({ Findings }) => Findings.length)).toEqual([100, 20]);
});
