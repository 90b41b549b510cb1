import type { Span } from "../syntax/span.ts";
import type { Frame, Sink } from "./engine.ts";
import { BUILTIN_NAMES, programName, SHELLS } from "./names.ts";
import { baseName, insidePath } from "./paths.ts";
import { sentData } from "./sent-data.ts";
import { known, unknown, type Value } from "./value.ts";
import { noteWrite } from "./writes.ts";

/** One redirection with its word expanded. */
export interface RedirectText {
  readonly operator: string;
  readonly descriptor: number | null;
  readonly target: Value;
  readonly span: Span;
}

/** What a command's redirections do to it. */
export interface Redirects {
  /** Absent when standard input is left alone. */
  readonly stdin?: Value | null;
  readonly sink: Sink | null;
  readonly files: readonly {
    readonly target: Value;
    readonly append: boolean;
    readonly stdout: boolean;
    readonly span: Span;
  }[];
  /** A socket opened or used by these redirections. */
  readonly socket: {
    readonly url: string;
    readonly span: Span;
    readonly input: boolean;
    readonly output: boolean;
  } | null;
  readonly descriptors: readonly number[];
  /** Both standard output and standard error are thrown away. */
  readonly silent: boolean;
}

/** What a command without redirections has. */
export const NO_REDIRECTS: Redirects = {
  sink: null,
  files: [],
  socket: null,
  descriptors: [],
  silent: false,
};

/** Reads redirections left to right (bash(1), REDIRECTION). */
export function readRedirects(list: readonly RedirectText[], frame: Frame): Redirects {
  let stdin: Value | null | undefined;
  let sink: Sink | null = null;
  let socket = null as Redirects["socket"];
  const files: Redirects["files"][number][] = [];
  const descriptors: number[] = [];
  const thrown = new Set<number>();
  for (const redirect of list) {
    const { operator, target, span } = redirect;
    const writes = operator.includes(">") && !operator.startsWith("<");
    const descriptor = redirect.descriptor ?? (writes ? 1 : 0);
    const url = socketUrl(target.text);
    const duplicate = /^[0-9]+-?$/.test(target.text) ? Number.parseInt(target.text, 10) : null;
    if (url !== null || (duplicate !== null && frame.scope.sockets.has(duplicate))) {
      const previous: Redirects["socket"] = socket;
      socket = {
        url: url ?? previous?.url ?? "a socket opened before",
        span,
        input: (previous?.input ?? false) || !writes || operator === "<>" || descriptor === 0,
        output: (previous?.output ?? false) || writes || operator === "<>",
      };
      descriptors.push(descriptor);
      if (descriptor === 1 || operator.startsWith("&>")) sink = "used";
      if (descriptor === 0) stdin = unknown(target.text, span, { kind: "fetch", span, url: url ?? "" });
      continue;
    }
    if (writes) noteThrown(thrown, operator, descriptor, target.text, duplicate);
    if (operator === "<<" || operator === "<<-") {
      if (descriptor === 0) stdin = target;
    } else if (operator === "<<<") {
      stdin = { ...target, text: `${target.text}\n`, source: target.source };
    } else if (operator === "<" || operator === "<>") {
      if (descriptor === 0) stdin = inputOf(frame, target, span);
    } else if (writes && duplicate === null && target.text !== "-") {
      const stdout = descriptor === 1 || operator.startsWith("&>");
      files.push({ target, append: operator.includes(">>"), stdout, span });
      if (stdout)
        sink = target.text === "/dev/null" ? "discarded" : isTerminal(target.text) ? "ends" : "used";
    }
  }
  const silent = thrown.has(1) && thrown.has(2);
  const found = { sink, files, socket, descriptors, silent };
  return stdin === undefined ? found : { ...found, stdin };
}

/** Follows which descriptors end in `/dev/null`. */
function noteThrown(
  thrown: Set<number>,
  operator: string,
  descriptor: number,
  target: string,
  duplicate: number | null,
): void {
  const gone = target === "/dev/null" || (duplicate !== null && thrown.has(duplicate));
  const both = operator.startsWith("&>") || (operator === ">&" && duplicate === null);
  for (const each of both ? [1, 2] : [descriptor]) {
    if (gone) thrown.add(each);
    else thrown.delete(each);
  }
}

function isTerminal(path: string): boolean {
  return /^\/dev\/(stdout|stderr|console|tty\d*|kmsg|fd\/[12])$/.test(path);
}

