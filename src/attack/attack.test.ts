import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareAttackVersions, isAttackVersion, parseAttackVersion } from "./attack-version.ts";
import { namesIn, RENAMES, RETIRED, retirementIn } from "./history.ts";
import { readAttackBundle } from "./stix-bundle.ts";
import { isSameFamily, isTechniqueId, parentOf, techniqueIdOf } from "./technique-id.ts";
import { SEED_RELEASE, TIMER_RELATED, TIMER_TECHNIQUES } from "./timer-techniques.ts";

const data = join(import.meta.dirname, "../../../shared/data");
const bundle = join(data, "attack/enterprise-attack-18.1.rebuilt.json.gz");
const ics = join(data, "attack/ics-18.1.json");
const extract = join(data, "mappings-extracts/t1053_006-attack-18.1.json");

describe("technique ids", () => {
  test.each([
    ["T1053.006", "T1053.006"],
    ["t1053.6", "T1053.006"],
    ["T1053/006", "T1053.006"],
    [" T1053 ", "T1053"],
    ["T105", null],
    ["T1053.", null],
    ["T1053.0066", null],
    ["TA0003", null],
    ["AC-6", null],
  ])("%s is %s", (text, id) => expect(techniqueIdOf(text)).toBe(id));

  test("normalising twice is the same as once", () =>
    fc.assert(
      fc.property(fc.stringMatching(/^[Tt]\d{4}([./]\d{1,3})?$/), (text) => {
        const once = techniqueIdOf(text) ?? "";
        expect(isTechniqueId(once)).toBe(true);
        expect(techniqueIdOf(once)).toBe(once);
      }),
    ));

  test("parents and families", () => {
    expect(parentOf("T1053.006")).toBe("T1053");
    expect(parentOf("T1053")).toBeNull();
    expect(isSameFamily("T1053.006", "T1053")).toBe(true);
    expect(isSameFamily("T1053.006", "T1543.002")).toBe(false);
  });
});

describe("release numbers", () => {
  test("are compared as numbers", () => {
    const shuffled = ["16.1", "9.0", "8.2", "10.1", "10.0"];
    expect(shuffled.sort(compareAttackVersions)).toEqual(["8.2", "9.0", "10.0", "10.1", "16.1"]);
  });

  test.each([
    ["16.1", "16", true],
    ["16.1", "16.1", true],
    ["16.1", "16.0", false],
    ["9.0", "9", true],
    ["19.1", "v19", true],
    ["1.6", "16", false],
  ])("%s asked for as %s: %s", (version, asked, is) => expect(isAttackVersion(version, asked)).toBe(is));

  test.each(["", "16.1.2", "sixteen", "[UNKNOWN_VERSION]"])("%j is none", (text) =>
    expect(parseAttackVersion(text)).toBeNull(),
  );
});

describe("renames", () => {
  test.each([
    ["T1053.002", "10.1", ["At (Windows)"]],
    ["T1053.002", "11.3", ["At (Windows)", "At"]],
    ["T1053.002", "16.1", ["At"]],
    ["T1053.006", "16.1", null],
  ])("%s in %s", (id, version, names) => expect(namesIn(id, version)).toEqual(names));

  test("At (Linux) counted in 10.1 and not in 16.1", () => {
    expect(retirementIn("T1053.001", "10.1")).toBeNull();
    expect(retirementIn("T1053.001", "16.1")).toEqual({ by: "T1053.002" });
  });

  test("every entry runs forward", () => {
    for (const { until, from } of RENAMES) expect(compareAttackVersions(until, from)).toBeLessThan(0);
  });
});

/** One technique, its parent, a mitigation and a revoked predecessor, as either STIX version writes it. */
function madeBundle(extra: Record<string, unknown>, collection: boolean): unknown {
  const object = (type: string, n: number, external: string, more: object) => ({
    type,
    id: `${type}--00000000-0000-4000-8000-00000000000${n}`,
    external_references: [{ source_name: "mitre-attack", external_id: external }],
    ...extra,
    ...more,
  });
  const relation = (n: number, relationship_type: string, source_ref: string, target_ref: string) => ({
    type: "relationship",
    id: `relationship--00000000-0000-4000-8000-00000000000${n}`,
    relationship_type,
    source_ref,
    target_ref,
    ...extra,
  });
  const phases = [{ kill_chain_name: "mitre-attack", phase_name: "persistence" }];
  const timers = object("attack-pattern", 1, "T1053.006", {
    name: "Systemd Timers",
    kill_chain_phases: phases,
    x_mitre_platforms: ["Linux"],
  });
  const old = object("attack-pattern", 2, "T1501", {
    name: "Systemd Service",
    revoked: true,
    kill_chain_phases: phases,
  });
  const mitigation = object("course-of-action", 3, "M1018", { name: "User Account Management" });
  const tail = collection
    ? [{ type: "x-mitre-collection", id: "x-mitre-collection--1", x_mitre_version: "19.1" }]
    : [];
  return {
    type: "bundle",
    objects: [
      timers,
      old,
      mitigation,
      relation(4, "mitigates", mitigation.id, timers.id),
      relation(5, "revoked-by", old.id, timers.id),
      { type: "never-heard-of", id: "x" },
      null,
      ...tail,
    ],
  };
}

