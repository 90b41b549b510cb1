import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { type Accounts, readAccounts } from "./accounts.ts";
import { numericId } from "./colon-file.ts";
import { parseGroup } from "./group.ts";
import { cUnescape, readLinger } from "./linger.ts";
import { parseLoginDefinitions } from "./login-definitions.ts";
import { parsePasswd } from "./passwd.ts";
import { parseShadow, passwordState } from "./shadow.ts";
import { parseSubordinateIds } from "./subordinate-ids.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("passwd", () => {
  test("a good line", () => {
    expect(parsePasswd(bytes("# x\n\nanna:x:1000:1001:Anna,,,:/home/anna:/bin/bash\n")).records).toEqual([
      {
        name: "anna",
        uid: 1000,
        gid: 1001,
        gecos: "Anna,,,",
        home: "/home/anna",
        shell: "/bin/bash",
        password: "shadow",
        source: "passwd",
        span: { path: "/etc/passwd", line: 3, column: 1, length: 0 },
      },
    ]);
  });

  // Each row: the line, whether glibc still makes an account of it, part of the reason.
  test.each([
    ["a:x:1000:1000:::", true, null],
    ["  a:x:1000:1000:::", true, null],
    ["a:x: 0:0:::", true, 'uid " 0" is read as 0'],
    ["a:x:+0:0:::", true, 'uid "+0" is read as 0'],
    ["a:x:00:0:::", true, 'uid "00" is read as 0'],
    ["a:x:-1:0:::", true, "is read as 4294967295"],
    ["a:x:99999999999:0:::", true, "is read as 4294967295"],
    ["a:x:1x:0:::", false, "is not a number"],
    ["a:x::0:::", false, "is not a number"],
    ["a:x:1:1", false, "4 fields"],
    [":x:1:1:::", false, "no account name"],
    ["+@net:x:::::", false, "NIS"],
  ])("%s", (line, kept, reason) => {
    const { records, problems } = parsePasswd(bytes(`${line}\n`));
    expect(records.length).toBe(kept ? 1 : 0);
    expect(problems.map((problem) => problem.reason).join()).toContain(reason ?? "");
    expect(problems.length).toBe(reason === null ? 0 : 1);
  });

  test("colons belong to the shell, and the password field says where the password is", () => {
    const { records } = parsePasswd(bytes("a::1:1::/:/bin/sh:x\nb:!:2:2:::\nc:$6$x$y:3:3:::\n"));
    expect(records.map(({ shell, password }) => [shell, password])).toEqual([
      ["/bin/sh:x", "empty"],
      ["", "locked"],
      ["", "password"],
    ]);
  });
});

describe("shadow", () => {
  test.each([
    ["", "empty", null],
    ["*", "no-login", null],
    ["!", "locked", null],
    ["!!", "locked", null],
    ["!*", "locked", null],
    ["!$6$salt$hash", "locked", "sha512crypt"],
    ["$y$j9T$salt$hash", "password", "yescrypt"],
    ["$2b$05$salt", "password", "bcrypt"],
    ["$1$salt$hash", "password", "md5crypt"],
    ["abcdefghijklm", "password", "descrypt"],
    ["NP", "unknown", null],
    ["x", "unknown", null],
  ])("%j is %s", (field, state, scheme) => expect(passwordState(field)).toEqual({ state, scheme }));

  test("days, and never the hash", () => {
    const { records, problems } = parseShadow(
      bytes("a:$6$secret$verysecret:19000:0:99999:7::20000:\nb\nc:*:x:\n"),
    );
    expect(records[0]).toMatchObject({
      name: "a",
      lastChange: 19000,
      maximumAge: 99999,
      inactive: null,
      expire: 20000,
    });
    expect(problems.map((problem) => problem.span.line)).toEqual([2, 3]);
    expect(JSON.stringify(records)).not.toContain("secret");
  });
});

test("groups", () => {
  const { records, problems } = parseGroup(bytes("a:x:1:u, v,,w\nb:x:2\nc:x\nd:x:q:\n"));
  expect(records.map(({ name, gid, members }) => [name, gid, members])).toEqual([
    ["a", 1, ["u", "v", "w"]],
    ["b", 2, []],
  ]);
  expect(problems.map((problem) => problem.span.line)).toEqual([3, 4]);
});

