import { expect, test } from "vitest";
import { followShell, script } from "./support.test-support.ts";

const SOCKET = "curl --unix-socket /var/run/docker.sock -X POST http://127.0.0.1/containers/create -d";
const POD = "hostPID: true\nsecurityContext: {privileged: true}\n";

test.each([
  ["docker run --mount type=bind,src=/,dst=/h alpine", true],
  ["docker run --mount type=bind,src=/srv,dst=/h alpine", false],
  ["docker run -v /var/run/docker.sock:/s 192.0.2.7:5000/x", true],
  ["docker run -v /var/run/docker.sock:/s watch/tower", false],
  [`${SOCKET} '{"HostConfig":{"Binds":["/:/h"]}}'`, true],
  [`${SOCKET} '{"HostConfig":{"Privileged": true}}'`, true],
  [`${SOCKET} '{"HostConfig":{"Binds":["/srv:/h"]}}'`, false],
  [`printf '${POD}' | kubectl apply -f -`, true],
  ["kubectl apply -f /srv/pod.yaml", true],
  ["kubectl apply -f /srv/other.yaml", false],
  ["python3 /srv/open.py", true],
  ["python3 /srv/closed.py", false],
])("%s reaches the host: %j", (code, reaches) => {
  const { behaviours } = followShell(code, {
    "/srv/pod.yaml": POD,
    "/srv/other.yaml": "hostPID: true\n",
    "/srv/open.py": script("import docker\nc=docker.from_env()\nc.containers.run('a', privileged=True)\n"),
    "/srv/closed.py": script("import docker\nc=docker.from_env()\nc.containers.run('a', remove=True)\n"),
  });
  expect(behaviours.some(({ says }) => /reach the host/.test(says))).toBe(reaches);
});
