import { matchesGlob } from "../manager/glob.ts";
import type { Frame } from "./engine.ts";
import { shapeAt, targetPath } from "./paths.ts";
import type { Value } from "./value.ts";

const MOST_MATCHES = 128;

/** True for an absolute path in which only `*`, `?` and `[…]` are open. Of known texts only brackets are patterns. */
export function isPathPattern({ text, complete }: Value): boolean {
  if (complete && !/\[[^\]/]{1,256}\]/.test(text)) return false;
  return /^\/[^$`{}\n]*[*?[]/.test(text) && !/[$`{}\n]/.test(text) && text.length <= 4096;
}

/** The files a pattern names on this host (bash(1), Pathname Expansion), as the command sees them, in order. */
export function pathsMatching(frame: Frame, pattern: string): readonly string[] {
  const steps = pattern.split("/").filter((step) => step !== "" && step !== ".");
  let paths: string[] = [""];
  for (const step of steps) {
    paths = paths.flatMap((path) =>
      /[*?[]/.test(step) ? entriesOf(frame, path, step) : [`${path}/${step}`],
    );
    if (paths.length > MOST_MATCHES) {
      const reason = `more than ${MOST_MATCHES} files match`;
      frame.session.gap(targetPath(frame, pattern), reason, "what the rest of them do");
      paths.length = MOST_MATCHES;
    }
  }
  return paths.filter((path) => shapeAt(frame, path).exists);
}

function entriesOf(frame: Frame, directory: string, step: string): string[] {
  const path = targetPath(frame, directory === "" ? "/" : directory);
  const listed = frame.session.host.readDirectory(path);
  if (listed.kind === "unreadable") frame.session.gap(path, listed.reason, "the files a pattern names there");
  if (listed.kind !== "present") return [];
  return listed.value
    .map(({ name }) => name)
    .filter((name) => (!name.startsWith(".") || step.startsWith(".")) && matchesGlob(step, name))
    .map((name) => `${directory}/${name}`);
}
