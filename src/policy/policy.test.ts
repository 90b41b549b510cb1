import { describe, expect, test, vi } from "vitest";
import { memoryHost } from "../hosts/memory.ts";
import { type Inventory, readInventory } from "../inventory/inventory.ts";
import { judge } from "../rules/judge.ts";
import { programInSharedDirectory } from "../rules/program-in-shared-directory.ts";
import type { Tree } from "../rules/rule.ts";
import { unpackagedGenerator } from "../rules/unpackaged-generator.ts";
import { UTC } from "../time/zone.ts";
import { type AcceptanceRecord, formatAcceptance, openAcceptances, parseAcceptances } from "./acceptance.ts";
import { bindingOf, closureDigest } from "./binding.ts";
import { parseOwnRules } from "./own-rule.ts";

const TREE: Tree = {
  "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
  "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
  "/etc/systemd/system/a.service": "[Service]\nExecStart=/dev/shm/run --now\n",
  "/dev/shm/run": { content: "#!/bin/sh\ntrue\n", mode: 0o755 },
};

const GENERATOR = "/etc/systemd/system-generators/net";

function inventoryOf(tree: Tree): Inventory {
  return readInventory(memoryHost(tree), { zones: { zone: () => null, local: UTC }, nowUsec: 0 });
}

describe("closure digest", () => {
  const digest = (tree: Tree) => {
    const inventory = inventoryOf(tree);
    const [activation] = inventory.activations();
    return activation === undefined ? "" : closureDigest(activation, inventory.host);
  };

  test("is the same for the same content", () => expect(digest({ ...TREE })).toBe(digest(TREE)));

  test.each<[string, Tree]>([
    ["the schedule", { "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=hourly\n" }],
    ["an argument", { "/etc/systemd/system/a.service": "[Service]\nExecStart=/dev/shm/run --later\n" }],
    ["a drop-in", { "/etc/systemd/system/a.service.d/x.conf": "[Service]\nNice=5\n" }],
    ["the program's content", { "/dev/shm/run": { content: "#!/bin/sh\nfalse\n", mode: 0o755 } }],
    ["the program's mode", { "/dev/shm/run": { content: "#!/bin/sh\ntrue\n", mode: 0o777 } }],
    ["the program's owner", { "/dev/shm/run": { content: "#!/bin/sh\ntrue\n", mode: 0o755, uid: 7 } }],
    [
      "a comment in a unit",
      { "/etc/systemd/system/a.service": "# x\n[Service]\nExecStart=/dev/shm/run --now\n" },
    ],
  ])("changes with %s", (_, change) => expect(digest({ ...TREE, ...change })).not.toBe(digest(TREE)));
});

