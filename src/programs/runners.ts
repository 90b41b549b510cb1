import { asAccount } from "./account-change.ts";
import { container } from "./containers.ts";
import { inputOf, undecoded } from "./decoders.ts";
import { noteWalk } from "./encryption.ts";
import type { Call, Handler } from "./engine.ts";
import { noteVariable } from "./environment.ts";
import { noteTree } from "./execution.ts";
import { followAptHooks, followDpkgHooks, followLogrotate, followRunParts } from "./indirections.ts";
import { runCode } from "./interpret.ts";
import { INTERPRETERS, programName, SHELLS } from "./names.ts";
import { has, option, optionSpec, readOptions } from "./options.ts";
import { insidePath, targetPath, workingDirectory } from "./paths.ts";
import { holdsSchedules, volatileDirectory } from "./places.ts";
import { isSecretPath, sentData } from "./sent-data.ts";
import { noteSpreading } from "./spreading.ts";
import { joined, known, unknown, type Value } from "./value.ts";
import { noteAttached, runInner, runWordsAsCode } from "./wrappers.ts";
import { noteWrite } from "./writes.ts";

/** Options of systemd-run(1) that arm a timer; each takes a value. */
export const TIMER_OPTIONS: readonly string[] = [
  "--on-active",
  "--on-boot",
  "--on-startup",
  "--on-unit-active",
  "--on-unit-inactive",
  "--on-calendar",
];
/** Options that set a property of the timer, path or socket unit it makes. */
export const TRIGGER_PROPERTIES: readonly string[] = [
  "--timer-property",
  "--path-property",
  "--socket-property",
];

/** `systemd-run`: runs a command now, or arms a timer, path, or socket for it. */
function systemdRun(call: Call): Value | null {
  const long = [
    "--unit",
    "--property",
    "--description",
    "--slice",
    "--setenv",
    "--service-type",
    "--uid",
    "--gid",
    "--nice",
    "--working-directory",
    ...TRIGGER_PROPERTIES,
    "--machine",
    "--host",
    "--background",
    ...TIMER_OPTIONS,
  ];
  const options = readOptions(call.args, optionSpec("puEMH", long, true));
  const { frame, span } = call;
  const timer = [...options.values.keys()].find((name) => /^--on-/.test(name));
  const other = has(options, "--path-property", "--socket-property");
  const unit = option(options, "--unit", "u")?.text;
  if (timer !== undefined || other) {
    const when = timer === undefined ? "" : ` (${timer}=${option(options, timer)?.text ?? ""})`;
    const detail = { program: "systemd-run", ...(unit === undefined ? {} : { unit }) };
    frame.session.say(
      frame,
      "arms-timer",
      span,
      `systemd-run arms another timer or trigger${when}.`,
      "high",
      detail,
    );
    if (unit !== undefined && options.operands.length === 0) {
      frame.session.say(frame, "starts-unit", span, `It will start ${unit}.`, "medium", { unit });
      reachUnit(call, unit);
    }
  }
  for (const value of [...(options.values.get("E") ?? []), ...(options.values.get("--setenv") ?? [])]) {
    const equals = value.text.indexOf("=");
    if (equals > 0)
      frame.scope.variables.set(value.text.slice(0, equals), {
        elements: [{ ...value, text: value.text.slice(equals + 1) }],
        array: false,
        others: [],
      });
  }
  for (const { text, span: at } of [
    ...(options.values.get("p") ?? []),
    ...(options.values.get("--property") ?? []),
  ])
    noteProperty(call, text, at);
  return runInner(asAccount(call, option(options, "--uid")), options.operands);
}

/** `-p Environment=NAME=VALUE`, `-p ExecStartPre=COMMAND`: settings of the unit that systemd-run makes. */
function noteProperty(call: Call, text: string, span: Call["span"]): void {
  const [, variable, value = ""] = /^Environment="?([A-Za-z_]\w*)=([^"]*)"?$/s.exec(text) ?? [];
  if (variable !== undefined) noteVariable(call.frame, variable, value, span);
  const command = /^Exec\w+=[-@:+!]*(\S.*)$/s.exec(text)?.[1];
  if (command !== undefined) runWordsAsCode(call, [known(command, span)], "-p");
}

