import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { AttackRelease } from "../attack/technique.ts";
import { BEYOND_ATTACK } from "./beyond-attack.ts";
import { carryForward } from "./carry.ts";
import { coverageOf, standingOf } from "./coverage.ts";
import { absences, difference, sideOf, summarise } from "./difference.ts";
import { csvCell, exportCsv } from "./export-csv.ts";
import { exportMapex, exportYaml, yaml } from "./export-mapex.ts";
import { exportMarkdown, markdown } from "./export-markdown.ts";
import { navigatorLayer } from "./export-navigator.ts";
import { exportStix } from "./export-stix.ts";
import { compareFrameworkVersions, frameworkIdOf } from "./framework.ts";
import {
  admitted,
  compareIds,
  EVERYTHING,
  newest,
  rowsOfCapabilityIn,
  rowsOfTechniqueIn,
} from "./library.ts";
import { lint } from "./lint.ts";
import { faultLine, readMapex } from "./mapex.ts";
import { type MappingSet, rowsOf } from "./mapping-set.ts";
import { canonicalCapability, canonicalType, controlIdOf, stateOf } from "./normal-form.ts";
import { readOscalCatalog } from "./oscal-catalog.ts";
import { packSets, unpackSets } from "./packed-index.ts";
import type { RawRow } from "./raw-row.ts";
import { isStixMapping, readStixSets } from "./read-stix.ts";
import { rowId } from "./row-id.ts";
import { search } from "./search.ts";
import { SEED_SETS } from "./seed.ts";
import { sha1, uuid5 } from "./sha1.ts";

const METADATA = {
  mapping_version: "",
  attack_version: "16.1",
  technology_domain: "enterprise",
  creation_date: "01/02/2025",
  last_update: "03/04/2025",
  mapping_framework: "nist_800_53",
  mapping_framework_version: "rev5",
  mapping_types: { mitigates: { name: "mitigates", description: "" } },
  capability_groups: { AC: "Access Control" },
};

const ROW = {
  capability_id: "AC-02",
  capability_group: "AC",
  capability_description: "Account Management",
  mapping_type: "mitigates",
  attack_object_id: "T1053.006",
  attack_object_name: "Systemd Timers",
  references: [],
  status: "complete",
};

function madeSet(rows: readonly object[], metadata: object = {}, file = "made.json"): MappingSet {
  const read = readMapex({ metadata: { ...METADATA, ...metadata }, mapping_objects: rows }, file);
  if ("faults" in read) throw new Error(read.faults.map(faultLine).join("\n"));
  return read.set;
}

describe("control ids", () => {
  test.each([
    ["AC-2", "AC-2"],
    ["AC-02", "AC-2"],
    ["ac-2", "AC-2"],
    [" Ac-002 ", "AC-2"],
    ["AC-2(1)", "AC-2(1)"],
    ["AC-02 (01)", "AC-2(1)"],
    ["ac-2.1", "AC-2(1)"],
    ["AC-20", "AC-20"],
    ["AC", null],
    ["PR.AA-01.01", null],
    ["CVE-2024-4577", null],
  ])("%s is %s", (text, id) => expect(controlIdOf(text)).toBe(id));

  test("normalising twice is the same as once", () =>
    fc.assert(
      fc.property(fc.string(), (text) => {
        const once = canonicalCapability("nist_800_53", text).id;
        expect(canonicalCapability("nist_800_53", once).id).toBe(once);
        expect(canonicalType(canonicalType(text))).toBe(canonicalType(text));
      }),
    ));

  test("ids of other frameworks stay as they are", () =>
    expect(canonicalCapability("csa_ccm", "IAM-09").id).toBe("IAM-09"));
});

describe("three dialects of non-mappable are one state", () => {
  test.each<[RawRow, string]>([
    [{ attack_object_id: "T1", mapping_type: "non_mappable", status: "non_mappable" }, "technique-judged"],
    [{ attack_object_id: "T1", mapping_type: null, status: "non_mappable" }, "technique-judged"],
    [{ capability_id: "AC-2", mapping_type: "non_mappable", status: "non_mappable" }, "capability-judged"],
    [{ capability_id: "AC-2", mapping_type: null, status: "non_mappable" }, "capability-judged"],
    [
      { capability_id: "AC-2", attack_object_id: "T1", mapping_type: "protects", status: "complete" },
      "mapped",
    ],
    [{ capability_id: "AC-2", mapping_type: "related_to", status: "complete" }, "broken"],
  ])("%j", (row, state) => expect(stateOf(row)).toBe(state));
});

