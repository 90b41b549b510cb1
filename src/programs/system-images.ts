/**
 * Images and trees that become part of the system: extensions merged over its files (systemd-sysext(8)), portable
 * services (portablectl(1)), and machines (machinectl(1)). Whoever made one decides what the host runs.
 */
import { container } from "./containers.ts";
import type { Call, Handler } from "./engine.ts";
import { noteExecution, noteRunPath, reachPath } from "./execution.ts";
import { option, optionSpec, readOptions } from "./options.ts";
import { insidePath } from "./paths.ts";
import { hiddenPart, isSystemImage, volatileDirectory } from "./places.ts";
import { isUnprotected } from "./urls.ts";
import { known, unknown, type Value } from "./value.ts";
import { runInner } from "./wrappers.ts";

/** `systemd-sysext refresh`: what this job put among the extensions is laid over the system's files. */
function merge({ frame, name, args, span }: Call): Value | null {
  if (!args.some(({ text }) => /^(merge|refresh)$/.test(text))) return null;
  for (const [path, taint] of frame.session.fetchedTrees)
    if (isSystemImage(path)) noteExecution(frame, unknown("", span, taint), name, span);
  return null;
}

/** `portablectl attach IMAGE`, `machinectl import-tar FILE`, `pull-tar URL`: units, or a system, out of an image. */
function attach({ frame, name, args, span }: Call): Value | null {
  const options = readOptions(args, optionSpec("pHMos", ["--profile", "--verify", "--format", "--output"]));
  const [verb, named] = options.operands;
  if (verb === undefined || named === undefined || !/^(re)?attach$|^(import|pull)-/.test(verb.text))
    return null;
  if (/^\w+:\/\//.test(named.text)) {
    const isUnchecked = option(options, "--verify")?.text === "no" || isUnprotected(named.text);
    if (isUnchecked)
      noteExecution(frame, unknown("", span, { kind: "fetch", span, url: named.text }), name, span);
    return null;
  }
  const path = insidePath(frame, named.text);
  if (path === null || !named.text.includes("/")) return null;
  noteRunPath(frame, path, span);
  if (volatileDirectory(path) !== null || hiddenPart(path) !== null)
    reachPath(frame, "program", path, name, span);
  return null;
}

/** `machinectl`: runs commands inside machines, and brings machines about. */
function machines(call: Call): Value | null {
  attach(call);
  const { operands } = readOptions(call.args, optionSpec("pHMEos", ["--uid", "--setenv"], true));
  const [verb, machine, ...command] = operands;
  // Inside another machine the command finds other files.
  if (verb?.text === "shell" && (machine === undefined || /(^|@)\.host$/.test(machine.text)))
    return runInner(call, command.length > 0 ? command : [known("sh", call.span)]);
  return container(call);
}

/** Commands about images, by name. */
export const SYSTEM_IMAGES: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["systemd-sysext", merge],
  ["systemd-confext", merge],
  ["portablectl", attach],
  ["importctl", attach],
  ["machinectl", machines],
]);
