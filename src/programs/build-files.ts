import type { Call, Frame, Handler } from "./engine.ts";
import { noteExecution, noteRunPath } from "./execution.ts";
import { option, optionSpec, readOptions } from "./options.ts";
import { insidePath, shapeAt, targetPath, workingDirectory } from "./paths.ts";
import type { ReachedKind } from "./program.ts";
import { fileSource, fixedSource, type Source } from "./source.ts";
import { known, type Value } from "./value.ts";

const MAKEFILE_BYTES = 65_536;

/** A file that another program runs as its own code. */
function reachFile(call: Call, file: Value, kind: ReachedKind): void {
  const { frame, name } = call;
  const inside = insidePath(frame, file.text);
  if (inside === null) return;
  const shape = shapeAt(frame, inside);
  const entry = {
    kind,
    path: targetPath(frame, inside),
    name: file.text,
    span: file.span,
    via: [...frame.via, name],
    depth: frame.depth,
    exists: shape.exists,
    interpreter: name,
  } as const;
  frame.session.reach(shape.facts === null ? entry : { ...entry, facts: shape.facts });
  noteRunPath(frame, inside, file.span);
}

/** `make -f FILE -C DIR`: recipes are shell code, whatever the target. */
function make(call: Call): Value | null {
  const options = readOptions(call.args, optionSpec("fCIjloW", ["--file", "--makefile", "--directory"]));
  const { frame } = call;
  const directory = option(options, "C", "--directory")?.text ?? workingDirectory(frame) ?? "";
  const named = option(options, "f", "--file", "--makefile");
  if (named?.text === "-" || named?.text === "/dev/stdin") return makeFromInput(call);
  const files = named === undefined ? ["GNUmakefile", "makefile", "Makefile"] : [named.text];
  const path = files
    .map((file) => (file.startsWith("/") || directory === "" ? file : `${directory}/${file}`))
    .find((file) => named !== undefined || shapeAt(frame, file).exists);
  if (path === undefined && directory.startsWith("/")) noteRunPath(frame, `${directory}/Makefile`, call.span);
  if (path === undefined || !path.startsWith("/")) return null;
  reachFile(call, known(path, named?.span ?? call.span), "script");
  const read = frame.session.host.readFile(targetPath(frame, path), MAKEFILE_BYTES);
  if (read.kind !== "present") return null;
  runRecipes(frame, fileSource(targetPath(frame, path), new TextDecoder().decode(read.value.bytes)), path);
  return null;
}

function makeFromInput({ frame, span }: Call): null {
  const { stdin } = frame;
  if (stdin === null) return null;
  noteExecution(frame, stdin, "make", span);
  if (stdin.complete) runRecipes(frame, stdin.source ?? fixedSource(stdin.span, stdin.text), frame.script);
  return null;
}

function runRecipes(frame: Frame, source: Source, script: string | null): void {
  for (const match of source.text.matchAll(/^\t[@+-]*(.*)$/gm)) {
    const code = (match[1] ?? "").replaceAll("$$", "$");
    const inner = { ...frame, via: [...frame.via, "make"], script, depth: frame.depth + 1 };
    frame.session.engine.shell(inner, fixedSource(source.place(match.index, match[0].length), code));
  }
}

/** `java -jar FILE`, `dotnet FILE.dll`, `mono FILE.exe`. */
function virtualMachine(call: Call): Value | null {
  const options = readOptions(
    call.args,
    optionSpec("", ["-cp", "-classpath", "--class-path", "--module-path"]),
  );
  const at = call.args.findIndex(({ text }) => text === "-jar");
  const file =
    at >= 0
      ? call.args[at + 1]
      : options.operands.find(({ text }) => /\.(jar|dll|exe|class|war)$/i.test(text));
  if (file !== undefined) reachFile(call, file, "program");
  return null;
}

/** `Rscript FILE`: the first operand is code. */
function firstOperand(call: Call): Value | null {
  const [file] = readOptions(call.args, optionSpec("ieu")).operands;
  if (file !== undefined) reachFile(call, file, "script");
  return null;
}

/** Programs whose code is a file they are given, by name. */
export const BUILD_FILES: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["make", make],
  ["gmake", make],
  ["java", virtualMachine],
  ["dotnet", virtualMachine],
  ["mono", virtualMachine],
  ["wine", virtualMachine],
  ["Rscript", firstOperand],
]);