/** A unit another command starts: an edge for whoever walks the graph. */
export function reachUnit(call: Call, unit: string): void {
  const { frame, span, name } = call;
  const full = /\.(service|timer|socket|path|target|mount|automount|swap|slice|scope|device)$/.test(unit)
    ? unit
    : `${unit}.service`;
  frame.session.reach({
    kind: "unit",
    path: null,
    name: full,
    span,
    via: [...frame.via, name],
    depth: frame.depth,
    exists: true,
  });
}

/** The program is what is found, or an interpreter of it. */
function runsWhatItFinds(argv: readonly Value[]): boolean {
  const name = programName(argv[0]?.text ?? "");
  return name === "{}" || SHELLS.has(name) || INTERPRETERS.has(name);
}

/** What is found, as a pattern: `/var/tmp/x/*.sh`. Deeper directories are not told apart. */
function foundPath(args: readonly Value[], roots: readonly Value[]): string | null {
  const root = roots.find((arg) => arg.text.startsWith("/"))?.text;
  if (root === undefined) return null;
  const at = args.findIndex((arg) => /^-i?name$/.test(arg.text));
  const name = at < 0 ? undefined : args[at + 1]?.text;
  return `${root.replace(/\/+$/, "")}/${name === undefined || name.includes("/") ? "*" : name}`;
}

function isOfAge(args: readonly Value[]): boolean {
  return args.some(({ text }) => /^-([acm](time|min)|newer)/.test(text));
}

