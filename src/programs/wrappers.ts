import { asAccount } from "./account-change.ts";
import type { Call, Frame, Handler, Scope } from "./engine.ts";
import { noteVariable } from "./environment.ts";
import { runCode } from "./interpret.ts";
import { has, type OptionSpec, type Options, option, optionSpec, readOptions } from "./options.ts";
import { inSubshell } from "./session.ts";
import { known, unknown, type Value } from "./value.ts";
import { words } from "./words.ts";

/** A program that runs the rest of its arguments. */
interface Wrapper {
  readonly spec: OptionSpec;
  /** Operands before the command, such as timeout's duration. */
  readonly skip: number;
  /** Where the account it changes to stands: an option, or the operand before the command. */
  readonly account?: string | 0;
}

function wrapper(short: string, skip = 0, long: readonly string[] = [], account?: string | 0): Wrapper {
  return { spec: optionSpec(short, long, true), skip, ...(account === undefined ? {} : { account }) };
}

/** Wrappers that only change how the command runs, by their manual pages' synopsis. */
const PLAIN: ReadonlyMap<string, Wrapper> = new Map([
  ["nice", wrapper("n", 0, ["--adjustment"])],
  ["ionice", wrapper("cnpPu", 0, ["--class", "--classdata", "--pid"])],
  ["timeout", wrapper("ks", 1, ["--signal", "--kill-after"])],
  ["setsid", wrapper("")],
  ["nohup", wrapper("")],
  ["stdbuf", wrapper("ioe", 0, ["--input", "--output", "--error"])],
  ["time", wrapper("fo", 0, ["--format", "--output"])],
  ["chrt", wrapper("TPD", 1, ["--sched-runtime", "--sched-period", "--sched-deadline"])],
  ["taskset", wrapper("", 1)],
  ["unshare", wrapper("GRSw", 0, ["--root", "--wd", "--setuid", "--setgid", "--propagation"])],
  ["nsenter", wrapper("tSGN", 0, ["--target", "--setuid", "--setgid"])],
  ["systemd-inhibit", wrapper("", 0, ["--what", "--who", "--why", "--mode"])],
  ["systemd-cat", wrapper("tp", 0, ["--identifier", "--priority", "--stderr-priority"])],
  ["strace", wrapper("eopsuaOSPXbIE")],
  ["ltrace", wrapper("eopsuanlxFD")],
  ["dbus-run-session", wrapper("", 0, ["--config-file", "--dbus-daemon"])],
  ["logsave", wrapper("", 1)],
  ["cronic", wrapper("")],
  ["chronic", wrapper("")],
  ["chpst", wrapper("uUbenlLmdofptrc/", 0, [], "u")],
  ["softlimit", wrapper("masdlfoprct")],
  [
    "setpriv",
    wrapper(
      "",
      0,
      [
        "--reuid",
        "--regid",
        "--groups",
        "--ruid",
        "--euid",
        "--rgid",
        "--egid",
        "--inh-caps",
        "--ambient-caps",
        "--bounding-set",
        "--securebits",
        "--pdeathsig",
        "--selinux-label",
        "--apparmor-profile",
      ],
      "--reuid",
    ),
  ],
  ["prlimit", wrapper("p", 0, ["--pid"])],
  ["cpulimit", wrapper("lpeP", 0, ["--limit"])],
  [
    "numactl",
    wrapper("imNCpwPx", 0, ["--interleave", "--membind", "--cpunodebind", "--physcpubind", "--preferred"]),
  ],
  ["choom", wrapper("np", 0, ["--adjust"])],
  ["fakeroot", wrapper("lsib")],
  ["faketime", wrapper("", 1)],
  ["unbuffer", wrapper("")],
  ["xvfb-run", wrapper("efnsp")],
  ["eatmydata", wrapper("")],
  ["nocache", wrapper("n")],
  ["setarch", wrapper("", 1)],
  ["linux32", wrapper("")],
  ["linux64", wrapper("")],
  ["pkexec", wrapper("", 0, ["--user"], "--user")],
  ["torsocks", wrapper("uPap")],
  ["torify", wrapper("")],
  ["proxychains", wrapper("f")],
  ["proxychains4", wrapper("f")],
  ["run-one", wrapper("")],
  ["runcon", wrapper("turl", 1)],
  ["setuidgid", wrapper("", 1, [], 0)],
  ["s6-setuidgid", wrapper("", 1, [], 0)],
  ["envdir", wrapper("", 1)],
  ["gosu", wrapper("", 1, [], 0)],
  ["su-exec", wrapper("", 1, [], 0)],
  ["tini", wrapper("pe")],
  ["dumb-init", wrapper("r")],
  ["daemonize", wrapper("cepouEl")],
  ["entr", wrapper("")],
  ["valgrind", wrapper("")],
  ["firejail", wrapper("")],
  ["caffeinate", wrapper("tw")],
  ["exec", wrapper("a")],
  ["builtin", wrapper("")],
  ["command", wrapper("")],
  ["doas", wrapper("uC", 0, [], "u")],
  ["watch", wrapper("nq", 0, ["--interval"])],
  ["setlock", wrapper("", 1)],
  [
    "systemd-nspawn",
    wrapper("DiMupSEPLZUjoHh", 0, [
      "--directory",
      "--template",
      "--image",
      "--oci-bundle",
      "--root-hash",
      "--machine",
      "--hostname",
      "--uuid",
      "--user",
      "--slice",
      "--property",
      "--chdir",
      "--setenv",
      "--capability",
      "--drop-capability",
      "--system-call-filter",
      "--bind",
      "--bind-ro",
      "--tmpfs",
      "--overlay",
      "--network-interface",
      "--network-bridge",
      "--port",
    ]),
  ],
]);

