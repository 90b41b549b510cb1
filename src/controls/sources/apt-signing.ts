/** Whether apt insists on signatures: apt.conf(5), sources.list(5) in both its forms, apt-secure(8). */

import type { Host } from "../../hosts/host.ts";
import { parseBoolean } from "../../syntax/boolean.ts";
import type { Span } from "../../syntax/span.ts";
import type { Subject } from "../subject.ts";
import { type AptSetting, parseAptConf } from "./apt-signing-conf.ts";
import { namesIn, readText } from "./read-text.ts";
import { lineSpan, type SourceProblem } from "./source-problem.ts";

export interface AptSigning {
  /** apt is there: it has a configuration or sources. */
  readonly present: boolean;
  readonly sources: readonly AptSource[];
  /** Later ones of a name override. */
  readonly settings: readonly AptSetting[];
  readonly problems: readonly SourceProblem[];
}

export interface AptSource {
  readonly uris: readonly string[];
  /** Options in small letters: `trusted`, `signed-by`, `allow-insecure`. */
  readonly options: ReadonlyMap<string, string>;
  readonly span: Span;
}

/** What turns the check of signatures off or softens it. */
export interface AptWeakness {
  readonly says: string;
  readonly span: Span;
}

export const APT_READS: readonly string[] = [
  "/etc/apt/apt.conf",
  "/etc/apt/apt.conf.d/*",
  "/etc/apt/sources.list",
  "/etc/apt/sources.list.d/*",
];

/** apt's settings on signatures, for `Subject.once`. */
export function readAptSigning({ host }: Pick<Subject, "host">): AptSigning {
  const problems: SourceProblem[] = [];
  const settings = confPaths(host, problems).flatMap((path) => {
    const text = readText(host, path, problems);
    if (text === null) return [];
    const parsed = parseAptConf(text, path);
    problems.push(...parsed.problems);
    return parsed.settings;
  });
  const sources = sourcePaths(host, problems).flatMap((path) => {
    const text = readText(host, path, problems);
    if (text === null) return [];
    return path.endsWith(".sources")
      ? parseDeb822(text, path, problems)
      : parseSourceList(text, path, problems);
  });
  const present = sources.length > 0 || settings.length > 0 || problems.length > 0;
  return { present, sources, settings, problems };
}

/** Names apt takes: letters, digits, `-`, `_`, `.`; with no suffix or `.conf`. */
function confPaths(host: Host, problems: SourceProblem[]): readonly string[] {
  const names = namesIn(host, "/etc/apt/apt.conf.d", problems).filter((name) =>
    /^[\w-]+(\.conf)?$/.test(name),
  );
  return [...names.map((name) => `/etc/apt/apt.conf.d/${name}`), "/etc/apt/apt.conf"];
}

function sourcePaths(host: Host, problems: SourceProblem[]): readonly string[] {
  const names = namesIn(host, "/etc/apt/sources.list.d", problems).filter((name) =>
    /^[\w.-]+\.(list|sources)$/.test(name),
  );
  return ["/etc/apt/sources.list", ...names.map((name) => `/etc/apt/sources.list.d/${name}`)];
}

export function parseSourceList(text: string, path: string, problems: SourceProblem[]): readonly AptSource[] {
  return text.split("\n").flatMap((raw, index): readonly AptSource[] => {
    const line = raw.replace(/#.*$/, "").trim();
    if (line === "") return [];
    const span = lineSpan(path, index + 1);
    const [, options = "", uri = ""] = /^deb(?:-src)?\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+\S+/.exec(line) ?? [];
    if (uri === "") {
      problems.push({ span, reason: "no source apt would take" });
      return [];
    }
    const pairs = options.split(/\s+/).flatMap((option): (readonly [string, string])[] => {
      const [, name = "", value = ""] = /^([\w-]+)[+-]?=(.*)$/.exec(option) ?? [];
      return name === "" ? [] : [[name.toLowerCase(), value]];
    });
    return [{ uris: [uri], options: new Map(pairs), span }];
  });
}

/** Stanzas of `Field: value` parted by empty lines; lines that begin with a blank go on. */
export function parseDeb822(text: string, path: string, problems: SourceProblem[]): readonly AptSource[] {
  const sources: AptSource[] = [];
  let fields = new Map<string, string>();
  let start = 0;
  let last = "";
  const close = (): void => {
    const uris = (fields.get("uris") ?? "").split(/\s+/).filter((uri) => uri !== "");
    const isOn = parseBoolean(fields.get("enabled") ?? "yes") !== false;
    if (fields.size > 0 && uris.length === 0)
      problems.push({ span: lineSpan(path, start), reason: "a source without URIs" });
    else if (fields.size > 0 && isOn) sources.push({ uris, options: fields, span: lineSpan(path, start) });
    fields = new Map();
    last = "";
  };
  for (const [index, raw] of text.split("\n").entries()) {
    if (raw.startsWith("#")) continue;
    if (raw.trim() === "") close();
    else if (/^\s/.test(raw) && last !== "") fields.set(last, `${fields.get(last) ?? ""}\n${raw.trim()}`);
    else {
      const [, name = "", value = ""] = /^([\w-]+)\s*:\s*(.*)$/.exec(raw) ?? [];
      if (name === "")
        problems.push({ span: lineSpan(path, index + 1), reason: "not of the form field: value" });
      if (fields.size === 0) start = index + 1;
      last = name.toLowerCase();
      if (name !== "") fields.set(last, value.trim());
    }
  }
  close();
  return sources;
}

/** Settings that switch the check off, by name in small letters. */
const DANGEROUS: ReadonlyMap<string, string> = new Map([
  ["apt::get::allowunauthenticated", "packages without a signature are installed"],
  ["acquire::allowinsecurerepositories", "repositories without a signature are read"],
  ["acquire::allowweakrepositories", "repositories signed with weak digests are read"],
  ["acquire::allowdowngradetoinsecurerepositories", "a repository may lose its signature"],
]);

export function aptWeaknesses({ settings, sources }: AptSigning): readonly AptWeakness[] {
  const last = new Map(settings.map((setting) => [setting.name, setting]));
  const found: AptWeakness[] = [];
  for (const [name, says] of DANGEROUS) {
    const setting = last.get(name);
    if (setting !== undefined && isTrue(setting.value)) found.push({ says, span: setting.span });
  }
  for (const { options, uris, span } of sources) {
    const names = ["trusted", "allow-insecure", "allow-weak", "allow-downgrade-to-insecure"];
    for (const name of names)
      if (isTrue(options.get(name) ?? "")) found.push({ says: `${uris.join(" ")} has ${name}=yes`, span });
  }
  return found;
}

/** As `StringToBool()` of apt reads it. */
function isTrue(value: string): boolean {
  return /^(yes|true|with|on|enable|[1-9]\d*)$/i.test(value.trim());
}
