/** The published mapping files and the formats' own schemas as referees. Everything here skips aloud without them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { grouped } from "../grouped.ts";
import { exportMapex, exportYaml } from "./export-mapex.ts";
import { exportNavigator } from "./export-navigator.ts";
import { exportStix } from "./export-stix.ts";
import { EVERYTHING, newest, rowsOfTechniqueIn } from "./library.ts";
import { lint } from "./lint.ts";
import { faultLine, readMapex } from "./mapex.ts";
import { type MappingSet, rowsOf, rowsOfTechnique } from "./mapping-set.ts";
import { readOscalCatalog } from "./oscal-catalog.ts";
import { packSets, unpackSets } from "./packed-index.ts";
import { readStixSets } from "./read-stix.ts";
import { SEED_SETS } from "./seed.ts";

const shared = join(import.meta.dirname, "../../../shared");
const published = join(shared, "data/mappings-explorer/mappings");
const schemas = join(shared, "data/schemas");
const isHere = existsSync(published) && existsSync(schemas);
const why = isHere ? "" : " (skipped: no ../shared/data)";

const files = isHere
  ? readdirSync(published, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".json"))
      .sort((a, b) => (a < b ? -1 : 1))
      .map((name) => join(published, name))
  : [];

function readSet(file: string): MappingSet {
  const read = readMapex(JSON.parse(readFileSync(file, "utf8")), basename(file));
  if ("faults" in read) throw new Error(read.faults.slice(0, 3).map(faultLine).join("\n"));
  return read.set;
}

function csvRows(name: string): Record<string, string | undefined>[] {
  const lines = readFileSync(join(shared, "data/mappings-extracts", name), "utf8")
    .trimEnd()
    .split("\n");
  const [head = [], ...rows] = lines.map((line) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
    ),
  );
  return rows.map((cells) =>
    Object.fromEntries(head.map((key, at) => [key.trim(), (cells[at] ?? "").trim()])),
  );
}

describe.skipIf(!isHere)(`published mapping files${why}`, () => {
  const sets = files.map(readSet);

  test("33 files, 67,363 rows, all read", () => {
    expect(sets).toHaveLength(33);
    expect(sets.reduce((sum, set) => sum + set.rows.length, 0)).toBe(67_363);
  });

  test("lint counts what is known to be wrong, no more", () => {
    const { findings, unjudgedNames } = lint(sets, []);
    const counts = Object.fromEntries(
      [...grouped(findings, ({ kind }) => kind)].map(([k, found]) => [k, found.length]),
    );
    expect(counts).toEqual({
      "duplicate-row": 102,
      "score-conflict": 18,
      "dead-technique": 3,
      "stale-name": 1_693,
      "foreign-attack-version": 2,
      "complete-without-technique": 1,
      "score-without-value": 7,
      "several-titles": 34,
      "id-case-variants": 11,
      "undeclared-type": 516,
      "null-type": 426,
      "unused-group": 39,
    });
    expect(unjudgedNames).toBe(0);
  });

  test("and per file as the study of the data counted", () => {
    const { findings } = lint(sets, []);
    const of = (file: string, kind: string): number =>
      findings.filter((finding) => finding.file === file && finding.kind === kind).length;
    for (const row of csvRows("data-quality.csv")) {
      const file = basename(row["file"] ?? "");
      const dead = `${row["unknown_attack_ids"]} ${row["revoked_or_deprecated_ids"]}`.trim();
      expect([file, of(file, "dead-technique")]).toEqual([file, dead === "" ? 0 : dead.split(/\s+/).length]);
      expect([file, of(file, "stale-name")]).toEqual([file, Number(row["name_mismatch_rows"])]);
      expect([file, of(file, "duplicate-row")]).toEqual([file, Number(row["exact_duplicate_rows"])]);
      expect([file, of(file, "score-conflict")]).toEqual([
        file,
        Number(row["conflicting_score_pairs_same_type"]),
      ]);
    }
  });

  test("every row of T1053.006 in every version, as extracted independently", () => {
    const found = sets.flatMap((set) => rowsOfTechnique(set, "T1053.006"));
    const wanted = csvRows("t1053_006-rows.csv");
    expect(found).toHaveLength(wanted.length);
    const line = (...words: unknown[]): string => words.join(" | ");
    expect(
      found
        .map(({ set, index, raw, typeLabel }) =>
          line(set.file, index, raw.capability_id, typeLabel, raw.score_value ?? ""),
        )
        .sort((a, b) => (a < b ? -1 : 1)),
    ).toEqual(
      wanted
        .map((row) =>
          line(
            basename(row["source_file"] ?? ""),
            row["row_index"],
            row["capability_id"],
            row["mapping_type_name"],
            row["score_value"],
          ),
        )
        .sort((a, b) => (a < b ? -1 : 1)),
    );
  });

  test.each([
    ["T1053", 214],
    ["T1053.002", 189],
    ["T1053.003", 111],
    ["T1053.005", 199],
    ["T1053.007", 82],
    ["T1543.002", 194],
    ["T1546", 97],
    ["T1059.004", 127],
    ["T1569.003", 0],
  ])("%s has %i rows over all versions", (id, rows) =>
    expect(sets.flatMap((set) => rowsOfTechnique(set, id))).toHaveLength(rows),
  );

  test("what ships inside is what the files say, at the place it names", () => {
    for (const seed of SEED_SETS) {
      const whole = sets.find(({ file }) => file === seed.file);
      expect(whole?.metadata).toMatchObject({
        attack_version: seed.metadata.attack_version,
        mapping_framework_version: seed.metadata.mapping_framework_version,
        creation_date: seed.metadata.creation_date,
        last_update: seed.metadata.last_update,
        mapping_types: seed.metadata.mapping_types,
      });
      const rows = rowsOf(seed);
      expect(rows.map(({ index }) => index)).toEqual(whole?.rows.ofTechnique("T1053.006"));
      for (const { index, raw } of rows) expect(whole?.rows.at(index)).toMatchObject(raw);
    }
  });

  test("the newest of all frameworks are seventeen, the ATT&CK 9.0 edition eleven", () => {
    const count = (attackVersion: string | null): number =>
      rowsOfTechniqueIn(newest(sets, { ...EVERYTHING, attackVersion }), [], "T1053.006").length;
    expect([count(null), count("9.0")]).toEqual([17, 11]);
  });

  test("file → packed index → file: every row the same", () => {
    const unpacked = unpackSets(packSets(sets)) ?? [];
    for (const [at, set] of sets.entries())
      expect(exportMapex(unpacked[at] ?? set) === exportMapex(set)).toBe(true);
  });

  test("file → mapex → file: nothing added, nothing lost", () => {
    for (const [at, set] of sets.entries())
      expect(JSON.parse(exportMapex(set))).toEqual(JSON.parse(readFileSync(files[at] ?? "", "utf8")));
  });

  test("file → STIX → file: every row the same (newest sets; all with TIMERWARDEN_DIFF)", () => {
    for (const set of process.env["TIMERWARDEN_DIFF"] ? sets : newest(sets, EVERYTHING)) {
      const back = readStixSets(JSON.parse(exportStix([set], new Map())), "back.json");
      expect(back.faults).toEqual([]);
      expect(back.sets.map((other) => exportMapex(other) === exportMapex(set))).toEqual([true]);
    }
  });

  test("same input, same bytes", () => {
    const again = files.map(readSet);
    for (const make of [exportStix, (list: readonly MappingSet[]) => list.map(exportYaml).join("")])
      expect(make(sets.slice(0, 3), new Map()) === make(again.slice(0, 3), new Map())).toBe(true);
    expect(exportNavigator(sets.slice(0, 3)) === exportNavigator(again.slice(0, 3))).toBe(true);
  });
});

describe.skipIf(!isHere)(`the formats' own schemas${why}`, () => {
  const sets = files.map(readSet);
  const json = (path: string): Record<string, unknown> => JSON.parse(readFileSync(path, "utf8"));
  const ajv = (options: object = {}): Ajv2020.default => {
    const made = new Ajv2020.default({ strict: false, ...options });
    addFormats.default(made);
    return made;
  };

  test("mapex", () => {
    const validate = ajv().compile(json(join(schemas, "mapex/mapex-unified-data-schema.json")));
    for (const set of [...sets, ...SEED_SETS]) {
      expect([set.file, validate(JSON.parse(exportMapex(set))), validate.errors]).toEqual([
        set.file,
        true,
        null,
      ]);
    }
  });

  test("Navigator 4.5", () => {
    const validate = ajv().compile(json(join(schemas, "navigator/navigator-layer-4.5.schema.json")));
    for (const group of [
      ...sets.map((set) => [set]),
      newest(sets, { ...EVERYTHING, domain: "enterprise" }),
      [...SEED_SETS],
    ])
      expect([validate(JSON.parse(exportNavigator(group))), validate.errors]).toEqual([true, null]);
  });

  test("STIX 2.1: every object of every set that ships inside, and of three published ones", () => {
    const made = ajv({ unicodeRegExp: false, validateFormats: true });
    const root = join(schemas, "stix2.1/schemas");
    const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".json"),
    );
    const byName = new Map<string, string>();
    for (const name of names) {
      const id = `stix/${relative(root, join(root, name))}`;
      made.addSchema({ ...json(join(root, name)), $id: id }, id);
      byName.set(basename(name, ".json"), id);
    }
    const chosen = sets.filter(({ file }) =>
      /^(aws-12|kev-07.*mobile|veris-1.4.0_attack-16.1-ics)/.test(file),
    );
    const objects = JSON.parse(exportStix([...SEED_SETS, ...chosen], new Map())).objects;
    for (const object of objects) {
      const validate = made.getSchema(byName.get(object.type) ?? "");
      if (validate === undefined) throw new Error(`no schema for ${object.type}`);
      if (!validate(object)) throw new Error(`${object.id}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
    }
    expect(new Set(objects.map(({ type }: { type: string }) => type))).toEqual(
      new Set([
        "identity",
        "extension-definition",
        "course-of-action",
        "attack-pattern",
        "vulnerability",
        "relationship",
        "note",
        "grouping",
      ]),
    );
  });

  test("OSCAL: the ten controls with their statements", () => {
    const read = readOscalCatalog(
      json(join(schemas, "oscal/nist-800-53r5-T1053.006-controls.catalog-subset.json")),
    );
    if (!read.ok) throw new Error(read.problem.message);
    const plain = read.value.controls.filter(({ id }) => !id.includes("("));
    expect(plain.map(({ id }) => id)).toEqual("AC-2 AC-3 AC-5 AC-6 CA-7 CM-5 CM-6 IA-2 SI-4 SI-7".split(" "));
    expect(read.value.baseline).toBe("high");
    for (const { statement } of plain) expect(statement).not.toBe("");
  });
});