describe("STIX bundles", () => {
  test.each([
    ["2.0, release given", madeBundle({}, false), "9.0", "9.0"],
    ["2.1, release in the bundle", madeBundle({ spec_version: "2.1" }, true), null, "19.1"],
    ["2.1, in a file called stix-2.1.json", madeBundle({ spec_version: "2.1" }, true), "2.1", "19.1"],
  ])("%s", (_, document, given, version) => {
    const read = readAttackBundle(document, given);
    if (!read.ok) throw new Error(read.problem.message);
    expect(read.value.version).toBe(version);
    expect(read.value.domain).toBe("enterprise");
    expect(read.value.techniques).toMatchObject([
      {
        id: "T1053.006",
        state: "active",
        tactics: ["persistence"],
        platforms: ["Linux"],
        mitigations: ["M1018"],
      },
      { id: "T1501", state: "revoked", revokedBy: "T1053.006" },
    ]);
    expect(read.value.mitigations).toEqual([{ id: "M1018", name: "User Account Management" }]);
  });

  test.each([
    [null, "EINVAL"],
    [[], "EINVAL"],
    [{ type: "bundle" }, "EINVAL"],
    [{ type: "bundle", objects: [] }, "ENODATA"],
    [{ type: "bundle", objects: [{ type: "attack-pattern", id: 7, external_references: "no" }] }, "ENODATA"],
  ])("%j is %s", (document, code) =>
    expect(readAttackBundle(document)).toMatchObject({ ok: false, problem: { code } }),
  );

  test("never throws", () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) => void readAttackBundle({ type: "bundle", objects: [value] })),
    ));
});

describe.skipIf(!existsSync(bundle))("ATT&CK 18.1 (skipped without ../shared/data/attack)", () => {
  const read = existsSync(bundle)
    ? readAttackBundle(JSON.parse(gunzipSync(readFileSync(bundle)).toString()))
    : null;
  const release = read?.ok ? read.value : null;
  const byId = new Map(release?.techniques.map((technique) => [technique.id, technique]));

  test("691 active techniques, T1053.006 as MITRE has it", () => {
    expect(release?.techniques.filter(({ state }) => state === "active")).toHaveLength(691);
    const facts = JSON.parse(readFileSync(extract, "utf8"));
    expect(byId.get("T1053.006")).toEqual({
      id: facts.id,
      name: facts.name,
      tactics: facts.tactics,
      platforms: facts.platforms,
      stixId: facts.stix_id,
      state: "active",
      revokedBy: null,
      mitigations: facts.mitigations.map(({ id }: { id: string }) => id),
      detections: [facts.detection_strategy.id],
    });
    const strategy = release?.detections.find(({ id }) => id === "DET0231");
    expect(strategy?.analytics).toMatchObject([{ id: "AN0645", platforms: ["Linux"] }]);
  });

  test("what ships inside agrees with it", () => {
    for (const technique of TIMER_TECHNIQUES) {
      const { mitigations, detections, ...facts } = technique;
      expect(byId.get(technique.id)).toMatchObject({
        ...facts,
        tactics: expect.arrayContaining([...facts.tactics]),
      });
      if (mitigations.length > 0) expect(byId.get(technique.id)?.mitigations).toEqual(mitigations);
      if (detections.length > 0) expect(byId.get(technique.id)?.detections).toEqual(detections);
    }
    for (const id of TIMER_RELATED) expect(byId.get(id)?.state).toBe("active");
    for (const named of SEED_RELEASE.mitigations) expect(release?.mitigations).toContainEqual(named);
    for (const strategy of SEED_RELEASE.detections) expect(release?.detections).toContainEqual(strategy);
  });

  test("renamed techniques bear the new name, retired ones are retired", () => {
    for (const { id, is } of RENAMES) expect(byId.get(id)?.name).toBe(is);
    for (const { id, by } of RETIRED) {
      expect(byId.get(id)?.state).not.toBe("active");
      if (by !== null) expect(byId.get(id)?.revokedBy).toBe(by);
    }
  });

  test.skipIf(!existsSync(ics))("the ICS bundle is of its domain", () => {
    const other = readAttackBundle(JSON.parse(readFileSync(ics, "utf8")));
    expect(other).toMatchObject({ ok: true, value: { domain: "ics", version: "18.1" } });
  });
});