test.each([
  ["0", 0],
  ["0x10", null],
  ["-0", 0],
  ["4294967296", 4294967295],
  ["", null],
])("id %j", (text, id) => expect(numericId(text)).toBe(id));

test("ranges of login.defs", () => {
  const definitions = parseLoginDefinitions(
    bytes("#UID_MIN 5\nUID_MIN\t\t  500\nUID_MAX 0x7530\nSYS_UID_MAX 0777\n"),
  );
  expect(definitions).toMatchObject({
    uidMin: 500,
    uidMax: 30000,
    systemUidMax: 511,
    gidMin: 1000,
    stated: true,
  });
});

test("subordinate ids", () => {
  const { records } = parseSubordinateIds(bytes("anna:100000:65536\nbad\n"), "/etc/subuid");
  expect(records).toMatchObject([{ owner: "anna", start: 100000, count: 65536 }]);
});

// src/basic/escape.c, cunescape()
test.each([
  ["anna", "anna"],
  ["a\\x2db", "a-b"],
  ["a\\141", "aa"],
  ["\\xc3\\xa9", "é"],
  ["\\u00e9", "é"],
  ["\\s\\t", " \t"],
  ["\\x00", null],
  ["\\000", null],
  ["\\q", null],
  ["a\\", null],
  ["\\777", null],
])("cunescape %j", (text, plain) => expect(cUnescape(text)).toBe(plain));

test("lingering users", () => {
  const host = memoryHost({
    "/var/lib/systemd/linger/anna": "",
    "/var/lib/systemd/linger/a\\x2db": "",
    "/var/lib/systemd/linger/.hidden": "",
    "/var/lib/systemd/linger/dir": { dir: true },
    "/var/lib/systemd/linger/\\q": "",
  });
  const { lingering, skipped, gap } = readLinger(host);
  expect(lingering.map(({ name }) => name)).toEqual(["a-b", "anna"]);
  expect(skipped.map(({ path }) => path.slice(24))).toEqual([".hidden", "\\q", "dir"]);
  expect(gap).toBeNull();
});

