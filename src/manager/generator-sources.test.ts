import { expect, test } from "vitest";
import { memoryHost } from "../hosts/memory.ts";
import { generatorSourceOf } from "./generator-sources.ts";
import type { Scope } from "./scope.ts";

const SYSTEM: Scope = { kind: "system" };
const ALICE: Scope = {
  kind: "user",
  name: "alice",
  uid: 1000,
  gid: 1000,
  home: "/home/alice",
  runtimeDirectory: null,
};

test.each<[Scope, string, string, boolean]>([
  [SYSTEM, "/etc/containers/systemd/web.container", "web.service", true],
  [SYSTEM, "/usr/share/containers/systemd/web.kube", "web.service", true],
  [SYSTEM, "/etc/containers/systemd/web.pod", "web-pod.service", true],
  [SYSTEM, "/etc/containers/systemd/web.pod", "web.service", false],
  [SYSTEM, "/etc/containers/systemd/data.volume", "data-volume.service", true],
  [SYSTEM, "/etc/init.d/old", "old.service", true],
  [SYSTEM, "/etc/containers/systemd/users/web.container", "web.service", false],
  [{ kind: "global-user" }, "/etc/containers/systemd/users/web.container", "web.service", true],
  [{ kind: "global-user" }, "/etc/init.d/old", "old.service", false],
  [ALICE, "/home/alice/.config/containers/systemd/web.container", "web.service", true],
  [ALICE, "/etc/containers/systemd/users/1000/web.container", "web.service", true],
  [ALICE, "/etc/containers/systemd/users/1001/web.container", "web.service", false],
])("%o: %s makes %s: %s", (scope, path, service, made) => {
  expect(generatorSourceOf(memoryHost({ [path]: "" }), scope, service)).toBe(made ? path : null);
});