describe("acceptances", () => {
  const rules = [programInSharedDirectory];
  const inventory = inventoryOf(TREE);
  const [finding] = judge(inventory, { rules }).findings;
  const [activation] = inventory.activations();
  if (finding === undefined || activation === undefined) throw new Error("the example must fire");
  const record: AcceptanceRecord = {
    id: finding.id,
    unit: "a.timer",
    scope: "system",
    binds: closureDigest(activation, inventory.host),
    reason: "a test",
    owner: "alice",
    until: "2026-12-31",
    place: "x:1",
  };
  const judged = (records: readonly AcceptanceRecord[], tree: Tree = TREE, today = "2026-11-23") => {
    const host = inventoryOf(tree);
    const book = openAcceptances(records, host.host, today);
    const { findings, verdicts } = judge(host, { rules, accept: book.accept });
    return {
      accepted: findings.map(({ accepted }) => accepted?.owner ?? null),
      verdict: verdicts.get("system/a.timer")?.verdict,
      unused: book.unused().map(({ why }) => why),
    };
  };

  test("without a decision", () =>
    expect(judged([])).toEqual({ accepted: [null], verdict: "alert", unused: [] }));
  test("a decision clears the verdict and stays visible", () =>
    expect(judged([record])).toEqual({ accepted: ["alice"], verdict: "ok", unused: [] }));
  test("its last day counts", () => expect(judged([record], TREE, "2026-12-31").verdict).toBe("ok"));
  test("the day after it lapses, and says so", () =>
    expect(judged([record], TREE, "2027-01-01")).toMatchObject({
      verdict: "alert",
      unused: ["its last day was 2026-12-31"],
    }));
  test("never is a day that never comes", () =>
    expect(judged([{ ...record, until: "never" }], TREE, "2099-01-01").verdict).toBe("ok"));
  test("changed content brings the finding back", () => {
    const changed: Tree = { ...TREE, "/dev/shm/run": { content: "#!/bin/sh\nrm x\n", mode: 0o755 } };
    expect(judged([record], changed)).toMatchObject({
      verdict: "alert",
      unused: ["a.timer or something it runs has changed since it was accepted"],
    });
  });
  test.each<[string, Tree, boolean]>([
    ["stays", {}, true],
    ["lapses with the content", { [GENERATOR]: { content: "#!/bin/sh\nrm x\n", mode: 0o755 } }, false],
    ["lapses with the mode", { [GENERATOR]: { content: "#!/bin/sh\n", mode: 0o777 } }, false],
  ])("about the host itself it %s", (_, change, isAccepted) => {
    const tree: Tree = {
      "/var/lib/dpkg/status": "",
      [GENERATOR]: { content: "#!/bin/sh\n", mode: 0o755 },
    };
    const before = inventoryOf(tree);
    const [of = null] = judge(before, { rules: [unpackagedGenerator] }).findings;
    if (of === null) throw new Error("the example must fire");
    const { id, unit, scope } = of;
    const decision = { ...record, id, unit, scope, binds: bindingOf(of, null, before.host) };
    const after = inventoryOf({ ...tree, ...change });
    const { accept } = openAcceptances([decision], after.host, "2026-11-23");
    const [same] = judge(after, { rules: [unpackagedGenerator], accept }).findings;
    expect([same?.id, same?.accepted !== null]).toEqual([id, isAccepted]);
  });
  test("another unit's decision is none", () =>
    expect(judged([{ ...record, unit: "b.timer" }])).toMatchObject({
      accepted: [null],
      unused: ["no such finding any more"],
    }));

  test("what is written can be read", () => {
    const { place: _, ...entry } = { ...record, reason: 'quotes " and: colons\nand lines' };
    const { records, problems } = parseAcceptances(formatAcceptance(entry), "f.yaml");
    expect(problems).toEqual([]);
    expect(records).toEqual([{ ...entry, place: "f.yaml:1" }]);
  });

  test.each([
    ["", 0, ""],
    ["id: tw-123456\n", 1, "a list of acceptances"],
    ["- id: tw-123456\n  unit: a\n", 4, "binds"],
    ["- id: nonsense\n", 1, "tw-7f3a91c2b0"],
    ["- until: 2027-02-30\n", 1, "until: a day like 2027-02-28, or never"],
    ["- {a: [}\n", 1, ""],
    ["- a: &x [1]\n- *x\n", 1, ""],
  ])("%j gives problems with their line", (content, least, part) => {
    const { problems } = parseAcceptances(content, "f.yaml");
    expect(problems.length).toBeGreaterThanOrEqual(least);
    expect(problems.map(({ place, message }) => `${place} ${message}`).join("\n")).toContain(part);
    for (const { place } of problems) expect(place).toMatch(/^f\.yaml:\d+$/);
  });
});

