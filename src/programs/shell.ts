import {
  type Assignment,
  type Command,
  type CommandNode,
  type CompoundCommand,
  type CompoundList,
  forEachChild,
  type ParsedScript,
  type Pipeline,
  parse,
  type Redirection,
  type Statement,
  type SyntaxNode,
  type Word,
} from "unbash";
import { areData, areDull, runsVariable } from "./dull-words.ts";
import type { Frame, Variable } from "./engine.ts";
import { noteVariable } from "./environment.ts";
import { type Expander, expandJoined, expandParts, expandWord } from "./expansion.ts";
import { INTERPRETERS, programName, SHELLS } from "./names.ts";
import { baseName } from "./paths.ts";
import { notePipeline, type Stage } from "./pipelines.ts";
import { applyOutput, NO_REDIRECTS, type Redirects, readRedirects } from "./redirects.ts";
import { inSubshell } from "./session.ts";
import { fixedSource, type Source } from "./source.ts";
import { joined, known, unknown, type Value } from "./value.ts";

/** How many items of a `for` list are tried; more are a gap. */
const MOST_ITEMS = 256;
/** How often code is read for words that cannot change what it does: once more, for what the first time left. */
const MOST_DULL = 2;
/** How often it is read again for words it does not run. */
const MOST_DATA = 12;
/** How many alternatives of a variable are tried. */
const MOST_CHOICES = 4;
/** How often code is read again for equal words; variables may differ. */
const MOST_EQUAL = 4;
/** Calls within calls; MAX_SYNTAX_NESTING of the parser bounds the rest. */
const MOST_CALLS = 24;
/** Substitutions within substitutions: the parser reads each to its end before what is inside it. */
const MOST_NESTED = 10;

/** A shell's code under way: its frame, its source, and how deep functions call each other. */
interface Shell {
  readonly frame: Frame;
  readonly source: Source;
  /** The file the code stands in. */
  readonly path: string;
  readonly calls: number;
  /** How many substitutions the code stands in. */
  readonly nested: number;
}

/** Reads shell code as a shell would run it, both sides of every branch. Returns what it prints. */
export function runShell(frame: Frame, source: Source, tree: ParsedScript): Value | null {
  const shell = { frame, source, path: source.place(0, 0).path, calls: 0, nested: 0 };
  return runStatements(shell, tree.commands);
}

/** Parses shell code. The parser never throws on bad text: it returns what it could read. */
export function parseShell(text: string): ParsedScript {
  return parse(text);
}

/** Functions defined but never called: code in waiting, such as `case` arms of a dispatcher. */
export function runUncalled(frame: Frame): void {
  for (const name of frame.scope.functions.names()) {
    const entry = frame.scope.functions.get(name);
    if (entry === undefined || entry.called) continue;
    entry.called = true;
    entry.run({ ...frame, doubtful: true }, [known(name, frame.origin ?? NOWHERE)]);
  }
}

const NOWHERE = { path: "", line: 1, column: 1, length: 0 };

function runStatements(shell: Shell, statements: readonly Statement[]): Value | null {
  let printed: Value | null = null;
  for (const statement of statements) {
    if (!shell.frame.session.spend(shell.path)) break;
    printed = joined(printed, runNode(shell, statement.command));
  }
  return printed;
}

function runList(shell: Shell, list: CompoundList): Value | null {
  return runStatements(shell, list.commands);
}

type Node = Statement["command"] | CommandNode | CompoundList;

function runNode(shell: Shell, node: Node): Value | null {
  if (!shell.frame.session.spend(shell.path)) return null;
  switch (node.type) {
    case "Command":
      return runCommand(shell, node);
    case "Pipeline":
      return runPipeline(shell, node);
    case "AndOr":
      return node.commands.reduce<Value | null>(
        (printed, part) => joined(printed, runNode(shell, part)),
        null,
      );
    case "Redirected":
      return runRedirected(shell, node.redirects, node.command);
    case "Function":
      defineFunction(shell, node);
      return null;
    case "Coproc":
      runCoprocess(shell, node);
      return null;
    case "CompoundList":
      return runList(shell, node);
    default:
      return runCompound(shell, node);
  }
}

/** Descriptors bash gives the two ends of a coprocess; any two that nothing else has would do. */
const COPROCESS = [63, 60] as const;

