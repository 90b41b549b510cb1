import type { Span } from "../syntax/span.ts";
import type { Frame } from "./engine.ts";
import { insidePath, shapeAt, targetPath } from "./paths.ts";
import { hiddenPart, volatileDirectory } from "./places.ts";
import type { BehaviourDetail, ReachedKind } from "./program.ts";
import { isUnprotected } from "./urls.ts";
import { known, type Taint, type Value } from "./value.ts";

/** Something is run whose content came from elsewhere: says from where. */
export function noteExecution(frame: Frame, value: Value, runner: string, span: Span): void {
  const { taint } = value;
  if (taint === null) return;
  const { session } = frame;
  if (isVerified(frame, taint)) return;
  if (taint.kind === "fetch") {
    const from = taint.url === undefined || taint.url === "" ? "the network" : taint.url;
    const detail = { program: runner, ...(taint.url ? { url: taint.url } : {}) };
    session.say(
      frame,
      "fetch-to-interpreter",
      span,
      `What is downloaded from ${from} is run by ${runner}.`,
      "high",
      detail,
    );
  } else if (taint.kind === "decode") {
    const decoded = taint.decoded?.slice(0, 4096);
    const detail: BehaviourDetail = { program: runner, ...(decoded === undefined ? {} : { decoded }) };
    const confidence = taint.unseen === true ? "low" : "high";
    session.say(
      frame,
      "decode-to-interpreter",
      span,
      `Decoded text is run by ${runner}.`,
      confidence,
      detail,
    );
  } else if (taint.kind === "variable") {
    const says = `${runner} runs the value of a variable set outside the script.`;
    session.say(frame, "variable-to-interpreter", span, says, "medium", { program: runner });
  } else if (taint.kind === "file" && taint.path?.startsWith("/")) {
    // Whoever writes the file writes the commands: it is a script under another name.
    session.engine.file({ ...frame, via: [...frame.via, runner] }, known(taint.path, span), [], runner);
  }
}

/** A file is run or sourced: says when its path is volatile or hidden, or its content was fetched just before. */
export function noteRunPath(frame: Frame, path: string, span: Span): void {
  const { session } = frame;
  const written = session.written.get(path);
  const taint = written?.content?.taint ?? treeOf(frame, path);
  if (taint?.kind === "fetch" && !isVerified(frame, taint)) {
    const detail = taint.url === undefined ? { path } : { path, url: taint.url };
    session.say(
      frame,
      "fetch-to-interpreter",
      span,
      `What was downloaded to ${path} is run.`,
      "high",
      detail,
    );
  } else if (taint?.kind === "decode") {
    const decoded = taint.decoded?.slice(0, 4096);
    const detail = decoded === undefined ? { path } : { path, decoded };
    session.say(frame, "decode-to-interpreter", span, `What was decoded to ${path} is run.`, "high", detail);
  }
  if (!/^\/(usr\/)?(s?bin|lib|lib64|libexec)\//.test(path)) {
    session.say(frame, "executes", span, `${path} is run.`, "low", { path });
  }
  const volatile = volatileDirectory(path);
  const hidden = hiddenPart(path);
  if (volatile !== null) {
    const also = hidden === null ? "" : ` and hidden (${hidden})`;
    session.say(
      frame,
      "volatile-path",
      span,
      `${path} is run from ${volatile}, a volatile place${also}.`,
      "high",
      { path },
    );
  } else if (hidden !== null) {
    const home = /^\/(root|home\/[^/]+)\//.test(path);
    session.say(
      frame,
      "volatile-path",
      span,
      `${path} is run from a hidden place (${hidden}).`,
      home ? "low" : "medium",
      { path },
    );
  }
}

/** `bash "$D/install.sh"` where `$D` is what was cloned to. */
export function noteRunOfTree(frame: Frame, path: string, span: Span): void {
  const taint = treeOf(frame, path);
  if (taint !== undefined)
    noteExecution(frame, { text: path, complete: false, span, taint, source: null }, path, span);
}

/** Downloaded under a name by a protected transport, and checked. */
export function isVerified({ session }: Frame, { kind, url }: Taint): boolean {
  return kind === "fetch" && session.verified && url !== undefined && !isUnprotected(url);
}

/** Directories that hold much besides what was unpacked into them. */
const SHARED_TREE =
  /^\/((etc|opt|root|srv)|home(\/[^/]+)?|(usr(\/local)?\/)?(s?bin|lib|lib64|share)|usr(\/local)?|var(\/(cache|lib|www))?)?$/;

/** What lies below a directory from now on came from elsewhere: a clone, an unpacked archive. */
export function noteTree(
  { session }: Frame,
  directory: string | null,
  taint: Taint | null | undefined,
): void {
  if (directory === null || taint?.kind !== "fetch" || SHARED_TREE.test(directory)) return;
  session.fetchedTrees.set(directory, taint);
}

/** Where the tree a path lies in was downloaded from. */
function treeOf({ session }: Frame, path: string): Taint | undefined {
  for (const [directory, taint] of session.fetchedTrees) if (path.startsWith(`${directory}/`)) return taint;
  return undefined;
}

/** Something is run whose path ends in what is not known: its directory may say enough. */
export function noteOddPath(frame: Frame, { text, span }: Value): void {
  const fixed = /^\/[^$`*?[{]*\//.exec(text)?.[0];
  if (fixed === undefined) return;
  if (volatileDirectory(fixed) === null && hiddenPart(fixed) === null) return;
  noteRunPath(frame, text, span);
  const { via, depth, session } = frame;
  const path = targetPath(frame, text);
  session.reach({ kind: "script", path, name: text, span, via, depth, exists: false });
}

/** Notes a file that becomes part of what runs: a library, a start-up file. */
export function reachPath(frame: Frame, kind: ReachedKind, path: string, name: string, span: Span): void {
  const inside = insidePath(frame, path) ?? path;
  const shape = shapeAt(frame, inside);
  const reached = {
    kind,
    path: targetPath(frame, inside),
    name: path,
    span,
    via: [...frame.via, name],
    depth: frame.depth,
    exists: shape.exists,
  };
  frame.session.reach(shape.facts === null ? reached : { ...reached, facts: shape.facts });
}
