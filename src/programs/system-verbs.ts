import type { Call, Frame, Handler } from "./engine.ts";
import { noteVariable } from "./environment.ts";
import { reachPath } from "./execution.ts";
import { noteSysctl } from "./kernel-settings.ts";
import { has, option, optionSpec, readOptions } from "./options.ts";
import { insidePath, targetPath } from "./paths.ts";
import { isGuard } from "./places.ts";
import type { BehaviourKind, Confidence } from "./program.ts";
import { reachUnit } from "./runners.ts";
import { unknown, type Value } from "./value.ts";
import { sayWrite } from "./writes.ts";
import { startedByUnit } from "./written-units.ts";

const SYSTEMCTL = optionSpec("tpHMsoPnT", [
  "--type",
  "--state",
  "--property",
  "--host",
  "--machine",
  "--signal",
  "--kill-whom",
  "--kill-who",
  "--root",
  "--runtime-mode",
  "--job-mode",
  "--output",
  "--lines",
  "--preset-mode",
  "--message",
  "--what",
  "--check-inhibitors",
  "--image",
  "--when",
]);

/** Verbs of systemctl that make a unit run now, and those after which it runs by itself (systemctl(1)). */
export const STARTING_VERBS: readonly string[] = [
  "start",
  "restart",
  "try-restart",
  "reload-or-restart",
  "try-reload-or-restart",
  "reload",
  "condrestart",
  "isolate",
];
export const INSTALLING_VERBS: readonly string[] = ["enable", "reenable", "link", "unmask"];
/** Verbs that keep a unit from running. */
export const STOPPING_VERBS: readonly string[] = ["stop", "disable", "mask", "kill", "freeze", "revert"];

const STARTS = new Set([...STARTING_VERBS, ...INSTALLING_VERBS]);
const STOPS = new Set(STOPPING_VERBS);
const POWER =
  /^(poweroff|reboot|halt|kexec|soft-reboot|suspend|hibernate|hybrid-sleep|rescue|emergency|exit)$/;

/** `systemctl VERB UNITS`. */
function systemctl(call: Call): Value | null {
  const options = readOptions(call.args, SYSTEMCTL);
  const [verb, ...units] = options.operands;
  const { frame, span } = call;
  if (verb === undefined) return null;
  const text = verb.text;
  if (text === "daemon-reload" || text === "daemon-reexec") {
    frame.session.say(
      frame,
      "daemon-reload",
      span,
      "systemd reads its unit files anew and runs all generators.",
      "medium",
      { program: "systemctl" },
    );
  } else if (POWER.test(text)) {
    frame.session.say(frame, "shutdown", span, `The machine is told to ${text}.`, "medium", {
      program: "systemctl",
    });
  } else if (STARTS.has(text)) {
    for (const unit of units) noteStart(call, text, unit, has(options, "--now"));
  } else if (STOPS.has(text)) {
    for (const unit of units) noteStop(call, text, unit);
  } else if (/^(set-environment|import-environment)$/.test(text)) {
    const says = "Variables are set for every service systemd starts from now on.";
    frame.session.say(
      frame,
      "loads-library",
      span,
      says,
      units.some((unit) => /^(LD_|BASH_ENV|PATH=)/.test(unit.text)) ? "high" : "low",
      { program: "systemctl" },
    );
  }
  return null;
}

function noteStart(call: Call, verb: string, unit: Value, now: boolean): void {
  const { frame, span } = call;
  const name = unitName(unit.text);
  const arms = name.endsWith(".timer") && /^(start|enable|restart|reenable|link)$/.test(verb);
  if (arms)
    frame.session.say(
      frame,
      "arms-timer",
      span,
      `The timer ${name} is armed (systemctl ${verb}).`,
      "medium",
      { unit: name },
    );
  if (/^(enable|link|reenable)$/.test(verb)) {
    const path = unit.text.startsWith("/") ? { path: unit.text } : {};
    const starts = startedByUnit(frame, name);
    frame.session.say(
      frame,
      "writes-autostart",
      span,
      `${name} is enabled: it starts with the system from now on.`,
      "medium",
      { unit: name, ...path, ...(starts === undefined ? {} : { starts }) },
    );
    if (!now) return;
  }
  frame.session.say(frame, "starts-unit", span, `systemctl ${verb} runs ${name}.`, "medium", { unit: name });
  reachUnit(call, name);
}

