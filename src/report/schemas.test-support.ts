/** The published schemas of the formats, as referees for tests. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";

export const SCHEMAS: string = join(import.meta.dirname, "../../../shared/data/schemas");
export const missing: boolean = !existsSync(SCHEMAS);

/** What is wrong with a document; empty when nothing is. */
export type Check = (value: unknown) => string;

export function checkOf(validator: Ajv, schema: object): Check {
  const validate = validator.compile(schema);
  return (value) => (validate(value) ? "" : JSON.stringify(validate.errors?.slice(0, 3)));
}

export function ajv(kind: typeof Ajv | typeof Ajv2020): Ajv {
  const made = new kind({ strict: false, unicodeRegExp: false, logger: false });
  formats.default(made);
  return made;
}

export function schemaAt(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(SCHEMAS, path), "utf8")) as Record<string, unknown>;
}

/** Ajv reads no draft-04; this schema uses nothing of it that later drafts read differently, save the name of `$id`. */
export function sarifCheck(): Check {
  const { $schema: _, id, ...schema } = schemaAt("sarif/sarif-schema-2.1.0.json");
  return checkOf(ajv(Ajv), { ...schema, $id: id });
}

export function stixCheck(): Check {
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

export function ecsCheck(): Check {
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
