import type { Span } from "../syntax/span.ts";
import type { Frame } from "./engine.ts";
import { reachPath } from "./execution.ts";
import { findProgram, shapeAt, targetPath } from "./paths.ts";
import { fileSource, partSource } from "./source.ts";
import { known } from "./value.ts";

const MOST_FILES = 64;
const PTH_BYTES = 16_384;

/** What a login shell reads before anything else (bash(1), INVOCATION). */
export function runProfiles(frame: Frame, span: Span): void {
  const { home } = frame.session.context;
  const inner: Frame = { ...frame, via: [...frame.via, "login"], stdin: null };
  const directory = "/etc/profile.d";
  for (const name of entriesOf(frame, directory, /^[^.].*\.sh$/))
    frame.session.engine.file(inner, known(`${directory}/${name}`, span), [], ".");
  if (home === undefined) return;
  const own = [".bash_profile", ".bash_login", ".profile"].map((name) => `${home}/${name}`);
  const first = own.find((path) => shapeAt(frame, path).exists);
  if (first !== undefined) frame.session.engine.file(inner, known(first, span), [], ".");
}

/**
 * What every Python reads at its start: lines of `.pth` files that begin with `import`, and `sitecustomize` and
 * `usercustomize` (python's site module).
 */
export function runPythonStart(frame: Frame, interpreter: string, span: Span): void {
  const { session } = frame;
  if (session.active.has("python start")) return;
  const found = findProgram(frame, interpreter) ?? findProgram(frame, "python3");
  if (found === null) return;
  const key = `python start ${found.inside}`;
  if ((session.runs.get(key) ?? 0) > 0) return;
  session.runs.set(key, 1);
  session.active.set("python start", true);
  const inner: Frame = { ...frame, via: [...frame.via, "site"], stdin: null, script: null };
  for (const directory of siteDirectories(frame, found.inside)) {
    for (const name of entriesOf(frame, directory, /\.pth$/)) runPth(inner, `${directory}/${name}`);
    for (const name of CUSTOMIZING) {
      const path = `${directory}/${name}`;
      if (shapeAt(frame, path).exists) session.engine.file(inner, known(path, span), [], "python");
    }
  }
  for (const directory of moduleDirectories(frame))
    for (const name of CUSTOMIZING) {
      const path = `${directory}/${name}`;
      if (shapeAt(frame, path).exists) session.engine.file(inner, known(path, span), [], "python");
    }
  session.active.delete("python start");
}

const CUSTOMIZING = ["sitecustomize.py", "usercustomize.py"];

/** The directories of `PYTHONPATH`, in which no `.pth` files are read. */
function moduleDirectories({ scope }: Frame): readonly string[] {
  const path = scope.variables.get("PYTHONPATH")?.elements[0]?.text ?? "";
  return path.split(":", 16).filter((directory) => directory.startsWith("/"));
}

const PHP_SETTING =
  /^[ \t]*(auto_prepend_file|auto_append_file|extension|zend_extension)[ \t]*=[ \t]*"?(\/[^"\s;]+)/gm;

/** Files that every PHP reads before and after its script, and libraries named by their paths (php.ini). */
export function runPhpStart(frame: Frame, span: Span): void {
  const { session } = frame;
  if (session.active.has("php start") || (session.runs.get("php start") ?? 0) > 0) return;
  session.runs.set("php start", 1);
  session.active.set("php start", true);
  const inner: Frame = { ...frame, via: [...frame.via, "php.ini"], stdin: null, script: null };
  const versions = entriesOf(frame, "/etc/php", /^[\d.]+$/).flatMap((version) => [`/etc/php/${version}/cli`]);
  const directories = [...versions.map((base) => `${base}/conf.d`), "/etc/php.d", "/etc/php/conf.d"];
  const files = [
    ...[...versions, "/etc", "/etc/php"].map((base) => `${base}/php.ini`),
    ...directories.flatMap((directory) =>
      entriesOf(frame, directory, /\.ini$/).map((name) => `${directory}/${name}`),
    ),
  ];
  for (const file of files) {
    const read = session.library.script(targetPath(frame, file), PTH_BYTES * 8);
    for (const match of read?.source.text.matchAll(PHP_SETTING) ?? []) {
      const place = read?.source.place(match.index, match[0].length) ?? span;
      if (/^auto/.test(match[1] ?? "")) session.engine.file(inner, known(match[2] ?? "", place), [], "php");
      else reachPath(inner, "library", match[2] ?? "", "php.ini", place);
    }
  }
  session.active.delete("php start");
}

/** Where Debian, Fedora, Arch and virtual environments keep modules of that Python. */
function siteDirectories(frame: Frame, program: string): readonly string[] {
  const { home } = frame.session.context;
  const real = frame.session.host.realPath(targetPath(frame, program));
  const version = /python(3(?:\.\d+)?)$/.exec(real.kind === "present" ? real.value : program)?.[1];
  const environment = /^(.*)\/bin\/python[\d.]*$/.exec(program)?.[1];
  const own = environment === undefined || /^(\/usr(\/local)?)?$/.test(environment) ? null : environment;
  if (version === undefined) return [];
  const bases = own === null ? ["/usr/lib", "/usr/local/lib", "/usr/lib64"] : [`${own}/lib`];
  const users =
    own === null && home !== undefined ? [`${home}/.local/lib/python${version}/site-packages`] : [];
  return [
    ...(own === null ? ["/usr/lib/python3/dist-packages", `/usr/lib/python${version}`] : []),
    ...bases.flatMap((base) =>
      ["site-packages", "dist-packages"].map((kind) => `${base}/python${version}/${kind}`),
    ),
    ...users,
  ];
}

/** Lines that begin with `import` are run. */
function runPth(frame: Frame, path: string): void {
  const target = targetPath(frame, path);
  const read = frame.session.host.readFile(target, PTH_BYTES);
  if (read.kind !== "present") return;
  const source = fileSource(target, new TextDecoder().decode(read.value.bytes));
  const span = source.place(0, 0);
  for (const match of source.text.matchAll(/^import[ \t].*$/gm)) {
    frame.session.reach({
      kind: "script",
      path: target,
      name: path,
      span: { ...span, line: 0, column: 0 },
      via: frame.via,
      depth: frame.depth,
      exists: true,
      interpreter: "python",
      language: "python",
      facts: read.value.facts,
    });
    frame.session.engine.code(
      { ...frame, script: path },
      "python",
      partSource(source, match.index, match[0]),
    );
  }
}

function entriesOf(frame: Frame, directory: string, name: RegExp): readonly string[] {
  const listed = frame.session.host.readDirectory(targetPath(frame, directory));
  if (listed.kind === "unreadable")
    frame.session.gap(targetPath(frame, directory), listed.reason, "what is run from there at every start");
  if (listed.kind !== "present") return [];
  return listed.value
    .map((entry) => entry.name)
    .filter((each) => name.test(each))
    .slice(0, MOST_FILES);
}
