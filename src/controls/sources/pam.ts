/** PAM stacks (pam.d(5)): the lines of a service with everything they include, in order. */
import type { Host } from "../../hosts/host.ts";
import type { Span } from "../../syntax/span.ts";
import { readText } from "./read-text.ts";
import { lineSpan, type SourceProblem, wholeFile } from "./source-problem.ts";

export type PamType = "auth" | "account" | "password" | "session";

export interface PamLine {
  readonly type: PamType;
  /** `required`, `sufficient`, `[success=1 default=ignore]`, … */
  readonly control: string;
  /** The file name without directories: `pam_unix.so`. */
  readonly module: string;
  readonly args: readonly string[];
  /** `-session`: a module that is not there is no fault. */
  readonly quiet: boolean;
  readonly span: Span;
}

export interface PamStack {
  readonly service: string;
  /** The file the service is defined in; `null` when there is none and `other` would serve. */
  readonly path: string | null;
  readonly lines: readonly PamLine[];
  readonly problems: readonly SourceProblem[];
}

/** Strongest first (Linux-PAM's vendor directories come after `/etc`). */
const DIRECTORIES = ["/etc/pam.d", "/usr/lib/pam.d", "/usr/share/pam.d", "/usr/etc/pam.d"];
const MAX_DEPTH = 16;
/** Lines read in all, however files include each other. */
const MAX_LINES = 20_000;

interface Draft {
  readonly host: Host;
  readonly lines: PamLine[];
  readonly problems: SourceProblem[];
  read: number;
}

export function readPamStack(host: Host, service: string): PamStack {
  const draft: Draft = { host, lines: [], problems: [], read: 0 };
  const path = fileOf(host, service);
  if (path !== null) readFile(draft, path, null, 0);
  return { service, path, lines: draft.lines, problems: draft.problems };
}

function fileOf(host: Host, service: string): string | null {
  if (service.startsWith("/")) return service;
  return (
    DIRECTORIES.map((directory) => `${directory}/${service}`).find(
      (path) => host.stat(path).kind !== "absent",
    ) ?? null
  );
}

/** `only` takes over the lines of one type, as `auth include x` does; `null` takes all, as `@include x` does. */
function readFile(draft: Draft, path: string, only: PamType | null, depth: number): void {
  if (depth > MAX_DEPTH || draft.read > MAX_LINES) {
    draft.problems.push({ span: wholeFile(path), reason: "too many includes" });
    return;
  }
  const text = readText(draft.host, path, draft.problems);
  if (text === null) {
    if (draft.host.stat(path).kind === "absent")
      draft.problems.push({ span: wholeFile(path), reason: "included and not there" });
    return;
  }
  for (const { text: line, number } of joinedLines(text)) {
    if (++draft.read > MAX_LINES) {
      if (draft.read === MAX_LINES + 1)
        draft.problems.push({ span: wholeFile(path), reason: "too many lines" });
      return;
    }
    readLine(draft, line, lineSpan(path, number), only, depth);
  }
}

const LINE = /^(-?)(auth|account|password|session)\s+(\[[^\]]*\]|\S+)\s+((?:\\.|[^\s\\])+)\s*([\s\S]*)$/i;

function readLine(draft: Draft, raw: string, span: Span, only: PamType | null, depth: number): void {
  const line = raw.replace(/(^|\s)#.*$/, "").trim();
  if (line === "") return;
  const include = /^@include\s+(\S+)$/.exec(line);
  if (include) {
    follow(draft, include[1] ?? "", span, only, depth);
    return;
  }
  const found = LINE.exec(line);
  if (found === null) {
    draft.problems.push({ span, reason: "not a line of a PAM stack" });
    return;
  }
  const type = (found[2] ?? "").toLowerCase() as PamType;
  if (only !== null && only !== type) return;
  const control = found[3] ?? "";
  const target = found[4] ?? "";
  if (/^(include|substack)$/i.test(control)) {
    follow(draft, target, span, type, depth);
    return;
  }
  draft.lines.push({
    type,
    control,
    module: target.slice(target.lastIndexOf("/") + 1),
    args: argumentsOf(found[5] ?? ""),
    quiet: found[1] === "-",
    span,
  });
}

/** Words, those in brackets whole; a bracket that nothing closes is part of a word. */
function argumentsOf(text: string): readonly string[] {
  const closed = text.lastIndexOf("]") + 1;
  return [
    ...(text.slice(0, closed).match(/\[[^\]]*\]|\S+/g) ?? []),
    ...(text.slice(closed).match(/\S+/g) ?? []),
  ];
}

function follow(draft: Draft, name: string, span: Span, only: PamType | null, depth: number): void {
  const path = fileOf(draft.host, name);
  if (path === null) draft.problems.push({ span, reason: `${name} is included and is not there` });
  else readFile(draft, path, only, depth + 1);
}

function* joinedLines(text: string): Generator<{ readonly text: string; readonly number: number }> {
  let joined = "";
  let first = 1;
  for (const [index, line] of text.split("\n").entries()) {
    if (joined === "") first = index + 1;
    if (line.endsWith("\\")) {
      joined += `${line.slice(0, -1)} `;
      continue;
    }
    yield { text: joined + line, number: first };
    joined = "";
  }
  if (joined !== "") yield { text: joined, number: first };
}
