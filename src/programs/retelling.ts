import { areDull } from "./dull-words.ts";
import type { Encrypting } from "./encryption.ts";
import type { Frame, Session, Variable, WrittenFile } from "./engine.ts";
import { searchList, targetPath, workingDirectory } from "./paths.ts";
import type { Behaviour, ProgramGap, Reached } from "./program.ts";
import type { Source } from "./source.ts";
import type { Taint, Value } from "./value.ts";

/** What was found since some moment, each thing once, by the same keys as the session's own. */
export interface Findings {
  readonly behaviours: Map<string, Behaviour>;
  readonly reached: Map<string, Reached>;
  readonly gaps: Map<string, ProgramGap>;
}

/** How far a run went towards the bounds of its session. */
export interface Extent {
  /** The most steps counted; run-parts gives some of them back. */
  nodes: number;
  /** The deepest frame and the longest chain of callers. */
  depth: number;
  via: number;
  /** It read hooks, which are remembered by their depth. */
  hooks: boolean;
}

/** A run being recorded: its findings, and whether the directory it was started in mattered. */
export interface Recording extends Findings {
  readonly directory: string | null;
  directoryRead: boolean;
}

/** How a script is called. */
interface ScriptCall {
  readonly args: readonly Value[];
  readonly words: string;
  readonly surroundings: string;
}

/** What following a script as a process of its own yielded, and all of its surroundings that had a say in it. */
interface Retelling extends ScriptCall {
  readonly found: Findings;
  readonly printed: Value | null;
  readonly depth: number;
  readonly via: number;
  /** Relative to the start: steps counted and scripts read. */
  readonly steps: number;
  readonly scripts: number;
  readonly extent: Extent;
  readonly exhausted: boolean;
  readonly directory: string | null | undefined;
  readonly variables: ReadonlyMap<string, Variable | undefined>;
  readonly runs: ReadonlyMap<string, number | undefined>;
  readonly active: ReadonlyMap<string, true | undefined>;
  readonly unwritten: readonly string[];
  /** What it left behind in the session. */
  readonly left: {
    readonly runs: ReadonlyMap<string, number>;
    readonly written: ReadonlyMap<string, WrittenFile>;
    readonly fetchedTrees: ReadonlyMap<string, Taint>;
    readonly encrypting: Encrypting;
    readonly verified: boolean;
  };
}

/** The retellings of one script. */
export type Retellings = Retelling[];

/** Shorter runs are sooner done than compared. */
const LEAST_STEPS = 100;
const LONGEST_ARGUMENT = 4096;
const MOST_KEPT = 32;
const MOST_WRITTEN = 512;
const MOST_FOUND = 4_000;
const MOST_VIA = 24;

/**
 * Runs a script as a process of its own, or retells what it yielded before in this audit if nothing it looked at is
 * another now: its arguments, variables, directory, counts of runs, and files written before. A run that used up the
 * steps is incomplete however often it is repeated, and stands for others that would be.
 */
export function retold(
  frame: Frame,
  kept: Retellings,
  inside: string,
  args: readonly Value[],
  run: () => Value | null,
): Value | null {
  const { session, scope } = frame;
  const plain = frame.stdin === null && frame.origin === null && scope.sockets.size === 0;
  const { verified, fetchedTrees, encrypting } = session;
  const fresh = !verified && fetchedTrees.size === 0 && encrypting.words.size === 0 && !encrypting.walks;
  const words = plain && fresh && scope.choice === 0 ? wordsOf(inside, args) : null;
  if (words === null) return run();
  const call = { args, words, surroundings: surroundingsOf(frame) };
  const known =
    kept.find((one) => one.surroundings === call.surroundings && one.words === words && holds(frame, one)) ??
    kept.find((one) => one.surroundings === call.surroundings && standsFor(frame, args, one));
  if (known !== undefined) return retell(frame, known);
  const { printed, retelling } = record(frame, call, run);
  if (retelling !== null && kept.length < MOST_KEPT) kept.push(retelling);
  return printed;
}

/** Where and how a script runs, other than its name and words. */
function surroundingsOf({ session, sink, doubtful }: Frame): string {
  const { root, searchPath, home } = session.context;
  return JSON.stringify([sink, doubtful, root, searchPath, home ?? null, session.limits]);
}

/** The words a script is called with; `null` where they cannot be told in words. */
function wordsOf(inside: string, args: readonly Value[]): string | null {
  if (args.some(({ content, text }) => content !== undefined || text.length > LONGEST_ARGUMENT)) return null;
  return JSON.stringify([inside, ...args.map((arg) => ({ ...arg, source: ends(arg.source) }))]);
}

