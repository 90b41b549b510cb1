/** Tools that compare files with a baseline: AIDE and Wazuh are read, of others only that they are there. */

import type { Span } from "../../syntax/span.ts";
import { type at, ofPath } from "../evidence.ts";
import type { Point } from "../outcome.ts";
import { type AideRules, readAideRules } from "../sources/aide-rules.ts";
import { hasContentHash, selectionOf } from "../sources/aide-rules-selection.ts";
import { readText } from "../sources/read-text.ts";
import { doubtsOf, lineSpan, type SourceProblem } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";

export const WAZUH_CONFIG = "/var/ossec/etc/ossec.conf";

/** Tools whose settings are kept in files of their own kind, which are not read here. */
const OTHERS: readonly (readonly [string, string])[] = [
  ["Tripwire", "/etc/tripwire/tw.pol"],
  ["Samhain", "/etc/samhain/samhainrc"],
  ["osquery", "/etc/osquery/osquery.conf"],
  ["Auditbeat", "/etc/auditbeat/auditbeat.yml"],
];

export const INTEGRITY_READS: readonly string[] = [
  "/etc/aide/**",
  "/etc/aide.conf",
  WAZUH_CONFIG,
  ...OTHERS.map(([, path]) => path),
];

/** What a tool makes of one path: the line that covers its content, the one that does not, or nothing. */
export interface Cover {
  readonly covered: boolean;
  readonly says: string;
  readonly span: Span | null;
}

export interface IntegrityTools {
  readonly aide: AideRules | null;
  /** Directories Wazuh's syscheck watches, each with its line, and those it leaves out. */
  readonly wazuh: { readonly watched: readonly WazuhPath[]; readonly ignored: readonly WazuhPath[] } | null;
  readonly others: readonly string[];
  readonly doubts: readonly Point[];
}

interface WazuhPath {
  readonly path: string;
  readonly span: Span;
}

/** For `Subject.once`. */
export function readIntegrityTools(subject: Subject): IntegrityTools {
  const rules = subject.once(readAideRules);
  const problems: SourceProblem[] = [...problemsThatCount(subject, rules)];
  const wazuh = readWazuh(subject, problems);
  const present = OTHERS.filter(([, path]) => subject.host.stat(path).kind !== "absent");
  return {
    aide: rules.path === null ? null : rules,
    wazuh,
    others: present.map(([name]) => name),
    doubts: [...doubtsOf(subject, problems), ...foreignSnippets(subject, rules)],
  };
}

/** Lines that need what a packaged, unchanged snippet would define are the packager's business. */
function problemsThatCount(subject: Subject, { problems, executables }: AideRules): readonly SourceProblem[] {
  const foreign = executables.some((path) => !isPackaged(subject, path));
  return problems.filter(
    ({ reason, span }) =>
      foreign || !reason.includes("snippet that AIDE executes") || !isPackaged(subject, span.path),
  );
}

function foreignSnippets(subject: Subject, { executables }: AideRules): readonly Point[] {
  return executables
    .filter((path) => !isPackaged(subject, path))
    .map((path) => ({
      says: `AIDE would run ${path}, whose rules are not known`,
      evidence: [ofPath(subject, path)],
    }));
}

/** Debian keeps the packaged originals apart and copies them to `/etc` when the package is configured (ucf(1)). */
const ORIGINALS = "/usr/share/aide/config/aide";

function isPackaged(subject: Subject, path: string): boolean {
  if (!subject.inventory.packages.hasDatabase) return false;
  const isShipped = (one: string): boolean => subject.inventory.provenanceOf(one)?.content === "matches";
  if (isShipped(path)) return true;
  const original = path.replace(/^\/etc\/aide/, ORIGINALS);
  const digest = ofPath(subject, path).digest;
  return digest !== null && digest === ofPath(subject, original).digest && isShipped(original);
}

function readWazuh(subject: Subject, problems: SourceProblem[]): IntegrityTools["wazuh"] {
  const text = readText(subject.host, WAZUH_CONFIG, problems);
  if (text === null) return null;
  if (!text.includes("<ossec_config>"))
    problems.push({ span: lineSpan(WAZUH_CONFIG, 1), reason: "no configuration of Wazuh" });
  const watched: WazuhPath[] = [];
  const ignored: WazuhPath[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const [, name = "", attributes = "", value = ""] =
      /^\s*<(directories|ignore)\b([^>]{0,500})>([^<]{0,4000})<\//.exec(line) ?? [];
    if (name === "" || /check_(all|sum)="no"/.test(attributes)) continue;
    const list = name === "directories" ? watched : ignored;
    for (const path of value.split(","))
      list.push({ path: path.trim().replace(/\/+$/, "") || "/", span: lineSpan(WAZUH_CONFIG, index + 1) });
  }
  return { watched, ignored };
}

/** How the tools that can be read judge a path. */
export function coverOf({ aide, wazuh }: IntegrityTools, path: string): Cover {
  if (aide !== null) {
    const { by, against } = selectionOf(aide, path, "f");
    if (against !== null) return { covered: false, says: "AIDE leaves it out", span: against.span };
    if (by !== null && hasContentHash(by))
      return { covered: true, says: "AIDE compares its content", span: by.span };
    if (by !== null) return { covered: false, says: "AIDE compares no content", span: by.span };
  }
  const isBelow = (entry: WazuhPath): boolean => entry.path === "/" || path.startsWith(`${entry.path}/`);
  const ignored = wazuh?.ignored.find(isBelow);
  const watched = wazuh?.watched.find(isBelow);
  if (watched !== undefined && ignored === undefined)
    return { covered: true, says: "Wazuh compares it", span: watched.span };
  return { covered: false, says: "nothing compares it", span: ignored?.span ?? null };
}

/** Are there tools at all, and are there any that could be judged? */
export function hasTool({ aide, wazuh, others }: IntegrityTools): boolean {
  return aide !== null || wazuh !== null || others.length > 0;
}

/** The files the tools' settings stand in. */
export function toolEvidence(subject: Subject, { aide, wazuh }: IntegrityTools): ReturnType<typeof at>[] {
  return [
    ...(aide?.path ? [ofPath(subject, aide.path)] : []),
    ...(wazuh === null ? [] : [ofPath(subject, WAZUH_CONFIG)]),
  ];
}