describe("faults name file, object and field", () => {
  const faultsOf = (document: unknown): readonly string[] => {
    const read = readMapex(document, "f.json");
    return "faults" in read ? read.faults.map(faultLine) : [];
  };
  const withRow = (row: object): unknown => ({
    metadata: METADATA,
    mapping_objects: [ROW, { ...ROW, ...row }],
  });
  const withMetadata = (metadata: object): unknown => ({
    metadata: { ...METADATA, ...metadata },
    mapping_objects: [ROW],
  });

  test.each<[unknown, string]>([
    [{}, "f.json: metadata: missing"],
    [[], "f.json: not a mapping file: the document is no object"],
    [{ metadata: METADATA, mapping_objects: [], extra: 1 }, "f.json: extra: unknown field"],
    [{ metadata: METADATA }, "f.json: mapping_objects: missing"],
    [{ metadata: METADATA, mapping_objects: [3] }, "f.json: mapping_objects[0]: is a number, not an object"],
    [
      withMetadata({ attack_version: "new" }),
      'f.json: metadata: attack_version: "new" is no ATT&CK release such as "16.1"',
    ],
    [
      withMetadata({ technology_domain: "car" }),
      'f.json: metadata: technology_domain: "car" is none of enterprise, mobile, ics',
    ],
    [
      withMetadata({ creation_date: "2025-01-02" }),
      'f.json: metadata: creation_date: "2025-01-02" is no date of the form MM/DD/YYYY',
    ],
    [withMetadata({ color: "red" }), "f.json: metadata: color: unknown field"],
    [
      withMetadata({ mapping_types: { x: {} } }),
      "f.json: metadata: mapping_types.x: has no name and description",
    ],
    [withRow({ colour: "red" }), "f.json: mapping_objects[1]: colour: unknown field"],
    [withRow({ capability_id: 7 }), "f.json: mapping_objects[1]: capability_id: is a number, not text"],
    [withRow({ references: "x" }), "f.json: mapping_objects[1]: references: is no list of texts"],
    [
      withRow({ attack_object_id: "T12" }),
      'f.json: mapping_objects[1]: attack_object_id: "T12" is no ATT&CK technique id',
    ],
    [
      withRow({ mapping_type: "helps" }),
      'f.json: mapping_objects[1]: mapping_type: "helps" is not declared in metadata.mapping_types',
    ],
    [
      withRow({ capability_group: "ZZ" }),
      'f.json: mapping_objects[1]: capability_group: "ZZ" is not declared in metadata.capability_groups',
    ],
    [
      withRow({ status: "done" }),
      'f.json: mapping_objects[1]: status: "done" is none of complete, in_progress, non_mappable',
    ],
    [
      withRow({ capability_id: null, attack_object_id: null }),
      "f.json: mapping_objects[1]: names neither a technique nor a capability",
    ],
  ])("%#", (document, line) => expect(faultsOf(document)).toContain(line));

  test("a framework and a release never seen before are no fault", () =>
    expect(faultsOf(withMetadata({ attack_version: "27.3", mapping_framework: "brand_new" }))).toEqual([]));

  test("a prototype's name is no declared type", () =>
    expect(faultsOf(withRow({ mapping_type: "constructor" }))).toHaveLength(1));

  test("never throws", () =>
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (metadata, rows) => {
        readMapex({ metadata, mapping_objects: rows }, "f.json");
      }),
    ));
});

