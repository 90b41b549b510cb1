/** Every exporter against the published schema of its format. */
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import type { AuditReport } from "./envelope.ts";
import { exportText } from "./exporter.ts";
import { exporterOf } from "./exporters.ts";
import { AUDITS, auditOf } from "./sample-reports.test-support.ts";
import {
  ajv,
  type Check,
  checkOf,
  ecsCheck,
  missing,
  sarifCheck,
  schemaAt,
  stixCheck,
} from "./schemas.test-support.ts";

const aloud = missing ? " (SKIPPED: no schemas beside the checkout)" : "";

const CHECKS: readonly (readonly [format: string, schema: string, check: () => Check])[] = [
  ["sarif", "SARIF 2.1.0", sarifCheck],
  [
    "ocsf",
    "OCSF 1.6.0",
    () => checkOf(ajv(Ajv2020), schemaAt("ocsf/ocsf-1.6.0-detection_finding.schema.json")),
  ],
  [
    "ocsf",
    "OCSF 1.8.0",
    () => checkOf(ajv(Ajv2020), schemaAt("ocsf/ocsf-1.8.0-detection_finding.schema.json")),
  ],
  ["stix", "STIX 2.1", stixCheck],
  ["hdf", "InSpec exec-json", () => checkOf(ajv(Ajv), schemaAt("hdf/exec-json.json"))],
  [
    "asff",
    "BatchImportFindings",
    () => checkOf(ajv(Ajv2020), schemaAt("aws/asff-batch-import-findings.schema.json")),
  ],
  [
    "navigator",
    "layer 4.5",
    () => checkOf(ajv(Ajv2020), schemaAt("navigator/navigator-layer-4.5.schema.json")),
  ],
  ["ecs", "ECS 9.4.0 field names", ecsCheck],
];

function documentsOf(format: string, report: AuditReport): readonly unknown[] {
  const exporter = exporterOf(format);
  const text = exporter === undefined ? null : exportText(exporter, report);
  if (text === null) throw new Error(`no exporter ${format}`);
  const texts = exporter?.mediaType === "application/x-ndjson" ? text.split("\n").slice(0, -1) : [text];
  return texts.map((part) => JSON.parse(part) as unknown);
}

describe.skipIf(missing)(`valid by schema${aloud}`, () => {
  test.each(CHECKS)("%s is valid %s", (format, _, make) => {
    const check = make();
    for (const [name, report] of AUDITS)
      for (const document of documentsOf(format, report))
        expect(check(document), `${name}: ${JSON.stringify(document).slice(0, 500)}`).toBe("");
  });

  test.each(CHECKS)("%s broken is not valid %s", (format, _, make) => {
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
