/**
 * What libraries of scripting languages do besides running, fetching and writing: processes that watch the host are
 * ended, bytes become machine code, keys are read as they are typed, whole networks are tried, ways in are opened.
 */
import type { Span } from "../../syntax/span.ts";
import { noteExecution } from "../execution.ts";
import { isGuard } from "../places.ts";
import { FETCHES_AND_RUNS } from "../spreading.ts";
import { unknown } from "../value.ts";
import { placeOf, type Reading, spendTokens } from "./reading.ts";
import type { Token } from "./tokens.ts";

/** Signals that ask a program to read its settings anew, and the one that only asks whether it lives. */
const HARMLESS_SIGNAL = /(^|[._])(SIG)?(HUP|USR1|USR2|WINCH|CONT)$/;

/** `os.kill(pid, SIGKILL)` in code that names a tool which watches the host. */
export function noteKill(reading: Reading, span: Span, args: readonly Token[]): void {
  const asks = args.at(-1)?.text === "0" && args.at(-2)?.text === ",";
  if (asks || args.some(({ text }) => HARMLESS_SIGNAL.test(text))) return;
  if (!spendTokens(reading, reading.list.length)) return;
  const named = reading.list.find(({ kind, text }) => kind === "string" && isGuard(text));
  if (named === undefined) return;
  const says = `Processes are ended, and ${named.text} is named among them.`;
  reading.frame.session.say(reading.frame, "kills-security-tool", span, says, "medium", {
    program: named.text,
  });
}

/** A way into this host or its network, opened through a connection that leads out. */
export function noteForward(reading: Reading, token: Token, span: Span): void {
  const says = `${token.text} lets the other side connect into this host.`;
  reading.frame.session.say(reading.frame, "tunnel", span, says, "medium", { program: token.text });
}

/** `client.exec_command("curl … | sh")`: another host is made to run what it downloads (T1021.004). */
export function noteRemote(reading: Reading, token: Token, args: readonly Token[], span: Span): void {
  const told = args.find(({ kind, text }) => kind === "string" && FETCHES_AND_RUNS.test(text.slice(0, 4096)));
  if (told === undefined) return;
  const says = `${token.text} makes another host download something and run it.`;
  reading.frame.session.say(reading.frame, "spreads", span, says, "medium", { program: token.text });
}

/** Memory that may be run is asked for: what is put there is called as machine code (T1620). */
export function noteExecutableMemory(reading: Reading, token: Token, args: readonly Token[]): void {
  const { list, seen } = reading;
  const isExecutable = args.some(
    ({ kind, text }, at) =>
      /(^|[._])PROT_EXEC$/.test(text) ||
      (kind === "mark" && text === "7" && !/\d/.test(neighbours(args, at))),
  );
  const isCalled =
    isExecutable &&
    spendTokens(reading, list.length) &&
    list.some(({ kind, text }) => kind === "word" && CALLS_MEMORY.test(text));
  if (!isCalled) return;
  const span = placeOf(reading, token);
  const kind = seen.has("fetch") || seen.has("receive") ? "fetch" : "decode";
  noteExecution(reading.frame, unknown("", span, { kind, span }), "machine code in memory", span);
}

const CALLS_MEMORY = /(^|\.)(CFUNCTYPE|PYFUNCTYPE|WINFUNCTYPE)$|^Fiddle::Function\.new$/;

function neighbours(args: readonly Token[], at: number): string {
  return `${args[at - 1]?.text ?? ""}${args[at + 1]?.text ?? ""}`;
}

/** Modules that listen to the keyboard for whoever asks. */
const KEYBOARDS = /^(pynput(\.keyboard)?|keyboard|pyxhook|iohook|node-global-key-listener)$/;

/** Keys are read as they are typed (T1056.001). */
export function noteKeyboard(reading: Reading): void {
  const { list, frame } = reading;
  if (!/pynput|keyboard|pyxhook|iohook|node-global-key-listener/.test(reading.source.text)) return;
  const at = list.findIndex(
    ({ kind, text }, index) =>
      KEYBOARDS.test(text) &&
      (kind === "word"
        ? /^(import|from)$/.test(list[index - 1]?.text ?? "")
        : kind === "string" && list[index - 2]?.text === "require"),
  );
  const token = list[at];
  if (token === undefined || !list.some(({ text }) => LISTENS.test(text))) return;
  const says = `Keys are read as they are typed (${token.text}).`;
  frame.session.say(frame, "attaches-to-process", placeOf(reading, token), says, "medium", {});
}