/** `coproc nc …`: what reads from it and writes to it is connected with the network (bash(1), Coprocesses). */
function runCoprocess(shell: Shell, node: Extract<CommandNode, { type: "Coproc" }>): void {
  const { scope } = shell.frame;
  const printed = runNode({ ...shell, frame: { ...shell.frame, sink: "used" } }, node.body);
  if (printed?.taint?.kind !== "fetch") return;
  const elements = COPROCESS.map((descriptor) => known(String(descriptor), printed.span));
  scope.variables.set(node.name?.value ?? "COPROC", { elements, array: true, others: [] });
  for (const descriptor of COPROCESS) scope.sockets.add(descriptor);
}

function runCompound(shell: Shell, node: CompoundCommand): Value | null {
  switch (node.type) {
    case "If": {
      const clause = runList(shell, node.clause);
      const arms = [node.then, ...node.elif.flatMap((arm) => [arm.clause, arm.then])];
      return joined(clause, runArms(shell, node.else === undefined ? arms : [...arms, node.else]));
    }
    case "For":
      return runFor(shell, node.name.value, node.wordlist, node.body);
    case "Select":
      return runFor(shell, node.name.value, node.wordlist, node.body);
    case "ArithmeticFor":
      return runList(shell, node.body);
    case "While":
      return joined(runList(shell, node.clause), runList(shell, node.body));
    case "Subshell":
      return inSubshell(shell.frame.scope, (scope) =>
        runList({ ...shell, frame: { ...shell.frame, scope } }, node.body),
      );
    case "BraceGroup":
      return runList(shell, node.body);
    case "Case":
      expandJoined(expanderOf(shell), node.word);
      return runArms(
        shell,
        node.items.map((item) => item.body),
      );
    default:
      runSubstitutions(shell, node);
      return null;
  }
}

/** Each arm starts from the same memory; what they leave different becomes alternatives, the last arm's first. */
function runArms(shell: Shell, arms: readonly CompoundList[]): Value | null {
  const { variables } = shell.frame.scope;
  const merged = new Map<string, Variable>();
  let printed: Value | null = null;
  for (const arm of arms) {
    const mark = variables.mark();
    printed = joined(printed, runList(shell, arm));
    const left = variables.rollBack(mark);
    for (const name of new Set([...merged.keys(), ...left.keys()])) {
      const before = variables.get(name);
      const ours = left.has(name) ? left.get(name) : before;
      const either = eitherOf(ours, merged.get(name) ?? before);
      if (either !== undefined) merged.set(name, either);
    }
  }
  for (const [name, ours] of merged) variables.set(name, eitherOf(ours, variables.get(name)) ?? ours);
  return printed;
}

/** A variable that may be either; arrays are not merged. */
function eitherOf(ours: Variable | undefined, theirs: Variable | undefined): Variable | undefined {
  if (ours === undefined || theirs === undefined) return ours ?? theirs;
  if (ours === theirs || ours.array || theirs.array) return ours;
  const first = ours.elements[0]?.text;
  const others: Value[] = [];
  for (const values of [ours.others, theirs.elements, theirs.others]) {
    for (const value of values) {
      if (others.length === MOST_CHOICES - 1) return { ...ours, others };
      if (value.text !== first && !others.some(({ text }) => text === value.text)) others.push(value);
    }
  }
  return { ...ours, others };
}

function runFor(
  shell: Shell,
  name: string,
  words: readonly Word[] | undefined,
  body: CompoundList,
): Value | null {
  const { scope } = shell.frame;
  const items =
    words === undefined
      ? scope.positional.slice(1)
      : words.flatMap((word) => expandWord(expanderOf(shell), word));
  const tried = items.length === 0 ? [unknown(`$${name}`, shell.source.place(body.pos, 0))] : items;
  let printed: Value | null = null;
  const live = runsVariable(codeOf(shell, body), new RegExp(`^${name}$`));
  let dull = 0;
  let data = 0;
  for (const item of tried.slice(0, MOST_ITEMS)) {
    if (areDull(shell.frame, [item]) && ++dull > MOST_DULL) continue;
    if (!live && areData(shell.frame, [item]) && ++data > MOST_DATA) continue;
    scope.variables.set(name, { elements: [item], array: false, others: [] });
    printed = joined(printed, runList(shell, body));
  }
  if (tried.length > MOST_ITEMS)
    shell.frame.session.gap(
      shell.path,
      `a loop over more than ${MOST_ITEMS} words`,
      "what it does with the rest of them",
    );
  return printed;
}

