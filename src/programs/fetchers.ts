import { noteEngineRequest } from "./containers.ts";
import type { Call, Handler } from "./engine.ts";
import { noteTree } from "./execution.ts";
import { git } from "./git.ts";
import { AWS, hooked } from "./hooks.ts";
import { has, type Options, option, optionSpec, readOptions } from "./options.ts";
import { baseName, insidePath, targetPath } from "./paths.ts";
import { isSecretPath, sentData } from "./sent-data.ts";
import { noteSpreading } from "./spreading.ts";
import { noteCarriedInHeader, noteCarriedInUrl, noteUpload } from "./uploads.ts";
import { detailOf, isPrivateAddress, isUnprotected } from "./urls.ts";
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
function fetched(call: Call, url: string, output: Value | null, pings: boolean): Value | null {
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

/** Tools of cloud storage say with a verb what they do; only these copy. */
const COPYING = /^(cp|copy|copyto|copyurl|sync|bisync|mv|move|moveto|rsync|rcat)$/;

/** `scp`, `rsync`, `aws s3 cp`, `rclone copy`: which way the files go; `-` and `cat` print what is there. */
function copier(call: Call): Value | null {
  const operands = call.args.filter(({ text }) => text === "-" || !text.startsWith("-"));
  const remote = /^[\w.$@{}-]+:(?!\\)|^(s3|gs|rsync|https?|sftp|az|b2):\/\//;
  const last = operands.at(-1);
  const from = operands.slice(0, -1).find((value) => remote.test(value.text));
  if (last === undefined) return null;
  const isStorage = !/^(scp|sftp|rsync)$/.test(call.name);
  const source = operands.some(({ text }) => text === "cat") ? last : last.text === "-" ? from : undefined;
  if (isStorage && source !== undefined) return fetched(call, source.text, null, false);
  if (isStorage && !operands.some(({ text }) => COPYING.test(text))) return null;
  const { frame, span, name } = call;
  noteSpreading(call, remote.test(last.text) ? operands : [last]);
  noteInlineRemote(call, last.text);
  if (remote.test(last.text)) {
    const secret: boolean = operands.some((value) => isSecretPath(value.text));
    frame.session.say(
      frame,
      "exfiltrates",
      span,
      `${name} copies files to ${last.text}.`,
      secret ? "high" : "low",
      { ...detailOf(last.text, name), sent: secret ? "secrets" : "data" },
    );
  } else if (from !== undefined) {
    frame.session.say(frame, "fetch", span, `${name} copies ${from.text} to ${last.text}.`, "low", {
      ...detailOf(from.text, name),
      path: last.text,
    });
    const target = last.text.endsWith("/") ? { ...last, text: `${last.text}${baseName(from.text)}` } : last;
    noteWrite(frame, target, span, unknown("", span, { kind: "fetch", span, url: from.text }), false);
    // A daemon of rsync hands out whole trees and protects nothing on their way.
    if (/::|^rsync:/.test(from.text))
      noteTree(frame, insidePath(frame, last.text), { kind: "fetch", span, url: from.text });
  }
  return null;
}

/** Where `rclone` is told to go in so many words, by number: `:sftp,host=192.0.2.7,user=u:/x`, `:webdav,url="http://…"`. */
const INLINE_REMOTE = /^:[a-z0-9]+,(?=.*\b(?:host|url|endpoint)=["']?(?:\w+:\/\/)?(\d{1,3}(?:\.\d{1,3}){3}))/;

/** A remote nobody set up, at an address of the public network. */
function noteInlineRemote({ frame, name, span }: Call, target: string): void {
  const host = name === "rclone" ? INLINE_REMOTE.exec(target.slice(0, 1024))?.[1] : undefined;
  if (host === undefined || isPrivateAddress(host)) return;
  const says = `${name} sends files to ${host}, told with its password in the command.`;
  frame.session.say(frame, "exfiltrates", span, says, "medium", { host, program: name, sent: "data" });
}

const ownCredentials = hooked(AWS);

/** `aws`: copies, with credentials that its settings may ask a program for. */
function aws(call: Call): Value | null {
  ownCredentials(call);
  return printsSecret(call) ?? copier(call);
}

/** `lftp -c 'get X -o Y'`, `tftp HOST -c get X Y`, `smbclient //HOST/S -c 'get X Y'`: commands of their own say what. */
function transfer(call: Call): Value | null {
  const { args, frame, span, name } = call;
  const told = [...args, ...(frame.stdin?.complete ? [frame.stdin] : [])].map(({ text }) => text).join(" ");
  const host = args.find(({ text }) => /^(\/\/)?[\w@-]+(\.[\w-]+)+(\/\S*)?$/.test(text))?.text ?? "";
  const remote = name === "tftp" ? tftpFile(args) : undefined;
  if (remote !== undefined) return fetched(call, `tftp://${host}`, remote, false);
  const got = /(?:^|[\s;'"])(?:m|p|re)?get\s+([^\s;'"-][^\s;'"]*)(?:\s+(?:-o\s+)?([^\s;'"-][^\s;'"]*))?/.exec(
    told,
  );
  if (got === null) return frame.sink === "used" ? fetched(call, host, null, false) : null;
  const file = got[2] === undefined || got[2] === host ? baseName(got[1] ?? "") : got[2];
  return fetched(call, `${name}://${host.replace(/^\/\//, "")}`, known(file, span), false);
}

/** `tftp -g -r REMOTE [-l LOCAL] HOST`, busybox's way. */
function tftpFile(args: readonly Value[]): Value | undefined {
  const options = readOptions(args, optionSpec("rlb"));
  return has(options, "g") ? option(options, "l", "r") : undefined;
}

/** Package managers of languages: what they install from an address runs at once, as its own set-up code (T1195.001). */
function packages(call: Call): Value | null {
  const { frame, span, name, args } = call;
  if (name === "go") noteGoRun(call);
  const verb = args.find(({ text }) => /^(install|i|add|exec|x|dlx|run|download|wheel)$/.test(text));
  if (verb === undefined && name !== "npx" && name !== "bunx" && name !== "uvx") return null;
  const own = /^(npx|bunx|uvx)$/.test(name)
    ? args.slice(0, 1 + args.findIndex(({ text }) => !text.startsWith("-")))
    : args;
  const address = own.find(({ text }) => /^((git|hg)\+)?https?:\/\//.test(text) || /=https?:\/\//.test(text));
  if (address === undefined) {
    if (/^(pip3?|pipx|uv)$/.test(name)) noteIndex(call);
    return null;
  }
  const url = address.text.replace(/^(--[a-z-]+=)?((git|hg)\+)?/, "");
  const direct = /^(npx|bunx|uvx)$/.test(name);
  // An index of one's own is how companies install; a package named by its address is not.
  const isIndex = /^(-i|--[a-z-]*(url|index|registry|source|links))(=|$)/.test(
    address.text.startsWith("-") ? address.text : (args[args.indexOf(address) - 1]?.text ?? ""),
  );
  if (!direct && !isUnprotected(url) && isIndex) return null;
  const says = `${name} installs and runs code from ${url}.`;
  const confidence = direct || isUnprotected(url) ? "high" : "low";
  frame.session.say(frame, "fetch-to-interpreter", span, says, confidence, detailOf(url, name));
  return null;
}

/** Forges and the homes of Go's own modules: a checksum database watches what they hand out. */
const MODULE_HOMES =
  /^(github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|git\.sr\.ht|golang\.org|(google\.|go\.)?golang\.org|go\.[\w-]+\.\w+|gopkg\.in|(sigs\.)?k8s\.io|honnef\.co|mvdan\.cc|filippo\.io)\//;

/** `go run HOST/MODULE@latest`: whatever stands there today (go(1)). */
function noteGoRun({ frame, args, span, name }: Call): void {
  if (args[0]?.text !== "run") return;
  const module = args.find(({ text }) =>
    /^[\w-]+(\.[\w-]+)+\/[^@\s]+@(latest|main|master|HEAD|upgrade)$/.test(text),
  );
  if (module === undefined || MODULE_HOMES.test(module.text)) return;
  const says = `${name} downloads and runs ${module.text}, whatever that is today.`;
  frame.session.say(frame, "fetch-to-interpreter", span, says, "low", { program: name, url: module.text });
}

const INDEX = /^[ \t]*(?:extra-)?index-url[ \t]*=[ \t]*(\S+)/gm;
/** A public address without a name; a company's own index has one, or lies in its own network. */
const NAMELESS =
  /^\w+:\/\/(?:[^/@]*@)?(?!127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)\d{1,3}(?:\.\d{1,3}){3}(?:[:/]|$)/;

/** Where pip's settings say that packages come from, when the command does not (pip's configuration files). */
function noteIndex({ frame, name }: Call): void {
  if ((frame.session.runs.get("pip settings") ?? 0) > 0) return;
  frame.session.runs.set("pip settings", 1);
  const { home } = frame.session.context;
  const own = home === undefined ? [] : [`${home}/.config/pip/pip.conf`, `${home}/.pip/pip.conf`];
  for (const path of ["/etc/pip.conf", ...own]) {
    const read = frame.session.library.script(targetPath(frame, path), CONFIG_BYTES);
    for (const match of read?.source.text.matchAll(INDEX) ?? []) {
      const [line, url = ""] = match;
      if (!NAMELESS.test(url) || read === null) continue;
      const says = `${name} installs and runs code from ${url}, by ${path}.`;
      const place = read.source.place(match.index, line.length);
      frame.session.say(frame, "fetch-to-interpreter", place, says, "high", detailOf(url, name));
    }
  }
}

/** Verbs of the clouds' tools that print what lets somebody in. */
const PRINTS_SECRET =
  /\b(iam create-access-key|iam create-login-profile|sts (get-session-token|get-federation-token|assume-role)|secretsmanager get-secret-value|ssm get-parameters?\b.*--with-decryption|ecr get-login-password|auth (print-access-token|print-identity-token|application-default print-access-token)|secrets versions access|account get-access-token|keyvault secret show|ad sp create-for-rbac|token create|kv get)\b/;

/** `gcloud`, `az`, `vault`: what they print may be a key. */
function printsSecret({ args, span }: Call): Value | null {
  const words = args
    .map(({ text }) => text)
    .join(" ")
    .slice(0, 4096);
  return PRINTS_SECRET.test(words)
    ? unknown("", span, { kind: "file", span, path: "/.aws/credentials" })
    : null;
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
  ...["lftp", "ftp", "tftp", "atftp", "smbclient"].map((name): [string, Handler] => [name, transfer]),
  ["scp", copier],
  ["sftp", copier],
  ["rsync", copier],
  ["rclone", copier],
  ["aws", aws],
  ["gcloud", printsSecret],
  ["az", printsSecret],
  ["vault", printsSecret],
  ["gsutil", copier],
  ["git", git],
  ...[
    "pip",
    "pip3",
    "pipx",
    "uv",
    "uvx",
    "npm",
    "npx",
    "pnpm",
    "yarn",
    "bun",
    "bunx",
    "gem",
    "cpan",
    "cpanm",
    "go",
    "cargo",
    "easy_install",
  ].map((name): [string, Handler] => [name, packages]),
]);
