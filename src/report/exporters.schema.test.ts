/** Every exporter against the published schema of its format. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { describe, expect, test } from "vitest";
import type { AuditReport } from "./envelope.ts";
import { exportText } from "./exporter.ts";
import { exporterOf } from "./exporters.ts";
import { AUDITS, auditOf } from "./sample-reports.test-support.ts";

const SCHEMAS = join(import.meta.dirname, "../../../shared/data/schemas");
const missing = !existsSync(SCHEMAS);
const aloud = missing ? " (SKIPPED: no schemas beside the checkout)" : "";

type Check = (value: unknown) => string;

function checkOf(validator: Ajv, schema: object): Check {
  const validate = validator.compile(schema);
  return (value) => (validate(value) ? "" : JSON.stringify(validate.errors?.slice(0, 3)));
}

function ajv(kind: typeof Ajv | typeof Ajv2020): Ajv {
  const made = new kind({ strict: false, unicodeRegExp: false, logger: false });
  formats.default(made);
  return made;
}

function schemaAt(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(SCHEMAS, path), "utf8")) as Record<string, unknown>;
}

/** Ajv reads no draft-04; this schema uses nothing of it that later drafts read differently, save the name of `$id`. */
function sarifCheck(): Check {
  const { $schema: _, id, ...schema } = schemaAt("sarif/sarif-schema-2.1.0.json");
  return checkOf(ajv(Ajv), { ...schema, $id: id });
}

function stixCheck(): Check {
  const validator = ajv(Ajv2020);
  validator.addFormat("idn-hostname", true);
  const root = join(SCHEMAS, "stix2.1/schemas");
  const kinds = new Map<string, string>();
  for (const file of readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".json"),
  )) {
    const { $id: __, ...schema } = schemaAt(join("stix2.1/schemas", file));
    validator.addSchema({ ...schema, $id: `stix:/${file}` });
    kinds.set(file.replace(/^.*\/|\.json$/g, ""), `stix:/${file}`);
  }
  return (value) => {
    const { objects } = value as { readonly objects: readonly { readonly type: string }[] };
    return (
      [...objects, value]
        .map((object) => {
          const { type } = object as { readonly type: string };
          const validate = validator.getSchema(kinds.get(type) ?? "");
          if (validate === undefined) return `no schema for ${type}`;
          return validate(object) === true ? "" : JSON.stringify(validate.errors?.slice(0, 3));
        })
        .find((wrong) => wrong !== "") ?? ""
    );
  };
}

function ecsCheck(): Check {
  const known = new Set(
    readFileSync(join(SCHEMAS, "ecs/ecs-9.4.0-fields-subset.csv"), "utf8")
      .split("\n")
      .map((line) => line.split(",")[2] ?? ""),
  );
  const names = (value: unknown, path: string): readonly string[] =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([key, inner]) => names(inner, path === "" ? key : `${path}.${key}`))
      : [path];
  return (value) =>
    names(value, "").find((name) => !known.has(name) && !/^(timerwarden|ecs)\./.test(name)) ?? "";
}

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