function codeOf(shell: Shell, node: { readonly pos: number; readonly end: number }): string {
  return shell.source.text.slice(node.pos, node.end);
}

function runPipeline(shell: Shell, node: Pipeline): Value | null {
  let stdin = shell.frame.stdin;
  const stages: Stage[] = [];
  node.commands.forEach((command, index) => {
    const last = index === node.commands.length - 1;
    const frame: Frame = { ...shell.frame, stdin, sink: last ? shell.frame.sink : "used" };
    const name = nameOf(shell, command);
    stages.push({ text: name, fed: stdin !== null && !isPartOfFiles(stdin) });
    const printed = runApart({ ...shell, frame }, remembers(command), (inner) => runNode(inner, command));
    stdin = printed ?? (index === 0 || interprets(name) ? null : passes(command, stdin));
  });
  if (node.commands.length > 1) {
    notePipeline(shell.frame, stages, shell.source.place(node.pos, node.end - node.pos));
  }
  return stdin;
}

/** Lines out of files: no script that could be read by itself. */
function isPartOfFiles({ taint }: Value): boolean {
  return taint?.kind === "file" && taint.path === undefined;
}

/** Runs in a subshell where that makes a difference. */
function runApart(shell: Shell, apart: boolean, run: (inner: Shell) => Value | null): Value | null {
  if (!apart) return run(shell);
  return inSubshell(shell.frame.scope, (scope) => run({ ...shell, frame: { ...shell.frame, scope } }));
}

/** Only compound commands leave traces inside their subshell that the shell itself must not see. */
function remembers(node: Node): boolean {
  return node.type !== "Command" || node.name === undefined;
}

/** What an interpreter prints is its own, not what it read, unless its code says that it reads. */
function interprets(name: string): boolean {
  if (/\bstdin\b|<>|\$<|\s-[a-z]*[np][a-z]*(\s|$)/i.test(name)) return false;
  const program = programName(name.split(" ", 1)[0] ?? "");
  return SHELLS.has(program) || (INTERPRETERS.has(program) && INTERPRETERS.get(program)?.language !== "awk");
}

/** An unknown filter hands on the origin of what it reads. */
function passes(command: Node, stdin: Value | null): Value | null {
  if (stdin?.taint === undefined || stdin.taint === null || command.type === "Function") return null;
  return unknown("", stdin.span, stdin.taint);
}

function nameOf(shell: Shell, node: CommandNode): string {
  if (node.type === "Redirected") return nameOf(shell, node.command as CommandNode);
  if (node.type !== "Command" || node.name === undefined) return "";
  const words = [node.name, ...node.args.filter((arg) => arg.type === "Word")];
  return words
    .map((word) => (word.type === "Word" ? expandJoined(expanderOf(shell, false), word).text : ""))
    .join(" ");
}

function runRedirected(
  shell: Shell,
  redirections: readonly Redirection[],
  command: CompoundCommand,
): Value | null {
  const redirects = readRedirects(redirectTexts(shell, redirections), shell.frame);
  const printed = runNode({ ...shell, frame: redirectedFrame(shell.frame, redirects) }, command);
  return applyOutput(shell.frame, redirects, printed, []);
}

function redirectedFrame(frame: Frame, redirects: Redirects): Frame {
  if (redirects.sink === null && redirects.stdin === undefined) return frame;
  return {
    ...frame,
    sink: redirects.sink ?? frame.sink,
    stdin: redirects.stdin === undefined ? frame.stdin : redirects.stdin,
  };
}

/** Redirections with their words expanded. */
function redirectTexts(
  shell: Shell,
  redirections: readonly Redirection[],
): Parameters<typeof readRedirects>[0] {
  const expander = expanderOf(shell);
  return redirections.map((redirection) => {
    const span = shell.source.place(redirection.pos, redirection.end - redirection.pos);
    const descriptor =
      redirection.descriptor?.type === "FileDescriptor" ? redirection.descriptor.value : null;
    if (redirection.type !== "HereDoc") {
      const target =
        redirection.target === undefined ? known("", span) : expandJoined(expander, redirection.target);
      return { operator: redirection.operator, descriptor, target, span };
    }
    const { body, delimiter } = redirection;
    const source = {
      text: body.text,
      place: (pos: number, length: number) => shell.source.place(body.pos + pos, length),
    };
    const verbatim = body.parts === undefined || delimiter?.quoted === true;
    const target = verbatim ? known(body.text, span, source) : expandParts(expander, body.parts ?? [], span);
    return { operator: redirection.operator, descriptor, target, span };
  });
}

