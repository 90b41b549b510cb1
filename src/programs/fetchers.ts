import { noteEngineRequest } from "./containers.ts";
import type { Call, Handler } from "./engine.ts";
import { git } from "./git.ts";
import { has, type Options, option, optionSpec, readOptions } from "./options.ts";
import { baseName, insidePath, targetPath } from "./paths.ts";
import { sentData } from "./sent-data.ts";
import { noteCarriedInHeader, noteCarriedInUrl, noteUpload } from "./uploads.ts";
import { detailOf } from "./urls.ts";
import { known, type Taint, unknown, type Value } from "./value.ts";
import { noteWrite } from "./writes.ts";

const CURL = optionSpec("oXdHuAebcDEFKmrTxyYzCPQUtw", [
  "--output",
  "--request",
  "--data",
  "--data-binary",
  "--data-raw",
  "--data-urlencode",
  "--data-ascii",
  "--json",
  "--header",
  "--user",
  "--user-agent",
  "--referer",
  "--cookie",
  "--cookie-jar",
  "--dump-header",
  "--cert",
  "--key",
  "--cacert",
  "--capath",
  "--form",
  "--form-string",
  "--config",
  "--max-time",
  "--connect-timeout",
  "--retry",
  "--retry-delay",
  "--retry-max-time",
  "--range",
  "--upload-file",
  "--proxy",
  "--limit-rate",
  "--speed-limit",
  "--speed-time",
  "--time-cond",
  "--continue-at",
  "--quote",
  "--proxy-user",
  "--write-out",
  "--url",
  "--output-dir",
  "--resolve",
  "--connect-to",
  "--interface",
  "--dns-servers",
  "--unix-socket",
  "--max-filesize",
  "--socks5",
  "--socks5-hostname",
  "--ciphers",
  "--stderr",
  "--trace",
  "--netrc-file",
  "--pinnedpubkey",
]);

const WGET = optionSpec("OPoaietwQBUlADRIXT", [
  "--output-document",
  "--directory-prefix",
  "--output-file",
  "--append-output",
  "--input-file",
  "--tries",
  "--timeout",
  "--wait",
  "--quota",
  "--user-agent",
  "--header",
  "--post-data",
  "--post-file",
  "--body-data",
  "--body-file",
  "--method",
  "--user",
  "--password",
  "--referer",
  "--load-cookies",
  "--save-cookies",
  "--ca-certificate",
  "--limit-rate",
  "--execute",
]);

const CONFIG_BYTES = 65_536;
const MOST_CONFIG_LINES = 512;

/** What a file of `curl -K` stands for: an option a line, its dashes optional, its value after a blank, `=` or `:`. */
function configured({ frame, args }: Call): readonly Value[] {
  return args.flatMap((arg, at): readonly Value[] => {
    const joined = /^(?:-K|--config=)(?=.)/.exec(arg.text)?.[0];
    const isValue = /^(-K|--config)$/.test(args[at - 1]?.text ?? "");
    const inside = insidePath(frame, isValue ? arg.text : arg.text.slice(joined?.length ?? 0));
    if ((joined === undefined && !isValue) || inside === null) return [];
    const read = frame.session.library.script(targetPath(frame, inside), CONFIG_BYTES);
    return (read?.source.text.split("\n", MOST_CONFIG_LINES) ?? []).flatMap((line) => {
      const [, name, value = ""] = /^\s*-{0,2}([a-zA-Z][\w-]*)\s*[=:]?\s*([\s\S]*)$/.exec(line) ?? [];
      if (name === undefined) return [];
      const option = known(name.length === 1 ? `-${name}` : `--${name}`, arg.span);
      const plain = /^"((?:[^"\\]|\\.)*)"/.exec(value)?.[1]?.replace(/\\(.)/g, "$1") ?? value.trim();
      return plain === "" ? [option] : [option, known(plain, arg.span)];
    });
  });
}

const CURL_BODIES =
  "d --data --data-binary --data-raw --data-urlencode --data-ascii --json F --form T --upload-file".split(
    " ",
  );
const CURL_HEADERS = "H --header b --cookie A --user-agent e --referer".split(" ");
const WGET_BODIES = "--post-data --post-file --body-data --body-file".split(" ");
const WGET_HEADERS = "--header U --user-agent --referer".split(" ");

function valuesOf({ values }: Options, names: readonly string[]): readonly Value[] {
  return names.flatMap((name) => values.get(name) ?? []);
}

/** `curl`: what it downloads, uploads, or only pings. */
function curl(call: Call): Value | null {
  noteEngineRequest(call);
  const options = readOptions([...configured(call), ...call.args], CURL);
  const urls = urlsOf(options, call);
  const url = urls[0] ?? option(options, "--config", "K")?.text ?? "";
  const sent = valuesOf(options, CURL_BODIES);
  if (sent.length > 0) noteUpload(call, url, sent, has(options, "T", "--upload-file"));
  noteCarriedInUrl(call, options.operands);
  noteCarriedInHeader(call, url, valuesOf(options, CURL_HEADERS));
  const outputs = options.values.get("o") ?? options.values.get("--output") ?? [];
  if (has(options, "O", "--remote-name", "--remote-name-all", "J") && outputs.length === 0) {
    return fetched(call, url, remoteName(urls[0], option(options, "--output-dir")?.text), sent.length > 0);
  }
  return fetched(call, url, outputs[0] ?? null, sent.length > 0 || has(options, "I", "--head"));
}

