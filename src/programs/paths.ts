import type { Found, Frame } from "./engine.ts";
import type { FileShape } from "./shapes.ts";

/** A path without `.`, `//`, and `..` steps; the text only, links are not asked. */
export function plainPath(path: string): string {
  if (path.startsWith("/") && !path.includes("//") && !path.includes("/.") && !path.endsWith("/"))
    return path;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** The last component. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The path a command means, seen from inside its root; `null` when the directory is not known. */
export function insidePath(frame: Frame, text: string): string | null {
  if (text.startsWith("/")) return plainPath(text);
  if (text === "" || text.startsWith("~") || text.startsWith("$")) return null;
  const base = workingDirectory(frame);
  return base === null ? null : plainPath(`${base}/${text}`);
}

/** The directory commands run in, if known. Runs that ask for the one they were started in depend on it. */
export function workingDirectory({ session, scope }: Frame): string | null {
  const directory = scope.workingDirectory;
  for (const recording of session.recordings)
    if (recording.directory === directory) recording.directoryRead = true;
  return directory;
}

/** The same path seen from the target's root. */
export function targetPath(frame: Frame, inside: string): string {
  const root = frame.session.context.root;
  return root === "/" || root === "" ? inside : plainPath(`${root}/${inside}`);
}

/** What stands at a path of the command's own view. */
export function shapeAt(frame: Frame, inside: string): FileShape {
  return frame.session.library.shape(targetPath(frame, inside));
}

/**
 * The file a program name means: a name with a slash is a path, others are searched. Inside scripts a known `PATH`
 * is searched first (execvp(3)); systemd itself searches only its own list (systemd.exec(5), ExecSearchPath=).
 */
export function findProgram(frame: Frame, name: string): Found | null {
  if (name.includes("/")) {
    const inside = insidePath(frame, name);
    return inside === null ? null : { inside, shape: shapeAt(frame, inside) };
  }
  if (name === "") return null;
  const { found } = frame.session;
  const own = ownSearchPath(frame);
  const key = own === undefined ? name : `${name}\u0000${own}`;
  let program = found.get(key);
  if (program === undefined) {
    program = search(frame, name, searchList(frame, own));
    found.set(key, program);
  }
  return program;
}

function search(frame: Frame, name: string, list: readonly string[]): Found | null {
  for (const directory of list) {
    const inside = plainPath(`${directory}/${name}`);
    const shape = shapeAt(frame, inside);
    if (shape.exists && shape.facts?.kind === "file") return { inside, shape };
  }
  return null;
}

/** The value of `PATH` that the code itself sees. */
function ownSearchPath(frame: Frame): string | undefined {
  if (frame.via.length === 0 && frame.script === null) return undefined;
  return frame.scope.variables.get("PATH")?.elements[0]?.text;
}

/** Where programs are searched if `PATH` is `own`. */
export function searchList(frame: Frame, own: string | undefined): readonly string[] {
  if (own === undefined) return frame.session.context.searchPath;
  const named = own.split(":").filter((part) => part.startsWith("/"));
  return [...new Set([...named.slice(0, 32), ...frame.session.context.searchPath])];
}
