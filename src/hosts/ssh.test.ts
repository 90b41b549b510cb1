import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { hasProgram, listing, run, textAt, valueAt } from "./archive.test-support.ts";
import { TargetError } from "./archive.ts";
import { openDirectory } from "./directory.ts";
import type { Host } from "./host.ts";
import { hostSuite, SUITE_TREE } from "./host-suite.test-support.ts";
import { openTarget } from "./open.ts";
import { writeTree } from "./real-tree.test-support.ts";
import type { RemoteHost } from "./remote-host.ts";
import { remoteCommand } from "./remote-script.ts";
import { DEFAULT_REMOTE_LIMITS, type RemoteLimits } from "./remote-shell.ts";
import { openSsh, sshArguments } from "./ssh.ts";
import { parseSshDestination } from "./ssh-destination.ts";

const ownPath = process.env["PATH"];
/** Short enough to be waited for, long enough for a busy machine to start a program. */
const IMPATIENT: RemoteLimits = { ...DEFAULT_REMOTE_LIMITS, silence: 1500, total: 3000 };
const timingOf = (name: string): RemoteLimits =>
  /^(?:says nothing|never answers|drips)/.test(name) ? IMPATIENT : DEFAULT_REMOTE_LIMITS;

/** Puts a program called `ssh` in front of all others, for as long as `use` takes. */
async function withSsh<T>(program: string, use: () => Promise<T>): Promise<T> {
  const bin = mkdtempSync(join(tmpdir(), "timerwarden-ssh-"));
  writeFileSync(join(bin, "ssh"), program);
  chmodSync(join(bin, "ssh"), 0o755);
  process.env["PATH"] = `${bin}:${ownPath}`;
  try {
    return await use();
  } finally {
    process.env["PATH"] = ownPath;
  }
}

/** An ssh that runs the command here, in a directory instead of the root; `tools` are searched first. */
function localSsh(root: string, tools = ""): string {
  return `#!/bin/sh
for last; do :; done
command=$(printf %s "$last" | sed -e 's,cd / ||,cd ${root} ||,' -e 's,PATH=/usr,PATH=${tools}:/usr,')
exec sh -c "$command"
`;
}

/** Everything asked for until there is nothing new. */
async function settled(host: RemoteHost): Promise<Host> {
  const visit = (path: string): void => {
    host.readFile(path);
    host.readLink(path);
    const names = host.readDirectory(path);
    const facts = host.lstat(path);
    if (names.kind !== "present" || facts.kind !== "present" || facts.value.kind !== "directory") return;
    for (const { name } of names.value) visit(path === "/" ? `/${name}` : `${path}/${name}`);
  };
  do visit("/");
  while (host.wanted().length > 0 && (await host.fetch()));
  return host;
}

function busyboxTools(): string {
  const bin = mkdtempSync(join(tmpdir(), "timerwarden-busybox-"));
  const busybox = new TextDecoder().decode(run("sh", ["-c", "command -v busybox"])).trim();
  for (const tool of ["sh", "find", "tar", "dd", "stat", "readlink", "id"])
    symlinkSync(busybox, join(bin, tool));
  return bin;
}

const missing = ["sh", "tar", "find"].filter((name) => name !== "sh" && !hasProgram(name));
const noTools = missing.length > 0;
const suiteRoot = writeTree({
  ...SUITE_TREE,
  "/etc/large": "x".repeat(300_000),
  "/etc/it's": "quote",
  "/etc/-rf": "dash",
  "/etc/$(id)": "shell",
  "/etc/a\\b": "backslash",
  "/etc/fifo": { kind: "fifo" },
});