describe("choice of sets", () => {
  const sets = [
    madeSet([ROW], { attack_version: "9.0" }),
    madeSet([ROW], { attack_version: "16.1" }),
    madeSet([ROW], { attack_version: "16.1", mapping_framework_version: "rev4" }),
    madeSet([ROW], {
      attack_version: "12.1",
      mapping_framework: "aws",
      mapping_framework_version: "09/21/2021",
    }),
    madeSet([ROW], {
      attack_version: "12.1",
      mapping_framework: "aws",
      mapping_framework_version: "12/12/2020",
    }),
  ];
  const titles = (chosen: readonly MappingSet[]): readonly string[] =>
    chosen.map(
      ({ metadata: m }) => `${m.mapping_framework} ${m.mapping_framework_version} ${m.attack_version}`,
    );

  test("newest ATT&CK release first, then framework version", () =>
    expect(titles(newest(sets, EVERYTHING))).toEqual(["nist_800_53 rev5 16.1", "aws 09/21/2021 12.1"]));

  test.each<[object, readonly string[]]>([
    [{ framework: "NIST" }, ["nist_800_53 rev5 16.1"]],
    [{ framework: "800-53", frameworkVersion: "4" }, ["nist_800_53 rev4 16.1"]],
    [{ attackVersion: "9.0" }, ["nist_800_53 rev5 9.0"]],
    [{ attackVersion: "9" }, ["nist_800_53 rev5 9.0"]],
    [{ framework: "aws", frameworkVersion: "12.12.2020" }, ["aws 12/12/2020 12.1"]],
    [{ framework: "aws", frameworkVersion: "2020-12" }, ["aws 12/12/2020 12.1"]],
    [{ framework: "aws", frameworkVersion: "2020" }, []],
    [{ domain: "mobile" }, []],
  ])("%j", (selection, wanted) =>
    expect(titles(newest(sets, { ...EVERYTHING, ...selection }))).toEqual(wanted),
  );

  test("admitted keeps every version", () =>
    expect(admitted(sets, { ...EVERYTHING, framework: "nist" })).toHaveLength(3));

  test("dates and revisions in order", () => {
    expect(compareFrameworkVersions("12/12/2024", "09/21/2025")).toBeLessThan(0);
    expect(compareFrameworkVersions("rev4", "rev5")).toBeLessThan(0);
    expect(compareFrameworkVersions("1.3.10", "1.3.7")).toBeGreaterThan(0);
    expect(frameworkIdOf("something else")).toBe("something else");
    expect(["AC-10", "AC-2", "AC-2(1)"].sort(compareIds)).toEqual(["AC-2", "AC-2(1)", "AC-10"]);
  });
});

