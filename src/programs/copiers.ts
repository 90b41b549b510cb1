import type { Call, Handler } from "./engine.ts";
import { noteTree } from "./execution.ts";
import { fetched } from "./fetchers.ts";
import { AWS, hooked } from "./hooks.ts";
import { has, option, optionSpec, readOptions } from "./options.ts";
import { baseName, insidePath } from "./paths.ts";
import { isSecretPath } from "./sent-data.ts";
import { noteSpreading } from "./spreading.ts";
import { detailOf, isPrivateAddress } from "./urls.ts";
import { known, unknown, type Value } from "./value.ts";
import { noteWrite } from "./writes.ts";

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

/** Programs that copy files from host to host or to a storage, by name. */
export const COPIERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...["lftp", "ftp", "tftp", "atftp", "smbclient"].map((name): [string, Handler] => [name, transfer]),
  ...["scp", "sftp", "rsync", "rclone", "gsutil"].map((name): [string, Handler] => [name, copier]),
  ["aws", aws],
  ...["gcloud", "az", "vault"].map((name): [string, Handler] => [name, printsSecret]),
]);
