import type { Call, Frame } from "./engine.ts";
import { noteExecution } from "./execution.ts";
import { insidePath, targetPath } from "./paths.ts";
import type { Source } from "./source.ts";
import { isUnprotected } from "./urls.ts";
import { unknown, type Value } from "./value.ts";

const SOCKET = /(docker|podman|containerd|crio)\.sock/;
/** All privileges, a namespace of the host, or its root: options of the engines' command lines. */
const OPEN =
  /--privileged|--(pid|userns|ipc)[= ]host|(-v|--volume)[= ]\/:|--cap-add[= ](CAP_)?(ALL|SYS_ADMIN|SYS_MODULE|SYS_PTRACE)|\b(source|src)=\/(,|\s|$)/i;
/** The same in a request to an engine (Docker's API, containers/create). */
const OPEN_REQUEST =
  /"Privileged"\s?:\s?true|"Binds"\s?:\s?\[\s?"\/:|"(Pid|Ipc|Userns)Mode"\s?:\s?"host"|"Source"\s?:\s?"\/"/i;
/** A pod that has all privileges and the host's processes or its root (Kubernetes' API). */
const OPEN_POD = [
  /\bprivileged"?\s?:\s?true\b/,
  /\bhostPID"?\s?:\s?true\b|\bhostPath"?\s?:\s{0,40}\{?\s?"?path"?\s?:\s?"?\/"?\s?([},\n]|$)/,
];
/** The same asked for through the engines' Python library. */
const OPEN_CALL =
  /\bprivileged\s?=\s?True\b|\bvolumes\s?=\s?[{[]\s?["']\/["':]|\bpid_mode\s?=\s?["']host["']/;
/** An image named by the bare address of whoever keeps it. */
const NAMELESS_IMAGE = /(?:^|\s)(?:docker:\/\/)?\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d+)?\/[\w./-]+/;
const MOST = 16_384;

/** Runs a command inside a container: `docker run IMAGE …`, `kubectl exec`, `machinectl shell`. */
export function container(call: Call): Value | null {
  const verb = call.args.find((arg) => !arg.text.startsWith("-"))?.text ?? "";
  if (verb === "get" && call.args.some(({ text }) => /^secrets?(\/|,|$)/.test(text)))
    return unknown("", call.span, { kind: "file", span: call.span, path: "/.kube/secrets" });
  if (!/^(run|exec|start|up|create|apply|shell|compose|restart|launch)$/.test(verb)) return null;
  const { frame, span, name } = call;
  const text = textOf(call);
  const manifest = /^(apply|create)$/.test(verb)
    ? (call.args.find((arg) => /^https?:\/\//.test(arg.text))?.text ?? fetchedInput(call))
    : undefined;
  if (/^(apply|create)$/.test(verb) && manifestsOf(call).some(isOpenPod)) {
    const says = `${name} ${verb} starts a container that can reach the host.`;
    frame.session.say(frame, "container-run", span, says, "medium", { program: name });
  }
  if (manifest !== undefined && isUnprotected(manifest))
    noteExecution(frame, unknown("", span, { kind: "fetch", span, url: manifest }), name, span);
  // Update and clean-up containers are given the engine's socket, home servers the host's network.
  const helper = SOCKET.test(text) || /--net(work)?[= ]host/.test(text);
  const open = OPEN.test(text) || (SOCKET.test(text) && NAMELESS_IMAGE.test(text));
  const says = open
    ? `${name} ${verb} starts a container that can reach the host.`
    : helper
      ? `${name} ${verb} starts a container that is given the engine's socket or the host's network.`
      : `${name} ${verb} runs a container.`;
  frame.session.say(frame, "container-run", span, says, open ? "medium" : "low", { program: name });
  return null;
}

/** A container asked for at the engine's socket, without the engine's own program. */
export function noteEngineRequest(call: Call): void {
  const text = textOf(call);
  if (!SOCKET.test(text) || !OPEN_REQUEST.test(text)) return;
  const { frame, span, name } = call;
  const says = `${name} asks the engine's socket for a container that can reach the host.`;
  frame.session.say(frame, "container-run", span, says, "high", { program: name });
}

/** Manifests that are given on standard input, or lie in a file of the host. */
function manifestsOf({ args, frame }: Call): readonly string[] {
  const files = args
    .map(({ text }) => text.replace(/^--filename=/, ""))
    .filter((text) => /\.(ya?ml|json)$/.test(text))
    .slice(0, 8);
  const written = files.map((text) => {
    const path = insidePath(frame, text) ?? text;
    const content = frame.session.written.get(path)?.content;
    return (
      content?.text ?? frame.session.library.script(targetPath(frame, path), MOST * 4)?.source.text ?? ""
    );
  });
  return [...written, frame.stdin?.text ?? ""];
}

function isOpenPod(text: string): boolean {
  return OPEN_POD.every((part) => part.test(text.slice(0, MOST * 4)));
}

/** A script that asks an engine by its library (docker-py, podman-py). */
export function noteEngineCalls(frame: Frame, source: Source): void {
  const made = /\bcontainers\.(run|create)\s?\(/.exec(source.text);
  if (made === null || !/\b(docker|podman)\b/.test(source.text)) return;
  if (!OPEN_CALL.test(source.text.slice(made.index, made.index + 4096))) return;
  const says = "The script asks an engine for a container that can reach the host.";
  frame.session.say(frame, "container-run", source.place(made.index, made[0].length), says, "medium");
}

function textOf({ args, frame }: Call): string {
  const input = frame.stdin?.complete ? [frame.stdin] : [];
  return [...args, ...input]
    .map((arg) => arg.text)
    .join(" ")
    .slice(0, MOST);
}

function fetchedInput({ args, frame }: Call): string | undefined {
  const reads = args.some(({ text }) => text === "-" || text === "/dev/stdin");
  return reads && frame.stdin?.taint?.kind === "fetch" ? frame.stdin.taint.url : undefined;
}