if (noTools) test.skip("over a shell (SKIPPED: no tar or find)", () => undefined);
else {
  const kinds = [
    { name: "GNU find", tools: "", exact: true },
    ...(hasProgram("busybox") ? [{ name: "BusyBox", tools: busyboxTools(), exact: false }] : []),
  ];
  if (kinds.length < 2) test.skip("over a shell with BusyBox (SKIPPED: no busybox)", () => undefined);
  for (const { name, tools, exact } of kinds) {
    const host = await withSsh(localSsh(suiteRoot, tools), async () => settled(await openSsh("box")));
    hostSuite(`over a shell with ${name}`, () => host);

    test(`over a shell with ${name}: every fact is what it is here`, () => {
      const facts = (each: Host) => (path: string) => {
        const { identity: _, birthNs: __, mtimeNs, ctimeNs, ...rest } = valueAt(each.lstat(path));
        // stat of BusyBox tells whole seconds.
        const times = [mtimeNs, ctimeNs].map((time) => (exact ? time : (time ?? 0n) / 1_000_000_000n));
        const content = each.readFile(path);
        const bytes = content.kind === "present" ? Buffer.from(content.value.bytes).toString("hex") : content;
        return { ...rest, times, link: each.readLink(path), bytes };
      };
      const here = openDirectory(suiteRoot, "root:", false);
      expect(listing(host, facts(host))).toEqual(listing(here, facts(here)));
    });
  }

  test("only the beginning of a file comes when no more is asked for", async () => {
    const host = await withSsh(localSsh(suiteRoot), () => openSsh("box"));
    do host.readFile("/etc/large", 1000);
    while (await host.fetch());
    expect(valueAt(host.readFile("/etc/large", 1000))).toMatchObject({ truncated: true });
    expect(valueAt(host.readFile("/etc/large", 1000)).bytes.length).toBe(1000);
    expect(host.readFile("/etc/large", 2000)).toMatchObject({ kind: "unreadable", code: "EAGAIN" });
    host.close();
  });

  test("a name with a line break is listed, and its content not asked for", async () => {
    const root = writeTree({ "/etc/a\nb": "x" });
    const host = await withSsh(localSsh(root), async () => settled(await openSsh("box")));
    expect(valueAt(host.readDirectory("/etc")).map((entry) => entry.name)).toEqual(["a\nb"]);
    expect(host.readFile("/etc/a\nb")).toMatchObject({ kind: "unreadable", code: "EINVAL" });
  });

  const canDrop = process.getuid?.() === 0 && hasProgram("setpriv");
  test.skipIf(!canDrop)(
    `what the account may not read is told as on the host itself${canDrop ? "" : " (SKIPPED: needs root and setpriv)"}`,
    async () => {
      const root = writeTree({
        "/etc/shadow": { content: "s", mode: 0o600 },
        "/locked/x": "x",
        "/locked": { dir: true, mode: 0o700 },
        "/unlisted/x": "x",
        "/unlisted": { dir: true, mode: 0o711 },
      });
      chmodSync(root, 0o755);
      const program = localSsh(root).replace(
        "exec sh",
        "exec setpriv --reuid=65534 --regid=65534 --clear-groups sh",
      );
      const host = await withSsh(program, () => openSsh("box"));
      const ask = () =>
        [
          host.lstat("/etc/shadow").kind,
          host.readFile("/etc/shadow"),
          host.readDirectory("/locked"),
          host.lstat("/locked/x"),
          host.readDirectory("/unlisted"),
          host.lstat("/unlisted/x").kind,
          host.lstat("/unlisted/y").kind,
        ] as unknown[];
      ask();
      for (let i = 0; i < 9 && (await host.fetch()); i++) ask();
      const denied = expect.objectContaining({ kind: "unreadable", code: "EACCES" });
      expect(ask()).toEqual(["present", denied, denied, denied, denied, "present", "absent"]);
    },
  );
}