function inputOf(frame: Frame, target: Value, span: Span): Value | null {
  if (target.content !== undefined) return target.content;
  const path = insidePath(frame, target.text);
  // A name that is made when it runs is the same name where it stands again.
  if (path === null) return frame.session.written.get(target.text)?.content ?? unknown(target.text, span);
  if (path === "/dev/null") return known("", span);
  const written = frame.session.written.get(path);
  if (written !== undefined) return written.content;
  return unknown(target.text, span, { kind: "file", span, path });
}

/** `host:port` of bash's `/dev/tcp/HOST/PORT` and `/dev/udp/HOST/PORT` (bash(1), REDIRECTION). */
function socketUrl(path: string): string | null {
  const match = /^\/dev\/(tcp|udp)\/([^/]+)\/([^/]+)$/.exec(path);
  return match === null ? null : `${match[1]}://${match[2]}:${match[3]}`;
}

/** Sends a command's output where its redirections say; returns what is left for whoever reads on. */
export function applyOutput(
  frame: Frame,
  redirects: Redirects,
  printed: Value | null,
  argv: readonly Value[],
): Value | null {
  if (redirects.socket !== null) noteSocket(frame, redirects, argv, printed);
  const [program] = argv;
  if (redirects.silent && program !== undefined && !BUILTIN_NAMES.has(program.text)) {
    const says = `Everything ${baseName(program.text)} says is thrown away.`;
    frame.session.say(frame, "hides-output", program.span, says, "low", { program: program.text });
  }
  let rest = printed;
  for (const file of redirects.files) {
    if (file.stdout) rest = null;
    if (file.target.content !== undefined || file.target.text.startsWith("/dev/")) continue;
    noteWrite(frame, file.target, file.span, file.stdout ? printed : null, file.append);
  }
  return rest;
}

/** A shell on a socket is a reverse shell; `exec` keeps the socket for later; the rest only talks. */
function noteSocket(frame: Frame, redirects: Redirects, argv: readonly Value[], printed: Value | null): void {
  const { socket } = redirects;
  if (socket === null) return;
  const { session, scope } = frame;
  const [program] = argv;
  const name = program === undefined ? "" : baseName(program.text);
  const detail = { url: socket.url, host: hostOf(socket.url) };
  const says = `A shell's input and output are connected to ${socket.url}.`;
  if (name === "exec" && argv.length === 1) {
    for (const descriptor of redirects.descriptors) scope.sockets.add(descriptor);
    if (redirects.descriptors.includes(0))
      session.say(frame, "reverse-shell", socket.span, says, "high", detail);
    else
      session.say(
        frame,
        "fetch",
        socket.span,
        `The shell opens a connection to ${socket.url}.`,
        "medium",
        detail,
      );
    return;
  }
  const interactive =
    isShell(argv) || (program !== undefined && !program.complete && program.text.startsWith("$"));
  if (interactive || (socket.input && socket.output && argv.length > 0)) {
    session.say(frame, "reverse-shell", socket.span, says, interactive ? "high" : "medium", detail);
  } else if (socket.output && printed !== null && (printed.taint !== null || !printed.complete)) {
    session.say(frame, "exfiltrates", socket.span, `Output is sent to ${socket.url}.`, "medium", {
      ...detail,
      sent: sentData(printed.taint),
    });
  } else {
    const kind = socket.input && frame.sink === "used" ? "fetch" : "network-ping";
    session.say(frame, kind, socket.span, `The shell talks to ${socket.url}.`, "low", detail);
  }
}

/** What only starts the rest of its words: `setsid nohup sh -i`. */
const STARTERS =
  /^(exec|command|builtin|setsid|nohup|nice|ionice|chrt|taskset|env|sudo|doas|stdbuf|timeout|busybox|script|unshare)$/;

function isShell(argv: readonly Value[]): boolean {
  for (const { text } of argv.slice(0, 16)) {
    const name = programName(text);
    if (SHELLS.has(name)) return true;
    if (!STARTERS.test(name) && !/^(-|\d|[A-Za-z_]\w*=)/.test(text)) return false;
  }
  return false;
}

function hostOf(url: string): string {
  const rest = url.slice(url.indexOf("//") + 2);
  const colon = rest.lastIndexOf(":");
  return colon < 0 ? rest : rest.slice(0, colon);
}
