/** Requests that carry something away: what a script sends, and whether that is a secret. */
import type { Span } from "../../syntax/span.ts";
import { isSecretPath } from "../sent-data.ts";
import { detailOf } from "../urls.ts";
import { separate } from "./arguments.ts";
import { type Reading, spendTokens } from "./reading.ts";
import type { Token } from "./tokens.ts";
import { folded } from "./values.ts";

export function noteSending(
  reading: Reading,
  token: Token,
  span: Span,
  url: string,
  args: readonly Token[],
): void {
  const { frame, secret, seen } = reading;
  seen.add("send");
  const to = url === "" ? "the network" : url;
  const isFile = args.some(
    ({ kind, text }, at) => kind === "word" && FILE_BODY.test(text) && !logsIn(args, at),
  );
  const says = isFile
    ? `${token.text} sends the content of a file to ${to}.`
    : `${token.text} sends data to ${to}.`;
  frame.session.say(frame, "exfiltrates", span, says, secret || (isFile && url !== "") ? "medium" : "low", {
    ...detailOf(url, token.text),
    sent: secret ? "secrets" : "data",
  });
}

/** `"Authorization": "Bearer " + open(…)`: what one logs in with. */
function logsIn(args: readonly Token[], at: number): boolean {
  return args
    .slice(Math.max(0, at - 6), at)
    .some(
      ({ kind, text }) =>
        kind === "string" && /^(bearer|token|basic)\s|authorization|token|api-?key/i.test(text),
    );
}

const FILE_BODY =
  /^(open|File\.(read|open|new)|(fs\.)?(readFileSync|createReadStream)|CURLFile|file_get_contents)$/;

/** `urlopen("http://host/?d=" + b64encode(key))`: a key as a part of the address. */
export function noteSecretInUrl(
  reading: Reading,
  token: Token,
  args: readonly Token[],
  span: Span,
  url: string,
): void {
  const { taint } = folded(reading, separate(args)[0] ?? [], span);
  const path = taint?.kind === "file" ? (taint.path ?? "") : "";
  const isToken = /\/(serviceaccount\/token|\.vault-token|id_\w+|shadow)$/.test(path);
  if (!isToken && !isSecretPath(path)) return;
  if (!spendTokens(reading, reading.list.length)) return;
  if (!isToken && !reading.list.some(({ text }) => ENCODES.test(text))) return;
  const says = `${token.text} sends what stands in ${path} as a part of the address ${url}.`;
  reading.frame.session.say(reading.frame, "exfiltrates", span, says, "medium", {
    ...detailOf(url, token.text),
    sent: "secrets",
  });
}

const ENCODES = /(b64encode|b32encode|b85encode|hexlify|\.hex|encode64|base64_encode|bin2hex|btoa)$/;

/** A request that carries something: `urlopen(url, data=…)`, `fetch(url, { method: "POST" })`. */
export function hasBody(args: readonly Token[]): boolean {
  return args.some(
    ({ kind, text }, at) =>
      (kind === "string" && /^(POST|PUT|PATCH)$/i.test(text)) ||
      (kind === "word" && /^(data|json|files|body)$/.test(text) && /^[=:]$/.test(args[at + 1]?.text ?? "")),
  );
}
