import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { RULES } from "../rules/index.ts";
import { judge } from "../rules/judge.ts";
import { assess } from "./assess.ts";
import { NO_ATTESTATIONS } from "./attestation.ts";
import { exampleSubject } from "./check.test-support.ts";
import type { Example } from "./check.ts";
import { CONTROLS } from "./control.ts";
import { CHECKS } from "./index.ts";
import { OBJECTIVES } from "./objective.ts";
import { oscalResults } from "./oscal.ts";
import { verisIncidents } from "./veris.ts";

const SCHEMAS = join(import.meta.dirname, "../../../shared/data/schemas");
const missing = existsSync(SCHEMAS) ? "" : " (skipped: no data/schemas folder)";

function json(path: string): object {
  return JSON.parse(readFileSync(join(SCHEMAS, path), "utf8"));
}

/** Every tenth example of every check, with what its operator declares. */
const HOSTS: readonly Example[] = CHECKS.flatMap((check) => {
  const { pass, fail, notApplicable, notAssessable } = check.examples();
  return [...pass, ...fail, ...notApplicable, ...notAssessable].filter((_, index) => index % 10 === 0);
});

test("what OSCAL assessment results refer to is in them", () => {
  for (const host of HOSTS) {
    const subject = exampleSubject(host);
    const attestations = {
      ...NO_ATTESTATIONS,
      attestations: [
        { objective: "ac-2_obj.b", statement: "they are", owner: "the owner", until: "2027-01-01" },
      ],
    };
    const document = oscalResults(assess(subject, { attestations }), {
      host: "example",
      nowUsec: subject.nowUsec,
      toolVersion: "0.1.0",
    });
    expect(danglingReferences(document)).toEqual([]);
  }
});

/** `observation-uuid`, `risk-uuid`, and `#…` that point at nothing in the document. */
function danglingReferences(document: unknown): readonly string[] {
  const text = JSON.stringify(document);
  const ids = new Set([...text.matchAll(/"uuid":"([^"]+)"/g)].map(([, id]) => id ?? ""));
  const used = [...text.matchAll(/"(?:observation-uuid|risk-uuid)":"([^"]+)"|"href":"#([^"]+)"/g)];
  return used.map(([, id, anchor]) => id ?? anchor ?? "").filter((id) => !ids.has(id));
}

test.skipIf(missing !== "")(`VERIS incidents are valid for every host a rule fires on${missing}`, () => {
  const ajv = new Ajv({ strict: false, allErrors: true, schemaId: "id", validateSchema: false } as object);
  addFormats.default(ajv);
  const schema: Record<string, unknown> = { ...json("veris/verisc-merged.json") };
  delete schema["$schema"];
  const validate = ajv.compile(schema);
  let made = 0;
  for (const rule of RULES)
    for (const files of rule.examples().fires) {
      const { inventory } = exampleSubject({ files });
      for (const incident of verisIncidents(
        inventory,
        judge(inventory, { depth: "everything" }),
        "example",
      )) {
        made++;
        expect(validate(incident), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
        expect(incident["security_incident"]).not.toBe("Confirmed");
      }
    }
  expect(made).toBeGreaterThan(3);
});

test.skipIf(missing !== "")(`objectives are those of the catalogue${missing}`, () => {
  const found: string[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) walk(item);
    if (typeof node !== "object" || node === null || Array.isArray(node)) return;
    const part = node as {
      name?: string;
      id?: string;
      props?: { name: string; value: string }[];
      parts?: { name?: string }[];
    };
    const inner = (part.parts ?? []).filter(({ name }) => name === "assessment-objective");
    if (part.name === "assessment-objective" && inner.length === 0 && !/^\w+-\d+\./.test(part.id ?? ""))
      found.push(`${part.id} ${part.props?.find(({ name }) => name === "label")?.value}`);
    for (const value of Object.values(node)) walk(value);
  };
  walk(json("oscal/nist-800-53r5-T1053.006-controls.catalog-subset.json"));
  const own = OBJECTIVES.map(({ id, label }) => `${id} ${label}`);
  expect(own.map((line) => line.replace(/\.$/, ""))).toEqual(found.map((line) => line.replace(/\.$/, "")));
});

test("the nine controls of the seed have 67 objectives, 27 of which a machine can speak to", () => {
  const seed = new Set(CONTROLS.filter(({ inSeed }) => inSeed).map(({ id }) => id));
  const own = OBJECTIVES.filter(({ control }) => seed.has(control));
  expect(own.length).toBe(67);
  expect(own.filter(({ reach }) => reach === "in-part").length).toBe(27);
});