describe("where to log in", () => {
  test.each([
    ["web", { user: null, host: "web", port: null }],
    ["root@web-03.example.test:2222", { user: "root", host: "web-03.example.test", port: 2222 }],
    ["a.b@corp@web", { user: "a.b@corp", host: "web", port: null }],
    ["[2001:db8::1]:22", { user: null, host: "2001:db8::1", port: 22 }],
    ["root@[fe80::1%eth0]", { user: "root", host: "fe80::1%eth0", port: null }],
  ])("%s", (text, expected) => expect(parseSshDestination(text)).toEqual(expected));

  test.each([
    "",
    "@web",
    "-oProxyCommand=id",
    "root@-oProxyCommand=id",
    "-l@web",
    "web;id",
    "web id",
    "$(id)",
    "`id`",
    "we\nb",
    "web:",
    "web:0",
    "web:65536",
    "web:22x",
    "2001:db8::1",
    "[web]",
    "[-x]",
    "web/",
    "a'b@web",
    "web.-",
  ])("%j is refused", (text) => expect(() => parseSshDestination(text)).toThrow(TargetError));

  test("ssh is told to ask, forward and run nothing, and where options end", () => {
    const args = sshArguments({ user: "root", host: "web", port: 2222 }, "command");
    expect(args.slice(-3)).toEqual(["--", "web", "command"]);
    expect(args).toEqual(
      expect.arrayContaining(["-T", "-a", "-x", "BatchMode=yes", "ClearAllForwardings=yes"]),
    );
    expect(args.join(" ")).toContain("-l root -p 2222 --");
  });

  test("the command stays one word in any shell", () => {
    const command = remoteCommand("0123abcd", false);
    expect(command).toMatch(/^sh -c '[^'\n!]+'$/);
    expect(command).not.toMatch(/\\\\/);
    expect(remoteCommand("0123abcd", true)).toMatch(/^sudo -n -- sh -c '/);
  });
});

/**
 * A hostile other side: a program that answers each question with what `answer(letter, paths)` gives, which may use
 * `fact(path, kind, size)`, `end` (the mark that closes an answer), and `write`.
 */
function hostileSsh(answer: string, greeting = 'write(mark("ready 1 0"))'): string {
  return `#!${process.execPath}
const word = /@([0-9a-f]{32}) /.exec(process.argv.at(-1))[1];
const write = (data) => process.stdout.write(data);
const mark = (text) => "\\n@" + word + " " + text + "\\n";
const fact = (path, kind = "f", size = 5, link = "") =>
  "r x " + kind + " 644 0 0 " + size + " 1.0 1.0 - 1:1 1\\0" + path + "\\0" + link + "\\0";
const answer = ${answer};
process.stdout.on("error", () => process.exit(0));
${greeting};
let rest = "";
let paths = [];
process.stdin.on("data", (data) => {
  const lines = (rest + data.toString("latin1")).split("\\n");
  rest = lines.pop();
  for (const line of lines) {
    if (line === "." || line.startsWith("./")) paths.push(line);
    else {
      const asked = paths;
      paths = [];
      answer(line, asked);
    }
  }
});
process.stdin.on("end", () => process.exit(0));
`;
}

/** A quick one: it greets and then does `what`. */
function greeter(what: string): string {
  return `#!/bin/sh
for last; do :; done
word=$(expr "$last" : '.*@\\([0-9a-f]\\{32\\}\\) ')
printf '\\n@%s ready 1 0\\n' "$word"
${what}
`;
}

/** Answers facts honestly enough for `/etc/passwd` to be asked for. */
const HONEST_FACTS = `letter === "C" || letter[0] === "H" ? null : paths.map((path) => fact(path, path === "./etc/passwd" ? "f" : "d")).join("") + (letter === "L" && paths.includes("./etc") ? fact("./etc/passwd") : "") + (letter === "L" && paths.includes(".") ? fact("./etc", "d") : "")`;

function contents(body: string): string {
  return `(letter, paths) => { const facts = ${HONEST_FACTS}; write(facts === null ? ${body} : facts); write(mark("")); }`;
}

const tarHeader = `(name, size, type = "0", link = "") => { const b = Buffer.alloc(512); b.write(name, 0); b.write("0000644\\0" + "0000000\\0" + "0000000\\0", 100); b.write(size.toString(8).padStart(11, "0") + "\\0" + "14524400000\\0" + "        " + type, 124); b.write(link, 157); b.write("ustar\\0" + "00", 257); b.write(b.reduce((s, x) => s + x, 0).toString(8).padStart(6, "0") + "\\0 ", 148); return b; }`;

describe("a hostile other side is bounded, told, and leaves a host that answers", () => {
  afterEach(() => {
    process.env["PATH"] = ownPath;
  });

  const noConversation: readonly [string, string, RegExp][] = [
    ["says nothing", "#!/bin/sh\nsleep 60\n", /nothing came for 1.5 seconds/],
    ["ends at once", "#!/bin/sh\nexit 3\n", /ssh ended with status 3/],
    ["talks without end", "#!/bin/sh\nexec yes\n", /sends more than/],
    ["talks without end and lines", "#!/bin/sh\nexec cat /dev/zero\n", /sends more than/],
    [
      "paints the terminal",
      "#!/bin/sh\nprintf 'root\\033[2Jx\\033]0;t\\007\\r\\n' >&2\nexit 255\n",
      /ssh ended with status 255 \(root\?\[2Jx\?\]0;t\?\)/,
    ],
    ["has no tar", hostileSsh("() => 0", 'write(mark("no tar"))'), /has no tar/],
    ["greets with nonsense", hostileSsh("() => 0", 'write(mark("hello"))'), /answers nonsense/],
    [
      "lets nobody in",
      "#!/bin/sh\necho 'root@web: Permission denied (publickey).' >&2\nexit 255\n",
      /lets nobody in/,
    ],
    ["has an unknown key", "#!/bin/sh\necho 'Host key verification failed.' >&2\nexit 255\n", /host key/],
    ["has no sudo", "#!/bin/sh\necho 'sh: 1: sudo: not found' >&2\nexit 127\n", /no sudo/],
    ["wants a password", "#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n", /wants a password/],
    [
      "is not found",
      "#!/bin/sh\necho 'ssh: Could not resolve hostname web' >&2\nexit 255\n",
      /name is not known/,
    ],
  ];
  test.each(noConversation)("%s", { timeout: 20_000 }, async (name, program, message) => {
    const error: unknown = await withSsh(program, () => openSsh("web", { timing: timingOf(name) })).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TargetError);
    expect(error).toMatchObject({
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/\.$/),
    });
  });

  const conversations: readonly [string, string, RegExp][] = [
    ["never answers a question", greeter("exec sleep 60"), /nothing came/],
    ["goes away", hostileSsh("() => process.exit(0)"), /ssh ended/],
    [
      "answers without end",
      hostileSsh(
        '() => { const more = () => { while (write("x".repeat(65536))); process.stdout.once("drain", more); }; more(); }',
      ),
      /sends more than/,
    ],
    ["drips", greeter("while :; do printf x; sleep 0.2; done"), /longer than 3 seconds in all/],
    [
      "answers nonsense",
      hostileSsh('() => write("a\\0b\\0c\\0".repeat(1000) + mark(""))'),
      /1000 answers of the other side make no sense/,
    ],
    ["half a record", hostileSsh('() => write("r x f 644" + mark(""))'), /make no sense/],
    [
      "numbers that are none",
      hostileSsh(
        '(letter, paths) => write(fact(paths[0], "f", "99999999999999999999") + fact(paths[0], "f", -1) + fact(paths[0], "q") + mark(""))',
      ),
      /make no sense/,
    ],
    [
      "tells of what nobody asked for",
      hostileSsh(
        '(letter, paths) => write(["./../etc/passwd", "/etc/passwd", "./etc/../x", "./proc/1/root", "././x", ".//x"].map((p) => fact(p)).join("") + mark(""))',
      ),
      /paths that nobody asked for/,
    ],
    ["contents that are no tar", hostileSsh(contents('"garbage".repeat(100)')), /^$/],
    ["an empty answer for contents", hostileSsh(contents('""')), /^$/],
    [
      "a tar that climbs, and links",
      hostileSsh(
        contents(
          `Buffer.concat([(${tarHeader})("../../etc/passwd", 0, "2", "/etc/shadow"), (${tarHeader})("./etc/passwd", 0, "2", "/proc/self/environ"), Buffer.alloc(1024)])`,
        ),
      ),
      /^$/,
    ],
    [
      "a tar cut short",
      hostileSsh(contents(`Buffer.concat([(${tarHeader})("./etc/passwd", 5000), Buffer.alloc(700, 65)])`)),
      /^$/,
    ],
    [
      "links in a circle, as directories",
      hostileSsh(
        '(letter, paths) => write(paths.map((p) => fact(p, "l", 1, p.slice(1))).join("") + mark(""))',
      ),
      /^$/,
    ],
    [
      "directories without end",
      hostileSsh(
        '(letter, paths) => write(paths.map((p) => fact(p, "d") + (letter === "F" ? "" : fact(p === "." ? "./x" : p + "/x", "d"))).join("") + mark(""))',
      ),
      /^$/,
    ],
    [
      "a directory of a hundred thousand names",
      hostileSsh(
        '(letter, paths) => write(paths.map((p) => fact(p, "d")).join("") + (letter === "L" && paths.includes(".") ? Array.from({ length: 100000 }, (_, i) => fact("./n" + i)).join("") : "") + mark(""))',
      ),
      /^$/,
    ],
    [
      "a file said to be of 8 PiB",
      hostileSsh(
        '(letter, paths) => write((letter === "C" || letter[0] === "H" ? [] : paths).map((p) => fact(p, p === "./etc/passwd" ? "f" : "d", 9007199254740991)).join("") + mark(""))',
      ),
      /^$/,
    ],
  ];
  test.each(conversations)("%s", { timeout: 30_000 }, async (name, program, reason) => {
    const before = process.memoryUsage().rss;
    const host = await withSsh(program, () => openSsh("web", { timing: timingOf(name) }));
    for (let round = 0; round < host.rounds; round++) {
      for (const path of ["/etc/passwd", "/etc/systemd/system/a.timer", "/x/x/x", "/", "/etc"]) {
        host.readFile(path);
        host.readDirectory(path);
        host.realPath(path);
        host.readLink(path);
      }
      if (!(await host.fetch())) break;
    }
    const told = host.gaps.map((gap) => gap.reason).join("\n");
    expect(told).toMatch(reason);
    for (const path of ["/etc/passwd", "/x/x/x", "/"])
      expect(["present", "absent", "unreadable"]).toContain(host.lstat(path).kind);
    const passwd = host.readFile("/etc/passwd");
    expect(passwd.kind).not.toBe("present");
    if (/tar|contents/.test(name))
      expect(passwd).toMatchObject({ code: "EIO", reason: "The other side could not read it." });
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 2 ** 20);
    host.close();
  });

  test("what was read before the end stays", async () => {
    const body = `Buffer.concat([(${tarHeader})("./etc/passwd", 5), Buffer.from("hello".padEnd(512, "\\0")), Buffer.alloc(1024)])`;
    const host = await withSsh(hostileSsh(contents(body)), () => openSsh("web"));
    expect(textAt(host, "/etc/passwd")).toBe("hello");
    host.close();
    expect(textAt(host, "/etc/passwd")).toBe("hello");
    expect(host.lstat("/etc/never")).toMatchObject({ kind: "unreadable", code: "ECONNRESET" });
  });

  test("without an ssh program", async () => {
    const empty = mkdtempSync(join(tmpdir(), "timerwarden-empty-"));
    mkdirSync(join(empty, "bin"));
    process.env["PATH"] = join(empty, "bin");
    await expect(openTarget("ssh:web")).rejects.toThrow("There is no ssh program here.");
  });
});
