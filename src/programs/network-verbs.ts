import type { Call, Handler } from "./engine.ts";
import { hooked, MSMTP } from "./hooks.ts";
import { SHELLS } from "./names.ts";
import { has, option, optionSpec, readOptions } from "./options.ts";
import { baseName, targetPath } from "./paths.ts";
import { noteSentFile, noteSentInput } from "./raw-senders.ts";
import { isSecretPath, sentData } from "./sent-data.ts";
import { known, unknown, type Value } from "./value.ts";
import { runWordsAsCode } from "./wrappers.ts";

/** `nc -e SHELL HOST PORT`, `nc -l`, and plain streams. */
function netcat(call: Call): Value | null {
  const options = readOptions(
    call.args,
    optionSpec("eciIMmOPpqsTVWwxX", [
      "--exec",
      "--sh-exec",
      "--lua-exec",
      "--source",
      "--proxy",
      "--wait",
      "--delay",
      "--idle-timeout",
    ]),
  );
  const { frame, span, name } = call;
  const host = options.operands.find((value) => !/^\d+$/.test(value.text))?.text;
  const detail = { program: name, ...(host === undefined ? {} : { host }) };
  const program =
    option(options, "e", "--exec") ??
    (name === "nc" || has(options, "--sh-exec") ? undefined : option(options, "c", "--sh-exec")) ??
    option(options, "--sh-exec", "c");
  if (program !== undefined && program.text !== "") {
    const where = has(options, "l", "--listen") ? "whoever connects" : (host ?? "the network");
    frame.session.say(
      frame,
      "reverse-shell",
      span,
      `${name} gives ${where} a program: ${program.text}.`,
      "high",
      detail,
    );
    return null;
  }
  if (has(options, "z")) {
    frame.session.say(frame, "network-ping", span, `${name} tests whether ports are open.`, "low", detail);
    return null;
  }
  const gives = noteSentInput(call, host ?? "");
  if (!gives && has(options, "l", "--listen"))
    frame.session.say(frame, "tunnel", span, `${name} listens for connections.`, "medium", detail);
  else if (!gives) {
    const used = frame.sink === "used";
    frame.session.say(
      frame,
      used ? "fetch" : "network-ping",
      span,
      `${name} talks to ${host ?? "the network"}.`,
      used ? "medium" : "low",
      detail,
    );
  }
  return unknown("", span, {
    kind: "fetch",
    span,
    url: host === undefined ? "" : `tcp://${options.operands.map((value) => value.text).join(":")}`,
  });
}

/** What passes by on the wire is what somebody sends: a capture that is printed is received from there. */
function capture({ frame, span }: Call): Value | null {
  return frame.sink === "used" ? unknown("", span, { kind: "fetch", span, url: "" }) : null;
}