/** Runs the wrapped command in a frame that remembers the wrapper. */
export function runInner(call: Call, argv: readonly Value[], frame: Frame = call.frame): Value | null {
  if (argv.length === 0) return null;
  const label = call.name;
  return frame.session.engine.command({ ...frame, via: [...frame.via, label] }, argv, call.span);
}

/** Runs words as shell code, as `su -c`, `watch`, `ssh host …`, and `flock -c` do. */
export function runWordsAsCode(call: Call, codes: readonly Value[], option: string): Value | null {
  const [first] = codes;
  if (first === undefined) return null;
  const label = option === "" ? call.name : `${call.name} ${option}`;
  const code: Value =
    codes.length === 1
      ? first
      : {
          ...first,
          text: codes.map((word) => word.text).join(" "),
          complete: codes.every((word) => word.complete),
          source: null,
        };
  const frame = { ...call.frame, via: [...call.frame.via, label] };
  return runCode(frame, "shell", code, "sh", [], call.span);
}

function plain(entry: Wrapper): Handler {
  return (call) => {
    const options = readOptions(call.args, entry.spec);
    const rest = options.operands.slice(entry.skip);
    if (entry.account !== undefined) {
      const account = entry.account === 0 ? options.operands[0] : option(options, entry.account);
      return runInner(asAccount(call, account), rest);
    }
    if (call.name === "exec") noteShownName(call);
    if (call.name === "systemd-nspawn") noteHostRoot(call, options);
    if (call.name === "strace" || call.name === "ltrace") noteAttached(call);
    if (call.name === "command" && /^-[vV]$/.test(call.args[0]?.text ?? "")) return null;
    if (call.name === "watch") return runWordsAsCode(call, rest, "");
    return runInner(call, rest);
  };
}

/** `systemd-nspawn -D /`, `--bind=/`: the container's root is the host's. */
function noteHostRoot({ frame, span, name }: Call, options: Options): void {
  const roots = ["D", "--directory", "--bind"].flatMap((key) => options.values.get(key) ?? []);
  if (!roots.some(({ text }) => /^\/(:|$)/.test(text))) return;
  const says = `${name} starts a container that can reach the host.`;
  frame.session.say(frame, "container-run", span, says, "medium", { program: name });
}

