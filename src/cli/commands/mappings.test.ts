import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { RunError, UsageError } from "../command.ts";
import { mappings } from "./mappings.ts";

const base = mkdtempSync(join(tmpdir(), "timerwarden-mappings-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let home = "";
let counter = 0;
beforeEach(() => {
  counter += 1;
  home = join(base, `home-${counter}`);
  mkdirSync(home);
});

interface Result {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function run(line: readonly string[], env: Record<string, string> = {}): Promise<Result> {
  let out = "";
  let err = "";
  const streams = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    isTerminal: false,
    errIsTerminal: false,
    columns: undefined,
    env: { XDG_DATA_HOME: home, ...env },
    readInput: () => new Uint8Array(),
  };
  try {
    return { status: await mappings.run(line, streams), out, err };
  } catch (error) {
    if (error instanceof UsageError) return { status: 2, out, err: `${err}${error.message}\n` };
    if (error instanceof RunError) return { status: error.status, out, err: `${err}${error.message}\n` };
    throw error;
  }
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(home, name);
  writeFileSync(path, content);
  return path;
}

const METADATA = {
  mapping_version: "1",
  attack_version: "20.1",
  technology_domain: "enterprise",
  creation_date: "01/01/2027",
  mapping_framework: "house_rules",
  mapping_framework_version: "3",
  mapping_types: { mitigates: { name: "mitigates", description: "" } },
  capability_groups: { HR: "House rules" },
};
const ROW = {
  capability_id: "HR-1",
  capability_group: "HR",
  capability_description: "Nobody but root writes units",
  mapping_type: "mitigates",
  attack_object_id: "T1053.006",
  attack_object_name: "Systemd Timers",
  comments: "zebra",
  status: "complete",
};
const document = (rows: readonly object[] = [ROW], metadata: object = {}): string =>
  JSON.stringify({ metadata: { ...METADATA, ...metadata }, mapping_objects: rows });

/** The table of the mission: capability id, description, mapping type, technique. */
const MISSION = [
  ["AC-2", "Account Management", "Protects", "T1053.006 Systemd Timers"],
  ["AC-3", "Access Enforcement", "Protects", "T1053.006 Systemd Timers"],
  ["AC-5", "Separation of Duties", "Protects", "T1053.006 Systemd Timers"],
  ["AC-6", "Least Privilege", "Protects", "T1053.006 Systemd Timers"],
  ["CA-7", "Continuous Monitoring", "Protects", "T1053.006 Systemd Timers"],
  ["CM-5", "Access Restrictions for Change", "Protects", "T1053.006 Systemd Timers"],
  [
    "IA-2",
    "Identification and Authentication (organizational Users)",
    "Protects",
    "T1053.006 Systemd Timers",
  ],
  ["SI-4", "System Monitoring", "Protects", "T1053.006 Systemd Timers"],
  ["SI-7", "Software, Firmware, and Information Integrity", "Protects", "T1053.006 Systemd Timers"],
  [
    "action.hacking.variety.Abuse of functionality",
    "Abuse of functionality",
    "related-to",
    "T1053.006 Scheduled Task/Job: Systemd Timers",
  ],
  ["amazon_inspector", "Amazon Inspector", "technique_scores", "T1053.006 Systemd Timers"],
];

function missionRows(out: string): unknown {
  const { rows } = JSON.parse(out) as { rows: Record<string, string>[] };
  return rows.map((row) => [row["capability_id"], row["description"], row["mapping_type"], row["technique"]]);
}

const shared = join(import.meta.dirname, "../../../../shared");
const published = join(shared, "data/mappings-explorer");
const isHere = existsSync(published);

describe("with nothing imported", () => {
  test("the ATT&CK 9.0 edition is the mission's table, row for row", async () => {
    const { status, out } = await run(["show", "T1053.006", "--attack-version", "9.0", "--format", "json"]);
    expect(status).toBe(0);
    expect(missionRows(out)).toEqual(MISSION);
  });

  test("the default shows seventeen rows and what changed", async () => {
    const { out } = await run(["show", "T1053.006"]);
    expect(out).toMatch(/^T1053\.006 Systemd Timers \(Linux\) .*: 17 rows\n/);
    for (const says of [
      "+ CM-6 Configuration Settings",
      "Protects → mitigates",
      "AC-2 → AC-02",
      "Azure: + ",
      "CRI Profile: + ",
    ])
      expect(out).toContain(says);
    expect(out).toContain("VERIS (vocabulary)");
    expect(out).toContain("own judgement, not counted: 11 rows");
  });

  test.each<[readonly string[], number, string]>([
    [["show", "AC-06"], 0, "T1053.006"],
    [["show", "T9999"], 4, "T9999 is in no mapping file at hand; import the published files"],
    [["show", "nist"], 4, "no row for nist; timerwarden mappings search nist looks through all texts"],
    [["show", "T1053.006", "--framework", "nobody"], 4, "no set of framework nobody is here"],
    [["show", "T1053.006", "--framework-version", "rev3"], 4, "there are versions"],
    [["show", "T1053.006", "--framework-version", "2024-12"], 0, "Amazon Inspector"],
    [["show", "T1053.006", "--attack-version", "18.1"], 4, "there are rows for ATT&CK 9.0, 16.1"],
    [["show", "T1053.006", "--carry", "18.1"], 0, "18.1 carried"],
    [["show", "T1053.006", "--carry", "19.0"], 2, "mappings import enterprise-attack-19.0.json"],
    [["show", "T1053.006", "--carry", "newest"], 2, "--carry newest is no ATT&CK release such as 18.1"],
    [["show"], 2, "name a technique"],
    [["search", "inspector"], 0, "amazon_inspector"],
    [["search", "zebra"], 4, "no row holds zebra"],
    [["diff", "9.0", "16.1", "T1053.006"], 0, "+ CM-6"],
    [["diff", "9.0"], 2, "name two sides"],
    [["diff", "9.0", "newest"], 2, "neither an ATT&CK release"],
    [["gaps", "T1053.006"], 0, "NIST 800-53"],
    [["matrix"], 0, "m10"],
    [["list"], 0, "seed, T1053.006 only"],
    [["export", "--framework", "aws", "-o", "mapex"], 0, "amazon_inspector"],
    [["export", "-o", "mapex"], 2, "a mapping file holds one set and these are 5"],
    [["export", "--framework", "nobody"], 4, "no set of framework nobody is here"],
    [["lint"], 4, "nothing is imported; name files to lint"],
    [["import"], 2, "name files, folders or zip archives"],
    [["shwo"], 2, "did you mean show?"],
    [["list", "--domain", "entreprise"], 2, "did you mean enterprise?"],
    [["show", "T1053.006", "-o", "jsn"], 2, "did you mean json?"],
    [[], 2, "say what to do"],
  ])("%j → %i", async (line, status, says) => {
    const result = await run(line);
    expect([result.status, result.out + result.err]).toEqual([status, expect.stringContaining(says)]);
  });

  test.each(["table", "json", "csv", "md", "yaml", "navigator", "stix"])(
    "show -o %s: same bytes twice",
    async (format) => {
      const first = await run(["show", "T1053.006", "-o", format]);
      expect(first.status).toBe(0);
      expect(first.out.length).toBeGreaterThan(100);
      expect((await run(["show", "T1053.006", "-o", format])).out).toBe(first.out);
    },
  );

  test("nothing is written by asking", async () => {
    await run(["show", "T1053.006"]);
    await run(["lint"]);
    expect(readdirSync(home)).toEqual([]);
  });
});

describe("import", () => {
  test("a framework and an ATT&CK release never seen before", async () => {
    expect((await run(["import", file("house.json", document())])).status).toBe(0);
    expect((await run(["show", "HR-1"])).out).toContain("T1053.006");
    expect((await run(["show", "T1053.006"])).out).toContain("18 rows");
    expect((await run(["search", "zebra"])).out).toContain("HR-1");
    expect(
      (await run(["import", "--replace", file("b.json", document([ROW], { mapping_framework: "b" }))]))
        .status,
    ).toBe(0);
    expect((await run(["show", "HR-1", "--framework", "house_rules"])).status).toBe(4);
  });

  const index = (): Uint8Array => readFileSync(join(home, "timerwarden/mappings/index.twm"));

  test.each<[string, string | Uint8Array, string]>([
    [
      "unknown field",
      document([{ ...ROW, colour: 1 }]),
      "bad.json: mapping_objects[0]: colour: unknown field",
    ],
    ["wrong release", document([ROW], { attack_version: "x" }), "bad.json: metadata: attack_version:"],
    ["dangling type", document([{ ...ROW, mapping_type: "x" }]), 'mapping_type: "x" is not declared'],
    ["dangling technique", document([{ ...ROW, attack_object_id: "X1" }]), '"X1" is no ATT&CK technique id'],
    ["no object", "[1]", "not a mapping file: it is no JSON object"],
    ["broken JSON", '{"metadata": ', "bad.json: not JSON:"],
    ["something else", '{"a": 1}', "neither a mapping file, an ATT&CK bundle, nor an OSCAL catalog"],
    ["empty", "", "bad.json: is empty"],
    ["an ATT&CK bundle without techniques", '{"type":"bundle","objects":[]}', "neither a mapping file"],
    ["a broken archive", Buffer.from("PK\u0003\u0004 and no more"), "no whole zip archive"],
  ])("%s: one line, status 1, the index as it was", async (_, content, says) => {
    await run(["import", file("good.json", document())]);
    const before = index();
    const { status, err, out } = await run(["import", join(home, "good.json"), file("bad.json", content)]);
    expect([status, out]).toEqual([1, ""]);
    expect(err).toContain(says);
    expect(err.trimEnd().split("\n")).toHaveLength(2);
    expect(index()).toEqual(before);
    expect(readdirSync(join(home, "timerwarden/mappings"))).toEqual(["index.twm"]);
  });

  test("a hundred megabytes of junk cost a line, not memory", async () => {
    const path = file("junk.json", "x");
    truncateSync(path, 100 * 2 ** 20);
    const before = process.memoryUsage().rss;
    const { status, err } = await run(["import", path]);
    expect([status, err.split("\n")[0]]).toEqual([1, `${path}: not a mapping file: it is no JSON object`]);
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 2 ** 20);
  });

  test("a file that begins well and does not end is refused by its size", async () => {
    const path = file("junk.json", "{");
    truncateSync(path, 100 * 2 ** 20);
    expect((await run(["import", path])).err).toContain("larger than 32 MiB");
  });

  test("sixty megabytes that look like a bundle and would fill the memory are refused unparsed", async () => {
    const path = file("junk.json", `{"type":"bundle","objects":[${"{},".repeat(20 * 2 ** 20)}{}]}`);
    expect(await run(["import", path])).toMatchObject({
      status: 1,
      err: expect.stringContaining("junk.json: holds more than 8 million values"),
    });
  });

  test("no such file", async () => {
    const { status, err } = await run(["import", join(home, "none.json")]);
    expect([status, err]).toEqual([1, expect.stringContaining("none.json: no such file or folder")]);
  });

  test("two files that claim to be the same set and differ", async () => {
    const folder = join(home, "in");
    mkdirSync(folder);
    writeFileSync(join(folder, "a.json"), document());
    writeFileSync(join(folder, "b.json"), document([{ ...ROW, capability_id: "HR-2" }]));
    const { status, err } = await run(["import", folder]);
    expect([status, err]).toEqual([1, expect.stringContaining("b.json: metadata: is house_rules 3")]);
  });

  test("duplicate rows come in as published, with a note; --strict refuses them", async () => {
    const path = file("twice.json", document([ROW, ROW]));
    expect(await run(["import", "--strict", path])).toMatchObject({
      status: 1,
      err: expect.stringContaining("twice.json: mapping_objects[1]: duplicate-row: "),
    });
    expect(await run(["import", path])).toMatchObject({
      status: 0,
      err: expect.stringContaining("1 fault in the data"),
    });
    expect(await run(["lint", "--list"])).toMatchObject({
      status: 1,
      out: expect.stringContaining("duplicate-row: "),
    });
  });

  test("links in a folder are not followed, other JSON is passed over", async () => {
    const folder = join(home, "in");
    mkdirSync(folder);
    const outside = file("outside.json", document([ROW], { mapping_framework: "outside" }));
    symlinkSync(outside, join(folder, "link.json"));
    writeFileSync(join(folder, "package.json"), '{"name": "x"}');
    writeFileSync(join(folder, "a.json"), document());
    const { status, out, err } = await run(["import", folder]);
    expect([status, out, err]).toEqual([
      0,
      expect.stringContaining("1 mapping set"),
      expect.stringContaining("1 JSON file"),
    ]);
  });

  test("a zip archive", async () => {
    const archive = zip([
      ["mappings/house.json", document(), true],
      ["mappings/stored.json", document([ROW], { mapping_framework: "b" }), false],
      ["readme.txt", "x", false],
    ]);
    expect(await run(["import", file("m.zip", archive)])).toMatchObject({
      status: 0,
      out: expect.stringContaining("2 mapping sets"),
    });
  });

  test("a zip archive whose entry does not match its checksum", async () => {
    const archive = zip([["a.json", document(), false]]);
    archive[60] = (archive[60] ?? 0) ^ 1;
    expect(await run(["import", file("m.zip", archive)])).toMatchObject({
      status: 1,
      err: expect.stringContaining("a.json is damaged"),
    });
  });

  test("our own STIX comes back in as the rows it was made of", async () => {
    const stix = join(home, "house.stix.json");
    await run(["import", file("house.json", document())]);
    const before = await run(["export", "--framework", "house_rules", "-o", "mapex"]);
    await run(["export", "--framework", "house_rules", "-o", `stix=${stix}`]);
    expect(await run(["import", "--replace", stix])).toMatchObject({
      status: 0,
      out: expect.stringContaining("1 mapping set with 1 row"),
    });
    expect(await run(["export", "--framework", "house_rules", "-o", "mapex"])).toEqual(before);
  });

  test("what ships inside is a part of its file: as STIX it does not come in as the whole", async () => {
    const stix = join(home, "aws.stix.json");
    await run(["export", "--framework", "aws", "-o", `stix=${stix}`]);
    expect(await run(["import", stix])).toMatchObject({
      status: 1,
      err: expect.stringContaining("holds a part of its file only"),
    });
  });

  test("a damaged index is an error, not an empty answer, and can be replaced", async () => {
    const path = file("house.json", document());
    await run(["import", path]);
    const broken = Buffer.from(index());
    broken[broken.length - 12] = (broken[broken.length - 12] ?? 0) ^ 1;
    truncateSync(join(home, "timerwarden/mappings/index.twm"), 40);
    expect(await run(["show", "T1053.006"])).toMatchObject({
      status: 1,
      err: expect.stringContaining("import again with --replace"),
    });
    expect((await run(["import", path])).status).toBe(1);
    expect((await run(["import", "--replace", path])).status).toBe(0);
    expect((await run(["show", "HR-1"])).status).toBe(0);
  });
});

describe("own mappings", () => {
  test("lie over the others and are marked, by option and from the data directory", async () => {
    const path = file("own.json", document());
    for (const line of [
      ["show", "T1053.006", "--own", path],
      ["show", "HR-1", "--own", path],
    ])
      expect((await run(line)).out).toMatch(/own judgement, not counted:[\s\S]*(HR-1|T1053\.006)/);
    expect((await run(["show", "T1053.006", "--own", path])).out).toContain(": 17 rows");
    mkdirSync(join(home, "timerwarden/mappings/own"), { recursive: true });
    writeFileSync(join(home, "timerwarden/mappings/own/house.json"), document());
    expect((await run(["list"])).out).toMatch(/house_rules .* own /);
  });

  test("several of the same set are all kept", async () => {
    const folder = join(home, "timerwarden/mappings/own");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "a.json"), document());
    writeFileSync(join(folder, "b.json"), document([{ ...ROW, capability_id: "HR-2" }]));
    expect((await run(["show", "T1053.006"])).out).toContain("not counted: 13 rows");
  });

  test("a faulty one in the data directory can be linted, as its message says", async () => {
    const folder = join(home, "timerwarden/mappings/own");
    mkdirSync(folder, { recursive: true });
    const path = join(folder, "house.json");
    writeFileSync(path, document([{ ...ROW, colour: 1, shape: 1 }]));
    expect((await run(["show", "T1053.006"])).err).toContain(`timerwarden mappings lint ${path}`);
    expect(await run(["lint", path])).toMatchObject({
      status: 1,
      err: expect.stringContaining("shape: unknown field"),
    });
  });

  test("a faulty one is named", async () => {
    const path = file("own.json", document([{ ...ROW, colour: 1 }]));
    expect(await run(["show", "T1053.006", "--own", path])).toMatchObject({
      status: 1,
      err: expect.stringContaining("own.json: mapping_objects[0]: colour: unknown field"),
    });
  });
});