const PASSWD = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1::/usr/sbin:/usr/sbin/nologin
git:x:998:998::/srv/git:/bin/bash
nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin
anna:x:1000:1000::/home/anna:/bin/bash
bert:x:1001:1001::/home/bert:/bin/bash
carl:x:1002:100::/home/carl:/bin/bash
dora:x:1003:1003::/home/dora:/bin/bash
toor:x:0:0::/root:/bin/sh
`;
const SHADOW = `root:*:1::::::
git:!:1::::::
anna:$6$x$y:1::::::
bert:!$6$x$y:1::::::
carl:$6$x$y:1:::::19000:
dora::1::::::
`;

function accounts(more: Record<string, MemoryEntry> = {}): Accounts {
  return readAccounts(
    memoryHost({
      "/etc/passwd": PASSWD,
      "/etc/group": "root:x:0:\nusers:x:100:anna,ghost\n",
      "/etc/shadow": SHADOW,
      "/home/anna": { dir: true, uid: 1000 },
      "/home/eve": { dir: true, uid: 1009 },
      ...more,
    }),
  );
}

describe("accounts", () => {
  test("groups hold members and those whose primary group they are", () => {
    expect(accounts().groupMembers(100)).toEqual(["anna", "carl", "ghost"]);
    expect(accounts().groupsOf("anna")).toEqual([1000, 100]);
    expect(accounts().groupMembers(4242)).toEqual([]);
  });

  test.each([
    ["root", false, "no password can match", false],
    ["daemon", false, "its shell is /usr/sbin/nologin", true],
    ["git", false, "its password is locked", true],
    ["nobody", false, "its shell is /usr/sbin/nologin", true],
    ["anna", true, null, false],
    ["bert", false, "its password is locked", false],
    ["carl", true, "it expired on day 19000 after 1970-01-01", false],
    ["dora", true, null, false],
    ["ghost", false, null, false],
  ])("%s", (name, login, disabled, service) => {
    const them = accounts();
    expect(them.canLogIn(name)).toBe(login);
    expect(them.disabledBecause(name, 20000)).toBe(disabled);
    expect(them.isDisabled(name, 20000)).toBe(disabled !== null);
    expect(them.isServiceAccount(name)).toBe(service);
  });

  test("a key lets a locked account in; an expiry in the future does not disable", () => {
    expect(accounts({ "/home/bert/.ssh/authorized_keys": "ssh-ed25519 AAAA" }).canLogIn("bert")).toBe(true);
    expect(accounts().isDisabled("carl", 18999)).toBe(false);
    expect(accounts().isDisabled("carl")).toBe(false);
  });

  test("homes of nobody", () => {
    expect(accounts().strayHomes).toEqual([{ path: "/home/eve", uid: 1009, owner: null }]);
    expect(
      accounts({ "/home/staff": { dir: true }, "/etc/passwd": "a:x:5:5::/home/staff/a:\n" }).strayHomes.map(
        (home) => home.path,
      ),
    ).not.toContain("/home/staff");
  });

  test("a second root, and sources elsewhere, are told", () => {
    const them = accounts({ "/etc/nsswitch.conf": "passwd: files [SUCCESS=merge] sss # x\nhosts: dns\n" });
    expect(them.problems.map((problem) => problem.reason)).toEqual(['uid 0 of "toor" is also "root"']);
    expect(them.remoteSources).toEqual(["sss"]);
    expect(them.gaps.join()).toContain("sss");
    expect(them.byUid.get(0)?.name).toBe("root");
  });

  test("what is missing or unreadable is a gap", () => {
    const them = readAccounts(memoryHost({ "/etc/passwd": PASSWD, "/etc/shadow": { error: "EACCES" } }));
    expect(them.gaps.length).toBe(2);
    expect(them.shadowReadable).toBe(false);
    expect(them.canLogIn("anna")).toBe(true);
  });

  test("records of systemd-userdb and homed", () => {
    const them = accounts({
      "/etc/userdb/svc.user": JSON.stringify({
        userName: "svc",
        uid: 61000,
        homeDirectory: "/srv",
        shell: "/bin/false",
      }),
      "/etc/userdb/61000.user": { link: "svc.user" },
      "/etc/userdb/svc:users.membership": "",
      "/etc/userdb/bad.user": "[1",
      "/etc/userdb/svc.user-privileged": '{"privileged":{"hashedPassword":["$6$secret"]}}',
      "/var/lib/systemd/home/zoe.identity": JSON.stringify({
        userName: "zoe",
        locked: true,
        binding: { m: { uid: 60100, gid: 60100, homeDirectory: "/home/zoe" } },
      }),
    });
    expect(them.byName.get("svc")).toMatchObject({ uid: 61000, gid: 61000, source: "userdb" });
    expect(them.byName.get("zoe")).toMatchObject({ uid: 60100, source: "homed", home: "/home/zoe" });
    expect(them.groupMembers(100)).toContain("svc");
    expect(them.disabledBecause("zoe")).toContain("locked");
    expect(them.problems.map((problem) => problem.span.path)).toContain("/etc/userdb/bad.user");
  });

  test.each([
    ["brackets that never close", { "/etc/nsswitch.conf": `passwd: ${"[".repeat(200_000)}\n` }],
    [
      "one group named again and again",
      {
        "/etc/userdb/x.user": JSON.stringify({
          userName: "x",
          uid: 5,
          memberOf: Array(200_000).fill("users"),
        }),
      },
    ],
  ])("%s take no longer than they are long", (_, files) => {
    const them = accounts(files);
    expect(them.groupMembers(100).filter((name) => name === "x").length).toBeLessThan(2);
  });

  test("random bytes never throw, and every line is a record, a problem, or a comment", () => {
    const line = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("a:x:1:1:::", ":::::::", "+", "#"));
    fc.assert(
      fc.property(fc.array(line), fc.uint8Array(), (lines, noise) => {
        const text = new Uint8Array([...bytes(lines.join("\n")), ...noise]);
        const host = memoryHost({
          "/etc/passwd": text,
          "/etc/group": text,
          "/etc/shadow": text,
          "/etc/login.defs": text,
          "/etc/nsswitch.conf": text,
          "/etc/userdb/x.user": text,
        });
        const them = readAccounts(host);
        for (const account of them.all) expect(account.uid).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
