import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Disagreement } from "./disagreement.ts";
import { SCENARIOS, type Scenario } from "./sandbox-scenarios.test-support.ts";

const SCRIPT = join(import.meta.dirname, "../../../shared/systemd-sandbox.sh");
const canRun = existsSync(SCRIPT) && process.getuid?.() === 0;
const suite = canRun
  ? "a booted systemd"
  : "SKIPPED: needs root and ../shared/systemd-sandbox.sh, a booted systemd";

interface Elapse {
  readonly id: string;
  readonly sub: string;
  readonly accuracyUsec: number;
  readonly armed: number | null;
  readonly expected: { readonly earliestUsec: number; readonly latestUsec: number } | null;
}

interface Probe {
  readonly disagreements: readonly Disagreement[];
  readonly elapses: readonly Elapse[];
  readonly scopes: readonly { readonly scope: string; readonly units: number }[];
  readonly notes: readonly string[];
  readonly journal: readonly { readonly scope: string; readonly unit: string; readonly kind: string }[];
}

describe.skipIf(!canRun)(suite, () => {
  const state = mkdtempSync(join(tmpdir(), "timerwarden-live-"));
  const shared = mkdtempSync(join(tmpdir(), "timerwarden-probe-"));
  let clean: Probe;
  let changed: Probe;
  let reloaded: Probe;

  const sandbox = (...args: readonly string[]) =>
    execFileSync(SCRIPT, [...args], {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      stdio: ["ignore", "pipe", "pipe"],
    });
  const shell = (script: string) => sandbox("exec", "-s", state, "--", "bash", "-c", script);
  const as = (user: string, script: string) =>
    sandbox("exec", "-s", state, "-U", user, "--", "bash", "-c", script);
  /** `@USER SCRIPT` is for that account's shell. */
  const act = (script: string) => {
    const [, user, rest = ""] = /^@(\w+) (.*)$/s.exec(script) ?? [];
    return user === undefined ? shell(script) : as(user, rest);
  };
  const USERS = ["alice", "bob"];
  const probe = (): Probe =>
    JSON.parse(sandbox("exec", "-s", state, "--", "node", "/mnt/probe.cjs")) as Probe;

  beforeAll(async () => {
    await build({
      entryPoints: {
        probe: join(import.meta.dirname, "sandbox-probe.test-support.ts"),
        follow: join(import.meta.dirname, "sandbox-follow.test-support.ts"),
      },
      bundle: true,
      platform: "node",
      format: "cjs",
      outdir: shared,
      outExtension: { ".js": ".cjs" },
      logLevel: "error",
    });
    // The machine is shared: a start that times out is tried once more.
    const start = () =>
      spawnSync(
        SCRIPT,
        [
          "start",
          "-s",
          state,
          "-t",
          "multi-user.target",
          "-w",
          "90",
          "-u",
          "alice:1500",
          "-u",
          "bob:1501",
          "-b",
          `${shared}:/mnt:ro`,
        ],
        { env: { ...process.env, SANDBOX_KEEP_TIMERS: "1" }, stdio: "ignore" },
      ).status;
    if (start() !== 0) expect(start()).toBe(0);
    clean = probe();
    shell(
      SCENARIOS.flatMap(({ files }) => Object.entries(files))
        .map(writeFile)
        .join("\n"),
    );
    shell(
      "chown -R alice: /home/alice; chown -R bob: /home/bob; chmod 755 /run/systemd/system-generators/*; systemctl daemon-reload",
    );
    for (const user of USERS) as(user, "systemctl --user daemon-reload");
    for (const { start = "" } of SCENARIOS) if (start.startsWith("@")) act(start);
    shell(SCENARIOS.flatMap(({ start = "" }) => (start.startsWith("@") ? [] : [start])).join("\n"));
    shell("systemctl daemon-reload");
    shell(SCENARIOS.map(({ change = "" }) => change).join("\n"));
    changed = probe();
    shell("systemctl daemon-reload");
    for (const user of USERS) as(user, "systemctl --user daemon-reload");
    reloaded = probe();
  }, 240_000);

  afterAll(() => {
    spawnSync(SCRIPT, ["stop", "-s", state], { stdio: "ignore" });
    rmSync(shared, { recursive: true, force: true });
    rmSync(state, { recursive: true, force: true });
  }, 60_000);

  test("nothing is said of a clean boot", () => {
    expect(clean.disagreements).toEqual([]);
    expect(clean.notes).toEqual([]);
    expect(clean.elapses.length).toBeGreaterThan(0);
  });

  test("the system's and both users' managers were asked", () => {
    expect(changed.scopes.map(({ scope }) => scope)).toEqual(["system", "user:alice", "user:bob"]);
  });

  test.each(SCENARIOS)("$name", (scenario) => {
    expect(rulesOf(changed, scenario)).toEqual(scenario.changed);
    expect(rulesOf(reloaded, scenario)).toEqual(scenario.reloaded ?? scenario.changed);
  });

  test("nothing is said of any other unit", () => {
    const all = (probed: Probe, side: (scenario: Scenario) => Scenario["changed"]) =>
      probed.disagreements
        .filter(({ scope, unit }) =>
          SCENARIOS.every((scenario) => side(scenario)[`${scope} ${unit}`] === undefined),
        )
        .map(({ scope, unit, rule }) => `${scope} ${unit} ${rule}`);
    expect(all(changed, (scenario) => scenario.changed)).toEqual([]);
    expect(all(reloaded, (scenario) => scenario.reloaded ?? scenario.changed)).toEqual([]);
  });

  test("every armed elapse is the one the loaded settings lead to, within AccuracySec=", () => {
    const armed = [clean, changed, reloaded].flatMap(({ elapses }) =>
      elapses.filter((each) => each.armed !== null),
    );
    expect(armed.length).toBeGreaterThan(40);
    const wrong = armed.filter(
      ({ armed, expected, accuracyUsec }) =>
        armed === null ||
        expected === null ||
        armed < expected.earliestUsec - accuracyUsec ||
        armed > expected.latestUsec + accuracyUsec,
    );
    expect(wrong).toEqual([]);
  });

  test("both sides are shown, at a path", () => {
    for (const { evidence } of changed.disagreements) {
      expect(evidence[0]?.says).toMatch(/^on disk: /);
      expect(evidence[1]?.says).toMatch(/^in memory: /);
    }
  });

  test("managers tell at every socket of what happens to units and jobs, each of its own, and of looking nothing", () => {
    const alice = (command: string) => `runuser -u alice -- env XDG_RUNTIME_DIR=/run/user/1500 ${command}`;
    const [system, user] = [["system bus", "system private"], ["user:alice private"]];
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["systemctl list-timers --all", []],
      ["systemctl daemon-reload", system],
      ["systemd-run --unit tw-follow --on-active=1h true", system],
      ["systemctl stop tw-follow.timer", system],
      [alice("systemctl --user daemon-reload"), user],
      [alice("systemd-run --user --on-active=1h true"), user],
    ];
    const actions = cases.map(([action]) => action);
    const told = (): string[][] =>
      JSON.parse(sandbox("exec", "-s", state, "--", "node", "/mnt/follow.cjs", ...actions));
    const expected = cases.map(([, sockets]) => sockets);
    const once = told();
    // A host does things by itself meanwhile, but not the same at the same moment twice.
    const matches = JSON.stringify(once) === JSON.stringify(expected);
    const again = matches ? once : told();
    expect(once.map((sockets, at) => sockets.filter((each) => again[at]?.includes(each)))).toEqual(expected);
  }, 120_000);

  // The sandbox's PID 1 logs to its console; alice's manager to the journal.
  test.each([
    ["tw-uran.service", ["started"]],
    ["tw-ubad.service", ["failed", "process-exit", "started"]],
  ])("the journal tells what became of %s", (name, expected) => {
    expect(changed.notes).toEqual([]);
    const events = changed.journal.filter(({ scope, unit }) => scope === "user:1500" && unit === name);
    expect([...new Set(events.map(({ kind }) => kind))].sort((a, b) => a.localeCompare(b))).toEqual(expected);
  });
});

function writeFile([path, text]: readonly [string, string]): string {
  const word = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;
  return `mkdir -p "$(dirname ${word(path)})"; printf %s ${word(text)} > ${word(path)}`;
}

/** Rules by `scope unit`, of the units that belong to a scenario's files or expectations. */
function rulesOf({ disagreements }: Probe, scenario: Scenario): Record<string, string[]> {
  const stems = new Set(
    [
      ...Object.keys(scenario.files),
      ...Object.keys(scenario.changed).map((key) => key.split(" ")[1] ?? ""),
    ].map(stemOf),
  );
  const found: Record<string, string[]> = {};
  for (const { scope, unit, rule } of disagreements) {
    if (!stems.has(stemOf(unit))) continue;
    const key = `${scope} ${unit}`;
    found[key] = [...(found[key] ?? []), rule];
  }
  return found;
}

function stemOf(path: string): string {
  return path
    .slice(path.lastIndexOf("/") + 1)
    .replace(/@.*$/, "@")
    .replace(/\.[a-z]+$/, "");
}
