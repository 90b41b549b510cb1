import type { Host } from "../hosts/host.ts";
import type { Span } from "../syntax/span.ts";
import { readCode } from "./code/code.ts";
import { isKnownCommand, runSimple } from "./commands.ts";
import type { Engine, Frame } from "./engine.ts";
import { noteVariable } from "./environment.ts";
import { expandArguments } from "./exec-expansion.ts";
import { runFile } from "./files.ts";
import { INTERPRETERS, programName, SHELLS } from "./names.ts";
import type { CommandLine, EnvironmentVariable, Followed, ProgramContext } from "./program.ts";
import { noteExtent } from "./retelling.ts";
import { firstFrame, openSession } from "./session.ts";
import { type Library, openLibrary } from "./shapes.ts";
import { parseShell, runShell } from "./shell.ts";
import { fixedSource } from "./source.ts";
import { known } from "./value.ts";

const ENGINE: Engine = {
  command: runSimple,
  knows: isKnownCommand,
  file: runFile,
  code(frame, language, source) {
    if (withinDepth(frame, source.place(0, 0)))
      readCode({ ...frame, depth: frame.depth + 1 }, language, source);
  },
  shell(frame, source) {
    if (!withinDepth(frame, source.place(0, 0))) return null;
    return runShell(frame, source, frame.session.library.parsed(source.text, parseShell));
  },
};

function withinDepth(frame: Frame, span: Span): boolean {
  noteExtent(frame);
  if (frame.depth <= frame.session.limits.depth && frame.via.length <= 24) return true;
  frame.session.gap(span.path, "code within code nested too deeply", "what the innermost code does");
  return false;
}

/** What was read of one host, kept so that many units naming one script read and parse it once. */
export interface Programs {
  /** From one Exec line to everything it runs. `context.host` must be the host `openPrograms` was given. */
  follow(command: CommandLine, context: ProgramContext): Followed;
  /** From text on standard input (`StandardInputText=`, `StandardInputData=`) to what an interpreter makes of it. */
  followInput(text: string, span: Span, interpreter: string, context: ProgramContext): Followed;
  /** What the variables alone change: libraries loaded, start-up files run, options added. */
  environmentEffects(
    environment: ReadonlyMap<string, EnvironmentVariable>,
    context: ProgramContext,
  ): Followed;
}

/** Opens the reading of one host's programs. */
export function openPrograms(host: Host): Programs {
  const library = openLibrary(host);
  return {
    follow: (command, context) => followWith(library, command, context),
    followInput: (text, span, interpreter, context) =>
      followInputWith(library, text, span, interpreter, context),
    environmentEffects: (environment, context) => effectsWith(library, environment, context),
  };
}

/** `openPrograms(context.host).follow(…)` for a single command. */
export function followCommand(command: CommandLine, context: ProgramContext): Followed {
  return followWith(openLibrary(context.host), command, context);
}

/** `openPrograms(context.host).followInput(…)` for a single text. */
export function followInput(
  text: string,
  span: Span,
  interpreter: string,
  context: ProgramContext,
): Followed {
  return followInputWith(openLibrary(context.host), text, span, interpreter, context);
}

/** `openPrograms(context.host).environmentEffects(…)` for a single environment. */
export function environmentEffects(
  environment: ReadonlyMap<string, EnvironmentVariable>,
  context: ProgramContext,
): Followed {
  return effectsWith(openLibrary(context.host), environment, context);
}

function followWith(library: Library, command: CommandLine, context: ProgramContext): Followed {
  const { session, close } = openSession(context, library, ENGINE);
  const frame = firstFrame(session);
  fillEnvironment(frame, command.environment);
  const argv = expandArguments(command);
  const stdin = command.input === undefined ? null : known(command.input, command.span);
  ENGINE.command({ ...frame, stdin }, argv, command.span);
  return close();
}

/** Variables of the unit carry where they were set: code that is one of them is told apart. */
function fillEnvironment(frame: Frame, environment: CommandLine["environment"]): void {
  for (const [name, { value, span }] of environment) {
    const held = { ...known(value, span), taint: { kind: "variable", span } as const };
    frame.scope.variables.set(name, { elements: [held], array: false, others: [] });
  }
}

function followInputWith(
  library: Library,
  text: string,
  span: Span,
  interpreter: string,
  context: ProgramContext,
): Followed {
  const { session, close } = openSession(context, library, ENGINE);
  const frame: Frame = { ...firstFrame(session), via: ["standard input"] };
  const name = programName(interpreter);
  const language = SHELLS.has(name) ? "shell" : (INTERPRETERS.get(name)?.language ?? "other");
  const source = fixedSource(span, text);
  session.reach({
    kind: "inline-code",
    path: null,
    name,
    span,
    via: frame.via,
    depth: 0,
    exists: true,
    interpreter: name,
    language,
    text: text.slice(0, 4096),
  });
  session.say(
    frame,
    "inline-interpreter-code",
    span,
    `Standard input written in the unit is run by ${name}.`,
    "medium",
    { program: name },
  );
  if (language === "shell") ENGINE.shell(frame, source);
  else ENGINE.code(frame, language, source);
  return close();
}

function effectsWith(
  library: Library,
  environment: ReadonlyMap<string, EnvironmentVariable>,
  context: ProgramContext,
): Followed {
  const { session, close } = openSession(context, library, ENGINE);
  const frame = firstFrame(session);
  for (const [name, { value, span }] of environment) noteVariable(frame, name, value, span);
  return close();
}
