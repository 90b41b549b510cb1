import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { COMMANDS, ELSEWHERE, NEWS, NO_NEWS, type WriteEvent } from "../events.test-support.ts";
import { anyHost } from "../surroundings.ts";
import { osquery } from "./osquery.ts";

interface Fragment {
  readonly file_paths: Readonly<Record<string, readonly string[]>>;
  readonly packs: {
    readonly timerwarden: {
      readonly platform: string;
      readonly queries: Readonly<
        Record<
          string,
          {
            readonly query: string;
            readonly interval: number;
            readonly description: string;
            readonly value: string;
          }
        >
      >;
    };
  };
}

const FRAGMENT = JSON.parse(osquery.write(anyHost())) as Fragment;
const QUERIES = Object.entries(FRAGMENT.packs.timerwarden.queries);

/** osquery's wildcards: `%` within a name, `%%` (only at the end) everything below. */
function covers(pattern: string, path: string): boolean {
  expect(pattern.indexOf("%%") === -1 || pattern.endsWith("/%%")).toBe(true);
  const source = pattern.replace(/[.+]/g, "\\$&").replaceAll("%%", ".+").replaceAll("%", "[^/]*");
  return new RegExp(`^${source}$`).test(path);
}

function categoriesOf({ path }: WriteEvent): string[] {
  return Object.entries(FRAGMENT.file_paths)
    .filter(([, patterns]) => patterns.some((pattern) => covers(pattern, path)))
    .map(([category]) => category);
}

test.each(NEWS)("$path is among the watched paths", (event) => {
  expect(categoriesOf(event)).not.toEqual([]);
});

test.each(ELSEWHERE)("$path is not", (event) => {
  expect(categoriesOf(event)).toEqual([]);
});

/** Columns of osquery's tables (specs/posix/file_events.table, specs/linux/process_file_events.table, …). */
const TABLES: Readonly<Record<string, string>> = {
  file_events:
    "target_path,category,action,transaction_id,inode,uid,gid,mode,size,atime,mtime,ctime,md5,sha1,sha256,hashed,time,eid",
  process_file_events:
    "operation,pid,ppid,time,executable,partial,cwd,path,dest_path,uid,gid,auid,euid,egid,fsuid,fsgid,suid,sgid,uptime,eid",
  process_events:
    "pid,path,mode,cmdline,cmdline_size,env,env_count,env_size,cwd,auid,uid,euid,gid,egid,owner_uid,owner_gid,atime,mtime,ctime,btime,overflows,parent,time,uptime,eid,status,fsuid,suid,fsgid,sgid,syscall",
};

/** One event at a time; answers, for each, the names of the queries with rows. */
const ASK = `
import json, sqlite3, sys
work = json.load(sys.stdin)
base = sqlite3.connect(":memory:", cached_statements=1000)
for name, columns in work["tables"].items():
    base.execute("CREATE TABLE %s (%s)" % (name, columns))
answers = []
for table, row in work["events"]:
    keys = list(row)
    base.execute("INSERT INTO %s (%s) VALUES (%s)" % (table, ",".join(keys), ",".join("?" for _ in keys)), [row[key] for key in keys])
    answers.append([name for name, sql in work["queries"] if base.execute(sql).fetchall()])
    base.execute("DELETE FROM %s" % table)
print(json.dumps(answers))
`;

function ask(events: readonly (readonly [string, Readonly<Record<string, string>>])[]): string[][] {
  const queries = QUERIES.map(([name, { query }]) => [name, query]);
  const { stdout, stderr } = spawnSync("python3", ["-c", ASK], {
    input: JSON.stringify({ tables: TABLES, queries, events }),
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as string[][];
}

const hasPython = spawnSync("python3", ["-c", "import sqlite3"]).status === 0;

/** Within a directory the names make no difference to the queries. */
const SAMPLE = NEWS.filter((_event, at) => at % 7 === 0 || at > 190);

describe("the queries in SQLite, over tables with osquery's columns", () => {
  const skipped = hasPython ? "" : "SKIPPED: python3 is not installed: ";

  test.skipIf(!hasPython)(`${skipped}rows of file_events come back`, () => {
    const answers = ask(
      SAMPLE.map((event) => [
        "file_events",
        { target_path: event.path, action: "UPDATED", category: categoriesOf(event)[0] ?? "" },
      ]),
    );
    for (const [at, answer] of answers.entries())
      expect({ event: SAMPLE[at], answer }).toMatchObject({
        answer: [categoriesOf(SAMPLE[at] as WriteEvent)[0]],
      });
  });

  test.skipIf(!hasPython)(`${skipped}with the writer, those who may are left out`, () => {
    const rows = (events: readonly WriteEvent[]) =>
      ask(
        events.map(({ path, by, how }) => [
          "process_file_events",
          { operation: how === "open" ? "write" : how, executable: by, path, dest_path: "" },
        ]),
      );
    const quiet = [...NO_NEWS, ...ELSEWHERE];
    for (const [at, answer] of rows(quiet).entries())
      expect({ event: quiet[at], answer }).toEqual({ event: quiet[at], answer: [] });
    const known = new Set(QUERIES.map(([name]) => name));
    const news = SAMPLE.filter((event) => known.has(`${categoriesOf(event)[0]}_by_others`));
    expect(news.length).toBeGreaterThan(50);
    for (const [at, answer] of rows(news).entries())
      expect({ event: news[at], told: answer.length > 0 }).toEqual({ event: news[at], told: true });
  });

  test.skipIf(!hasPython)(`${skipped}commands`, () => {
    const answers = ask(
      COMMANDS.map(([line]) => ["process_events", { path: `/usr/bin/${line.split(" ")[0]}`, cmdline: line }]),
    );
    for (const [at, [line, detection]] of COMMANDS.entries())
      expect({ line, answer: answers[at] }).toEqual({
        line,
        answer: detection === null ? [] : [`timerwarden_${detection.replaceAll("-", "_")}`],
      });
  });
});

test.each(QUERIES)("%s says what it is for and what it cannot see", (_name, query) => {
  expect(query.interval).toBeGreaterThan(0);
  expect(query.value).toMatch(/^ATT&CK T\d{4}.*; SP 800-53 \w\w-\d/);
  expect(query.description).toContain("what was there before is not seen");
});