const LISTENS = /(^|\.)(Listener|on_press|hook|start_recording|record|HookKeyboard|addListener)$/;

/** Another program's memory, by its file or by ptrace(2) (T1003.007, T1055.008). */
export function noteMemoryOfOthers(reading: Reading): void {
  const { list, frame } = reading;
  if (!/\/mem|ptrace|process_vm_/.test(reading.source.text)) return;
  const maps = list.some(({ kind, text }) => kind === "string" && /\/maps$/.test(text));
  const token = list.find(
    ({ kind, text }) =>
      (kind === "string" && (OTHERS_MEMORY.test(text) || (maps && /^\/mem$/.test(text)))) ||
      (kind === "word" && /\.(ptrace|process_vm_(readv|writev))$/.test(text)),
  );
  if (token === undefined) return;
  const says = "The memory of running programs is read or written.";
  frame.session.say(frame, "attaches-to-process", placeOf(reading, token), says, "medium", {});
}

const OTHERS_MEMORY = /^\/proc\/(?!self\/)[^/]{1,80}\/mem$/;

/** What one side sends is handed to the other: a relay, or a proxy for whoever connects (T1090). */
export function noteRelay(reading: Reading): void {
  const { list, frame, seen } = reading;
  if (!seen.has("connect")) return;
  const count = (name: RegExp): number =>
    list.filter(({ kind, text }) => kind === "word" && name.test(text)).length;
  const serves = count(SERVES) > 0;
  const joins =
    reading.language === "node"
      ? count(/(^|\.)pipe$/) > 1
      : count(/\.recv$/) > (serves ? 1 : 0) &&
        count(/(^|\.)(sendall|send)$/) > (serves ? 1 : 0) &&
        count(AT_ONCE) > 0;
  if (!joins || (!serves && count(CONNECTS) < 2)) return;
  const token = list.find(({ kind, text }) => kind === "word" && (serves ? SERVES : CONNECTS).test(text));
  if (token === undefined) return;
  const says = serves
    ? "Whoever connects is handed on to other machines."
    : "Two connections are joined: what one side sends goes to the other.";
  frame.session.say(frame, "tunnel", placeOf(reading, token), says, "medium", {});
}

const SERVES =
  /(^|\.)(ThreadingTCPServer|TCPServer|StreamRequestHandler|BaseRequestHandler|listen|createServer)$/;
const CONNECTS = /(^|\.)(connect|create_connection|createConnection)$/;
const AT_ONCE = /(^|\.)(Thread|start_new_thread|select|poll|epoll|spawn|fork|gather)$/;

/** The first parts of an address, whose last is counted up. */
const COUNTED_ADDRESS =
  /^(?!127\.)\d{1,3}\.\d{1,3}\.\d{1,3}\.(%[ds]|#?\{\w*\}|\$\{?\w+\}?)?$|^\d{1,3}\.\d{1,3}\.%[ds]\.%[ds]$/;

/** Every address of a network is tried (T1046). */
export function noteScan(reading: Reading): void {
  const { list, frame, seen, source } = reading;
  const isScapy = reading.texts.has("scapy.all") || reading.texts.has("scapy") || reading.texts.has("nmap");
  const scanner = isScapy ? list.find(({ kind, text }) => kind === "word" && SCANNERS.test(text)) : undefined;
  const counted = list.find(({ kind, text }) => kind === "string" && COUNTED_ADDRESS.test(text));
  const hosts = list.find(({ kind, text }) => kind === "word" && NETWORKS.test(text));
  const goes =
    counted !== undefined
      ? /\b25[3-6]\b/.test(source.text)
      : hosts !== undefined &&
        list.some(
          ({ text }, at) => /(^|\.)hosts$/.test(text) || (NETWORKS.test(text) && list[at - 1]?.text === "in"),
        );
  const tries = seen.has("connect") || seen.has("probe") || seen.has("send");
  const token = scanner ?? (goes && tries ? (counted ?? hosts) : undefined);
  if (token === undefined) return;
  const says =
    scanner === undefined ? "Every address of a network is tried." : `${scanner.text} scans other machines.`;
  frame.session.say(frame, "scans", placeOf(reading, token), says, "medium", {});
}

const SCANNERS = /^(nmap\.PortScanner(Async)?|scapy\.all\.(arping|srp1?)|arping|srp)$/;
const NETWORKS = /(^|\.)(ip_network|IPv4Network|IPNetwork)$/;
