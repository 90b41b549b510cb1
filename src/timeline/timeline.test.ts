import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { readInventory } from "../inventory/inventory.ts";
import type { JournalEvent } from "../live/journal.ts";
import { eventOf, type TimelineEvent } from "./event.ts";
import { bodyFile, calendarFile, timelineJsonLines } from "./export.ts";
import { packageEvents } from "./package-logs.ts";
import { DAY_USEC, timelineOf } from "./timeline.ts";
import { timesketchCsv, timesketchJsonLines } from "./timesketch.ts";

const NOW = Date.parse("2026-11-23T06:38:00Z") * 1000;

function logged(files: Record<string, MemoryEntry>): {
  says: string[];
  notes: string[];
  events: readonly TimelineEvent[];
} {
  const notes: string[] = [];
  const host = memoryHost(files, { timeNs: BigInt(NOW) * 1000n });
  const events = packageEvents(host, zonesOf(host, null), NOW, notes);
  const says = events.map(({ usec, kind, says }) => `${new Date(usec / 1000).toISOString()} ${kind} ${says}`);
  return { says, notes, events };
}

describe("package logs", () => {
  /** Lines as the programs write them (Debian 12, Fedora 40, Arch, CentOS 7, openSUSE). */
  test.each([
    [
      "/var/log/dpkg.log",
      "2026-11-20 10:00:00 install cron:amd64 <none> 3.0",
      "2026-11-20T10:00:00.000Z package-installed install cron:amd64 3.0",
    ],
    [
      "/var/log/dpkg.log",
      "2026-11-20 10:00:00 upgrade cron:amd64 3.0 3.1",
      "2026-11-20T10:00:00.000Z package-upgraded upgrade cron:amd64 3.0 → 3.1",
    ],
    [
      "/var/log/dpkg.log.1",
      "2026-11-20 10:00:00 remove cron:amd64 3.0 <none>",
      "2026-11-20T10:00:00.000Z package-removed remove cron:amd64 3.0",
    ],
    [
      "/var/log/dnf.rpm.log",
      "2026-11-20T10:00:00+0100 SUBDEBUG Installed: cronie-1.7-1.fc40.x86_64",
      "2026-11-20T09:00:00.000Z package-installed installed cronie-1.7-1.fc40.x86_64",
    ],
    [
      "/var/log/yum.log",
      "Nov 20 10:00:00 Installed: cronie-1.4-1.x86_64",
      "2026-11-20T10:00:00.000Z package-installed installed cronie-1.4-1.x86_64",
    ],
    [
      "/var/log/yum.log",
      "Dec 31 23:00:00 Erased: cronie-1.4-1.x86_64",
      "2025-12-31T23:00:00.000Z package-removed erased cronie-1.4-1.x86_64",
    ],
    [
      "/var/log/pacman.log",
      "[2026-11-20T10:00:00+0000] [ALPM] installed cronie (1.7-1)",
      "2026-11-20T10:00:00.000Z package-installed installed cronie (1.7-1)",
    ],
    [
      "/var/log/pacman.log",
      "[2018-11-20 10:00] [ALPM] removed cronie (1.5-1)",
      "2018-11-20T10:00:00.000Z package-removed removed cronie (1.5-1)",
    ],
    [
      "/var/log/pacman.log",
      "[2026-11-20T10:00:00+0000] [PACMAN] Running 'pacman -S cronie'",
      "2026-11-20T10:00:00.000Z package-transaction pacman -S cronie",
    ],
    [
      "/var/log/zypp/history",
      "2026-11-20 10:00:00|install|cron|4.2-1|x86_64|root@h|repo|0|",
      "2026-11-20T10:00:00.000Z package-installed install cron 4.2-1",
    ],
  ])("%s: %s", (path, line, expected) => {
    expect(logged({ [path]: `${line}\n` }).says).toEqual([expected]);
  });

  test("apt's stanzas", () => {
    const text =
      "\nStart-Date: 2026-11-20  10:00:00\nCommandline: apt-get install cron\nRequested-By: alice (1000)\nInstall: cron:amd64 (3.0), libx:amd64 (1, automatic)\nRemove: at:amd64 (1)\nEnd-Date: 2026-11-20  10:00:05\n";
    expect(logged({ "/var/log/apt/history.log": text }).says).toEqual([
      "2026-11-20T10:00:00.000Z package-transaction apt-get install cron (asked for by alice (1000)): install 2, remove 1",
    ]);
  });

  test("rotated and compressed logs, and nothing else of that beginning", () => {
    const line = (day: number) => `2026-11-${day} 10:00:00 install p${day} <none> 1\n`;
    const { events } = logged({
      "/var/log/dpkg.log": line(20),
      "/var/log/dpkg.log.1": line(19),
      "/var/log/dpkg.log.2.gz": new Uint8Array(gzipSync(line(18))),
      "/var/log/dpkg.log-20261117.gz": new Uint8Array(gzipSync(line(17))),
      "/var/log/dpkg.logs": line(16),
      "/var/log/dpkg.log.bak": line(15),
    });
    expect(events.map((event) => event.package).sort((a, b) => String(a).localeCompare(String(b)))).toEqual([
      "p17",
      "p18",
      "p19",
      "p20",
    ]);
  });

  test("what cannot be expanded or read is a note", () => {
    const { notes } = logged({
      "/var/log/dpkg.log.2.gz": "no gzip",
      "/var/log/dpkg.log": { content: "", error: "EACCES" },
      "/var/log/dpkg.log.3.gz": new Uint8Array(gzipSync(new Uint8Array(70 * 1024 * 1024))),
    });
    expect(notes).toEqual([
      "/var/log/dpkg.log: Permission denied.",
      "/var/log/dpkg.log.2.gz: it cannot be expanded",
      "/var/log/dpkg.log.3.gz: it cannot be expanded",
    ]);
  });

  test("any text gives events or none", () => {
    const paths = [
      "/var/log/dpkg.log",
      "/var/log/apt/history.log",
      "/var/log/yum.log",
      "/var/log/pacman.log",
      "/var/log/zypp/history",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.string({ unit: "binary", maxLength: 200 }), (path, text) => {
        for (const { usec } of logged({ [path]: text }).events) expect(Number.isFinite(usec)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a timeline", () => {
  const host = memoryHost(
    {
      "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1500:1500::/home/alice:/bin/sh\n",
      "/etc/systemd/system/b.timer": "[Timer]\nOnCalendar=*:0/10\nRandomizedDelaySec=2min\nAccuracySec=1s\n",
      "/etc/systemd/system/b.service": "[Service]\nExecStart=/opt/b.sh\n",
      "/etc/systemd/system/timers.target.wants/b.timer": { link: "../b.timer" },
      "/opt/b.sh": {
        content: "#!/bin/sh\n",
        mode: 0o4755,
        mtimeNs: BigInt(NOW - 60_000_000) * 1000n,
        birthNs: 5_000_000_000n,
      },
      "/var/lib/systemd/timers/stamp-b.timer": { content: "", mtimeNs: BigInt(NOW - 5_000_000) * 1000n },
      "/etc/cron.d/j": "0 7 * * * root /bin/true\n",
    },
    { timeNs: 1_600_000_000_000_000_000n },
  );
  const inventory = readInventory(host, { zones: zonesOf(host, null), nowUsec: NOW });
  const journal: readonly JournalEvent[] = [
    {
      usec: NOW - 1_000_000,
      scope: "user:1500",
      unit: "u.service",
      kind: "failed",
      result: "exit-code",
      message: "Failed.",
    },
  ];
  const from = (sinceUsec: number, untilUsec: number) =>
    timelineOf(inventory, { sinceUsec, untilUsec, journal });

  test("files, stamps, journal, elapses, in order", () => {
    const { events, notes } = from(NOW - 120_000_000, NOW + 30 * 60_000_000);
    expect(notes).toEqual([]);
    expect(
      events.map(({ usec, untilUsec, kind, unit }) => [
        (usec - NOW) / 1e6,
        untilUsec === null ? null : (untilUsec - usec) / 1e6,
        kind,
        unit,
      ]),
    ).toEqual([
      [-60, null, "file-modified", "system/b.timer"],
      [-5, null, "timer-triggered", "system/b.timer"],
      [-1, null, "unit-failed", "user:alice/u.service"],
      [120, 121, "elapse", "system/b.timer"],
      [720, 121, "elapse", "system/b.timer"],
      [1320, 121, "elapse", "system/b.timer"],
      [1320, null, "elapse", "system/cron:/etc/cron.d/j:1"],
    ]);
  });

  test("a window that has begun counts", () => {
    expect(from(NOW + 180_000_000, NOW + 181_000_000).events).toHaveLength(1);
  });

  test("too many elapses are cut, with a note", () => {
    const { events, notes } = from(NOW, NOW + 30 * DAY_USEC);
    expect(events.filter(({ unit }) => unit === "system/b.timer")).toHaveLength(1000);
    expect(notes).toEqual(["system/b.timer: only its next 1000 elapses are told"]);
  });
});

test.each([
  ["a journal in evidence is not read, and that is said", "/var/log/journal/0123/system.journal", 1],
  ["no journal, nothing said", "/var/log/journal/0123/other", 0],
])("%s", (_name, path, count) => {
  const inventory = readInventory(memoryHost({ [path]: "x" }), {
    zones: zonesOf(memoryHost({}), null),
    nowUsec: NOW,
  });
  const { notes } = timelineOf(inventory, { sinceUsec: 0, untilUsec: NOW, journal: [] });
  expect(notes.filter((note) => note.startsWith("/var/log/journal holds"))).toHaveLength(count);
});

describe("exports", () => {
  const file = eventOf({
    usec: NOW + 123_456,
    kind: "file-modified",
    path: "/opt/a|b",
    says: '=HYPERLINK("x"), modified',
    source: "inode",
    facts: {
      kind: "file",
      mode: 0o4755,
      uid: 7,
      gid: 8,
      size: 9,
      mtimeNs: 1_700_000_000_999_999_999n,
      ctimeNs: null,
      birthNs: 5_000_000_000n,
      identity: "1:42",
      links: 1,
    },
  });
  const elapse = eventOf({
    usec: NOW,
    untilUsec: NOW + 60_000_000,
    kind: "elapse",
    unit: "system/b.timer",
    says: `b.timer starts x; y, ${"long ".repeat(20)}\\n`,
    source: "reckoned",
  });

  test("JSON lines", () => {
    expect(JSON.parse([...timelineJsonLines([file])].join(""))).toMatchObject({
      time: "2026-11-23T06:38:00.123456Z",
      kind: "file-modified",
      mode: "4755",
      uid: 7,
    });
  });

  test("Timesketch JSON lines have its four fields", () => {
    expect(JSON.parse([...timesketchJsonLines([file])].join(""))).toMatchObject({
      datetime: "2026-11-23T06:38:00.123456+00:00",
      timestamp: NOW + 123_456,
      timestamp_desc: "file-modified",
      message: '=HYPERLINK("x"), modified',
    });
  });

  test("CSV: quoted, and no formula", () => {
    const [head, row] = [...timesketchCsv([file])];
    expect(head).toBe("message,datetime,timestamp,timestamp_desc,unit,path,package,source\r\n");
    expect(row).toMatch(
      /^"'=HYPERLINK\(""x""\), modified",2026-11-23T06:38:00\.123456\+00:00,\d+,file-modified,/,
    );
  });

  test("body file: eleven fields, a file once", () => {
    const lines = [...bodyFile([file, { ...file, kind: "file-changed" }, elapse])];
    expect(lines[0]).toBe("0|/opt/a\\x7cb|42|-rwsr-xr-x|7|8|9|0|1700000000|0|5\n");
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line.split("|")).toHaveLength(11);
  });

  test("iCalendar: only what is to come, folded at 75 octets", () => {
    const text = [...calendarFile([file, elapse], NOW)].join("");
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(1);
    expect(text).toContain("DTSTART:20261123T063800Z\r\nDTEND:20261123T063900Z\r\n");
    expect(text).toContain("SUMMARY:b.timer starts x\\; y\\, long");
    for (const line of text.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(text.endsWith("END:VCALENDAR\r\n")).toBe(true);
  });
});