/** Two sources of one text are the same where both of its ends are. */
function ends(source: Source | null): unknown {
  return source === null ? null : [source.text, source.place(0, 1), source.place(source.text.length, 1)];
}

function record(
  frame: Frame,
  call: ScriptCall,
  run: () => Value | null,
): { readonly printed: Value | null; readonly retelling: Retelling | null } {
  const { session, scope, depth, via } = frame;
  const watched = [scope.variables, session.runs, session.active, session.written] as const;
  const { nodes, scripts, extent: outer } = session;
  const recording: Recording = {
    behaviours: new Map(),
    reached: new Map(),
    gaps: new Map(),
    directory: scope.workingDirectory,
    directoryRead: false,
  };
  for (const memory of watched) memory.watch();
  session.recordings.push(recording);
  const extent: Extent = { nodes, depth, via: via.length, hooks: false };
  session.extent = extent;
  const printed = run();
  extent.nodes = Math.max(extent.nodes, session.nodes);
  session.extent = outer;
  widen(outer, extent, 0, 0, 0);
  session.recordings.pop();
  const around = session.recordings.at(-1);
  if (around !== undefined) {
    addTo(around.behaviours, recording.behaviours);
    addTo(around.reached, recording.reached);
    addTo(around.gaps, recording.gaps);
  }
  const variables = scope.variables.unwatch();
  const runs = session.runs.unwatch();
  const active = session.active.unwatch();
  const written = session.written.unwatch();
  const steps = session.nodes - nodes;
  const fits =
    steps >= LEAST_STEPS &&
    extent.depth < session.limits.depth &&
    extent.via <= MOST_VIA &&
    session.scripts <= session.limits.scripts &&
    session.written.size < MOST_WRITTEN &&
    recording.reached.size < MOST_FOUND &&
    [...written.before.values()].every((file) => file === undefined);
  if (!fits) return { printed, retelling: null };
  const { behaviours, reached, gaps } = recording;
  const retelling: Retelling = {
    ...call,
    found: { behaviours, reached, gaps },
    printed,
    depth,
    via: via.length,
    steps,
    scripts: session.scripts - scripts,
    extent: { ...extent, nodes: extent.nodes - nodes },
    exhausted: extent.nodes > session.limits.nodes,
    directory: recording.directoryRead ? recording.directory : undefined,
    variables: variables.read,
    runs: runs.read,
    active: active.read,
    unwritten: [...written.before.keys()],
    left: {
      runs: leftOf(runs.before, (key) => session.runs.get(key)),
      written: leftOf(written.before, (path) => copyOf(session.written.get(path))),
      fetchedTrees: new Map(session.fetchedTrees),
      encrypting: { ...session.encrypting, words: new Set(session.encrypting.words) },
      verified: session.verified,
    },
  };
  return { printed, retelling };
}

/** What was found first stays. */
function addTo<V>(outer: Map<string, V>, inner: ReadonlyMap<string, V>): void {
  for (const [key, found] of inner) if (!outer.has(key)) outer.set(key, found);
}

function copyOf(file: WrittenFile | undefined): WrittenFile | undefined {
  return file === undefined ? undefined : { ...file };
}

function leftOf<V>(
  touched: ReadonlyMap<string, unknown>,
  now: (key: string) => V | undefined,
): Map<string, V> {
  const left = new Map<string, V>();
  for (const key of touched.keys()) {
    const value = now(key);
    if (value !== undefined) left.set(key, value);
  }
  return left;
}

/** True where the script would do the same again. */
function holds(frame: Frame, one: Retelling): boolean {
  const { session, scope, depth } = frame;
  if (!isWithinBounds(frame, one) || (one.extent.hooks && depth !== one.depth)) return false;
  if (one.directory !== undefined && workingDirectory(frame) !== one.directory) return false;
  for (const [key, count] of one.runs) if (session.runs.get(key) !== count) return false;
  for (const [key, is] of one.active) if (session.active.get(key) !== is) return false;
  for (const path of one.unwritten) if (session.written.has(path)) return false;
  for (const [name, was] of one.variables) if (!isSame(scope.variables.get(name), was)) return false;
  return true;
}

/** True where all of what is known fits into what is left of the bounds, or nearly fills it up. */
function isWithinBounds({ session, depth, via }: Frame, one: Retelling): boolean {
  const { limits, nodes, scripts, written } = session;
  const rest = limits.nodes - nodes;
  return (
    one.extent.depth + depth - one.depth < limits.depth &&
    one.extent.via + via.length - one.via <= MOST_VIA &&
    (one.exhausted ? rest > 0 && one.steps * 4 >= rest * 3 : one.extent.nodes <= rest) &&
    scripts + one.scripts <= limits.scripts &&
    written.size + one.left.written.size < MOST_WRITTEN
  );
}

