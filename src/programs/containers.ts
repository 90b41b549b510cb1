import type { Call } from "./engine.ts";
import { noteExecution } from "./execution.ts";
import { isUnprotected } from "./urls.ts";
import { unknown, type Value } from "./value.ts";

const SOCKET = /(docker|podman|containerd|crio)\.sock/;
/** All privileges, a namespace of the host, or its root: options of the engines' command lines. */
const OPEN =
  /--privileged|--(pid|userns|ipc)[= ]host|(-v|--volume)[= ]\/:|--cap-add[= ](CAP_)?(ALL|SYS_ADMIN|SYS_MODULE|SYS_PTRACE)|source=\/,/i;
/** The same in a request to an engine (Docker's API, containers/create). */
const OPEN_REQUEST =
  /"Privileged"\s?:\s?true|"Binds"\s?:\s?\[\s?"\/:|"(Pid|Ipc|Userns)Mode"\s?:\s?"host"|"Source"\s?:\s?"\/"/i;
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