/** `strace -p PID`: what another program reads and writes. */
export function noteAttached({ args, frame, span, name }: Call): void {
  const target = args.find(
    ({ text }, at) =>
      /^(-p|--pid|--attach)$/.test(args[at - 1]?.text ?? "") || /^(-p\d|--(pid|attach)=)/.test(text),
  );
  if (target === undefined) return;
  const says = `${name} attaches to a running program (${target.text}).`;
  frame.session.say(frame, "attaches-to-process", span, says, "medium", { program: name });
}

/** `exec -a NAME PROGRAM`: what a process list will show. */
function noteShownName(call: Call): void {
  const shown = option(readOptions(call.args, optionSpec("a", [], true)), "a");
  if (shown === undefined || !shown.complete) return;
  const { frame, span } = call;
  const says = `A program is started that shows as ${shown.text}.`;
  frame.session.say(frame, "disguises-process", span, says, "medium", { program: shown.text });
}

/** `env [-i] [-u NAME] [-C DIR] [-S WORDS] [NAME=VALUE…] COMMAND` (env(1)). */
function env(call: Call): Value | null {
  return inSubshell(call.frame.scope, (scope) => runEnv(call, scope));
}

function runEnv(call: Call, scope: Scope): Value | null {
  const args = [...call.args];
  const frame = { ...call.frame, scope };
  for (let turns = 0; args.length > 0 && turns < 512; turns++) {
    const arg = args.shift();
    if (arg === undefined) break;
    const { text } = arg;
    const split = /^(-[iv0]*S|--split-string=?)/.exec(text);
    if (split !== null) {
      const attached = text.slice(split[0].length);
      const value = attached === "" ? args.shift() : { ...arg, text: attached };
      if (value !== undefined) args.unshift(...words(value.text).map((word) => known(word, value.span)));
    } else if (/^(-u|--unset|-C|--chdir|-a|--argv0)$/.test(text)) {
      const value = args.shift();
      if (/^-C|^--chdir/.test(text) && value?.text.startsWith("/")) scope.workingDirectory = value.text;
    } else if (text === "-i" || text === "-" || text === "--ignore-environment") scope.variables.clear();
    else if (/^[A-Za-z_]\w*=/.test(text)) {
      const equals = text.indexOf("=");
      const name = text.slice(0, equals);
      const value = { ...arg, text: text.slice(equals + 1), source: null };
      scope.variables.set(name, { elements: [value], array: false, others: [] });
      noteVariable(call.frame, name, value.text, arg.span);
    } else if (!text.startsWith("-")) {
      return runInner(call, [arg, ...args], frame);
    }
  }
  // Without a command it prints the environment, in which services are given their passwords.
  return unknown("", call.span, { kind: "facts", span: call.span, path: "/proc/self/environ" });
}

/** `flock [options] FILE COMMAND…`, `flock FILE -c CODE`. */
function flock(call: Call): Value | null {
  const { operands } = readOptions(
    call.args,
    optionSpec("wE", ["--timeout", "--wait", "--conflict-exit-code"], true),
  );
  const rest = operands.slice(1);
  if (/^(-c|--command)$/.test(rest[0]?.text ?? "")) return runWordsAsCode(call, rest.slice(1, 2), "-c");
  return runInner(call, rest);
}

/** `run0 COMMAND`: a shell where no command is named, as with sudo (run0(1)). */
function run0(call: Call): Value | null {
  const long = ["--user", "--group", "--chdir", "--unit", "--property", "--description", "--slice", "--nice"];
  const options = readOptions(
    call.args,
    optionSpec("ugDM", [...long, "--setenv", "--background", "--machine"], true),
  );
  const as = asAccount(call, option(options, "u", "--user"));
  return runInner(as, options.operands.length > 0 ? options.operands : [known("sh", call.span)]);
}