/** `find … -exec COMMAND {} ;` and `-delete`. */
function find(call: Call): Value | null {
  const { args, frame, span } = call;
  const start = args.findIndex((arg) => /^[-(!]/.test(arg.text) && !/^-[HLPOD]/.test(arg.text));
  const roots = args.slice(0, start < 0 ? undefined : start);
  noteWalk(
    frame,
    roots.map(({ text }) => text),
  );
  for (let at = 0; at < args.length; at++) {
    const text = args[at]?.text ?? "";
    if (/^-(exec|execdir|ok|okdir)$/.test(text)) {
      const end = args.findIndex((arg, index) => index > at && (arg.text === ";" || arg.text === "+"));
      const argv = args.slice(at + 1, end < 0 ? undefined : end);
      const found = runsWhatItFinds(argv) ? foundPath(args, roots) : null;
      runInner(
        call,
        argv.map((arg) => {
          if (arg.text === "{}" && found !== null)
            return { ...arg, text: found, complete: false, source: null };
          return arg.text.includes("{}") ? { ...arg, complete: false } : arg;
        }),
      );
      if (end < 0) break;
      at = end;
    } else if (/^-fprint/.test(text)) at += 1;
    else if (text === "-delete") {
      const root = roots.find((arg) =>
        /^\/(etc|usr|bin|boot|lib|home|root|var|srv|opt|mnt|media)?\/?$/.test(arg.text),
      );
      const plain = !args.some((arg) =>
        /^-(name|iname|path|mtime|mmin|atime|ctime|regex|newer|size|empty|user|group|links)/.test(arg.text),
      );
      const schedules = roots.find((arg) => holdsSchedules(arg.text));
      if (schedules !== undefined && !isOfAge(args)) {
        const says = `find removes the jobs below ${schedules.text}.`;
        frame.session.say(frame, "destructive", span, says, "medium", { path: schedules.text });
      } else if (root !== undefined && plain) {
        frame.session.say(frame, "destructive", span, `find deletes everything below ${root.text}.`, "high", {
          path: root.text,
        });
      }
    }
  }
  const secret = args.some((arg) => /id_rsa|\.pem|\.kdbx|wallet|\.aws/.test(arg.text));
  return unknown("", span, secret ? { kind: "facts", span } : null);
}

/** `xargs COMMAND`: the command runs with words of its input. */
function xargs(call: Call): Value | null {
  const { operands } = readOptions(
    call.args,
    optionSpec(
      "adEILnPs",
      ["--arg-file", "--delimiter", "--max-args", "--max-procs", "--max-lines", "--replace", "--max-chars"],
      true,
    ),
  );
  const [program] = operands;
  if (program === undefined) return null;
  const { stdin } = call.frame;
  const items = stdin?.complete ? stdin.text.split(/\s+/, 128).filter((word) => word !== "") : null;
  const replace = option(readOptions(call.args, optionSpec("adEILnPs", [], true)), "I")?.text;
  const argument =
    items === null
      ? [unknown("{}", call.span, stdin?.taint ?? null)]
      : items.map((item) => ({ ...known(item, call.span), taint: stdin?.taint ?? null }));
  const frame = { ...call.frame, stdin: null };
  if (replace !== undefined) {
    const tried = argument.slice(0, 12);
    return tried.reduce<Value | null>((all, item) => {
      const argv = operands.map((word) =>
        word.text.includes(replace)
          ? {
              ...word,
              text: word.text.split(replace).join(item.text),
              complete: item.complete,
              taint: item.taint,
              source: null,
            }
          : word,
      );
      return joined(all, runInner(call, argv, frame));
    }, null);
  }
  return runInner(call, [...operands, ...argument], frame);
}

/** `parallel COMMAND ::: ARGUMENTS`: the command is shell code; without one, lines of input are. */
function parallel(call: Call): Value | null {
  const { operands } = readOptions(
    call.args,
    optionSpec(
      "jNnLSIaC",
      ["--jobs", "--arg-file", "--delay", "--timeout", "--retries", "--joblog", "--sshlogin"],
      true,
    ),
  );
  const end = operands.findIndex((arg) => /^:::/.test(arg.text));
  const code = end < 0 ? operands : operands.slice(0, end);
  if (code.length > 0) return runWordsAsCode(call, code, "");
  const input = end < 0 ? call.frame.stdin : null;
  for (const line of operands.slice(end + 1)) runWordsAsCode(call, [line], "");
  if (input === null) return null;
  return runCode(
    { ...call.frame, stdin: null, via: [...call.frame.via, "parallel"] },
    "shell",
    input,
    "sh",
    [],
    call.span,
  );
}

/** `at TIME < CODE`, `batch`: queues code for later. */
function at(call: Call): Value | null {
  const { frame, span, name } = call;
  const options = readOptions(call.args, optionSpec("qft"));
  if (has(options, "l", "r", "d", "c")) return null;
  frame.session.say(frame, "arms-timer", span, `${name} queues a job for later.`, "high", { program: name });
  const file = option(options, "f");
  if (file !== undefined)
    return frame.session.engine.file({ ...frame, via: [...frame.via, name] }, file, [], "sh");
  if (frame.stdin === null) return null;
  return runInner({ ...call }, [known("sh", span)]);
}

/** `crontab FILE`, `crontab -`: a new table for a user. */
function crontab(call: Call): Value | null {
  const options = readOptions(call.args, optionSpec("u"));
  const { frame, span } = call;
  if (has(options, "l", "e")) return unknown("", span, { kind: "file", span, path: "crontab" });
  const removes = options.values.has("r");
  if (removes) {
    // One after the other, of whoever there is.
    const ofEach = option(options, "u")?.complete === false;
    const says = ofEach
      ? "The cron tables of one user after the other are removed."
      : "A user's cron table is removed.";
    frame.session.say(frame, "destructive", span, says, ofEach ? "medium" : "low", { program: "crontab" });
    return null;
  }
  const [file] = options.operands;
  if (file === undefined && frame.stdin === null) return null;
  const from = file === undefined || file.text === "-" ? "standard input" : file.text;
  frame.session.say(frame, "arms-timer", span, `A cron table is installed from ${from}.`, "high", {
    program: "crontab",
  });
  frame.session.say(frame, "writes-autostart", span, `A cron table is installed from ${from}.`, "high", {
    path: "/var/spool/cron",
  });
  return null;
}

/** `ssh HOST COMMAND`: the command runs elsewhere; tunnels and proxy commands run here. */
function ssh(call: Call): Value | null {
  const options = readOptions(call.args, optionSpec("BbcDEeFIiJLlmOopQRSWw", [], true));
  const { frame, span, name } = call;
  const [host] = options.operands;
  const to = host?.text ?? "another host";
  const kind = (["R", "D", "L", "w"] as const).find((letter) => has(options, letter));
  if (kind !== undefined) {
    const says = `${name} opens a tunnel (-${kind} ${option(options, kind)?.text ?? ""}) to ${to}.`;
    frame.session.say(frame, "tunnel", span, says, kind === "L" ? "low" : "high", {
      host: to.replace(/^.*@/, ""),
      program: name,
    });
  } else if (name === "autossh") {
    frame.session.say(frame, "tunnel", span, `autossh keeps a connection to ${to} open.`, "medium", {
      host: to,
      program: name,
    });
  }
  noteSpreading(call, options.operands);
  const key = option(options, "i")?.text ?? "";
  const isStray = volatileDirectory(key) !== null && host !== undefined;
  if (frame.stdin?.taint?.kind === "file" && isStray) {
    const says = `${name} sends local data to ${to}, with a key that lies in ${volatileDirectory(key)}.`;
    frame.session.say(frame, "exfiltrates", span, says, "high", { host: to, program: name, sent: "data" });
  } else if (frame.stdin?.taint?.kind === "file" || frame.stdin?.taint?.kind === "facts") {
    frame.session.say(frame, "exfiltrates", span, `${name} sends local data to ${to}.`, "low", {
      host: to,
      program: name,
      sent: sentData(frame.stdin.taint),
    });
  }
  return unknown("", span, frame.sink === "used" ? { kind: "fetch", span, url: `ssh://${to}` } : null);
}

function runParts(call: Call): Value | null {
  const options = readOptions(call.args, optionSpec("aur", ["--arg", "--umask", "--regex"]));
  const [directory] = options.operands;
  if (directory === undefined || has(options, "--test", "--list")) return null;
  followRunParts(call, directory, option(options, "--regex")?.text ?? null);
  return null;
}

function logrotate(call: Call): Value | null {
  const { operands } = readOptions(call.args, optionSpec("sml", ["--state", "--mail", "--log"]));
  for (const config of operands) followLogrotate(call, config);
  return null;
}

function dpkg(call: Call): Value | null {
  if (call.args.some(({ text }) => /^(-i|--install|-r|--remove|-P|--purge|--configure|--unpack)/.test(text)))
    followDpkgHooks(call);
  return null;
}

function apt(call: Call): Value | null {
  followAptHooks(call);
  followDpkgHooks(call);
  return null;
}

/** Commands of gdb(1) that only look. */
const LOOKS =
  /^\s*(bt|backtrace|where|info|thread|frame|print|p|x|list|set (pagination|confirm|logging|print|height|width)|detach|quit|q)\b/;
const DEBUGGER_BYTES = 65_536;

/** `gdb -p PID -x FILE`: a stack is looked at, or the program is; files of commands are Python or gdb's own. */
function debug(call: Call): void {
  const { args, frame } = call;
  const told = (pattern: RegExp): readonly Value[] =>
    args.filter((_, at) => pattern.test(args[at - 1]?.text ?? ""));
  const commands = told(/^--?(ex|eval-command|iex|init-eval-command)$/);
  const files = told(/^-(x|-?command|ix|-?init-command)$/);
  if (commands.length === 0 || files.length > 0 || !commands.every(({ text }) => LOOKS.test(text)))
    noteAttached(call);
  for (const file of files) {
    if (file.text.endsWith(".py"))
      frame.session.engine.file({ ...frame, via: [...frame.via, "gdb"] }, file, [], "python3");
    const read = frame.session.library.script(
      targetPath(frame, insidePath(frame, file.text) ?? file.text),
      DEBUGGER_BYTES,
    );
    for (const match of read?.source.text.matchAll(/^[ \t]*(?:shell[ \t]|!)([^\n]+)$/gm) ?? [])
      runWordsAsCode(
        call,
        [known(match[1] ?? "", read?.source.place(match.index, match[0].length) ?? file.span)],
        "-x",
      );
  }
}

/** `gcore PID`: all that a running program knows goes into a file. */
function dump({ frame, span, name, args }: Call): Value | null {
  const target = args.findLast(({ text }) => !text.startsWith("-"))?.text ?? "";
  const says = `${name} writes the memory of a running program to a file (${target}).`;
  frame.session.say(frame, "attaches-to-process", span, says, "medium", { program: name });
  return null;
}

/** Debuggers and editors that are told to run shell code. */
function editor(call: Call): Value | null {
  const { args, name } = call;
  if (name === "gdb") debug(call);
  for (const [index, arg] of args.entries()) {
    const next = args[index + 1];
    if (next === undefined) break;
    const code =
      name === "gdb"
        ? /^-(ex|eval-command)$/.test(arg.text) && /^\s*(?:shell|!)\s*(.*)$/s.exec(next.text)?.[1]
        : /^(-c|--cmd)$/.test(arg.text) && /^:?!(.*)$/s.exec(next.text)?.[1];
    if (code) runWordsAsCode(call, [{ ...next, text: code, source: null }], arg.text);
  }
  return null;
}

/** `tar c FILES` to standard output: the stream is those files, the most secret of them first. `tar x` unpacks. */
function archive(call: Call): Value | null {
  const { args, frame, span } = call;
  const asks = (letter: string, long: string): number =>
    args.findIndex(({ text }, at) =>
      new RegExp(`^${at === 0 ? "-?" : "-"}[a-zA-Z]*${letter}|^--${long}(=|$)`).test(text),
    );
  if (asks("x", "(extract|get)") >= 0) {
    const file = args[asks("f", "file")]?.text.startsWith("--") ? undefined : args[asks("f", "file") + 1];
    const input = inputOf(call, asks("f", "file") < 0 ? undefined : file);
    if (asks("O", "to-stdout") >= 0) return undecoded(call, input);
    const directory = args[asks("C", "directory") + 1];
    const isNamed = asks("C", "directory") >= 0 && directory !== undefined;
    noteTree(frame, isNamed ? insidePath(frame, directory.text) : workingDirectory(frame), input?.taint);
    return null;
  }
  if (asks("c", "create") < 0) return frame.stdin?.taint ? unknown("", span, frame.stdin.taint) : null;
  const paths = args.map(({ text }) => text).filter((text) => /^[/~$*]/.test(text));
  const file = asks("f", "file") < 0 ? undefined : args[asks("f", "file") + 1];
  const packed = paths.filter((text) => text !== file?.text);
  const path = packed.find(isSecretPath) ?? packed[0];
  const named = args.find(({ taint }) => taint !== null)?.taint ?? null;
  const content = unknown("", span, path === undefined ? named : { kind: "file", span, path });
  if (file === undefined || file.text === "-") return content;
  noteWrite(frame, file, span, content, false);
  return null;
}

/** Programs that run other code from their arguments or configuration, by name. */
export const RUNNERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["systemd-run", systemdRun],
  ["find", find],
  ["xargs", xargs],
  ["parallel", parallel],
  ["at", at],
  ["batch", at],
  ["crontab", crontab],
  ["ssh", ssh],
  ["autossh", ssh],
  ["run-parts", runParts],
  ["logrotate", logrotate],
  ["dpkg", dpkg],
  ...["apt", "apt-get", "aptitude", "apt.systemd.daily", "unattended-upgrade", "unattended-upgrades"].map(
    (name): [string, Handler] => [name, apt],
  ),
  ["gcore", dump],
  ["procdump", dump],
  ["tar", archive],
  ["bsdtar", archive],
  ...["gdb", "vi", "vim", "nvim", "ex", "view"].map((name): [string, Handler] => [name, editor]),
  ...[
    "docker",
    "podman",
    "nerdctl",
    "kubectl",
    "ctr",
    "lxc",
    "incus",
    "docker-compose",
    "podman-compose",
    "lxc-attach",
  ].map((name): [string, Handler] => [name, container]),
]);
