import type { Call, Handler } from "./engine.ts";
import { isSecretPath, sentData } from "./sent-data.ts";
import type { Taint, Value } from "./value.ts";

/** What a program that hands its input on to the network is given of this host. False when that is nothing of note. */
export function noteSentInput(call: Call, host: string, input: Value | null = call.frame.stdin): boolean {
  const taint = input?.taint ?? null;
  if (taint === null || (taint.kind !== "file" && taint.kind !== "facts")) return false;
  sayTaken(call, host, `sends local data to ${host === "" ? "the network" : host}`, taint);
  return true;
}

/** `socat -u FILE:/etc/shadow TCP:…`: a file that is one side of a connection. */
export function noteSentFile(call: Call, host: string, addresses: readonly Value[]): void {
  const path = addresses
    .map(({ text }) => /^(?:FILE|G?OPEN)[:=]([^,]+)/i.exec(text)?.[1])
    .find((each) => each !== undefined && isSecretPath(each));
  if (path === undefined) return;
  sayTaken(call, host, `sends ${path} to ${host}`, { kind: "file", span: call.span, path });
}

/** `ping -p $(…)`: the padding of an echo request carries sixteen bytes (T1048.003). */
const ping: Handler = (call) => {
  const { args } = call;
  const padding = args.find((_, at) => /^(-p|--pattern)$/.test(args[at - 1]?.text ?? ""));
  const host = args.at(-1)?.text ?? "";
  if (padding !== undefined && !/^[0-9a-f]*$/i.test(padding.text)) noteSentInput(call, host, padding);
  return null;
};

function sayTaken({ frame, span, name }: Call, host: string, what: string, taint: Taint): void {
  frame.session.say(frame, "exfiltrates", span, `${name} ${what}.`, "high", {
    program: name,
    ...(host === "" ? {} : { host }),
    sent: sentData(taint),
  });
}

/** Programs that carry bytes to another host as they are, by name. */
export const RAW_SENDERS: ReadonlyMap<string, Handler> = new Map([
  ["ping", ping],
  ["ping6", ping],
  ["fping", ping],
]);