function sudo(call: Call): Value | null {
  const spec = optionSpec(
    "ugCpDRThUrt",
    ["--user", "--group", "--host", "--prompt", "--chdir", "--chroot", "--role", "--type"],
    true,
  );
  const options = readOptions(call.args, spec);
  const { operands } = options;
  const start = operands.findIndex((operand) => !/^[A-Za-z_]\w*=/.test(operand.text));
  for (const operand of operands.slice(0, Math.max(0, start))) {
    const equals = operand.text.indexOf("=");
    noteVariable(call.frame, operand.text.slice(0, equals), operand.text.slice(equals + 1), operand.span);
  }
  const rest = start < 0 ? [] : operands.slice(start);
  const as = asAccount(call, option(options, "u", "--user"));
  if (rest.length > 0) return runInner(as, rest);
  return has(options, "s", "i") ? runInner(as, [known("sh", call.span)]) : null;
}

/** `su [-] [user] [-c CODE]`, `runuser -u USER -- COMMAND`. */
function su(call: Call): Value | null {
  const spec = optionSpec("cgGsuwT", [
    "--command",
    "--shell",
    "--group",
    "--supp-group",
    "--user",
    "--session-command",
  ]);
  const options = readOptions(call.args, spec);
  const code = option(options, "c", "--command", "--session-command");
  const user = option(options, "u", "--user") ?? options.operands.find(({ text }) => text !== "-");
  const as = asAccount(call, user);
  if (code !== undefined) return runWordsAsCode(as, [code], "-c");
  if (call.name === "runuser" && has(options, "u", "--user")) {
    return runInner(as, readOptions(call.args, { ...spec, stops: true }).operands);
  }
  return call.frame.stdin === null ? null : runInner(as, [known("sh", call.span)]);
}

/** `chroot NEWROOT COMMAND`: the command is looked up below the new root. */
function chroot(call: Call): Value | null {
  const { operands } = readOptions(call.args, optionSpec("", ["--userspec", "--groups"], true));
  const [root, program, ...rest] = operands;
  if (root === undefined || program === undefined) return null;
  const below = root.complete && root.text !== "/" && program.text.startsWith("/");
  const moved = below
    ? { ...program, text: `${root.text.replace(/\/$/, "")}${program.text}`, source: null }
    : program;
  return runInner(call, [moved, ...rest]);
}

function busybox(call: Call): Value | null {
  const rest = call.args.filter((arg, index) => index > 0 || !/^--(list|install|help)/.test(arg.text));
  return runInner(call, rest);
}

/** The dynamic loader run as a program: `ld-linux-x86-64.so.2 [--preload LIB] PROGRAM`. */
function loader(call: Call): Value | null {
  const long = [
    "--library-path",
    "--preload",
    "--argv0",
    "--audit",
    "--inhibit-rpath",
    "--glibc-hwcaps-prepend",
    "--glibc-hwcaps-mask",
  ];
  const options = readOptions(call.args, optionSpec("", long, true));
  for (const name of ["--preload", "--audit", "--library-path"]) {
    const value = option(options, name);
    const variable =
      name === "--preload" ? "LD_PRELOAD" : name === "--audit" ? "LD_AUDIT" : "LD_LIBRARY_PATH";
    if (value !== undefined) noteVariable(call.frame, variable, value.text, value.span);
  }
  return runInner(call, options.operands);
}

function script(call: Call): Value | null {
  const code = option(
    readOptions(call.args, optionSpec("cEIOBTmo", ["--command", "--log-out"])),
    "c",
    "--command",
  );
  return code === undefined ? null : runWordsAsCode(call, [code], "-c");
}

/** `capsh … -- -c CODE`: what follows `--` are arguments of bash. */
function capsh(call: Call): Value | null {
  const at = call.args.findIndex((arg) => arg.text === "--");
  return at < 0 ? null : runInner(call, [known("bash", call.span), ...call.args.slice(at + 1)]);
}

