import { expect, test } from "vitest";
import { memoryHost } from "../hosts/memory.ts";
import { parseSystemdVersion } from "../time/systemd-version.ts";
import { openManager } from "./manager.ts";
import { namesWithLinks } from "./names-with-links.ts";

const HOST = memoryHost({
  "/etc/systemd/system/a.target.wants/x.service": { link: "../x.service" },
  "/etc/systemd/system/a.target.requires/x.service": { link: "../x.service" },
  "/etc/systemd/system/b.service.d/c.conf": "",
  "/etc/systemd/user/shared.target.wants/x.service": { link: "../x.service" },
  "/home/alice/.config/systemd/user/own.target.wants/x.service": { link: "../x.service" },
  "/run/user/1000/systemd/user/now.target.wants/x.service": { link: "../x.service" },
});
const VERSION = parseSystemdVersion("252");
const ALICE = { kind: "user", name: "alice", uid: 1000, gid: 1000, home: "/home/alice" } as const;

test.each([
  ["the system's", { kind: "system" } as const, ["a.target"]],
  ["what all users share", { kind: "global-user" } as const, ["shared.target"]],
  ["a user's own", { ...ALICE, runtimeDirectory: "/run/user/1000" }, ["own.target", "now.target"]],
  ["a user's own, nothing running", { ...ALICE, runtimeDirectory: null }, ["own.target"]],
])("%s", (_, scope, names) => {
  if (VERSION === null) throw new Error("252 is a version");
  expect([...namesWithLinks(openManager(HOST, scope, VERSION))].sort((a, b) => (a < b ? -1 : 1))).toEqual(
    [...names].sort((a, b) => (a < b ? -1 : 1)),
  );
});