describe("own rules", () => {
  const rule = (when: string, more = "") =>
    `id: own-x\ntitle: X\nseverity: high\nwhen: ${JSON.stringify(when)}\n${more}`;
  const fires = (when: string, tree: Tree = TREE) => {
    const { rules, problems } = parseOwnRules(rule(when), "r.yaml");
    expect(problems).toEqual([]);
    return judge(inventoryOf(tree), { rules }).findings.length > 0;
  };

  test.each([
    ['unit == "a.timer" && scope == "system" && kind == "timer"', true],
    ['runsAs == "root" && commands.exists(c, c.path.startsWith("/dev/shm/"))', true],
    ['files.exists(f, f.role == "script" && f.path == "/dev/shm/run" && f.exists)', true],
    ["files.exists(f, f.mode == 511)", false],
    ["perDay > 0.9 && perDay < 1.1", true],
    ['schedule.exists(s, s.matches("^OnCalendar=da"))', true],
    ['behaviours.exists(b, b.kind == "reverse-shell")', false],
    ["atBoot", false],
    ['"a.service" in units', true],
    ["unit.matches('^a[.)]')", true],
  ])("%s", (when, expected) => expect(fires(when)).toBe(expected));

  test.each([
    ["*/5 * * * *", 288],
    ["0 3 * * 1", 1 / 7],
    ["@reboot", 0],
  ])("cron's %s is %d runs a day", (schedule, perDay) => {
    const tree = { ...TREE, "/etc/cron.d/x": `${schedule} root /bin/true\n` };
    const near = `perDay > ${(perDay - 0.01).toFixed(3)} && perDay < ${(perDay + 0.01).toFixed(3)}`;
    expect(fires(`kind == "cron" && ${near}`, tree)).toBe(true);
  });

  test("time is counted for each look at a host, so that a server may look for ever", () => {
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => {
      now += 900;
      return now;
    });
    try {
      const { rules } = parseOwnRules(rule("true"), "r.yaml");
      for (let look = 0; look < 5; look++)
        expect(judge(inventoryOf(TREE), { rules }).findings).toHaveLength(1);
      const slow = { ...TREE, "/etc/cron.d/x": "@daily root a\n@daily root b\n" };
      expect(() => judge(inventoryOf(slow), { rules })).toThrow("takes too long on this host");
    } finally {
      clock.mockRestore();
    }
  });

  test.each([
    ['unt == "x"', "Unknown variable: unt"],
    ['commands.exists(c, c.pth == "x")', "No such key: pth"],
    ['perDay < "x"', "overload"],
    ["size(files)", "a rule needs true or false"],
    ['unit.matches("(?=a)")', "look-around"],
    ["unit.matches(path)", "in place"],
    ['unit.matches("(a" + path)', "in place"],
    ["unit.matches('a)') || unit.matches('b' + path)", "in place"],
    ["unit == ", ""],
  ])("%s is refused at load, with its line", (when, part) => {
    const { rules, problems } = parseOwnRules(rule(when), "r.yaml");
    expect(rules).toEqual([]);
    expect(problems[0]?.place).toBe("r.yaml:4");
    expect(problems[0]?.message).toContain(part);
  });

  test.each([
    ["- a list\n", "a rule is a map"],
    ["id: x\ntitle: X\nseverity: high\nwhen: 'true'\n", "own-"],
    ["id: own-x\ntitle: X\nseverity: awful\nwhen: 'true'\n", "severity"],
    ["id: own-x\ntitle: X\nseverity: high\nwhen: 'true'\nextra: 1\n", "extra"],
    ["id: own-x\n\ttitle: X\n", ""],
    [`id: own-x\ntitle: &a X\nbenign: [${"*a, ".repeat(30)}]\n`, "alias"],
  ])("%j is a problem and not a rule", (content, part) => {
    const { rules, problems } = parseOwnRules(content, "r.yaml");
    expect(rules).toEqual([]);
    expect(problems.map(({ message }) => message).join("\n")).toContain(part);
  });

  test("a pattern that explodes elsewhere ends here", () => {
    const tree = {
      ...TREE,
      "/etc/systemd/system/a.service": `[Service]\nExecStart=/bin/${"a".repeat(400)}!\n`,
    };
    // Past two seconds the rule itself would throw.
    expect(fires('commands.exists(c, c.text.matches("^/bin/(a+)+$"))', tree)).toBe(false);
  });

  test("an alias is as good as what it stands for", () =>
    expect(parseOwnRules(rule("true", "says: &a Y\nwhy: *a\n"), "r.yaml").rules[0]?.why).toBe("Y"));

  test("one file may hold several rules", () => {
    const { rules } = parseOwnRules(
      `${rule("true")}---\n${rule("false").replace("own-x", "own-y")}`,
      "r.yaml",
    );
    expect(rules.map(({ id }) => id)).toEqual(["own-x", "own-y"]);
  });
});
