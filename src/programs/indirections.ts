import type { Span } from "../syntax/span.ts";
import type { Call } from "./engine.ts";
import { insidePath, plainPath, shapeAt, targetPath } from "./paths.ts";
import { noteHooks } from "./retelling.ts";
import { fileSource, fixedSource, partSource, type Source } from "./source.ts";
import { known, type Value } from "./value.ts";

const MOST_ENTRIES = 128;
const CONFIG_BYTES = 131_072;
/** Files of logrotate's configuration, each read once however often it is included. */
const MOST_CONFIGS = 256;

/** Programs of run-parts have nothing to do with each other: a long one counts by this part against the rest. */
const RUN_PARTS_SHARE = 8;

/** The programs `run-parts` runs: plain names, executable (run-parts(8)). */
export function followRunParts(call: Call, directory: Value, regex: string | null): void {
  const { frame, span, name } = call;
  const inside = insidePath(frame, directory.text);
  if (inside === null) return;
  const listed = frame.session.host.readDirectory(targetPath(frame, inside));
  if (listed.kind === "absent") return;
  if (listed.kind === "unreadable") {
    frame.session.gap(inside, listed.reason, "the programs run-parts runs there");
    return;
  }
  reachConfig(call, inside, true);
  const inner = { ...frame, via: [...frame.via, name], depth: frame.depth + 1 };
  const plain = /^[a-zA-Z0-9_-]+$/;
  for (const entry of listed.value.slice(0, MOST_ENTRIES)) {
    if (regex === null && !plain.test(entry.name)) continue;
    const path = plainPath(`${inside}/${entry.name}`);
    const shape = shapeAt(frame, path);
    if (shape.facts !== null && (shape.facts.kind !== "file" || (shape.facts.mode & 0o111) === 0)) continue;
    const before = frame.session.nodes;
    frame.session.engine.command(inner, [known(path, span)], span);
    const { extent, nodes } = frame.session;
    extent.nodes = Math.max(extent.nodes, nodes);
    frame.session.nodes = before + Math.ceil((frame.session.nodes - before) / RUN_PARTS_SHARE);
  }
  if (listed.value.length > MOST_ENTRIES) {
    frame.session.gap(inside, `more than ${MOST_ENTRIES} entries`, "the rest of what run-parts runs there");
  }
}

function reachConfig(call: Call, inside: string, exists: boolean): void {
  const { frame, span, name } = call;
  const shape = shapeAt(frame, inside);
  const path = targetPath(frame, inside);
  const entry = {
    kind: "config",
    path,
    name: inside,
    span,
    via: [...frame.via, name],
    depth: frame.depth,
    exists,
  } as const;
  frame.session.reach(shape.facts === null ? entry : { ...entry, facts: shape.facts });
}

function readConfig(call: Call, inside: string): Source | null {
  const { frame } = call;
  const path = targetPath(frame, inside);
  const read = frame.session.host.readFile(path, CONFIG_BYTES);
  if (read.kind === "unreadable") frame.session.gap(path, read.reason, `what ${call.name} is told there`);
  if (read.kind !== "present") return null;
  if (read.value.truncated)
    frame.session.gap(path, `longer than ${CONFIG_BYTES} bytes`, "the end of the configuration");
  return fileSource(path, new TextDecoder().decode(read.value.bytes));
}

/** Scripts inside logrotate's configuration run as root through sh (logrotate.conf(5)). */
export function followLogrotate(call: Call, config: Value, read: Set<string> = new Set()): void {
  const inside = insidePath(call.frame, config.text);
  if (inside === null || read.has(inside)) return;
  if (read.size >= MOST_CONFIGS) {
    call.frame.session.gap(
      inside,
      `more than ${MOST_CONFIGS} files of logrotate`,
      "what the rest of them runs",
    );
    return;
  }
  read.add(inside);
  const listed = call.frame.session.host.readDirectory(targetPath(call.frame, inside));
  if (listed.kind === "present") {
    for (const entry of listed.value.slice(0, MOST_ENTRIES)) {
      const path = plainPath(`${inside}/${entry.name}`);
      if (entry.kind !== "directory") followLogrotate(call, { ...config, text: path }, read);
    }
    return;
  }
  const source = readConfig(call, inside);
  if (source === null) return;
  reachConfig(call, inside, true);
  for (const line of linesOf(source.text)) {
    const include = /^\s*include\s+(\S+)/.exec(line.text);
    if (include?.[1] !== undefined)
      followLogrotate(call, { ...config, text: include[1], span: source.place(line.at, 0) }, read);
  }
  for (const block of scriptBlocks(source.text)) {
    const code = partSource(source, block.at, source.text.slice(block.at, block.end));
    const frame = {
      ...call.frame,
      via: [...call.frame.via, `${call.name} ${block.name}`],
      depth: call.frame.depth + 1,
      script: inside,
    };
    runBlock(call, frame, code);
  }
}

