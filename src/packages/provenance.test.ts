import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { openPackages, type Provenance } from "./provenance.ts";

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
const hash = (algorithm: string, text: string): Buffer => createHash(algorithm).update(text).digest();

function ask(tree: Record<string, MemoryEntry>, path: string): Provenance | undefined {
  return openPackages(memoryHost(tree)).provenanceOf([path]).get(path);
}

const MERGED: Record<string, MemoryEntry> = {
  "/bin": { link: "usr/bin" },
  "/lib": { link: "usr/lib" },
};

const STATUS = [
  "Package: tool\nStatus: install ok installed\nVersion: 1:2-3\nArchitecture: amd64\nOrigin: Example\n" +
    `Conffiles:\n /etc/tool.conf ${md5("shipped")}\n /etc/with space.conf ${md5("shipped")} obsolete\nDescription: x\n`,
  "Package: gone\nStatus: deinstall ok config-files\nVersion: 9\nArchitecture: all\n" +
    `Conffiles:\n /etc/gone.conf ${md5("old")}\n`,
  "Package: twin\nStatus: install ok installed\nVersion: 4\nArchitecture: amd64\nMulti-Arch: same\n" +
    "Maintainer: M <m@example.test>\n",
  "Package: twin\nStatus: install ok installed\nVersion: 4\nArchitecture: i386\nMulti-Arch: same\n",
  "Package: mover\nStatus: install ok installed\nVersion: 5\nArchitecture: all\n",
].join("\n");

const LISTED = [
  "/.",
  "/bin",
  "/bin/tool",
  "/etc/tool.conf",
  "/etc/with space.conf",
  "/usr/lib/x/link",
  "/usr/bin/moved",
  "/usr/bin/kept",
  "/usr/lib/m\u00fcll",
];

const DPKG: Record<string, MemoryEntry> = {
  ...MERGED,
  "/var/lib/dpkg/status": STATUS,
  "/var/lib/dpkg/info/tool.list": { content: `${LISTED.join("\n")}\n`, mtimeNs: 1_700_000_000_000_000_000n },
  "/var/lib/dpkg/info/tool.md5sums": {
    content: ["bin/tool", "usr/bin/moved", "usr/bin/kept", "usr/lib/m\u00fcll"]
      .map((path) => `${md5("shipped")}  ${path}\n`)
      .join(""),
    mtimeNs: 1_600_000_000_000_000_000n,
  },
  "/var/lib/dpkg/info/gone.list": "/etc/gone.conf\n",
  "/var/lib/dpkg/info/twin:amd64.list": "/usr/share/doc/twin/copyright\n",
  "/var/lib/dpkg/info/twin:amd64.md5sums": `${md5("amd64")}  usr/share/doc/twin/copyright\n`,
  "/var/lib/dpkg/info/twin:i386.list": "/usr/share/doc/twin/copyright\n",
  "/var/lib/dpkg/info/twin:i386.md5sums": `${md5("i386")}  usr/share/doc/twin/copyright\n`,
  "/var/lib/dpkg/info/mover.list": "/usr/bin/moved\n",
  "/var/lib/dpkg/info/mover.md5sums": `${md5("mover")}  usr/bin/moved\n`,
  "/var/lib/dpkg/diversions":
    "/usr/bin/moved\n/usr/bin/moved.real\nmover\n/usr/bin/kept\n/usr/bin/kept.local\n:\n",
  "/var/lib/dpkg/statoverride": "root daemon 4750 /usr/bin/moved.real\n",
  "/usr/bin/tool": "shipped",
  "/usr/bin/moved": "mover",
  "/usr/bin/moved.real": "shipped",
  "/usr/bin/kept": "someone else's",
  "/usr/bin/kept.local": "shipped",
  "/usr/lib/x/link": { link: "../y" },
  "/usr/lib/m\u00fcll": "shipped",
  "/usr/share/doc/twin/copyright": "i386",
  "/etc/tool.conf": "shipped",
  "/etc/with space.conf": "edited",
  "/etc/gone.conf": "old",
  "/usr/local/bin/own": "x",
  "/var/lib/dpkg/alternatives/editor":
    "auto\n/usr/bin/editor\neditor.1\n/usr/share/man/editor.1\n\n/bin/tool\n10\n/usr/share/man/tool.1\n\n",
  "/etc/alternatives/editor": { link: "/bin/tool" },
  "/etc/alternatives/editor.1": { link: "/usr/share/man/evil.1" },
  "/usr/local/bin/editor2": { link: "/etc/alternatives/editor" },
  "/usr/bin/editor": { link: "/etc/alternatives/editor" },
  "/usr/share/man/editor.1": { link: "/etc/alternatives/editor.1" },
};

