/**
 * A configuration fragment for osquery: the paths of its file events, and a pack that asks for them, with and without
 * the writer, and for processes.
 */
import { COMMAND_LIMIT, type CommandDetection, LIMIT, type WriteDetection } from "../detection.ts";
import { mappingText, type RuleExporter, type Surroundings } from "../exporter.ts";
import { isDirectory, spellings } from "../place.ts";

export const osquery: RuleExporter = {
  name: "osquery",
  summary: "an osquery configuration fragment: file_paths and a pack",
  installAs: "/etc/osquery/osquery.conf.d/timerwarden.conf",
  needs: "homes",
  write(surroundings) {
    const { writes, commands } = surroundings;
    const queries = Object.fromEntries([
      ...writes.map((detection) => [idOf(detection), written(detection)]),
      ...writes
        .filter(({ writers }) => writers.length > 0)
        .map((detection) => [`${idOf(detection)}_by_others`, writtenByOthers(detection, surroundings)]),
      ...commands.map((detection) => [idOf(detection), started(detection)]),
    ]);
    const filePaths = Object.fromEntries(
      writes.map((detection) => [idOf(detection), patternsOf(detection, surroundings)]),
    );
    const fragment = {
      file_paths: filePaths,
      packs: { timerwarden: { platform: "linux", queries } },
    };
    return `${JSON.stringify(fragment, null, 2)}\n`;
  },
};

/** Seconds between two questions. */
const INTERVAL = 300;

function idOf({ id }: Pick<WriteDetection, "id">): string {
  return `timerwarden_${id.replaceAll("-", "_")}`;
}

/** `%` is any one name, `%%` everything below. */
function patternsOf({ places }: WriteDetection, { homes }: Surroundings): readonly string[] {
  return places.flatMap((place) =>
    spellings(place, homes).map((path) => `${path.replaceAll("*", "%")}${isDirectory(place) ? "%%" : ""}`),
  );
}

function query(
  detection: WriteDetection | CommandDetection,
  sql: string,
  limit: string,
): Readonly<Record<string, unknown>> {
  const { title, why } = detection;
  return {
    query: sql,
    interval: INTERVAL,
    removed: false,
    description: `${title}. ${why} ${limit}`,
    value: mappingText(detection),
  };
}

function written(detection: WriteDetection): Readonly<Record<string, unknown>> {
  return query(
    detection,
    `SELECT target_path, action, uid, gid, mode, size, mtime, ctime, sha256, time FROM file_events WHERE category = ${quoted(idOf(detection))} AND action NOT IN ('ACCESSED', 'OPENED');`,
    `${LIMIT} Needs --enable_file_events; the writer is not known.`,
  );
}

function writtenByOthers(
  detection: WriteDetection,
  { homes }: Surroundings,
): Readonly<Record<string, unknown>> {
  const { writers, places } = detection;
  const programs = writers.filter((writer) => !writer.endsWith("/"));
  const folders = writers.filter((writer) => writer.endsWith("/"));
  const tests = places.flatMap((place) =>
    spellings(place, homes).map((path) => {
      const glob = quoted(isDirectory(place) ? `${path}*` : path);
      return `path GLOB ${glob} OR dest_path GLOB ${glob}`;
    }),
  );
  return query(
    detection,
    [
      "SELECT operation, executable, path, dest_path, pid, ppid, uid, auid, time FROM process_file_events",
      `WHERE operation NOT IN ('read', 'open_read') AND (${tests.join(" OR ")})`,
      ...(programs.length > 0 ? [`AND executable NOT IN (${programs.map(quoted).join(", ")})`] : []),
      ...folders.map((folder) => `AND executable NOT GLOB ${quoted(`${folder}*`)}`),
    ]
      .join(" ")
      .concat(";"),
    `${LIMIT} Needs --disable_audit=false and --audit_allow_fim_events, and no auditd beside it.`,
  );
}

function started(detection: CommandDetection): Readonly<Record<string, unknown>> {
  const { programs, words, also } = detection;
  const said = (texts: readonly string[]): string =>
    `(${texts.map((text) => `instr(cmdline, ${quoted(text)}) > 0`).join(" OR ")})`;
  return query(
    detection,
    [
      "SELECT path, cmdline, cwd, pid, parent, uid, auid, time FROM process_events",
      `WHERE (${programs.map((program) => `path GLOB ${quoted(`*/${program}`)}`).join(" OR ")})`,
      `AND ${said(words)}`,
      ...(also.length > 0 ? [`AND ${said(also)}`] : []),
    ]
      .join(" ")
      .concat(";"),
    `${COMMAND_LIMIT} Needs --disable_audit=false and --audit_allow_process_events.`,
  );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