function noteStop(call: Call, verb: string, unit: Value): void {
  const { frame, span } = call;
  const name = unitName(unit.text);
  if (!isGuard(name)) return;
  frame.session.say(
    frame,
    "stops-security-unit",
    span,
    `systemctl ${verb} switches ${name} off, which watches or logs.`,
    "high",
    { unit: name },
  );
}

function unitName(text: string): string {
  const base = text.slice(text.lastIndexOf("/") + 1);
  return /\.[a-z]+$/.test(base) || base.includes("$") ? base : `${base}.service`;
}

/** `service NAME stop`, `/etc/init.d/NAME`, `update-rc.d`, `chkconfig`. */
function service(call: Call): Value | null {
  const [first, second] = call.args;
  if (first === undefined || second === undefined) return null;
  const { frame, span, name } = call;
  const unit = unitName(first.text);
  if (/^(stop|disable|remove|off)$/.test(second.text)) {
    if (isGuard(unit))
      frame.session.say(
        frame,
        "stops-security-unit",
        span,
        `${name} switches ${unit} off, which watches or logs.`,
        "high",
        { unit },
      );
  } else if (/^(start|restart|reload|force-reload)$/.test(second.text)) {
    frame.session.say(frame, "starts-unit", span, `${name} runs ${unit}.`, "medium", { unit });
    reachUnit(call, unit);
  }
  return null;
}

/** Methods of the manager that do by message what systemctl and systemd-run do (org.freedesktop.systemd1(5)). */
export const MANAGER_METHODS: readonly string[] = [
  "StartUnit",
  "RestartUnit",
  "StartTransientUnit",
  "EnableUnitFiles",
  "Reload",
];