describe("what ships inside", () => {
  test("has the eleven rows of the ATT&CK 9.0 edition, in its order", () => {
    const rows = rowsOfTechniqueIn(
      newest(SEED_SETS, { ...EVERYTHING, attackVersion: "9.0" }),
      [],
      "T1053.006",
    );
    expect(rows.map((row) => row.capability?.id)).toEqual([
      ..."AC-2 AC-3 AC-5 AC-6 CA-7 CM-5 IA-2 SI-4 SI-7".split(" "),
      "action.hacking.variety.Abuse of functionality",
      "amazon_inspector",
    ]);
  });

  test("has seventeen of the newest", () =>
    expect(rowsOfTechniqueIn(newest(SEED_SETS, EVERYTHING), [], "T1053.006")).toHaveLength(17));

  test("is sound by our own reader, own table included", () => {
    for (const set of [...SEED_SETS, BEYOND_ATTACK])
      expect(readMapex(JSON.parse(exportMapex(set)), set.file)).toHaveProperty("set");
    expect(lint([BEYOND_ATTACK], []).findings).toEqual([]);
  });

  test("row ids are stable and tell rows apart", () => {
    const ids = SEED_SETS.flatMap(rowsOf).map(rowId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toBe(rowId(rowsOf(SEED_SETS[0] ?? BEYOND_ATTACK)[0] ?? fail()));
    expect(ids[0]).toMatch(/^row-[0-9a-f]{12}$/);
  });

  test("AC-6 is found however it is written", () => {
    for (const id of ["AC-6", "ac-06", "AC-06"])
      expect(rowsOfCapabilityIn(newest(SEED_SETS, EVERYTHING), id).map(({ technique }) => technique)).toEqual(
        ["T1053.006"],
      );
  });
});

function fail(): never {
  throw new Error("no row");
}

describe("own rows", () => {
  const imported = madeSet([ROW, { ...ROW, capability_id: "AC-03" }]);
  const own = { ...madeSet([{ ...ROW, capability_id: "AC-2", comments: "ours" }]), origin: "own" as const };

  test("take the place of the same imported row, and of no other", () =>
    expect(rowsOfTechniqueIn([imported], [own], "T1053.006").map((row) => row.capability?.id)).toEqual([
      "AC-3",
    ]));

  test("of another release take the place of none", () => {
    const other = { ...own, metadata: { ...own.metadata, attack_version: "9.0" } };
    expect(rowsOfTechniqueIn([imported], [other], "T1053.006")).toHaveLength(2);
  });
});

describe("difference", () => {
  const before = madeSet(
    [
      { ...ROW, capability_id: "AC-2", mapping_type: "protects" },
      { ...ROW, capability_id: "AC-3", mapping_type: "protects" },
    ],
    { attack_version: "9.0", mapping_types: { protects: { name: "Protects", description: "" } } },
  );
  const after = madeSet([
    ROW,
    { ...ROW, capability_id: "CM-06", capability_description: "Configuration Settings" },
  ]);

  test("renamed, respelled, gone and come", () => {
    const { changes, fromRows, toRows } = difference([before], [after], ["T1053.006"]);
    expect([fromRows, toRows]).toEqual([2, 2]);
    expect(changes.map(({ kind, capability }) => `${kind} ${capability}`)).toEqual([
      "type-renamed AC-2",
      "id-respelled AC-2",
      "row-removed AC-3",
      "row-added CM-6",
    ]);
    expect(summarise(changes)).toContain("NIST 800-53: + CM-6 Configuration Settings");
  });

  test("rows of several techniques name theirs", () => {
    const more = madeSet([ROW, { ...ROW, attack_object_id: "T1053.003" }]);
    expect(summarise(difference([], [more], []).changes)[1]).toMatch(
      /^NIST 800-53: \+ T1053\.003 AC-2 .*; T1053\.006 AC-2 /,
    );
  });

  test("with itself there is none", () => expect(difference([after], [after], []).changes).toEqual([]));

  test("what the older side never had is said once", () =>
    expect(difference([], [after], []).changes.map(({ kind }) => kind)).toEqual([
      "framework-added",
      "row-added",
      "row-added",
    ]));

  test("a capability that came back", () => {
    const lacks = absences([after], [after, before], "T1053.006");
    expect(lacks.map(({ capability, lackedAt }) => [capability, ...lackedAt])).toEqual([["CM-6", "9.0"]]);
  });

  test.each([
    ["12.1", null, "12.1"],
    ["rev4@9.0", "rev4", "9.0"],
    ["@9.0", null, "9.0"],
  ])("side %s", (text, frameworkVersion, attackVersion) =>
    expect(sideOf(text, EVERYTHING)).toMatchObject({ frameworkVersion, attackVersion }),
  );
});

describe("coverage", () => {
  const judged = {
    ...ROW,
    capability_id: null,
    capability_group: null,
    mapping_type: null,
    status: "non_mappable",
  };
  const set = madeSet([ROW, ROW, { ...judged, attack_object_id: "T1546.017" }]);

  test.each([
    ["T1053.006", "mapped"],
    ["T1546.017", "judged non-mappable"],
    ["T1059.004", "silent"],
  ])("%s is %s", (id, standing) => expect(standingOf(coverageOf(set), id)).toBe(standing));

  test("a part of a file is silent on nothing", () =>
    expect(standingOf(coverageOf({ ...set, complete: false }), "T1059.004")).toBe("not imported"));

  test("a repeated row counts once; vocabulary is no protection", () => {
    expect(coverageOf(set).mapped.get("T1053.006")).toMatchObject({ mitigates: 1, vocabulary: 0 });
    const veris = madeSet([ROW], { mapping_framework: "veris" });
    expect(coverageOf(veris).mapped.get("T1053.006")).toEqual({
      protect: 0,
      detect: 0,
      respond: 0,
      mitigates: 0,
      vocabulary: 1,
    });
  });
});

test("rows are carried to the successor and marked; the retired one without heir stays behind", () => {
  const technique = (id: string, state: "active" | "revoked", revokedBy: string | null) => ({
    id,
    name: `name of ${id}`,
    tactics: [],
    platforms: [],
    stixId: `attack-pattern--${id}`,
    state,
    revokedBy,
    mitigations: [],
    detections: [],
  });
  const release: AttackRelease = {
    version: "19.0",
    domain: "enterprise",
    tactics: [],
    mitigations: [],
    detections: [],
    techniques: [
      technique("T1053.001", "revoked", "T1053.002"),
      technique("T1053.002", "active", null),
      technique("T1000", "revoked", "T1001"),
      technique("T1001", "revoked", "T1000"),
    ],
  };
  const rows = ["T1053.001", "T1053.002", "T1000", "T9999"].map((attack_object_id) => ({
    ...ROW,
    attack_object_id,
  }));
  const { set, lost } = carryForward(madeSet(rows), release);
  expect(set).toMatchObject({ origin: "carried", metadata: { attack_version: "19.0" } });
  expect(rowsOf(set).map(({ technique: id, index }) => [id, index])).toEqual([
    ["T1053.002", 0],
    ["T1053.002", 1],
  ]);
  expect(lost.map(({ technique: id, says }) => `${id} ${says}`)).toEqual([
    "T1000 retired without a successor",
    "T9999 not in this release",
  ]);
});

describe("search", () => {
  const set = madeSet([ROW, { ...ROW, capability_id: "AC-03", comments: "keeps World-Writable units out" }]);
  test("every word must be there, in any case and any field", () => {
    expect(search([set], ["world-writable", "AC-3"]).map(({ row }) => row.index)).toEqual([1]);
    expect(search([set], ["world-writable"])[0]?.excerpt).toContain("World-Writable");
    expect(search([set], ["account", "timers"])).toHaveLength(2);
    expect(search([set], ["nowhere"])).toEqual([]);
    expect(search([set], [" "])).toEqual([]);
  });
  test("an id outranks a mention", () =>
    expect(search([set], ["ac-3"]).map(({ row }) => row.index)).toEqual([1]));
});

describe("lint", () => {
  const kinds = (rows: readonly object[], metadata: object = {}): readonly string[] =>
    lint([madeSet(rows, metadata)], []).findings.map(({ kind, index }) => `${kind} ${index}`);

  test.each<[string, readonly object[], object, readonly string[]]>([
    ["sound rows", [ROW], {}, []],
    ["the same row", [ROW, ROW], {}, ["duplicate-row 1"]],
    [
      "two values",
      [
        { ...ROW, score_category: "protect", score_value: "minimal" },
        { ...ROW, score_category: "protect", score_value: "partial" },
      ],
      {},
      ["score-conflict 0"],
    ],
    [
      "a retired technique",
      [{ ...ROW, attack_object_id: "T1053.001", attack_object_name: "At (Linux)" }],
      {},
      ["dead-technique 0"],
    ],
    [
      "the same one while it lived",
      [{ ...ROW, attack_object_id: "T1053.001", attack_object_name: "At (Linux)" }],
      { attack_version: "9.0" },
      [],
    ],
    [
      "an old name",
      [{ ...ROW, attack_object_id: "T1053.002", attack_object_name: "At (Windows)" }],
      {},
      ["stale-name 0"],
    ],
    [
      "the name of its time",
      [{ ...ROW, attack_object_id: "T1053.002", attack_object_name: "At (Windows)" }],
      { attack_version: "9.0" },
      [],
    ],
    [
      "another release in the row",
      [{ ...ROW, attack_version: "[UNKNOWN_VERSION]" }],
      {},
      ["foreign-attack-version 0"],
    ],
    ["an undeclared type", [{ ...ROW, mapping_type: "non_mappable" }], {}, ["undeclared-type 0"]],
    ["no type", [{ ...ROW, mapping_type: null }], {}, ["null-type 0"]],
    [
      "no technique",
      [{ ...ROW, attack_object_id: null, attack_object_name: null }],
      {},
      ["complete-without-technique 0"],
    ],
    ["an idle group", [ROW], { capability_groups: { AC: "Access Control", ZZ: "z" } }, ["unused-group null"]],
    ["two titles", [ROW, { ...ROW, capability_description: "Accounts" }], {}, ["several-titles null"]],
    ["two spellings", [ROW, { ...ROW, capability_id: "ac-02" }], {}, ["id-case-variants null"]],
  ])("%s", (_, rows, metadata, wanted) => expect(kinds(rows, metadata)).toEqual(wanted));
});

describe("packed index", () => {
  const value = fc.option(fc.string({ unit: "binary" }), { nil: null });
  const row = fc.record(
    {
      capability_id: value,
      mapping_type: fc.constantFrom("mitigates", null),
      capability_group: fc.constantFrom("AC", null),
      attack_object_id: fc.constantFrom("T1053.006", "T1053"),
      comments: value,
      references: fc.option(fc.array(fc.string()), { nil: null }),
    },
    { requiredKeys: ["mapping_type", "capability_group", "attack_object_id"] },
  );

  test("gives back what was put in: absent, null, empty and any text", () =>
    fc.assert(
      fc.property(fc.array(fc.array(row, { maxLength: 8 }), { maxLength: 3 }), (tables) => {
        const sets = tables.map((rows) => madeSet(rows));
        const unpacked = unpackSets(packSets(sets)) ?? fail();
        expect(unpacked.map(exportMapex)).toEqual(sets.map(exportMapex));
        for (const [at, set] of sets.entries())
          expect(unpacked[at]?.rows.ofTechnique("T1053")).toEqual(set.rows.ofTechnique("T1053"));
      }),
    ));

  test("finds capabilities as the parsed rows do", () => {
    const sets = SEED_SETS.map((set) => ({ ...set, complete: true }));
    const unpacked = unpackSets(packSets(sets)) ?? fail();
    for (const id of ["ac-6", "cm-6", "amazon_inspector", "nothing"])
      expect(unpacked.map(({ rows }) => rows.ofCapability(id))).toEqual(
        sets.map(({ rows }) => rows.ofCapability(id)),
      );
  });

  test("parts that do not belong together are refused", () => {
    const packed = packSets(SEED_SETS);
    expect(unpackSets({ ...packed, columns: packed.columns.subarray(1) })).toBeNull();
    expect(unpackSets({ ...packed, narrow: `${packed.narrow}x` })).toBeNull();
  });
});

describe("names made of hashes", () => {
  test("SHA-1 as Node computes it", () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const hex = [...sha1(bytes)].map((word) => word.toString(16).padStart(8, "0")).join("");
        expect(hex).toBe(createHash("sha1").update(bytes).digest("hex"));
      }),
    ));

  test("the UUIDv5 of RFC 9562, appendix A.4", () =>
    expect(uuid5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")).toBe(
      "2ed6657d-e927-568b-95e1-2665a8aea6a2",
    ));
});