function wget(call: Call): Value | null {
  const options = readOptions(call.args, WGET);
  const urls = urlsOf(options, call);
  const url = urls[0] ?? option(options, "i", "--input-file")?.text ?? "";
  const sent = valuesOf(options, WGET_BODIES);
  const file = option(options, "--post-file", "--body-file");
  if (sent.length > 0) noteUpload(call, url, sent, file !== undefined);
  noteCarriedInUrl(call, options.operands);
  noteCarriedInHeader(call, url, valuesOf(options, WGET_HEADERS));
  const output = option(options, "O", "--output-document");
  // Joined letters such as `-qO-` arrive as the value of O.
  if (output !== undefined) return fetched(call, url, output, sent.length > 0);
  if (has(options, "--spider")) return fetched(call, url, known("/dev/null", call.span), true);
  return fetched(
    call,
    url,
    remoteName(urls[0], option(options, "P", "--directory-prefix")?.text),
    sent.length > 0,
  );
}

function urlsOf(options: Options, call: Call): string[] {
  const named = (options.values.get("--url") ?? []).map((value) => value.text);
  const operands = options.operands.map((value) => value.text);
  const like = [...named, ...operands].filter(
    (text) => /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /[.$:]/.test(text),
  );
  return like.length > 0 ? like : operands.slice(0, call.args.length);
}

function remoteName(url: string | undefined, directory: string | undefined): Value | null {
  if (url === undefined) return null;
  const plain = url.replace(/[?#].*$/, "");
  const name = /:\/\/[^/]*$/.test(plain) || plain.endsWith("/") ? "index.html" : baseName(plain);
  const text = directory === undefined ? name : `${directory.replace(/\/$/, "")}/${name}`;
  return known(text, { path: "", line: 1, column: 1, length: 0 });
}

/** Says what a download is and gives back what stands on standard output. */
export function fetched(call: Call, url: string, output: Value | null, pings: boolean): Value | null {
  const { frame, span } = call;
  const { session } = frame;
  const taint: Taint = { kind: "fetch", span, url };
  const detail = detailOf(url, call.name);
  const from = url === "" ? "the network" : url;
  const stdout = output === null || /^(-|\/dev\/(stdout|fd\/1))$/.test(output.text);
  if (!stdout && output.text !== "/dev/null") {
    const says = `${call.name} downloads ${from} to ${output.text}.`;
    session.say(frame, "fetch", span, says, "medium", { ...detail, path: output.text });
    noteWrite(frame, output, span, unknown("", span, taint), false);
    return null;
  }
  if (!stdout || frame.sink !== "used") {
    const says = `${call.name} asks ${from} and keeps nothing of the answer.`;
    session.say(frame, "network-ping", span, says, "low", detail);
    return stdout ? unknown("", span, taint) : null;
  }
  if (!pings) session.say(frame, "fetch", span, `${call.name} downloads ${from}.`, "medium", detail);
  return unknown("", span, taint);
}

/** Downloaders that write a file and take the URL as operand. */
function downloader(spec = optionSpec("doO", ["--dir", "--out", "--output"])): Handler {
  return (call) => {
    const options = readOptions(call.args, spec);
    const url = options.operands.find((value) => /:\/\/|\./.test(value.text));
    if (url === undefined) return null;
    const name = option(options, "o", "O", "--out", "--output");
    const directory = option(options, "d", "--dir")?.text;
    return fetched(call, url.text, name ?? remoteName(url.text, directory), false);
  };
}

/** Programs whose answer goes to standard output. */
function printer(call: Call): Value | null {
  const url = call.args.find((value) => /:\/\//.test(value.text));
  return url === undefined ? null : fetched(call, url.text, null, false);
}

/** `dig +short TXT name`: a record can carry code. */
function resolver(call: Call): Value | null {
  const txt = call.args.some((value) => /^-?(type=|t=|q=)?(txt|any|null)$/i.test(value.text));
  const host = call.args.find((value) => /\./.test(value.text) && !/^[-+@]/.test(value.text));
  if (host === undefined) return null;
  const { frame, span, name } = call;
  if (host.taint?.kind === "facts" || host.taint?.kind === "file" || /\$\(/.test(host.text)) {
    frame.session.say(
      frame,
      "exfiltrates",
      span,
      `${name} asks for a name made of this system's data: ${host.text}.`,
      "medium",
      { host: host.text, sent: host.taint === null ? "host-facts" : sentData(host.taint) },
    );
  }
  if (!txt) return null;
  if (frame.sink === "used") {
    frame.session.say(frame, "fetch", span, `${name} reads TXT records of ${host.text}.`, "medium", {
      host: host.text,
      program: name,
    });
  }
  return unknown("", span, { kind: "fetch", span, url: `dns:${host.text}` });
}

/** Programs that download, by name. */
export const FETCHERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["curl", curl],
  ["wget", wget],
  ["wget2", wget],
  ["aria2c", downloader()],
  ["axel", downloader()],
  ["fetch", downloader()],
  ["lwp-download", downloader()],
  ["GET", printer],
  ["lwp-request", printer],
  ["lynx", printer],
  ["w3m", printer],
  ["links", printer],
  ["http", printer],
  ["xh", printer],
  ["dig", resolver],
  ["host", resolver],
  ["drill", resolver],
  ["kdig", resolver],
  ["delv", resolver],
  ["nslookup", resolver],
  ["git", git],
]);
