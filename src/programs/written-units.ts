/** Unit files that the analysed code itself writes: what they will run is followed as if the code ran it. */

import type { Span } from "../syntax/span.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import type { Frame } from "./engine.ts";
import { INTERPRETERS, programName, SHELLS } from "./names.ts";
import { baseName } from "./paths.ts";
import { fixedSource } from "./source.ts";
import type { Value } from "./value.ts";
import { wrapperOf } from "./wrappers.ts";

const UNIT_PLACE =
  /\/systemd\/(system|user)(\.control)?\/(?:[^/]+\.d\/)?[^/]+\.(service|timer|socket|path|mount|target|conf)$/;
const EXEC = /^[ \t]*Exec(?:Condition|Start(?:Pre|Post)?|Reload|Stop(?:Post)?)[ \t]*=[ \t]*[-@:+!]*(\S.*)$/gm;
const MOST = 32;

export function isUnitFile(path: string): boolean {
  return UNIT_PLACE.test(path);
}

/** Reads a unit that is written, where its text is known. */
export function followWrittenUnit(frame: Frame, path: string, content: Value, span: Span): void {
  if (!UNIT_PLACE.test(path) || !content.complete) return;
  const key = `unit ${path}`;
  if (frame.session.active.has(key)) return;
  frame.session.active.set(key, true);
  const inner: Frame = {
    ...frame,
    via: [...frame.via, baseName(path)],
    depth: frame.depth + 1,
    doubtful: true,
    sink: "ends",
    stdin: null,
  };
  for (const command of commandsOf(content.text))
    frame.session.engine.shell(inner, fixedSource(span, command.replaceAll("%%", "%")));
  frame.session.active.delete(key);
}

/**
 * The one program that a unit starts by the text that was written for it; a timer starts its namesake. Undefined where
 * there are several, or where the program is an interpreter or a wrapper and says nothing by itself.
 */
export function startedBy(text: string): string | undefined {
  const programs = new Set(commandsOf(text).map((command) => command.split(/[ \t]/, 1)[0] ?? ""));
  const [program = ""] = programs;
  if (programs.size !== 1 || !program.startsWith("/")) return undefined;
  const name = programName(program);
  return SHELLS.has(name) || INTERPRETERS.has(name) || wrapperOf(name) !== undefined ? undefined : program;
}

/** What a unit that this code wrote before will start. */
export function startedByUnit({ session }: Frame, unit: string): string | undefined {
  const name = parseUnitName(unit)?.type === "timer" ? unit.replace(/\.timer$/, ".service") : unit;
  for (const directory of [
    "/etc/systemd/system",
    "/etc/systemd/user",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
  ]) {
    const content = session.written.get(`${directory}/${name}`)?.content;
    if (content?.complete === true) return startedBy(content.text);
  }
  return undefined;
}

function commandsOf(text: string): string[] {
  return [...text.slice(0, 65_536).matchAll(EXEC)].slice(0, MOST).map(([, command = ""]) => command);
}