describe("dpkg", () => {
  test.each([
    ["/bin/tool", "tool", "matches"],
    ["/usr/bin/tool", "tool", "matches"],
    ["/etc/tool.conf", "tool", "matches"],
    ["/etc/with space.conf", "tool", "conffile-modified"],
    ["/usr/lib/x/link", "tool", "unknown"],
    ["/lib/x/link", "tool", "unknown"],
    ["/usr/lib/m\u00fcll", "tool", "matches"],
    ["/bin/moved", "mover", "matches"],
    ["/usr/bin/moved.real", "tool", "matches"],
    ["/usr/bin/kept", null, "not-shipped"],
    ["/usr/bin/kept.local", "tool", "matches"],
    ["/usr/share/doc/twin/copyright", "twin:i386", "matches"],
    ["/etc/gone.conf", "gone", "matches"],
    ["/usr/local/bin/own", null, "not-shipped"],
    ["/usr/bin/editor", "tool", "matches"],
    ["/bin/editor", "tool", "matches"],
    ["/usr/local/bin/editor2", null, "not-shipped"],
    ["/etc/alternatives/editor", "tool", "matches"],
    ["/usr/share/man/editor.1", null, "modified"],
  ])("%s is %s's and %s", (path, owner, content) => {
    const found = ask(DPKG, path);
    expect([found?.owner?.package ?? null, found?.content]).toEqual([owner, content]);
  });

  test("says how it knows", () => {
    expect(ask(DPKG, "/usr/bin/tool")).toEqual({
      path: "/usr/bin/tool",
      owner: {
        manager: "dpkg",
        package: "tool",
        version: "1:2-3",
        origin: "Example",
        installed: 1_700_000_000_000_000,
      },
      content: "matches",
      how: "listed in /var/lib/dpkg/info/tool.list; md5 equals tool.md5sums",
      alsoClaimed: 0,
    });
    expect(ask(DPKG, "/etc/gone.conf")?.how).toContain("that package is removed");
    expect(ask(DPKG, "/usr/bin/editor")?.alternative).toEqual({
      name: "editor",
      link: "/usr/bin/editor",
      target: "/bin/tool",
      registered: true,
      recordedIn: "/var/lib/dpkg/alternatives/editor",
    });
  });

  test("shows diversions from both ends, local ones too, and overrides", () => {
    const diverted = { from: "/usr/bin/moved", to: "/usr/bin/moved.real", by: "mover" };
    expect(ask(DPKG, "/usr/bin/moved")?.diverted).toEqual(diverted);
    expect(ask(DPKG, "/bin/moved.real")?.diverted).toEqual(diverted);
    expect(ask(DPKG, "/usr/bin/kept")?.diverted?.by).toBeNull();
    expect(ask(DPKG, "/usr/bin/moved.real")?.statOverride).toEqual({
      user: "root",
      group: "daemon",
      mode: "4750",
    });
  });

  test.each([
    ["edited", "tampered", "modified", "md5 differs from tool.md5sums"],
    ["replaced by a link", { link: "/tmp/x" }, "modified", "is a symlink now"],
    ["replaced by a FIFO", { kind: "fifo" as const }, "modified", "is a fifo now"],
    ["unreadable", { content: "shipped", error: "EACCES" }, "unknown", "ermission"],
  ])("a file %s", (_, entry, content, how) => {
    const found = ask({ ...DPKG, "/usr/bin/tool": entry as MemoryEntry }, "/usr/bin/tool");
    expect(found?.content).toBe(content);
    expect(found?.how).toContain(how);
  });

  test("a shipped file that is absent is not called modified or not shipped", () => {
    const { "/usr/bin/tool": _, ...tree } = DPKG;
    const found = ask(tree, "/usr/bin/tool");
    expect([found?.owner?.package, found?.content]).toEqual(["tool", "unknown"]);
    expect(found?.how).toContain("absent");
  });

  test("md5sums written after the installation are doubted", () => {
    const sums = `${md5("evil")}  bin/tool\n`;
    const path = "/var/lib/dpkg/info/tool.md5sums";
    const late = { content: sums, mtimeNs: 1_800_000_000_000_000_000n };
    const found = ask({ ...DPKG, "/usr/bin/tool": "evil", [path]: late }, "/usr/bin/tool");
    expect([found?.content, found?.doubt]).toEqual([
      "matches",
      `${path} was written after the package was unpacked`,
    ]);
  });

  test("with a list unreadable nothing is called not shipped", () => {
    const broken = { ...DPKG, "/var/lib/dpkg/info/twin:i386.list": { content: "", error: "EIO" } };
    const packages = openPackages(memoryHost(broken));
    const found = packages.provenanceOf(["/usr/local/bin/own", "/usr/bin/tool"]);
    expect(found.get("/usr/local/bin/own")?.content).toBe("unknown");
    expect(found.get("/usr/bin/tool")?.content).toBe("matches");
    expect(packages.problems.map(({ path }) => path)).toEqual(["/var/lib/dpkg/info/twin:i386.list"]);
  });

  test("names installed and removed packages", () => {
    const packages = openPackages(memoryHost(DPKG));
    expect([...packages.packageNames()]).toEqual([
      ["tool", "1:2-3"],
      ["twin", "4"],
      ["mover", "5"],
    ]);
    expect(packages.removedPackages()).toEqual(["gone"]);
    expect(packages.kinds).toEqual(["dpkg"]);
    expect(packages.problems).toEqual([]);
  });

  test("the journal of an interrupted dpkg wins over the status file", () => {
    const journal = "Package: tool\nStatus: install ok installed\nVersion: 7\nArchitecture: amd64\n";
    const tree = { ...DPKG, "/var/lib/dpkg/updates/0001": journal };
    expect(openPackages(memoryHost(tree)).packageNames().get("tool")).toBe("7");
  });

  test.each(["usr/bin/tool", "./usr/bin/tool", "/usr/bin/tool"])("distroless md5sums as %s", (spelling) => {
    const tree = {
      "/var/lib/dpkg/status.d/tool": "Package: tool\nVersion: 3\n",
      "/var/lib/dpkg/status.d/tool.md5sums": `${md5("shipped")}  ${spelling}\n`,
      "/usr/bin/tool": "shipped",
    };
    const found = ask(tree, "/usr/bin/tool");
    expect([found?.owner?.package, found?.owner?.version, found?.content]).toEqual(["tool", "3", "matches"]);
  });
});

