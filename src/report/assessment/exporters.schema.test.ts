/** Every format of an assessment, and those of its audit, of every example host of every check against the schemas. */
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { expect, test } from "vitest";
import { assess } from "../../controls/assess.ts";
import { type AssessmentReport, assessmentReport } from "../../controls/assessment-report.ts";
import { NO_ATTESTATIONS } from "../../controls/attestation.ts";
import { exampleSubject } from "../../controls/check.test-support.ts";
import type { Example } from "../../controls/check.ts";
import { CHECKS } from "../../controls/index.ts";
import { inspectorResult } from "../../controls/inspector.ts";
import { oscalResults } from "../../controls/oscal.ts";
import type { Subject } from "../../controls/subject.ts";
import { verisIncidents } from "../../controls/veris.ts";
import { judge } from "../../rules/judge.ts";
import { auditReport } from "../build.ts";
import { exportText } from "../exporter.ts";
import { exporterOf } from "../exporters.ts";
import { ajv, type Check, checkOf, missing, schemaAt, stixCheck } from "../schemas.test-support.ts";
import { ASSESSMENT_EXPORTERS } from "./exporters.ts";

const aloud = missing ? " (SKIPPED: no schemas beside the checkout)" : "";

const HOSTS: readonly Example[] = CHECKS.flatMap(({ examples }) => Object.values(examples()).flat());

interface Assessed {
  readonly subject: Subject;
  readonly report: AssessmentReport;
  readonly oscal: unknown;
}

function assessed(host: Example): Assessed {
  const subject = exampleSubject(host);
  const attestations = {
    ...NO_ATTESTATIONS,
    attestations: [
      { objective: "ac-2_obj.b", statement: "they are", owner: "the owner", until: "2027-01-01" },
    ],
    waivers: [
      { check: "ac6-02-exposure-is-limited", reason: "for now", owner: "the owner", until: "2026-12-31" },
    ],
  };
  const assessment = assess(subject, { attestations });
  const inspector = inspectorResult(subject, assessment, []);
  const report = assessmentReport(subject.inventory, assessment, {
    inspector,
    history: subject.history,
    toolVersion: "0.1.0",
    case: null,
  });
  const facts = { host: "example", nowUsec: subject.nowUsec, toolVersion: "0.1.0" };
  return { subject, report, oscal: oscalResults(assessment, facts) };
}

function lines(text: string): readonly unknown[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

function documents(name: string, report: AssessmentReport): readonly unknown[] {
  const exporter = ASSESSMENT_EXPORTERS.find((one) => one.name === name);
  if (exporter === undefined) throw new Error(`no exporter ${name}`);
  const text = [...exporter.write(report)].join("");
  return exporter.mediaType === "application/x-ndjson" ? lines(text) : [JSON.parse(text)];
}

function audited(name: string, { inventory }: Subject): readonly unknown[] {
  const exporter = exporterOf(name);
  const report = auditReport(inventory, judge(inventory, { depth: "everything" }));
  return exporter === undefined ? [] : [JSON.parse(exportText(exporter, report) ?? "")];
}

function verisCheck(): Check {
  const { $schema: _, ...schema } = schemaAt("veris/verisc-merged.json");
  const validator = new Ajv({
    strict: false,
    schemaId: "id",
    validateSchema: false,
    logger: false,
  } as object);
  return checkOf(validator, schema);
}

/** Its patterns need regular expressions of Unicode, which those of STIX forbid. */
function oscalCheck(version: string): Check {
  const validator = new Ajv({ strict: false, logger: false });
  formats.default(validator);
  return checkOf(validator, schemaAt(`oscal/oscal_assessment-results_schema-${version}.json`));
}

/** Each format with the documents it makes of a host. */
const FORMATS: readonly (readonly [string, (host: Assessed) => readonly unknown[], () => Check])[] = [
  ["OSCAL 1.1.2", ({ oscal }) => [oscal], () => oscalCheck("1.1.2")],
  ["OSCAL 1.1.3", ({ oscal }) => [oscal], () => oscalCheck("1.1.3")],
  ["HDF", ({ report }) => documents("hdf", report), () => checkOf(ajv(Ajv), schemaAt("hdf/exec-json.json"))],
  [
    "OCSF 1.6.0",
    ({ report }) => documents("ocsf", report),
    () => checkOf(ajv(Ajv2020), schemaAt("ocsf/ocsf-1.6.0-compliance_finding.schema.json")),
  ],
  [
    "OCSF 1.8.0",
    ({ report }) => documents("ocsf", report),
    () => checkOf(ajv(Ajv2020), schemaAt("ocsf/ocsf-1.8.0-compliance_finding.schema.json")),
  ],
  [
    "ASFF",
    ({ report }) => documents("asff", report),
    () => checkOf(ajv(Ajv2020), schemaAt("aws/asff-batch-import-findings.schema.json")),
  ],
  [
    "Navigator",
    ({ report, subject }) => [...documents("navigator", report), ...audited("navigator", subject)],
    () => checkOf(ajv(Ajv2020), schemaAt("navigator/navigator-layer-4.5.schema.json")),
  ],
  ["STIX 2.1 of the audit", ({ subject }) => audited("stix", subject), stixCheck],
  [
    "VERIS 1.4.1",
    ({ subject: { inventory } }) =>
      verisIncidents(inventory, judge(inventory, { depth: "everything" }), "example"),
    verisCheck,
  ],
];

/** Formats whose documents differ only in words from host to host are asked of every eighth. */
const SAMPLED = /^(?:HDF|OCSF|ASFF|OSCAL 1\.1\.2)/;

const SLICES = 12;
const compiled = new Map<string, Check>();

function checkFor(name: string, make: () => Check): Check {
  const known = compiled.get(name) ?? make();
  compiled.set(name, known);
  return known;
}

test.skipIf(missing).each(Array.from({ length: SLICES }, (_, slice) => slice))(
  `every example host is valid in every format, part %i of ${SLICES}${aloud}`,
  (slice) => {
    const wrong: string[] = [];
    for (const [index, host] of HOSTS.entries()) {
      if (index % SLICES !== slice) continue;
      const one = assessed(host);
      for (const [name, made, make] of FORMATS) {
        if (SAMPLED.test(name) && Math.floor(index / SLICES) % 8 !== 0) continue;
        for (const document of made(one)) {
          const fault = checkFor(name, make)(document);
          if (fault !== "") wrong.push(`host ${index}, ${name}: ${fault}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  },
  60_000,
);

test("there are hosts enough", () => expect(HOSTS.length).toBeGreaterThan(400));

test("what a host is called is inert in every format", () => {
  const hostile = "\x1b[2J<script>alert(1)</script>|\u202e";
  const { report } = assessed({
    files: { "/etc/passwd": "root:x:0:0:::\n", "/etc/systemd/system/x.timer": "" },
  });
  for (const exporter of ASSESSMENT_EXPORTERS) {
    const text = [...exporter.write({ ...report, host: hostile })].join("");
    expect(text, exporter.name).not.toMatch(/\x1b|\u202e/);
    if (exporter.name === "html" || exporter.name === "md") expect(text).not.toContain("<script");
  }
});