function runBlock(call: Call, frame: Call["frame"], code: Source): void {
  const span: Span = code.place(0, 0);
  const { session } = frame;
  const text = code.text.slice(0, 4096);
  session.reach({
    kind: "inline-code",
    path: null,
    name: "sh",
    span,
    via: frame.via,
    depth: frame.depth,
    exists: true,
    interpreter: "sh",
    language: "shell",
    text,
  });
  call.frame.session.engine.shell(frame, code);
}

interface Line {
  readonly at: number;
  readonly text: string;
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let at = 0;
  for (const line of text.split("\n", 8192)) {
    lines.push({ at, text: line });
    at += line.length + 1;
  }
  return lines;
}

/** `postrotate … endscript` and its kin. */
function scriptBlocks(text: string): { readonly name: string; readonly at: number; readonly end: number }[] {
  const blocks: { name: string; at: number; end: number }[] = [];
  let open: { name: string; at: number } | null = null;
  for (const line of linesOf(text)) {
    const word = line.text.trim();
    if (open === null && /^(postrotate|prerotate|firstaction|lastaction|preremove)$/.test(word)) {
      open = { name: word, at: line.at + line.text.length + 1 };
    } else if (open !== null && word === "endscript") {
      blocks.push({ ...open, end: line.at });
      open = null;
    }
  }
  return blocks;
}

/** Lines of a program's settings that are commands: the first group of `command`. The last name may be `*.SUFFIX`. */
export function followSettings(call: Call, pattern: string, command: RegExp): void {
  const { session } = call.frame;
  for (const file of settingsFiles(call, pattern)) {
    // A command in it may be the very program whose settings these are.
    const key = `settings ${call.name} ${file} ${command.source}`;
    if ((session.runs.get(key) ?? 0) > 0) continue;
    session.runs.set(key, 1);
    const source = readConfig(call, file);
    if (source === null) continue;
    for (const match of source.text.matchAll(command)) {
      const code = match[1] ?? "";
      reachConfig(call, file, true);
      const frame = {
        ...call.frame,
        via: [...call.frame.via, call.name],
        depth: call.frame.depth + 1,
        script: file,
      };
      runBlock(call, frame, partSource(source, match.index + match[0].lastIndexOf(code), code));
    }
  }
}

/** Modules that an interpreter's program loads from a directory by itself. */
export function followModules(call: Call, directory: string, name: RegExp, interpreter: string | null): void {
  const { frame, span } = call;
  const listed = frame.session.host.readDirectory(targetPath(frame, directory));
  if (listed.kind !== "present") return;
  const inner = { ...frame, via: [...frame.via, call.name], depth: frame.depth + 1, stdin: null };
  for (const entry of listed.value.filter((each) => name.test(each.name)).slice(0, MOST_ENTRIES)) {
    const path = `${directory}/${entry.name}`;
    reachConfig(call, path, true);
    frame.session.engine.file(inner, known(path, span), [], interpreter);
  }
}

function settingsFiles(call: Call, named: string): readonly string[] {
  const { home } = call.frame.session.context;
  if (named.startsWith("~/") && home === undefined) return [];
  const pattern = named.replace(/^~(?=\/)/, home ?? "");
  const star = pattern.indexOf("/*");
  if (star < 0) return [pattern];
  const directory = pattern.slice(0, star);
  const listed = call.frame.session.host.readDirectory(targetPath(call.frame, directory));
  if (listed.kind !== "present") return [];
  const names = listed.value.map(({ name }) => name).filter((name) => name.endsWith(pattern.slice(star + 2)));
  return names.slice(0, MOST_ENTRIES).map((name) => `${directory}/${name}`);
}