describe("no database, or one not readable here", () => {
  test("none at all", () => {
    const packages = openPackages(memoryHost({ "/usr/bin/x": "x" }));
    expect(packages.hasDatabase).toBe(false);
    expect(packages.provenanceOf(["/usr/bin/x"]).get("/usr/bin/x")).toMatchObject({
      owner: null,
      content: "unknown",
      how: "the target has no package database",
    });
  });

  test.each([
    ["/var/lib/rpm/Packages", "Berkeley DB"],
    ["/usr/lib/sysimage/rpm/Packages.db", "ndb"],
  ])("%s says so instead of guessing", (path, format) => {
    const packages = openPackages(memoryHost({ [path]: "?", "/usr/bin/x": "x" }));
    expect(packages.provenanceOf(["/usr/bin/x"]).get("/usr/bin/x")?.content).toBe("unknown");
    expect(packages.problems).toEqual([
      { path, reason: `rpm database in ${format} format: not readable here` },
    ]);
    expect([packages.kinds, packages.hasDatabase]).toEqual([["rpm"], true]);
  });
});

describe("pacman", () => {
  const sha256 = hash("sha256", "shipped").toString("hex");
  const mtree = [
    "#mtree",
    "/set type=file uid=0 gid=0 mode=644",
    `./usr/bin/tool mode=755 size=7 md5digest=${md5("shipped")} sha256digest=${sha256}`,
    `./usr/bin/sp\\040ace size=7 sha256digest=${sha256}`,
    "./usr/bin/alias type=link link=tool",
    "./usr/lib/dir type=dir",
    `./etc/tool.conf size=7 sha256digest=${sha256}`,
  ].join("\n");
  const folder = "/var/lib/pacman/local/tool-1-2";
  const tree: Record<string, MemoryEntry> = {
    [`${folder}/desc`]:
      "%NAME%\ntool\n\n%VERSION%\n1-2\n\n%INSTALLDATE%\n1700000000\n\n%PACKAGER%\nP <p@example.test>\n\n" +
      "%VALIDATION%\npgp\n\n",
    [`${folder}/files`]:
      "%FILES%\netc/\netc/tool.conf\nusr/\nusr/bin/\nusr/bin/alias\nusr/bin/sp ace\nusr/bin/tool\nusr/lib/dir/\n\n" +
      `%BACKUP%\netc/tool.conf\t${md5("shipped")}\n\n`,
    [`${folder}/mtree`]: gzipSync(mtree),
    "/usr/sbin": { link: "bin" },
    "/usr/bin/tool": "shipped",
    "/usr/bin/sp ace": "changed",
    "/usr/bin/alias": { link: "tool" },
    "/usr/lib/dir": { dir: true },
    "/etc/tool.conf": "changed",
    "/usr/bin/other": "",
  };
  test.each([
    ["/usr/bin/tool", "tool", "matches"],
    ["/usr/sbin/tool", "tool", "matches"],
    ["/usr/bin/sp ace", "tool", "modified"],
    ["/usr/bin/alias", "tool", "matches"],
    ["/usr/lib/dir", "tool", "matches"],
    ["/etc/tool.conf", "tool", "conffile-modified"],
    ["/usr/bin/other", null, "not-shipped"],
  ])("%s is %s's and %s", (path, owner, content) => {
    const found = ask(tree, path);
    expect([found?.owner?.package ?? null, found?.content]).toEqual([owner, content]);
  });

  test("keeps what the description says", () => {
    expect(ask(tree, "/usr/bin/tool")?.owner).toEqual({
      manager: "pacman",
      package: "tool",
      version: "1-2",
      origin: "P <p@example.test>",
      installed: 1_700_000_000_000_000,
      signature: "recorded",
    });
  });

  test("follows DBPath and survives a damaged mtree", () => {
    const moved = Object.fromEntries(
      Object.entries(tree).map(([path, entry]) => [path.replace("/var/lib/pacman", "/opt/db"), entry]),
    );
    const configured = { ...moved, "/etc/pacman.conf": "[options]\nDBPath = /opt/db/\n" };
    expect(ask(configured, "/usr/bin/tool")?.content).toBe("matches");
    const damaged = openPackages(memoryHost({ ...tree, [`${folder}/mtree`]: "not gzip" }));
    expect(damaged.provenanceOf(["/usr/bin/tool"]).get("/usr/bin/tool")).toMatchObject({
      content: "unknown",
      owner: { package: "tool" },
    });
    expect(damaged.problems).toHaveLength(1);
  });
});

