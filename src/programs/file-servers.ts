import type { Call } from "./engine.ts";
import { option, optionSpec, readOptions } from "./options.ts";
import { insidePath, workingDirectory } from "./paths.ts";

/** Of a program's words, the directory it offers: `""` is the one it runs in, `null` says that it serves nothing. */
type Serves = (call: Call) => string | null;

/** Directories whose offering is that of accounts, keys and configuration. */
const TELLING = /^\/((etc|root|home(\/[^/]+)?|var(\/(lib|backups|log))?)\/?)?$/;
const LOOPBACK = /^(127\.|localhost\b|\[?::1\b)/;

const SERVERS: ReadonlyMap<string, Serves> = new Map([
  ["python", python],
  ["php", php],
  ["ruby", ruby],
  ["httpd", (call) => option(readOptions(call.args, optionSpec("hpcdu")), "h")?.text ?? null],
  ["darkhttpd", (call) => firstOperand(call, "")],
  ["miniserve", (call) => firstOperand(call, "ip")],
  ["http-server", (call) => firstOperand(call, "pa") ?? ""],
  ["caddy", (call) => (call.args[0]?.text === "file-server" ? rootOption(call) : null)],
]);

/** A listener that hands out a whole system's or somebody's files to whoever asks (T1567 without a sender). */
export function noteFileServer(call: Call): void {
  const serves = SERVERS.get(call.name.replace(/^python[23]$/, "python"));
  const named = serves?.(call) ?? null;
  if (named === null) return;
  const { frame, span, name } = call;
  const directory = named === "" ? workingDirectory(frame) : insidePath(frame, named);
  if (directory === null || !TELLING.test(directory)) return;
  const says = `${name} offers everything below ${directory} to whoever connects.`;
  frame.session.say(frame, "exfiltrates", span, says, "medium", {
    path: directory,
    program: name,
    sent: "secrets",
  });
}

/** `python3 -m http.server --bind ADDRESS --directory DIR PORT`. */
function python(call: Call): string | null {
  const at = call.args.findIndex(({ text }) => text === "-m");
  if (!/^(http\.server|SimpleHTTPServer|RangeHTTPServer|uploadserver|pyftpdlib)$/.test(textAt(call, at + 1)))
    return null;
  const options = readOptions(call.args.slice(at + 2), optionSpec("bdp", ["--bind", "--directory"]));
  if (LOOPBACK.test(option(options, "b", "--bind")?.text ?? "")) return null;
  return option(options, "d", "--directory")?.text ?? "";
}

/** `php -S ADDRESS:PORT -t DIR`. */
function php(call: Call): string | null {
  const options = readOptions(call.args, optionSpec("Stdc"));
  const address = option(options, "S")?.text;
  if (address === undefined || LOOPBACK.test(address)) return null;
  return option(options, "t")?.text ?? "";
}

/** `ruby -run -e httpd DIR`. */
function ruby(call: Call): string | null {
  const at = call.args.findIndex(({ text }) => text === "httpd");
  if (at < 0 || !call.args.some(({ text }) => text === "-run")) return null;
  return call.args.slice(at + 1).find(({ text }) => !text.startsWith("-"))?.text ?? "";
}

function firstOperand(call: Call, short: string): string | null {
  return readOptions(call.args, optionSpec(short)).operands[0]?.text ?? null;
}

function rootOption(call: Call): string {
  return option(readOptions(call.args, optionSpec("rlb", ["--root", "--listen"])), "r", "--root")?.text ?? "";
}

function textAt({ args }: Call, at: number): string {
  return at > 0 ? (args[at]?.text ?? "") : "";
}
