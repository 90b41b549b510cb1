import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openSqlite } from "./sqlite.ts";

/**
 * Python's sqlite3 writes `Packages` as rpm declares it, and prints what it reads back. With a log, the process ends
 * without closing the connection, so committed and uncommitted frames stay in it.
 */
const WRITER = `
import sqlite3, sys, os, json, hashlib
path, page, wal, rows = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "wal", int(sys.argv[4])
db = sqlite3.connect(path, isolation_level=None)
db.execute(f"PRAGMA page_size={page}")
db.execute("PRAGMA journal_mode=" + ("WAL" if wal else "DELETE"))
db.execute("PRAGMA wal_autocheckpoint=0")
db.execute("CREATE TABLE Other (id INTEGER PRIMARY KEY, t TEXT)")
db.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
def blob(n): return bytes((n * 7 + k) % 251 for k in range((n * 977) % (page * 4 + 300)))
db.execute("BEGIN")
for n in range(rows): db.execute("INSERT INTO Packages(blob) VALUES (?)", (blob(n),))
db.execute("COMMIT")
if wal:
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.execute("BEGIN")
    db.execute("DELETE FROM Packages WHERE hnum % 5 = 0")
    for n in range(rows): db.execute("INSERT INTO Packages(blob) VALUES (?)", (blob(n + 13),))
    db.execute("COMMIT")
    db.execute("UPDATE Packages SET blob = x'aabb' WHERE hnum = 3")
out = [[i, hashlib.md5(b).hexdigest()] for i, b in db.execute("SELECT hnum, blob FROM Packages ORDER BY hnum")]
if wal:
    db.execute("PRAGMA cache_size=5")
    db.execute("BEGIN")
    db.execute("UPDATE Packages SET blob = zeroblob(length(blob))")
print(json.dumps(out)); sys.stdout.flush()
os._exit(0)
`;

const python = spawnSync("python3", ["-c", "import sqlite3"]).status === 0;
const why = python ? "" : " (SKIPPED: no python3 with sqlite3)";
const work = mkdtempSync(join(tmpdir(), "timerwarden-sqlite-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const ofBytes = async (bytes: Uint8Array): Promise<string> => {
  const { createHash } = await import("node:crypto");
  return createHash("md5").update(bytes).digest("hex");
};

test.skipIf(!python).each([
  [512, "delete", 40],
  [1024, "delete", 300],
  [4096, "delete", 300],
  [65_536, "delete", 30],
  [512, "wal", 60],
  [4096, "wal", 150],
  [65_536, "wal", 20],
])(`reads what SQLite reads: pages of %i, journal %s, %i rows${why}`, async (page, journal, rows) => {
  const path = join(work, `${page}-${journal}.sqlite`);
  const run = spawnSync("python3", ["-c", WRITER, path, `${page}`, journal, `${rows}`], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  expect(run.stderr).toBe("");
  const wal = journal === "wal" ? readFileSync(`${path}-wal`) : null;
  if (wal !== null) expect(wal.length).toBeGreaterThan(1000);
  const database = openSqlite(readFileSync(path), wal);
  if (typeof database === "string") throw new Error(database);
  const ours: [number, string][] = [];
  for (const { id, record } of database.rows("Packages")) {
    ours.push([id, await ofBytes(record.blob(1) ?? new Uint8Array(0))]);
  }
  expect(database.problems).toEqual([]);
  expect(ours).toEqual(JSON.parse(run.stdout));
  expect([...database.rows("Absent")]).toEqual([]);
  if (wal !== null) {
    const torn = openSqlite(readFileSync(path), wal.subarray(0, 32 + 24 + 100));
    expect(typeof torn).not.toBe("string");
  }
});