describe.skipIf(!isHere)(`with all published files${isHere ? "" : " (skipped: no ../shared/data)"}`, () => {
  const full = join(base, "full");
  const ask = (...line: readonly string[]): Promise<Result> => run([...line, "--data-dir", full]);

  test("33 files import, the index stays under 1 MB", async () => {
    expect(await ask("import", published)).toMatchObject({
      status: 0,
      out: expect.stringContaining("33 mapping sets with 67,363 rows"),
    });
    expect(readFileSync(join(full, "mappings/index.twm")).length).toBeLessThan(1e6);
  });

  test("the mission's table, and seventeen by default", async () => {
    expect(
      missionRows((await ask("show", "T1053.006", "--attack-version", "9.0", "-o", "json")).out),
    ).toEqual(MISSION);
    const { out } = await ask("show", "T1053.006");
    expect(out).toContain(": 17 rows");
    expect(out).toContain("! CM-6 is missing from 3 rev 5 sets for ATT&CK 9.0, 10.1, 12.1");
  });

  test("lint", async () => {
    const { status, out } = await ask("lint");
    expect(status).toBe(1);
    for (const says of [
      /duplicate-row +102 /,
      /score-conflict +18 /,
      /dead-technique +3 +3 /,
      /stale-name +1,693 /,
    ])
      expect(out).toMatch(says);
  });

  test("non-mappable is not silent: T1546.017", async () => {
    const { out } = await ask("show", "T1546.017");
    expect(out).toContain("judged non-mappable: nist_800_53 rev5, ATT&CK 16.1 enterprise");
    expect(out).toMatch(/silent: cri_profile/);
  });
});

/** A small writer, so that the reader is tried on archives of known content. */
function zip(entries: readonly (readonly [name: string, text: string, deflate: boolean])[]): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text, deflate] of entries) {
    const raw = Buffer.from(text);
    const data = deflate ? deflateRawSync(raw) : raw;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(deflate ? 8 : 0, 4);
    common.writeUInt32LE(crc32(raw), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(raw.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004", "latin1"), common, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    directory.push(
      Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0000", "latin1"), common, tail, Buffer.from(name)]),
    );
    parts.push(local);
    at += local.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}