/** `busctl call … StartUnit`, `dbus-send`, `gdbus`: the same by message. */
function busctl(call: Call): Value | null {
  const sets = call.args.findIndex(({ text }) => /(^|\.)SetEnvironment$/.test(text));
  for (const { text, span: at } of sets < 0 ? [] : call.args.slice(sets + 1)) {
    const [, variable, value = ""] = /^(?:string:)?([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
    if (variable !== undefined) noteVariable(call.frame, variable, value, at);
  }
  const at = call.args.findIndex(({ text }) =>
    MANAGER_METHODS.includes(text.slice(text.lastIndexOf(".") + 1)),
  );
  if (at < 0) return null;
  const { frame, span, name } = call;
  const verb = call.args[at]?.text.replace(/^.*\./, "") ?? "";
  const unit = call.args
    .slice(at + 1)
    .map((arg) => arg.text.replace(/^string:/, ""))
    .find((text) => /^[\w@.:\\-]+\.(service|timer|target|socket|path|mount|scope|slice)$/.test(text));
  if (verb === "Reload") {
    frame.session.say(
      frame,
      "daemon-reload",
      span,
      "systemd is told by message to read its unit files anew.",
      "medium",
      { program: name },
    );
  } else if (verb === "StartTransientUnit") {
    frame.session.say(frame, "arms-timer", span, "A transient unit is made by message.", "high", {
      program: name,
    });
  } else if (unit !== undefined) {
    frame.session.say(frame, "starts-unit", span, `${name} asks systemd to start ${unit}.`, "medium", {
      unit,
    });
    reachUnit(call, unit);
  }
  return null;
}

function power(call: Call): Value | null {
  if (call.args.some((arg) => /^(-c|--show|--help|--version|-w|--wtmp-only)$/.test(arg.text))) return null;
  call.frame.session.say(
    call.frame,
    "shutdown",
    call.span,
    `The machine is told to stop or restart (${call.name}).`,
    "medium",
    { program: call.name },
  );
  return null;
}

/** `init 0`, `telinit 6`. */
function init(call: Call): Value | null {
  return call.args.some((arg) => /^[06]$/.test(arg.text)) ? power(call) : null;
}

/** The names a pattern of pkill(1) stands for: `a|b`, `^[a]uditd$`. */
function namesOf(pattern: string): string[] {
  return pattern
    .replace(/[[\]^$\\]/g, "")
    .split(/[|()]+/, 64)
    .filter((name) => name !== "");
}

/** Signals that make a daemon read its configuration or open its logs again, or only ask whether it lives. */
const HARMLESS_SIGNAL = /^(-|-s|--signal=|)(SIG)?(HUP|USR1|USR2|WINCH|CONT|0|1|10|12|18|28)$/;

function sendsHarmlessSignal({ args }: Call): boolean {
  return args.some(({ text }, at) =>
    text.startsWith("-")
      ? HARMLESS_SIGNAL.test(text)
      : /^(-s|--signal)$/.test(args[at - 1]?.text ?? "") && HARMLESS_SIGNAL.test(text),
  );
}

/** `kill`, `pkill`, `killall`. */
function kill(call: Call): Value | null {
  const { frame, span, name } = call;
  if (sendsHarmlessSignal(call)) return null;
  const options = readOptions(call.args, optionSpec("sgGPtuUFq", ["--signal"]));
  const target = options.operands.find((value) => namesOf(value.text).some(isGuard));
  if (target === undefined) return null;
  frame.session.say(
    frame,
    "kills-security-tool",
    span,
    `${name} ends ${target.text}, which watches or logs.`,
    "high",
    { program: target.text },
  );
  return null;
}

function journalctl(call: Call): Value | null {
  const options = readOptions(
    call.args,
    optionSpec("uptnSUDgbMo", [
      "--vacuum-time",
      "--vacuum-size",
      "--vacuum-files",
      "--unit",
      "--since",
      "--until",
    ]),
  );
  const vacuum = ["--vacuum-time", "--vacuum-size", "--vacuum-files"]
    .map((name) => option(options, name))
    .find((value) => value !== undefined);
  const { frame, span } = call;
  if (vacuum === undefined && !has(options, "--rotate")) return null;
  if (vacuum === undefined) return null;
  const short = /^(0|1)?\d{0,2}(s|sec|second|seconds|min|m|us|ms|K|k)?$/.test(vacuum.text.trim());
  const confidence: Confidence = short ? "high" : "low";
  frame.session.say(frame, "clears-logs", span, `The journal is cut down to ${vacuum.text}.`, confidence, {
    program: "journalctl",
  });
  return null;
}

function account(call: Call): Value | null {
  const { frame, span, name } = call;
  const named = call.args.filter((arg) => !arg.text.startsWith("-")).at(-1)?.text ?? "";
  const grants = call.args.some((arg) => /^(sudo|wheel|admin|root|docker|lxd|disk)(,|$)/.test(arg.text));
  if (
    /^(usermod|gpasswd)$/.test(name) &&
    !grants &&
    !call.args.some((arg) => /^-[a-zA-Z]*[opU]|^--password|^--unlock/.test(arg.text))
  )
    return null;
  if (named === "") return null;
  const system = call.args.some((arg) => /^(-r|--system)$/.test(arg.text));
  frame.session.say(
    frame,
    "adds-account",
    span,
    `${name} adds or opens the account ${named}.`,
    system ? "low" : "high",
    { program: name },
  );
  return null;
}

function says(kind: BehaviourKind, sentence: string, confidence: Confidence, when?: RegExp): Handler {
  return (call) => {
    const text = call.args
      .map((arg) => arg.text)
      .join(" ")
      .slice(0, 4096);
    if (when !== undefined && !when.test(text)) return null;
    call.frame.session.say(call.frame, kind, call.span, sentence.replace("%", call.name), confidence, {
      program: call.name,
    });
    return null;
  };
}

function management(call: Call): Value | null {
  const { frame, span, name } = call;
  frame.session.say(
    frame,
    "configuration-management",
    span,
    `${name} applies what its configuration server or repository says.`,
    "low",
    { program: name },
  );
  return null;
}

/** Every chain is flushed, or one that packets pass by themselves; a chain somebody made for a purpose is theirs. */
const FLUSH = /(?:^| )(?:-F|--flush)(?: ?$| -| (?:INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING)(?: |$))/;

/** What the host itself asks of port 53 goes to a public address; loopback and one's own network are resolvers of one's own. */
const NAMES_ELSEWHERE =
  /^(?=.*(?:^| )(?:-A|-I|--append|--insert) ?OUTPUT\b)(?=.*--d(?:estination-)?port[s ]?[ =]?(?:\d+,)*53\b).*-j DNAT.*--to(?:-destination)?[ =](?!127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.)\d/;

/** `auditctl -D`, `setenforce 0`, `ufw disable`, `iptables -F`. */
const SWITCHES: readonly [string, RegExp, string][] = [
  [
    "iptables",
    NAMES_ELSEWHERE,
    "The host's questions for names are sent to another server, whatever its settings say.",
  ],
  ["setenforce", /^0|permissive/i, "SELinux is switched to permissive."],
  ["auditctl", /-D|-e ?0/, "The kernel's audit rules are dropped."],
  ["auditctl", /(?:^| )-[aA] ?(?:\w+,)?never\b/, "The kernel's audit is told to leave something out."],
  ["ufw", /^(--force )?(disable|reset)/, "The firewall is switched off."],
  ["iptables", new RegExp(`${FLUSH.source}|-P (INPUT|FORWARD) ACCEPT`), "The firewall's rules are dropped."],
  ["ip6tables", FLUSH, "The firewall's rules are dropped."],
  [
    "nft",
    /\boutput\b.*\bdport \{? ?53\b.*\bdnat (?:ip6? )?to (?!127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)\d/,
    "The host's questions for names are sent to another server, whatever its settings say.",
  ],
  ["nft", /flush ruleset/, "The firewall's rules are dropped."],
  ["apparmor_parser", /(^| )(-R|--remove)( |$)/, "A profile of AppArmor is taken away."],
  ["aa-teardown", /^/, "AppArmor is switched off."],
  ["aa-disable", /^/, "AppArmor profiles are switched off."],
];

function switchOff(call: Call): Value | null {
  for (const [name, when, sentence] of SWITCHES)
    if (name === call.name) says("stops-security-unit", sentence, "high", when)(call);
  return null;
}

const SYSCTL_BYTES = 65_536;

/** `sysctl -w NAME=VALUE`, `sysctl -p FILE`, `sysctl --system`. */
function sysctl({ frame, args, span }: Call): Value | null {
  for (const { text } of args) if (!text.startsWith("-")) noteSysctl(frame, text, span);
  const loads = args.some(({ text }) => /^-[a-z]*p|^--load(=|$)/.test(text));
  if (!loads) return null;
  const files = args
    .map(({ text }) => text.replace(/^(-p|--load=)(?=.)/, ""))
    .filter((text) => text.startsWith("/"));
  for (const file of files.slice(0, 8)) {
    const read = frame.session.library.script(targetPath(frame, file), SYSCTL_BYTES);
    for (const line of read?.source.text.split("\n", 2_000) ?? [])
      if (!/^\s*[#;]/.test(line)) noteSysctl(frame, line, span);
  }
  return null;
}

function loadModule(call: Call): Value | null {
  const module = call.args.find((arg) => !arg.text.startsWith("-"));
  if (module === undefined || call.args.some((arg) => /^(-r|--remove)$/.test(arg.text))) return null;
  const { frame, span, name } = call;
  const path = name === "insmod" ? insidePath(frame, module.text) : moduleFile(frame, module.text);
  const known = path === null ? { program: name } : { path, program: name };
  const confidence = name === "insmod" || path !== null ? "high" : "low";
  const says = `${name} loads the kernel module ${module.text}.`;
  frame.session.say(frame, "loads-library", span, says, confidence, known);
  return null;
}

/** `tc … bpf obj FILE`, `ip link … xdp obj FILE`, `bpftool prog load FILE`: code that the kernel runs on its own paths. */
function loadBpf({ frame, name, args, span }: Call): Value | null {
  const words = args.map(({ text }) => text);
  const at = /^(tc|ip)$/.test(name)
    ? words.some((word) => /^(bpf|xdp\w*)$/.test(word))
      ? words.findIndex((word) => /^(obj|object-file)$/.test(word)) + 1
      : 0
    : words[0] === "prog" && /^load(all)?$/.test(words[1] ?? "")
      ? 2
      : 0;
  const file = at > 0 ? args[at] : undefined;
  const path = file === undefined ? null : insidePath(frame, file.text);
  if (path === null) return null;
  const says = `${name} has the kernel run the code in ${path}.`;
  frame.session.say(frame, "loads-library", span, says, "high", { path, program: name });
  reachPath(frame, "library", path, name, span);
  return null;
}

const MOST_KERNELS = 8;
/** Where modules that no kernel package brings are put (modprobe(8), depmod.d(5)). */
const ADDED = [
  "extra",
  "updates",
  "misc",
  "weak-updates",
  "kernel/net",
  "kernel/drivers",
  "kernel/fs",
  "kernel/drivers/misc",
];

/** The file modprobe means by a name, where it lies among those modules that are added; dkms builds its own. */
function moduleFile({ session: { host } }: Frame, name: string): string | null {
  const kernels = host.readDirectory("/lib/modules");
  const builds = host.stat("/var/lib/dkms").kind === "present";
  if (kernels.kind !== "present" || !/^[\w-]+$/.test(name)) return null;
  const names = [name.replaceAll("-", "_"), name.replaceAll("_", "-")].flatMap((each) =>
    ["", ".xz", ".zst", ".gz"].map((end) => `${each}.ko${end}`),
  );
  for (const kernel of kernels.value.slice(0, MOST_KERNELS))
    for (const directory of ADDED)
      for (const file of names) {
        const path = `/lib/modules/${kernel.name}/${directory}/${file}`;
        if (!(builds && directory === "extra") && host.stat(path).kind === "present") return path;
      }
  return null;
}

/** `mount --bind EMPTY /proc/PID`: the process is gone from every list (T1564). */
function mount(call: Call): Value | null {
  const target = call.args.at(-1);
  const source = call.args.at(-2);
  const binds = call.args.some(({ text }) => /^(-B|--r?bind|-o\s*bind.*|r?bind(,.*)?)$/.test(text));
  if (binds && target !== undefined && source !== undefined)
    sayWrite(
      call.frame,
      target.text,
      call.span,
      unknown("", call.span, { kind: "file", span: call.span, path: source.text }),
      false,
    );
  if (target === undefined || !/^\/proc\/(\d+|\$|\*|self)/.test(target.text)) return null;
  const { frame, span } = call;
  const says = `A mount over ${target.text} hides a process.`;
  frame.session.say(frame, "disguises-process", span, says, "high", { path: target.text });
  return null;
}

/** `update-alternatives --set NAME PATH`, `--install LINK NAME PATH PRIORITY`. */
function alternatives({ frame, args, span }: Call): Value | null {
  const at = args.findIndex(({ text }) => /^--(set|install)$/.test(text));
  const first = args[at]?.text === "--set" ? at + 1 : at + 2;
  const [name, path] = at < 0 ? [] : [args[first], args[first + 1]];
  if (name === undefined || path === undefined || !path.text.startsWith("/")) return null;
  const content = unknown("", span, { kind: "file", span, path: path.text });
  sayWrite(frame, `/etc/alternatives/${name.text}`, span, content, false);
  return null;
}

/** Commands about the system as a whole, by name. */
export const SYSTEM_VERBS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["systemctl", systemctl],
  ["service", service],
  ["invoke-rc.d", service],
  ["update-rc.d", service],
  ["chkconfig", service],
  ["rc-service", service],
  ["busctl", busctl],
  ["dbus-send", busctl],
  ["gdbus", busctl],
  ["shutdown", power],
  ["reboot", power],
  ["poweroff", power],
  ["halt", power],
  ["init", init],
  ["telinit", init],
  ["kill", kill],
  ["pkill", kill],
  ["killall", kill],
  ["journalctl", journalctl],
  ["useradd", account],
  ["adduser", account],
  ["usermod", account],
  ["gpasswd", account],
  ["newusers", says("adds-account", "% adds accounts from a list.", "medium")],
  ["chpasswd", says("adds-account", "% sets passwords.", "medium")],
  ["passwd", says("adds-account", "% changes a password.", "medium", /--stdin|-d|--delete|-u/)],
  ["visudo", says("edits-file", "% edits the rules of sudo.", "low", /-f/)],
  ...[
    "ansible-pull",
    "ansible-playbook",
    "puppet",
    "chef-client",
    "chef-solo",
    "cinc-client",
    "salt-call",
    "salt-minion",
    "cf-agent",
  ].map((name): [string, Handler] => [name, management]),
  ...SWITCHES.map(([name]): [string, Handler] => [name, switchOff]),
  ["sysctl", sysctl],
  ["mount", mount],
  ["update-alternatives", alternatives],
  ["alternatives", alternatives],
  ["tc", loadBpf],
  ["bpftool", loadBpf],
  ["insmod", loadModule],
  ["modprobe", loadModule],
]);