describe("apk", () => {
  const q1 = (text: string): string => `Q1${hash("sha1", text).toString("base64")}`;
  const installed = [
    "C:Q1AAAA",
    "P:busybox",
    "V:1.36.1-r2",
    "m:M <m@example.test>",
    "F:bin",
    "R:busybox",
    "a:0:0:755",
    `Z:${q1("shipped")}`,
    "R:sh",
    `Z:${q1("/bin/busybox")}`,
    "F:etc",
    "R:securetty",
    `Z:${q1("shipped")}`,
    "R:nosum",
    "",
    "P:other",
    "V:2",
    "F:etc/periodic/daily",
    "R:job",
    `Z:Q2${hash("sha256", "job").toString("base64")}`,
    "",
  ].join("\n");
  const tree: Record<string, MemoryEntry> = {
    "/lib/apk/db/installed": installed,
    "/bin/busybox": "shipped",
    "/bin/sh": { link: "/bin/busybox" },
    "/etc/securetty": "changed",
    "/etc/nosum": "",
    "/etc/periodic/daily/job": "job",
    "/bin/dropped": "",
  };
  test.each([
    ["/bin/busybox", "busybox", "matches"],
    ["/bin/sh", "busybox", "matches"],
    ["/etc/securetty", "busybox", "conffile-modified"],
    ["/etc/nosum", "busybox", "unknown"],
    ["/etc/periodic/daily", "other", "matches"],
    ["/etc/periodic/daily/job", "other", "matches"],
    ["/bin/dropped", null, "not-shipped"],
  ])("%s is %s's and %s", (path, owner, content) => {
    const found = ask(tree, path);
    expect([found?.owner?.package ?? null, found?.content]).toEqual([owner, content]);
  });

  test("a link turned elsewhere is modified", () => {
    expect(ask({ ...tree, "/bin/sh": { link: "/tmp/x" } }, "/bin/sh")?.content).toBe("modified");
  });

  test("versions and maintainer", () => {
    expect([...openPackages(memoryHost(tree)).packageNames()]).toEqual([
      ["busybox", "1.36.1-r2"],
      ["other", "2"],
    ]);
    expect(ask(tree, "/bin/sh")?.owner?.origin).toBe("M <m@example.test>");
  });
});