describe("exports", () => {
  const odd = madeSet(
    [
      { ...ROW, comments: '=cmd|"x"\nsecond, line', references: ["https://example.test/a b"] },
      ROW,
      ROW,
      {
        ...ROW,
        capability_id: null,
        capability_group: null,
        mapping_type: null,
        status: "non_mappable",
        comments: "no",
      },
      { ...ROW, attack_object_id: null, mapping_type: "non_mappable", status: "non_mappable", comments: "" },
      {
        mapping_type: "mitigates",
        capability_group: "AC",
        capability_id: "AC-2",
        attack_object_id: "T1000",
        comments: null,
      },
    ],
    { attack_version: "17.1" },
  );

  test("file → STIX → file gives the same rows, duplicates too", () => {
    const text = exportStix([odd, ...SEED_SETS.map((set) => ({ ...set, complete: true }))], new Map());
    expect(isStixMapping(JSON.parse(text))).toBe(true);
    const { sets, faults } = readStixSets(JSON.parse(text), "x.json");
    expect(faults).toEqual([]);
    expect(sets.map(exportMapex)).toEqual([odd, ...SEED_SETS].map(exportMapex));
  });

  test("a STIX bundle that lost a row says so", () => {
    const bundle = JSON.parse(exportStix([odd], new Map()));
    const at = bundle.objects.findIndex(({ type }: { type: string }) => type === "relationship");
    bundle.objects.splice(at, 1);
    expect(readStixSets(bundle, "x.json").faults.map(({ says }) => says)).toEqual(["5 of 6 rows are here"]);
  });

  test.each([
    [{ complete: false }, "holds a part of its file only"],
    [{ origin: "own" }, "is own judgement"],
    [{ origin: "carried" }, "was carried to another ATT&CK release"],
  ] as const)("STIX of a set that is %j does not come back as a published file", (what, says) => {
    const bundle = JSON.parse(exportStix([{ ...odd, ...what }], new Map()));
    expect(readStixSets(bundle, "x.json").faults.map((fault) => fault.says)).toEqual([
      expect.stringContaining(says),
    ]);
  });

  test("STIX ids do not depend on the run, only on what they name", () => {
    const ids = (text: string): string[] => JSON.parse(text).objects.map(({ id }: { id: string }) => id);
    expect(exportStix([odd], new Map())).toBe(exportStix([odd], new Map()));
    expect(new Set(ids(exportStix([odd], new Map()))).size).toBe(ids(exportStix([odd], new Map())).length);
    const known = exportStix(
      [odd],
      new Map([["T1053.006", "attack-pattern--a542bac9-7bc1-4da7-9a09-96f69e23cc21"]]),
    );
    expect(known).toContain('"target_ref": "attack-pattern--a542bac9-7bc1-4da7-9a09-96f69e23cc21"');
  });

  test("YAML says what JSON says", () => {
    for (const set of [odd, ...SEED_SETS])
      expect(parse(exportYaml(set))).toEqual(JSON.parse(exportMapex(set)));
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(parse(yaml(value).replace(/^\n/, ""))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("CSV: one line a row, formulas disarmed", () => {
    expect(exportCsv(rowsOf(odd)).split("\r\n").length).toBe(odd.rows.length + 2);
    expect(exportCsv(rowsOf(odd))).toContain(`"'=cmd|""x""\nsecond, line"`);
    expect(csvCell("@x")).toBe("'@x");
    expect(csvCell(-1)).toBe("-1");
  });

  test("Markdown: text stays text", () => {
    expect(markdown("a | b\n<img> `x` \u202e")).toBe("a \\| b &lt;img&gt; \\`x\\` \\\\u202e");
    expect(exportMarkdown(rowsOf(odd))).toContain(
      "| T1053.006 Systemd Timers | AC-2 | Account Management | mitigates |  | ",
    );
  });

  test("a layer counts safeguards, not vocabulary, and only what is mapped", () => {
    const veris = madeSet([{ ...ROW, capability_id: "action.x" }], { mapping_framework: "veris" });
    const layer = navigatorLayer([odd, veris]);
    expect(layer.techniques.map(({ techniqueID, score }) => [techniqueID, score])).toEqual([
      ["T1000", 1],
      ["T1053.006", 1],
    ]);
    expect(layer.gradient.minValue).toBeLessThan(layer.gradient.maxValue);
    expect(navigatorLayer([veris]).name).toMatch(/^Vocabulary, no protection/);
  });
});

describe("OSCAL", () => {
  const control = {
    id: "ac-2",
    title: "Account Management",
    params: [{ id: "ac-02_odp.01", label: "time period" }],
    parts: [
      {
        name: "statement",
        parts: [
          {
            name: "item",
            props: [{ name: "label", value: "a." }],
            prose: "Within {{ insert: param, ac-02_odp.01 }};",
          },
        ],
      },
    ],
    controls: [{ id: "ac-2.1", title: "Automated" }],
  };

  test("controls, enhancements, statement, baseline", () => {
    const read = readOscalCatalog({
      catalog: {
        metadata: { title: "Rev 5 MODERATE IMPACT BASELINE", version: "5" },
        groups: [{ controls: [control] }],
      },
    });
    expect(read).toMatchObject({
      ok: true,
      value: {
        baseline: "moderate",
        controls: [
          { id: "AC-2", title: "Account Management", statement: "a. Within [time period];" },
          { id: "AC-2(1)", title: "Automated", statement: "" },
        ],
      },
    });
  });

  test("what is no catalog is said to be none", () => {
    expect(readOscalCatalog({ profile: {} })).toMatchObject({ ok: false, problem: { code: "EINVAL" } });
    expect(readOscalCatalog({ catalog: {} })).toMatchObject({ ok: false, problem: { code: "ENODATA" } });
    fc.assert(fc.property(fc.jsonValue(), (groups) => void readOscalCatalog({ catalog: { groups } })));
  });
});