function expanderOf(shell: Shell, runs = true): Expander {
  return {
    frame: shell.frame,
    source: shell.source,
    substitute: (script) => (runs ? substitute(shell, script) : null),
  };
}

function substitute(shell: Shell, script: ParsedScript): Value | null {
  if (!shell.frame.session.spend(shell.path)) return null;
  if (shell.nested >= MOST_NESTED) {
    shell.frame.session.gap(
      shell.path,
      "substitutions nested too deeply",
      "what the innermost runs",
      "unread",
    );
    return null;
  }
  const source =
    script.source === undefined
      ? shell.source
      : fixedSource(shell.source.place(script.pos, 1), script.source);
  const [first, second] = script.commands;
  const plain = first !== undefined && second === undefined && !remembers(first.command);
  const frame: Frame = { ...shell.frame, sink: "used" };
  const inside = { ...shell, frame, source, nested: shell.nested + 1 };
  return runApart(inside, !plain, (inner) => runStatements(inner, script.commands));
}

/** `[[ $(…) ]]` and `(( $(…) ))`: only what is substituted runs. */
function runSubstitutions(shell: Shell, node: SyntaxNode): void {
  forEachChild(node, (child) => {
    if (!shell.frame.session.spend(shell.path)) return;
    if (child.type === "CommandExpansion" || child.type === "ArithmeticCommandExpansion") {
      if (child.script !== undefined) substitute(shell, child.script);
    } else if (child.type !== "Script") runSubstitutions(shell, child);
  });
}

function runCommand(shell: Shell, node: Command): Value | null {
  const { scope } = shell.frame;
  const span = shell.source.place(node.pos, node.end - node.pos);
  const redirects =
    node.redirects.length === 0
      ? NO_REDIRECTS
      : readRedirects(redirectTexts(shell, node.redirects), shell.frame);
  assignPrefix(shell, node);
  if (node.name === undefined) return applyOutput(shell.frame, redirects, null, []);
  let printed: Value | null = null;
  let first: readonly Value[] = [];
  scope.choices = 1;
  for (let choice = 0; choice < Math.min(scope.choices, MOST_CHOICES); choice++) {
    scope.choice = choice;
    const argv = commandWords(shell, node);
    scope.choice = 0;
    if (choice === 0) first = argv;
    else if (!isAnother(shell.frame, first, argv)) continue;
    const before = scope.choices;
    const out = runWords(redirectedFrame(shell.frame, redirects), argv, span);
    scope.choices = before;
    printed = joined(printed, applyOutput(shell.frame, redirects, out, argv));
  }
  scope.choices = 1;
  return printed;
}

/** True when other values of its variables may make the command do something else. */
function isAnother(frame: Frame, first: readonly Value[], argv: readonly Value[]): boolean {
  const changed = argv.filter((word, index) => word.text !== first[index]?.text);
  if (areDull(frame, changed)) return false;
  const [program] = argv;
  if (program === undefined || changed.includes(program)) return true;
  const entry = frame.scope.functions.get(program.text);
  const asks = entry === undefined ? frame.session.engine.knows(baseName(program.text)) : entry.live;
  return asks || !areData(frame, changed);
}

function runWords(frame: Frame, argv: readonly Value[], span: Value["span"]): Value | null {
  const [first] = argv;
  if (first === undefined) return null;
  const entry = frame.scope.functions.get(first.text);
  if (entry !== undefined) {
    entry.called = true;
    return entry.run(frame, argv);
  }
  return frame.session.engine.command(frame, argv, span);
}

/** The words of a command with aliases replaced (only the first word, once). */
function commandWords(shell: Shell, node: Command): Value[] {
  const expander = expanderOf(shell);
  const words: Value[] = node.name === undefined ? [] : expandWord(expander, node.name);
  const vanished = words.length === 0 && node.name !== undefined;
  const alias = shell.frame.scope.aliases.get(words[0]?.text ?? "");
  if (alias !== undefined && words[0] !== undefined) {
    const { span } = words[0];
    words.splice(0, 1, ...alias.split(/\s+/, 64).map((word) => known(word, span)));
  }
  for (const arg of node.args) {
    if (arg.type === "Word") words.push(...expandWord(expander, arg));
    else words.push(assignmentWord(shell, arg));
  }
  return vanished && !isProgramWord(words[0]) ? [] : words;
}

