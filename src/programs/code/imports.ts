import type { Span } from "../../syntax/span.ts";
import type { Frame } from "../engine.ts";
import { plainPath, shapeAt, workingDirectory } from "../paths.ts";
import type { Language } from "../program.ts";
import type { Source } from "../source.ts";
import { known } from "../value.ts";
import type { Token } from "./tokens.ts";

/** Modules of one script that are looked for beside it. */
const MOST_IMPORTS = 64;

/**
 * Follows modules a script takes from its own directory: Python puts that directory first, before its standard
 * library, so a `json.py` beside a script is what `import json` means (python(1), sys.path); Node and Ruby name such
 * modules by relative paths. Modules of the interpreter's own directories are not followed.
 */
export function followImports(
  frame: Frame,
  language: Language,
  list: readonly Token[],
  source: Source,
): void {
  if (language !== "python" && language !== "node" && language !== "ruby") return;
  const directories = searchedFirst(frame, language);
  if (directories.length === 0) return;
  let left = MOST_IMPORTS;
  for (const { name, token } of language === "python" ? pythonImports(list) : relativeImports(list)) {
    if (--left < 0) return;
    followModule(frame, language, name, source.place(token.pos, token.text.length), directories);
  }
}

/** `python -m NAME`: the working directory is searched first, then where distributions and pip put modules. */
export function followPythonModule(frame: Frame, name: string, span: Span): boolean {
  const directories = [...searchedFirst(frame, "python"), ...installedModules(frame)];
  return (
    followModule(frame, "python", `${name}.__main__`, span, directories) ||
    followModule(frame, "python", name, span, directories)
  );
}

/** The directories of installed modules (Python's site(3), Debian's dist-packages). */
function installedModules({ session }: Frame): readonly string[] {
  const { host, context } = session;
  const homes = context.home === undefined ? [] : [`${context.home}/.local/lib`];
  return [...homes, "/usr/local/lib", "/usr/lib", "/usr/lib64"].flatMap((root) => {
    const found = host.readDirectory(root);
    if (found.kind !== "present") return [];
    const versions = found.value.map(({ name }) => name).filter((name) => /^python3(\.\d+)?$/.test(name));
    return versions
      .slice(0, 4)
      .flatMap((version) => [`${root}/${version}/dist-packages`, `${root}/${version}/site-packages`]);
  });
}

function searchedFirst(frame: Frame, language: Language): readonly string[] {
  const { script, scope } = frame;
  const own = script === null ? workingDirectory(frame) : script.slice(0, script.lastIndexOf("/"));
  const more = language === "python" ? (scope.variables.get("PYTHONPATH")?.elements[0]?.text ?? "") : "";
  return [own ?? "", ...more.split(":", 16)].filter((directory) => directory.startsWith("/"));
}

function followModule(
  frame: Frame,
  language: Language,
  name: string,
  span: Span,
  directories: readonly string[],
): boolean {
  for (const directory of directories)
    for (const candidate of candidates(language, name)) {
      const path = plainPath(`${directory}/${candidate}`);
      if (!shapeAt(frame, path).exists || shapeAt(frame, path).facts?.kind === "directory") continue;
      const inner: Frame = { ...frame, via: [...frame.via, "import"], stdin: null, sink: "used" };
      frame.session.engine.file(inner, known(path, span), [], language === "node" ? "node" : language);
      return true;
    }
  return false;
}

function candidates(language: Language, name: string): readonly string[] {
  if (language === "python") {
    const path = name.replaceAll(".", "/");
    return [`${path}.py`, `${path}/__init__.py`];
  }
  if (language === "ruby") return /\.rb$/.test(name) ? [name] : [`${name}.rb`];
  return [name, `${name}.js`, `${name}.cjs`, `${name}.mjs`, `${name}/index.js`].filter((path) =>
    /\.[cm]?js$/.test(path),
  );
}

interface Import {
  readonly name: string;
  readonly token: Token;
}

/** `import a, b.c as d` and `from e import f`; relative imports belong to packages. */
function* pythonImports(list: readonly Token[]): Generator<Import> {
  for (let at = 0; at < list.length; at++) {
    const token = list[at];
    const before = list[at - 1];
    const starts =
      before === undefined || before.kind === "line" || before.text === ";" || before.text === ":";
    if (token?.kind !== "word" || !starts) continue;
    if (token.text === "from" && list[at + 1]?.kind === "word") {
      const name = list[at + 1];
      if (name !== undefined) yield { name: name.text, token: name };
    } else if (token.text === "import") {
      for (let next = at + 1; next < list.length; next++) {
        const name = list[next];
        if (name === undefined || name.kind === "line" || name.text === ";") break;
        if (name.kind === "word" && name.text !== "as" && list[next - 1]?.text !== "as")
          yield { name: name.text, token: name };
      }
    }
  }
}

/** `require("./a")`, `import x from "./a"`, `require_relative "a"`. */
function* relativeImports(list: readonly Token[]): Generator<Import> {
  for (const [at, token] of list.entries()) {
    if (token.kind !== "string") continue;
    const before = list[at - 1]?.text === "(" ? list[at - 2]?.text : list[at - 1]?.text;
    if (
      before === "require_relative" ||
      (/^(require|import|from)$/.test(before ?? "") && /^\.{1,2}\//.test(token.text))
    )
      yield { name: token.text, token };
  }
}
