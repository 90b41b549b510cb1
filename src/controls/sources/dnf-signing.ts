/** Whether dnf, yum and zypper insist on signatures: dnf.conf(5), the `[main]` section and one section a repository. */
import type { Host } from "../../hosts/host.ts";
import { parseBoolean } from "../../syntax/boolean.ts";
import type { Span } from "../../syntax/span.ts";
import type { Subject } from "../subject.ts";
import { namesIn, readText } from "./read-text.ts";
import { lineSpan, type SourceProblem } from "./source-problem.ts";

export interface DnfSigning {
  readonly present: boolean;
  readonly sections: readonly DnfSection[];
  readonly problems: readonly SourceProblem[];
}

export interface DnfSection {
  /** `main`, or a repository's id. */
  readonly name: string;
  readonly path: string;
  readonly span: Span;
  readonly settings: ReadonlyMap<string, { readonly value: string; readonly span: Span }>;
}

const CONFIGS = ["/etc/dnf/dnf.conf", "/etc/yum.conf", "/etc/zypp/zypp.conf"];
const FOLDERS = ["/etc/yum.repos.d", "/etc/dnf/repos.d", "/etc/zypp/repos.d"];

export const DNF_READS: readonly string[] = [...CONFIGS, ...FOLDERS.map((folder) => `${folder}/*`)];

/** The settings of dnf and its kin on signatures, for `Subject.once`. */
export function readDnfSigning({ host }: Pick<Subject, "host">): DnfSigning {
  const problems: SourceProblem[] = [];
  const sections = pathsOf(host, problems).flatMap((path) => {
    const text = readText(host, path, problems);
    return text === null ? [] : parseDnfConfig(text, path, problems);
  });
  return { present: sections.length > 0 || problems.length > 0, sections, problems };
}

/** `/etc/yum.conf` is often a link to dnf's own: the same file is read once. */
function pathsOf(host: Host, problems: SourceProblem[]): readonly string[] {
  const repositories = FOLDERS.flatMap((folder) =>
    namesIn(host, folder, problems)
      .filter((name) => name.endsWith(".repo"))
      .map((name) => `${folder}/${name}`),
  );
  const seen = new Set<string>();
  return [...CONFIGS, ...repositories].filter((path) => {
    const real = host.realPath(path);
    const key = real.kind === "present" ? real.value : path;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

export function parseDnfConfig(text: string, path: string, problems: SourceProblem[]): readonly DnfSection[] {
  const sections: DnfSection[] = [];
  let settings: Map<string, { value: string; span: Span }> | null = null;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    const span = lineSpan(path, index + 1);
    if (line === "" || /^[#;]/.test(line)) continue;
    const header = /^\[([^\]]+)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      settings = new Map();
      sections.push({ name: header, path, span, settings });
      continue;
    }
    // A line that begins with a blank goes on with the value above.
    if (/^\s/.test(raw) && settings !== null && settings.size > 0) continue;
    const [, name = "", value = ""] = /^([\w.-]+)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (name === "" || settings === null) problems.push({ span, reason: "no setting of a section" });
    else settings.set(name.toLowerCase(), { value: value.trim(), span });
  }
  return sections;
}

export interface DnfWeakness {
  readonly says: string;
  readonly span: Span;
}

/**
 * Where signatures are not asked for. dnf's own default of `gpgcheck` is off, so a repository without one of its own
 * and no `gpgcheck` in `[main]` counts; zypper's default is on.
 */
export function dnfWeaknesses({ sections }: DnfSigning): readonly DnfWeakness[] {
  const main = sections.filter(({ name }) => name === "main");
  const inherited = valueIn(main, "gpgcheck");
  const found: DnfWeakness[] = [];
  for (const { name, path, settings, span } of sections) {
    const own = settings.get("gpgcheck");
    if (own !== undefined && isFalse(own.value))
      found.push({ says: `gpgcheck is off in [${name}]`, span: own.span });
    if (name === "main" || own !== undefined || path.startsWith("/etc/zypp/")) continue;
    const isEnabled = !isFalse(settings.get("enabled")?.value ?? "1");
    if (isEnabled && inherited === null)
      found.push({ says: `gpgcheck is set neither in [${name}] nor in [main]`, span });
  }
  const local = valueIn(main, "localpkg_gpgcheck");
  if (local !== null && isFalse(local.value))
    found.push({ says: "localpkg_gpgcheck is off", span: local.span });
  return found;
}

function valueIn(
  sections: readonly DnfSection[],
  name: string,
): { readonly value: string; readonly span: Span } | null {
  return sections.map(({ settings }) => settings.get(name)).find((value) => value !== undefined) ?? null;
}

function isFalse(value: string): boolean {
  return parseBoolean(value) === false;
}
