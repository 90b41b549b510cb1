/**
 * Configuration of the systemd daemons that read one main file and drop-ins: journald.conf(5), systemd-system.conf(5),
 * logind.conf(5). Of each drop-in name the strongest directory counts, names are read in byte order, and the last
 * assignment holds (`config_parse_many()`, src/shared/conf-parser.c).
 */
import { compareFileNames } from "../../hosts/file-name.ts";
import type { Host } from "../../hosts/host.ts";
import type { Span } from "../../syntax/span.ts";
import { parseUnitFile } from "../../syntax/unit-file.ts";
import type { Subject } from "../subject.ts";
import { namesIn, readText } from "./read-text.ts";
import type { SourceProblem } from "./source-problem.ts";

export interface DaemonSetting {
  readonly value: string;
  readonly span: Span;
}

export interface DaemonConfig {
  /** Files that were read, weakest first. */
  readonly files: readonly string[];
  /** By `Section.Key`; an empty value takes an earlier one back. */
  readonly settings: ReadonlyMap<string, DaemonSetting>;
  readonly problems: readonly SourceProblem[];
}

const BASES = ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"] as const;

/** journald.conf, for `Subject.once`. */
export function readJournaldConfig(subject: Pick<Subject, "host">): DaemonConfig {
  return readDaemonConfig(subject.host, "journald.conf");
}

/** system.conf of the manager, for `Subject.once`. */
export function readSystemConfig(subject: Pick<Subject, "host">): DaemonConfig {
  return readDaemonConfig(subject.host, "system.conf");
}

/** user.conf of users' managers, for `Subject.once`. */
export function readUserConfig(subject: Pick<Subject, "host">): DaemonConfig {
  return readDaemonConfig(subject.host, "user.conf");
}

/** logind.conf, for `Subject.once`. */
export function readLogindConfig(subject: Pick<Subject, "host">): DaemonConfig {
  return readDaemonConfig(subject.host, "logind.conf");
}

/** Paths of one of them, for `Check.reads`. */
export function daemonConfigReads(name: string): readonly string[] {
  return BASES.flatMap((base) => [`${base}/${name}`, `${base}/${name}.d/*`]);
}

function readDaemonConfig(host: Host, name: string): DaemonConfig {
  const problems: SourceProblem[] = [];
  const settings = new Map<string, DaemonSetting>();
  const files: string[] = [];
  const main = BASES.map((base) => `${base}/${name}`).find((path) => host.stat(path).kind !== "absent");
  const paths = [...(main === undefined ? [] : [main]), ...dropInsOf(host, name, problems)];
  for (const path of paths) {
    const text = readText(host, path, problems);
    if (text === null) continue;
    files.push(path);
    takeFile(text, path, settings, problems);
  }
  return { files, settings, problems };
}

function dropInsOf(host: Host, name: string, problems: SourceProblem[]): readonly string[] {
  const found = new Map<string, string>();
  for (const base of BASES)
    for (const entry of namesIn(host, `${base}/${name}.d`, problems)) {
      if (entry.endsWith(".conf") && !entry.startsWith(".") && !found.has(entry))
        found.set(entry, `${base}/${name}.d/${entry}`);
    }
  return [...found]
    .sort(([left], [right]) => compareFileNames(left, right))
    .flatMap(([, path]) => unlessMasked(host, path));
}

/** A link to `/dev/null` hides weaker files of its name and says nothing itself. */
function unlessMasked(host: Host, path: string): readonly string[] {
  const link = host.readLink(path);
  return link.kind === "present" && link.value === "/dev/null" ? [] : [path];
}

function takeFile(
  text: string,
  path: string,
  settings: Map<string, DaemonSetting>,
  problems: SourceProblem[],
): void {
  const file = parseUnitFile(new TextEncoder().encode(text), path);
  if (file.failure !== null) problems.push({ span: file.failure.span, reason: file.failure.reason });
  for (const { section, key, value, span } of file.assignments) {
    if (value === "") settings.delete(`${section}.${key}`);
    else settings.set(`${section}.${key}`, { value, span });
  }
  for (const { span, reason } of file.ignored) problems.push({ span, reason });
}
