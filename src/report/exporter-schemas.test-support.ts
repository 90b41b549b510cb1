/** The exporters of an audit with the published schemas that judge what they write. */
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { AuditReport } from "./envelope.ts";
import { exportText } from "./exporter.ts";
import { exporterOf } from "./exporters.ts";
import {
  ajv,
  type Check,
  checkOf,
  ecsCheck,
  sarifCheck,
  schemaAt,
  stixCheck,
} from "./schemas.test-support.ts";

export const SCHEMA_CHECKS: readonly (readonly [format: string, schema: string, check: () => Check])[] = [
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

/** What an exporter writes, parsed: one document, or one a line. */
export function documentsOf(format: string, report: AuditReport): readonly unknown[] {
  const exporter = exporterOf(format);
  const text = exporter === undefined ? null : exportText(exporter, report);
  if (text === null) throw new Error(`no exporter ${format}`);
  const texts = exporter?.mediaType === "application/x-ndjson" ? text.split("\n").slice(0, -1) : [text];
  return texts.map((part) => JSON.parse(part) as unknown);
}