/**
 * True where a run that used up the steps tells as much as another of the same script would: what differs are words
 * that cannot decide what code does. Neither is complete, and both say so.
 */
function standsFor(frame: Frame, args: readonly Value[], one: Retelling): boolean {
  if (!one.exhausted || !isWithinBounds(frame, one)) return false;
  if (!areDull(frame, args) || !areDull(frame, one.args)) return false;
  // Services start in `/` unless told otherwise (systemd.exec(5), WorkingDirectory=).
  if (one.directory !== undefined && (workingDirectory(frame) ?? "/") !== (one.directory ?? "/"))
    return false;
  for (const path of one.unwritten) if (!isDullFile(frame, path)) return false;
  for (const [name, was] of one.variables) {
    const is = frame.scope.variables.get(name);
    if (isSame(is, was)) continue;
    if (
      name === "PATH"
        ? realPlaces(frame, is) !== realPlaces(frame, was)
        : !isDull(frame, is) || !isDull(frame, was)
    )
      return false;
  }
  return true;
}

/** Not written before, or with nothing that could be run. */
function isDullFile(frame: Frame, path: string): boolean {
  const content = frame.session.written.get(path)?.content ?? null;
  return content === null || areDull(frame, [content]);
}

function isDull(frame: Frame, variable: Variable | undefined): boolean {
  return variable === undefined || areDull(frame, [...variable.elements, ...variable.others]);
}

/** The directories programs are searched in, links followed: `/bin` mostly is `/usr/bin`. */
function realPlaces(frame: Frame, path: Variable | undefined): string {
  const { host } = frame.session;
  const places = searchList(frame, path?.elements[0]?.text).map((directory) => {
    const real = host.realPath(targetPath(frame, directory));
    return real.kind === "present" ? real.value : directory;
  });
  return [...new Set(places)].join(":");
}

function isSame(a: Variable | undefined, b: Variable | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.array !== b.array) return false;
  return areSame(a.elements, b.elements) && areSame(a.others, b.others);
}

function areSame(a: readonly Value[], b: readonly Value[]): boolean {
  return (
    a.length === b.length &&
    a.every((value, at) => value === b[at] || (value.text === b[at]?.text && tell(value) === tell(b[at])))
  );
}

/** All of a value in words; what a file named by it holds is never the same. */
function tell(value: Value | undefined): unknown {
  if (value === undefined || value.content !== undefined) return {};
  return JSON.stringify({ ...value, source: ends(value.source) });
}

/** Says again what was found, behind this caller's chain, and leaves what the run left. */
function retell(frame: Frame, one: Retelling): Value | null {
  const { session, depth, via } = frame;
  const deeper = depth - one.depth;
  for (const [key, behaviour] of one.found.behaviours) session.addBehaviour(key, behaviour);
  for (const entry of one.found.reached.values())
    session.reach({ ...entry, via: [...via, ...entry.via.slice(one.via)], depth: entry.depth + deeper });
  for (const { path, reason, hides, unread } of one.found.gaps.values())
    session.gap(path, reason, hides, unread === undefined ? undefined : "unread");
  for (const [key, count] of one.left.runs) session.runs.set(key, count);
  for (const [path, file] of one.left.written) session.written.set(path, { ...file });
  for (const [directory, taint] of one.left.fetchedTrees) session.fetchedTrees.set(directory, taint);
  for (const word of one.left.encrypting.words) session.encrypting.words.add(word);
  session.encrypting.walks ||= one.left.encrypting.walks;
  session.verified ||= one.left.verified;
  session.scripts += one.scripts;
  widen(session.extent, one.extent, session.nodes, deeper, via.length - one.via);
  session.nodes += one.steps;
  if (one.exhausted) session.nodes = Math.max(session.nodes, session.limits.nodes + 1);
  return one.printed;
}

function widen(outer: Extent, inner: Extent, nodes: number, depth: number, via: number): void {
  outer.nodes = Math.max(outer.nodes, inner.nodes + nodes);
  outer.depth = Math.max(outer.depth, inner.depth + depth);
  outer.via = Math.max(outer.via, inner.via + via);
  outer.hooks ||= inner.hooks;
}

/** Notes where a bound of nesting is asked: a retelling must stay within it. */
export function noteExtent({ session, depth, via }: Frame): void {
  const { extent } = session;
  if (depth > extent.depth) extent.depth = depth;
  if (via.length > extent.via) extent.via = via.length;
}

/** The extent of a session in which nothing ran yet. */
export function noExtent(): Extent {
  return { nodes: 0, depth: 0, via: 0, hooks: false };
}

/** Notes that hooks of a package manager were asked for at this frame's depth. */
export function noteHooks({ extent }: Session): void {
  extent.hooks = true;
}