function sg(call: Call): Value | null {
  const code = call.args.find((arg, index) => index > 0 && arg.text !== "-c" && arg.text !== "-");
  return code === undefined ? null : runWordsAsCode(call, [code], "-c");
}

/** `start-stop-daemon --start --exec PROGRAM -- ARGUMENTS`. */
function startStopDaemon(call: Call): Value | null {
  const end = call.args.findIndex((arg) => arg.text === "--");
  const before = end < 0 ? call.args : call.args.slice(0, end);
  const long = [
    "--exec",
    "--startas",
    "--pidfile",
    "--name",
    "--user",
    "--chuid",
    "--chdir",
    "--nicelevel",
    "--retry",
    "--signal",
  ];
  const options = readOptions(before, optionSpec("xapnucdNRsgkIPr", long));
  const program = option(options, "a", "--startas", "x", "--exec");
  if (program === undefined || !has(options, "S", "--start")) return null;
  const as = asAccount(call, option(options, "c", "--chuid", "u", "--user"));
  return runInner(as, [program, ...(end < 0 ? [] : call.args.slice(end + 1))]);
}

/** `screen -dmS NAME COMMAND`, `tmux new-session -d -s NAME CODE`. */
function multiplexer(call: Call): Value | null {
  if (call.name === "screen") {
    return runInner(call, readOptions(call.args, optionSpec("SehcpTtX", [], true)).operands);
  }
  const at = call.args.findIndex((arg) =>
    /^(new(-session)?|neww|new-window|run(-shell)?|split-window|respawn-pane)$/.test(arg.text),
  );
  if (at < 0) return null;
  const { operands } = readOptions(call.args.slice(at + 1), optionSpec("scntxyeF", [], true));
  return runWordsAsCode(call, operands, "");
}

/** `bwrap` and `systemd-nspawn`: options with their own arity; the command follows the last option. */
function bubblewrap(call: Call): Value | null {
  const two = /^--(ro-|dev-)?bind(-try)?$|^--(symlink|setenv|file|bind-data|ro-bind-data|chmod|overlay)$/;
  const none =
    /^--(unshare-|share-net|die-with-parent|as-pid-1|new-session|clearenv|help|version|disable-userns)/;
  for (let at = 0; at < call.args.length; at++) {
    const text = call.args[at]?.text ?? "";
    if (text === "--") return runInner(call, call.args.slice(at + 1));
    if (!text.startsWith("--")) return runInner(call, call.args.slice(at));
    if (two.test(text)) at += 2;
    else if (!none.test(text)) at += 1;
  }
  return null;
}

/** `ip netns exec NAME COMMAND`. */
function ip(call: Call): Value | null {
  const at = call.args.findIndex((arg) => arg.text === "exec");
  if (at < 1 || !/^(netns|vrf)$/.test(call.args[at - 1]?.text ?? "")) return null;
  return runInner(call, call.args.slice(at + 2));
}

/** Wrappers by program name. */
const WRAPPERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...[...PLAIN].map(([name, entry]): [string, Handler] => [name, plain(entry)]),
  ["env", env],
  ["flock", flock],
  ["sudo", sudo],
  ["run0", run0],
  ["su", su],
  ["runuser", su],
  ["chroot", chroot],
  ["busybox", busybox],
  ["toybox", busybox],
  ["script", script],
  ["capsh", capsh],
  ["sg", sg],
  ["start-stop-daemon", startStopDaemon],
  ["screen", multiplexer],
  ["tmux", multiplexer],
  ["bwrap", bubblewrap],
  ["ip", ip],
]);

/** The wrapper a name stands for; the dynamic loader has many names. */
export function wrapperOf(name: string): Handler | undefined {
  if (name.startsWith("ld") && /^ld(-linux|-musl)?[-\w]*\.so(\.\d+)?$/.test(name)) return loader;
  return WRAPPERS.get(name);
}