/** Commands dpkg itself runs before and after its work: `pre-invoke=CODE` (dpkg(1)). */
export function followDpkgHooks(call: Call): void {
  const { session, depth, doubtful, origin } = call.frame;
  const key = `hooks of dpkg ${depth} ${doubtful} ${origin === null}`;
  noteHooks(session);
  if (session.runs.has(key)) return;
  session.runs.set(key, 1);
  const directory = "/etc/dpkg/dpkg.cfg.d";
  const listed = session.host.readDirectory(targetPath(call.frame, directory));
  const names =
    listed.kind === "present" ? listed.value.slice(0, MOST_ENTRIES).map((entry) => entry.name) : [];
  const files = names.filter((name) => /^[\w-]+$/.test(name)).map((name) => `${directory}/${name}`);
  for (const file of ["/etc/dpkg/dpkg.cfg", ...files]) {
    const source = readConfig(call, file);
    if (source === null) continue;
    for (const match of source.text.matchAll(
      /^[ \t]*(pre-invoke|post-invoke|status-logger)[ \t=]+(\S.*)$/gm,
    )) {
      reachConfig(call, file, true);
      const code = match[2] ?? "";
      const frame = {
        ...call.frame,
        via: [...call.frame.via, `dpkg ${match[1]}`],
        depth: call.frame.depth + 1,
        script: file,
      };
      const quoted = /^(["'])(.*)\1\s*$/.exec(code)?.[2];
      const at = match.index + match[0].length - code.length + (quoted === undefined ? 0 : 1);
      runBlock(call, frame, partSource(source, at, quoted ?? code));
    }
  }
}

/**
 * Hooks in apt's configuration: `DPkg::Post-Invoke { "CODE"; };` and its kin (apt.conf(5)). They know nothing of the
 * call that brings them about, so a script that calls apt again and again has them read once.
 */
export function followAptHooks(call: Call): void {
  const { session, depth, doubtful, origin } = call.frame;
  const key = `hooks of apt ${depth} ${doubtful} ${origin === null}`;
  noteHooks(session);
  if (session.runs.has(key)) return;
  session.runs.set(key, 1);
  const directory = "/etc/apt/apt.conf.d";
  const listed = session.host.readDirectory(targetPath(call.frame, directory));
  const names =
    listed.kind === "present" ? listed.value.slice(0, MOST_ENTRIES).map((entry) => entry.name) : [];
  const files = names.filter((name) => /^[\w-]+(\.conf)?$/.test(name)).map((name) => `${directory}/${name}`);
  for (const file of [...files, "/etc/apt/apt.conf"]) {
    const source = readConfig(call, file);
    if (source === null) continue;
    const hooks = aptHooks(source.text);
    const programs = aptPrograms(source.text);
    if (hooks.length + programs.length > 0) reachConfig(call, file, true);
    for (const { at, path } of programs) {
      const span = source.place(at, path.length);
      const frame = { ...call.frame, via: [...call.frame.via, `${call.name} Dir::Bin`], script: file };
      session.engine.command(frame, [known(path, span)], span);
    }
    for (const hook of hooks) {
      const code = partSource(source, hook.at, source.text.slice(hook.at, hook.end));
      const frame = {
        ...call.frame,
        via: [...call.frame.via, `${call.name} ${hook.name}`],
        depth: call.frame.depth + 1,
        script: file,
      };
      runBlock(
        call,
        frame,
        code.text.includes("\\")
          ? fixedSource(code.place(0, code.text.length), code.text.replaceAll('\\"', '"'))
          : code,
      );
    }
  }
}

const HOOK = /(?:Pre|Post)-Invoke(?:-Success|-Stats)?|Pre-Install-Pkgs/gi;

/** Programs apt is told to use instead of its own: `Dir::Bin::dpkg "/usr/local/bin/dpkg";` (apt.conf(5)). */
function aptPrograms(text: string): { readonly at: number; readonly path: string }[] {
  return [...text.matchAll(/^[ \t]*Dir::Bin::[\w:-]+[ \t]+"(\/[^"\n]{1,512})"/gim)]
    .slice(0, MOST_ENTRIES)
    .map(({ index, 0: all, 1: path = "" }) => ({ at: index + all.length - path.length - 1, path }));
}

/** Strings after a hook's name up to the closing of its braces, or up to `;` for a single value. Comments are skipped. */
function aptHooks(text: string): { readonly name: string; readonly at: number; readonly end: number }[] {
  const found: { name: string; at: number; end: number }[] = [];
  const plain = text.replace(/^\s*(\/\/|#(?!include|clear)).*$/gm, (comment) => " ".repeat(comment.length));
  for (const match of plain.matchAll(HOOK)) {
    let braces = 0;
    for (let at = match.index + match[0].length; at < plain.length && found.length < MOST_ENTRIES; at++) {
      const char = plain[at];
      if (char === "{") braces += 1;
      else if (char === "}") {
        braces -= 1;
        if (braces <= 0) break;
      } else if (char === ";" && braces === 0) break;
      else if (char === '"') {
        const end = closingQuote(plain, at);
        if (end > at + 1) found.push({ name: match[0], at: at + 1, end });
        at = end;
      }
    }
  }
  return found;
}

function closingQuote(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