/**
 * After a variable in the place of a command that is empty here, the next word is the command. Scripts leave such
 * variables empty first and set them where reading cannot follow: then the word is an argument, mostly some text.
 */
function isProgramWord(word: Value | undefined): boolean {
  return word?.complete === true && /^[\w./+-]+$/.test(word.text);
}

/** `NAME=value` as an argument (`export`, `env`, `declare`): one word. */
function assignmentWord(shell: Shell, assignment: Assignment): Value {
  const span = shell.source.place(assignment.pos, assignment.end - assignment.pos);
  if (assignment.value.type === "ArrayValue") return unknown(assignment.text, span);
  const value = expandJoined(expanderOf(shell), assignment.value);
  return { ...value, text: `${assignment.name}=${value.text}`, span, source: null };
}

function assignPrefix(shell: Shell, node: Command): void {
  const expander = expanderOf(shell);
  for (const assignment of node.prefix) {
    if (assignment.type !== "Assignment") continue;
    const span = shell.source.place(assignment.pos, assignment.end - assignment.pos);
    const elements =
      assignment.value.type === "ArrayValue"
        ? assignment.value.elements.flatMap((word) => expandWord(expander, word))
        : [expandJoined(expander, assignment.value)];
    assign(shell.frame, assignment, elements);
    if (node.name !== undefined || assignment.name === "PATH")
      noteVariable(shell.frame, assignment.name, elements[0]?.text ?? "", span);
  }
}

function assign(frame: Frame, assignment: Assignment, elements: readonly Value[]): void {
  const { variables } = frame.scope;
  const array = assignment.value.type === "ArrayValue";
  const before = variables.get(assignment.name);
  if (assignment.index !== undefined) {
    const index = Number(assignment.index.value);
    const list = [...(before?.elements ?? [])];
    const [element] = elements;
    if (
      Number.isInteger(index) &&
      index >= 0 &&
      index < 512 &&
      element !== undefined &&
      index <= list.length
    ) {
      list[index] = element;
      variables.set(assignment.name, { elements: list, array: true, others: [] });
    }
    return;
  }
  if (assignment.append !== true || before === undefined) {
    variables.set(assignment.name, { elements, array, others: [] });
    return;
  }
  if (array) {
    variables.set(assignment.name, {
      elements: [...before.elements, ...elements].slice(0, 1024),
      array,
      others: [],
    });
    return;
  }
  const [old] = before.elements;
  const [added] = elements;
  const value = joined(old ?? null, added ?? null);
  variables.set(assignment.name, { elements: value === null ? [] : [value], array: false, others: [] });
}

/** Equal arguments a few times (variables may differ), dull ones too, any others often. */
function isWorthCalling(frame: Frame, key: string, argv: readonly Value[], live: boolean): boolean {
  const { runs } = frame.session;
  const same = `${key}\u0000${argv.map((arg) => arg.text.slice(0, 256)).join("\u0000")}`;
  const equal = (runs.get(same) ?? 0) + 1;
  runs.set(same, equal);
  if (equal > MOST_EQUAL) return false;
  const args = argv.slice(1);
  const dull = areDull(frame, args);
  if (!dull && (live || !areData(frame, args))) return true;
  const counted = dull ? key : `data ${key}`;
  const times = (runs.get(counted) ?? 0) + 1;
  runs.set(counted, times);
  return times <= (dull ? MOST_DULL : MOST_DATA);
}

function defineFunction(shell: Shell, node: Extract<CommandNode, { type: "Function" }>): void {
  const { source, path, calls } = shell;
  const live = runsVariable(codeOf(shell, node.body), /^[0-9@*]$/);
  shell.frame.scope.functions.set(node.name.value, {
    called: false,
    live,
    run(frame, argv) {
      if (calls >= MOST_CALLS || !frame.session.spend(path)) return null;
      const key = `function ${node.name.value} ${path}`;
      if (frame.session.active.has(key) || !isWorthCalling(frame, key, argv, live)) return null;
      frame.session.active.set(key, true);
      const outer = frame.scope.positional;
      frame.scope.positional = argv;
      const defined = { depth: Math.max(frame.depth, shell.frame.depth), script: shell.frame.script };
      const printed = runNode(
        { frame: { ...frame, ...defined }, source, path, calls: calls + 1, nested: shell.nested },
        node.body,
      );
      frame.scope.positional = outer;
      frame.session.active.delete(key);
      return printed;
    },
  });
}
