import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunError, UsageError } from "./command.ts";
import { audit } from "./commands/audit.ts";
import { collect } from "./commands/collect.ts";
import { list } from "./commands/list.ts";
import { timeline } from "./commands/timeline.ts";
import { run } from "./run.test-support.ts";

test.each([
  [["--sudo"], "--sudo is for hosts over ssh"],
  [["--sudo", "root:/"], "--sudo is for hosts over ssh"],
  [["-H", "web", "root:/"], "name one target, not 2"],
])("%j is refused", async (args, message) => {
  await expect(run(audit, args)).rejects.toThrow(new RegExp(message));
  await expect(run(audit, args)).rejects.toBeInstanceOf(UsageError);
});

test("what cannot be a host is one line", async () => {
  await expect(run(audit, ["-H", "web;id"])).rejects.toBeInstanceOf(RunError);
});

const SSHD = "/usr/sbin/sshd";
const lacks = [
  process.getuid?.() === 0 ? "" : "root",
  existsSync(SSHD) ? "" : "sshd",
  spawnSync("ssh", ["-V"]).error === undefined ? "" : "ssh",
  spawnSync("unshare", ["-m", "true"]).status === 0 ? "" : "a mount namespace",
  existsSync("/usr/lib/systemd/system") ? "" : "systemd",
].filter((word) => word !== "");
const canLogIn = lacks.length === 0;
const GUEST = 61_999;
const NOW = ["--now", "2026-11-23 06:38:00 UTC"];

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

describe.skipIf(!canLogIn)(
  `a real sshd on this machine${canLogIn ? "" : ` (SKIPPED: needs ${lacks.join(", ")})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "timerwarden-sshd-"));
    const ownPath = process.env["PATH"];
    let sshd: ChildProcess | null = null;

    beforeAll(async () => {
      chmodSync(folder, 0o755);
      const at = (name: string): string => join(folder, name);
      for (const name of ["host", "key", "other"])
        execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)]);
      writeFileSync(at("authorized"), readFileSync(at("key.pub")), { mode: 0o644 });
      // A guest with a shell, in a mount namespace of its own: nothing of this machine changes.
      writeFileSync(
        at("passwd"),
        `${readFileSync("/etc/passwd", "utf8")}tw-guest:x:${GUEST}:${GUEST}::/:/bin/sh\n`,
      );
      const port = await freePort();
      writeFileSync(
        at("sshd_config"),
        [
          `Port ${port}`,
          "ListenAddress 127.0.0.1",
          `HostKey ${at("host")}`,
          `AuthorizedKeysFile ${at("authorized")}`,
          "StrictModes no",
          "UsePAM no",
          "PermitRootLogin yes",
          "PasswordAuthentication no",
          "PrintMotd yes",
          `PidFile ${at("pid")}`,
          "",
        ].join("\n"),
      );
      mkdirSync("/run/sshd", { recursive: true });
      const start = `mount --bind ${at("passwd")} /etc/passwd && exec ${SSHD} -D -e -f ${at("sshd_config")}`;
      sshd = spawn("unshare", ["-m", "sh", "-c", start], { stdio: "ignore" });
      const known = readFileSync(at("host.pub"), "utf8").split(" ").slice(0, 2).join(" ");
      writeFileSync(at("known"), `[127.0.0.1]:${port} ${known}\n`);
      writeFileSync(at("unknown"), "");
      const entry = (name: string, user: string, key: string, hosts: string): string =>
        [
          `Host ${name}`,
          "HostName 127.0.0.1",
          `Port ${port}`,
          `User ${user}`,
          `IdentityFile ${at(key)}`,
          "IdentitiesOnly yes",
          `UserKnownHostsFile ${at(hosts)}`,
          "GlobalKnownHostsFile /dev/null",
          "",
        ].join("\n");
      writeFileSync(
        at("ssh_config"),
        [
          entry("box", "root", "key", "known"),
          entry("guest", "tw-guest", "key", "known"),
          entry("refused", "root", "other", "known"),
          entry("stranger", "root", "key", "unknown"),
        ].join(""),
      );
      mkdirSync(at("bin"));
      const ssh = execFileSync("sh", ["-c", "command -v ssh"], { encoding: "utf8" }).trim();
      writeFileSync(at("bin/ssh"), `#!/bin/sh\nexec ${ssh} -F ${at("ssh_config")} "$@"\n`, { mode: 0o755 });
      process.env["PATH"] = `${at("bin")}:${ownPath}`;
      for (let i = 0; i < 100 && spawnSync("ssh", ["box", "true"]).status !== 0; i++)
        await new Promise((resolve) => setTimeout(resolve, 100));
    }, 60_000);

    afterAll(() => {
      process.env["PATH"] = ownPath;
      sshd?.kill();
      rmSync(folder, { recursive: true, force: true });
    });

    test("findings over ssh are those of the root itself", { timeout: 180_000 }, async () => {
      const ask = async (target: string): Promise<Record<string, unknown>> => {
        const { out } = await run(audit, ["-q", "-o", "json", ...NOW, target]);
        return JSON.parse(out) as Record<string, unknown>;
      };
      const [there, here] = [await ask("ssh:box"), await ask("root:/")];
      const plain = (report: Record<string, unknown>): unknown => ({
        ...report,
        target: { ...(report["target"] as object), name: "" },
        coverage: { ...(report["coverage"] as object), gaps: [] },
      });
      expect(plain(there)).toEqual(plain(here));
    });

    test("an ordinary account sees less, and what it may not read is listed", {
      timeout: 180_000,
    }, async () => {
      const { out } = await run(audit, ["-q", "-o", "json", ...NOW, "-H", "guest"]);
      const { coverage } = JSON.parse(out) as { coverage: { gaps: { path: string; reason: string }[] } };
      expect(coverage.gaps.find(({ path }) => path === "/etc/shadow")?.reason).toMatch(/Permission denied/);
    });

    test("list, timeline and collect take it like any target", { timeout: 180_000 }, async () => {
      const first = await run(list, ["-q", ...NOW, "-H", "box"]);
      expect(first.out).toMatch(/\.timer/);
      expect((await run(timeline, ["-q", ...NOW, "-H", "box"])).out).toMatch(/ {2}now$/m);
      const file = join(folder, "box.tar.gz");
      expect((await run(collect, ["-q", "-O", file, ...NOW, "-H", "box"])).status).toBe(0);
      expect((await run(list, ["-q", ...NOW, file])).out).toBe(first.out);
    });

    test.each([
      ["refused", [], /lets nobody in/],
      ["stranger", [], /host key is not known/],
      ["guest", ["--sudo"], /sudo/],
    ])("%s %j is one line that leads on", async (name, more, message) => {
      await expect(run(audit, ["-H", name, ...more])).rejects.toThrow(message);
      await expect(run(audit, ["-H", name, ...more])).rejects.toBeInstanceOf(RunError);
    });
  },
);