/** `socat ADDRESS ADDRESS`: one side a program, the other the network. */
function socat(call: Call): Value | null {
  const { frame, span, name } = call;
  const addresses = readOptions(call.args, optionSpec("bdtTlL")).operands;
  const nets = addresses.filter((value) => /^(tcp|udp|sctp|openssl|ssl|socks|proxy|vsock)/i.test(value.text));
  const [net] = nets;
  const program = addresses.find((value) => /^(exec|system|shell)(:|=)/i.test(value.text));
  const host = net?.text.split(/[:,]/)[1] ?? "";
  const detail = { program: name, ...(host === "" ? {} : { host }) };
  if (program !== undefined) {
    const code = program.text
      .replace(/^[a-z]+[:=]/i, "")
      .replace(/,(pty|stderr|setsid|sigint|sane|ctty|raw|echo=0|nofork|su=[^,]*)\b.*$/i, "")
      .replace(/^['"]|['"]$/g, "");
    const shell = SHELLS.has(baseName(code.split(/\s/, 1)[0] ?? ""));
    if (net !== undefined) {
      frame.session.say(
        frame,
        "reverse-shell",
        span,
        `socat connects ${code} with ${net.text}.`,
        shell ? "high" : "medium",
        detail,
      );
    }
    runWordsAsCode(call, [{ ...program, text: code, source: null }], "exec");
    return null;
  }
  const listens = addresses.find((value) => /-?listen|-l:/i.test(value.text));
  if (net !== undefined) {
    noteSentFile(call, host, addresses);
    if (addresses.some(({ text }) => /^(-|stdin|stdio)$/i.test(text))) noteSentInput(call, host);
    const relay = nets[1] === undefined ? null : `socat joins ${net.text} with ${nets[1].text}.`;
    const forward = listens === undefined ? relay : `socat forwards connections from ${listens.text}.`;
    if (forward !== null) frame.session.say(frame, "tunnel", span, forward, "high", detail);
    else frame.session.say(frame, "network-ping", span, `socat talks to ${net.text}.`, "low", detail);
  }
  return unknown(
    "",
    span,
    net === undefined ? (frame.stdin?.taint ?? null) : { kind: "fetch", span, url: net.text },
  );
}

/** Programs that open a way in only when told so: the words that do. */
const OPENING: ReadonlyMap<string, RegExp> = new Map([
  ["cloudflared", /(^| )(tunnel (.* )?(run|--url|--token|--hello-world)|service install)( |=|$)/],
  ["tailscale", /(^| )(--ssh(=true)?|funnel)( |$)/],
  ["zerotier-cli", /(^| )join /],
  ["code", /^tunnel( |$)/],
  ["code-insiders", /^tunnel( |$)/],
  ["upterm", /(^| )host( |$)/],
]);

/** Tunnel programs: what they are for is the finding. */
function tunnel(call: Call): Value | null {
  const { frame, span, name } = call;
  const opening = OPENING.get(name);
  const told = call.args.map(({ text }) => text).join(" ");
  if (opening !== undefined && !opening.test(told.slice(0, 4096))) return null;
  if (call.args.some((arg) => /^(--?version|-V|--?help|-h|update)$/.test(arg.text))) return null;
  frame.session.say(frame, "tunnel", span, `${name} opens a way into this host from outside.`, "medium", {
    program: name,
  });
  return null;
}

/** A second door for logins: `telnetd -l SHELL` asks nobody, `sshd -p … -o …` what its own settings say. */
function loginDaemon(call: Call): Value | null {
  const { frame, span, name } = call;
  const options = readOptions(call.args, optionSpec("bcEfgholpu"));
  const shell = name.endsWith("telnetd") ? option(options, "l") : undefined;
  if (shell !== undefined && SHELLS.has(baseName(shell.text))) {
    const says = `${name} gives whoever connects a shell.`;
    frame.session.say(frame, "reverse-shell", span, says, "high", { program: name });
  } else if (name === "dropbear" ? has(options, "p", "r") : has(options, "p", "o", "f", "h")) {
    const says = `${name} is started with a port or settings of its own.`;
    frame.session.say(frame, "tunnel", span, says, "medium", { program: name });
  }
  return null;
}

function miner(call: Call): Value | null {
  call.frame.session.say(call.frame, "miner", call.span, `${call.name} mines a cryptocurrency.`, "high", {
    program: call.name,
  });
  return null;
}

const POOL = /^[\w.-]+:\d{2,5}$/;
/** An address of Monero, whose miners are the ones found on servers: to it the work of this machine is credited. */
const WALLET = /^[48][1-9A-HJ-NP-Za-km-z]{94}([.+:/]\S*)?$/;

/** `-o POOL:PORT -u WALLET`: to whom a miner's work is credited. */
function walletOf(args: readonly Value[]): Value | undefined {
  const pool = args.some(
    ({ text }, at) => (text === "-o" || text === "--url") && POOL.test(args[at + 1]?.text ?? ""),
  );
  return pool ? args.find(({ text }) => WALLET.test(text.replace(/^(-u|--user=)/, ""))) : undefined;
}

/** Marks of a miner in any program's arguments. */
export function noteMinerArguments(call: Call): void {
  const mark =
    walletOf(call.args) ??
    call.args.find(
      (arg) =>
        /^(stratum\+(tcp|ssl|tls|udp)|daemon\+https?):\/\//i.test(arg.text) ||
        /^--(donate-level|randomx-\S+|coin|nicehash|cpu-max-threads-hint|rig-id)(=|$)/.test(arg.text) ||
        /=stratum\+/.test(arg.text) ||
        MINED.test(arg.text),
    );
  if (mark === undefined) return;
  const { frame, span, name } = call;
  if (BUILTIN_PRINTERS.has(name)) return;
  const confident =
    /stratum|donate-level|randomx/.test(mark.text) || MINED.test(mark.text) || WALLET.test(mark.text);
  if (!confident && !call.args.some((arg) => /:\d{2,5}$/.test(arg.text))) return;
  frame.session.say(frame, "miner", span, `${name} is given a miner's option: ${mark.text}.`, "high", {
    program: name,
    ...(mark.text.includes("://") ? { url: mark.text } : {}),
  });
}

const SETTINGS_BYTES = 65_536;
const SETTINGS: readonly (readonly [kind: "miner" | "tunnel", whose: string, pattern: RegExp])[] = [
  [
    "miner",
    "a miner's settings",
    /stratum\+(tcp|ssl)|"?donate-level"?\s*[:=]|"?rig-id"?\s*[:=]|"algo"\s*:\s*"(rx|cn|argon2|ghostrider|kawpow)|"pools"\s*:\s*\[[^\]]*"(user|url)"\s*:/i,
  ],
  [
    "tunnel",
    "the settings of a tunnel",
    /^server_?addr[ \t]*=[\s\S]{0,4096}?^(remote_?port[ \t]*=|\[\[proxies\]\]|vkey[ \t]*=)|^\[client\.services|^credentials-file:[\s\S]{0,4096}?^ingress:|^authtoken:[\s\S]{0,4096}?^tunnels:/im,
  ],
];

/** Settings of a miner or a tunnel: in a file the program is given, or in `config.json` beside it. */
export function noteTellingSettings(call: Call, program: string | null): void {
  const { frame, span, name } = call;
  const given = call.args.flatMap(
    ({ text }) => /(?:^|=)(\/\S+\.(?:json|conf|cfg|toml|ya?ml|ini|txt))$/.exec(text)?.[1] ?? [],
  );
  const beside =
    program === null || /^\/(usr\/)?s?bin\//.test(program) ? [] : [program.replace(/[^/]+$/, "config.json")];
  for (const path of [...given.slice(0, 4), ...beside]) {
    const read = frame.session.library.script(targetPath(frame, path), SETTINGS_BYTES);
    const telling = SETTINGS.find(([, , pattern]) => read !== null && pattern.test(read.source.text));
    if (telling === undefined) continue;
    const [kind, whose] = telling;
    const says = `${name} has ${whose} in ${path}.`;
    frame.session.say(frame, kind, span, says, "high", { program: name, path });
    return;
  }
}

/** Options that only programs have which open a way in from outside. */
const TUNNEL_OPTION =
  /^(R:(socks|\d+:.*)|--tun=userspace-networking|--socks5-server=.*|-(?=[liqD]{3,4}$)(?=.*l)(?=.*i)[liqD]+)$/;

export function noteTunnelArguments(call: Call): void {
  const { frame, span, name, args } = call;
  const mark = args.find(({ text }) => TUNNEL_OPTION.test(text));
  if (mark === undefined || BUILTIN_PRINTERS.has(name)) return;
  const says = `${name} is given an option of a tunnel: ${mark.text}.`;
  frame.session.say(frame, "tunnel", span, says, "medium", { program: name });
}

/** Names of proof-of-work algorithms as miners' options take them. */
const MINED =
  /^(--algo=|-a)?(rx\/(0|wow|arq|graft|sfx|keva)|cn(-(heavy|lite|pico|gpu))?\/\w+|argon2\/(chukwav2|ninja)|astrobwt|ghostrider|kawpow|randomx|randomarq|ethash|etchash|verushash|yespower\w*)$/i;

const BUILTIN_PRINTERS: ReadonlySet<string> = new Set([
  "echo",
  "printf",
  "logger",
  "grep",
  "egrep",
  "fgrep",
  "pgrep",
  "pkill",
  "killall",
  "sed",
  "awk",
  "[",
  "test",
  "cat",
]);

function scanner(call: Call): Value | null {
  const { frame, span, name } = call;
  const target = call.args.findLast((arg) => !arg.text.startsWith("-"))?.text;
  frame.session.say(frame, "scans", span, `${name} scans ${target ?? "the network"}.`, "medium", {
    program: name,
  });
  return null;
}

/** `mail`, `sendmail`: what is piped in leaves. */
function mail(call: Call): Value | null {
  const { frame, span, name } = call;
  const { stdin } = frame;
  const attached = readOptions(call.args, optionSpec("asrbcAE", ["--attach"]));
  const file = option(attached, "A", "--attach");
  if (file === undefined && !(stdin?.taint?.kind === "file" && isSecretPath(stdin.taint.path ?? "")))
    return null;
  frame.session.say(
    frame,
    "exfiltrates",
    span,
    `${name} mails ${file?.text ?? stdin?.taint?.path ?? "local data"}.`,
    "medium",
    { program: name, sent: sentData(stdin?.taint, file === undefined ? [] : [file.text]) },
  );
  return null;
}

function telnet(call: Call): Value | null {
  const host = call.args.find((arg) => !arg.text.startsWith("-"))?.text ?? "";
  return unknown("", call.span, { kind: "fetch", span: call.span, url: host });
}

/** zsh's own connection: its descriptor is in `$REPLY`, and a shell tied to it is one to the other machine. */
function ztcp(call: Call): Value | null {
  const { frame, span } = call;
  const descriptor = 12;
  frame.scope.sockets.add(descriptor);
  frame.scope.variables.set("REPLY", {
    elements: [known(`${descriptor}`, span)],
    array: false,
    others: [],
  });
  return null;
}

const ownMailbox = hooked(MSMTP);

/** `msmtp`: sends mail, with a password that its settings may ask a program for. */
function msmtp(call: Call): Value | null {
  ownMailbox(call);
  return mail(call);
}

/** `curl telnet://` and friends aside, the network's own verbs, by name. */
export const NETWORK_VERBS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...["telnetd", "in.telnetd", "sshd", "dropbear"].map((name): [string, Handler] => [name, loginDaemon]),
  ...["nc", "ncat", "netcat", "nc.traditional", "nc.openbsd"].map((name): [string, Handler] => [
    name,
    netcat,
  ]),
  ["socat", socat],
  ...["tcpdump", "tshark", "ngrep", "dumpcap"].map((name): [string, Handler] => [name, capture]),
  ["telnet", telnet],
  ["ztcp", ztcp],
  ...[
    "chisel",
    "ngrok",
    "frpc",
    "frps",
    "gs-netcat",
    "gsocket",
    "localtunnel",
    "lt",
    "bore",
    "rathole",
    "ligolo",
    "iodine",
    "dnscat",
    "dnscat2",
    "pagekite",
    "zrok",
    "revsocks",
    "sshuttle",
    "hans",
    "ptunnel",
    "ptunnel-ng",
    "pingtunnel",
    "icmptunnel",
    "udp2raw",
    "wstunnel",
    "gost",
    "inlets",
    "tailscale-funnel",
    "npc",
    "nps",
    "earthworm",
    "stowaway",
    "tmate",
    "sshx",
    "teleconsole",
    "ttyd",
    "gotty",
    "wetty",
    "shellinaboxd",
    ...OPENING.keys(),
  ].map((name): [string, Handler] => [name, tunnel]),
  ...[
    "xmrig",
    "xmr-stak",
    "minerd",
    "cpuminer",
    "ccminer",
    "cgminer",
    "bfgminer",
    "ethminer",
    "t-rex",
    "nbminer",
    "lolMiner",
    "phoenixminer",
    "gminer",
    "xmrigDaemon",
    "kdevtmpfsi",
    "kinsing",
    "teamredminer",
    "srbminer-multi",
    "nanominer",
    "c3pool",
  ].map((name): [string, Handler] => [name, miner]),
  ...[
    "nmap",
    "masscan",
    "zmap",
    "pnscan",
    "hping3",
    "hydra",
    "medusa",
    "rustscan",
    "arp-scan",
    "nikto",
    "zgrab",
    "fscan",
  ].map((name): [string, Handler] => [name, scanner]),
  ["msmtp", msmtp],
  ...["mail", "mailx", "mutt", "sendmail", "swaks"].map((name): [string, Handler] => [name, mail]),
]);
