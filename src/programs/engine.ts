import type { Host } from "../hosts/host.ts";
import type { Span } from "../syntax/span.ts";
import type { Encrypting } from "./encryption.ts";
import type { Memory } from "./memory.ts";
import type {
  Behaviour,
  BehaviourDetail,
  BehaviourKind,
  Confidence,
  Language,
  ProgramContext,
  ProgramLimits,
  Reached,
} from "./program.ts";
import type { Extent, Recording } from "./retelling.ts";
import type { FileShape, Library } from "./shapes.ts";
import type { Source } from "./source.ts";
import type { Taint, Value } from "./value.ts";

/** Where a command's standard output goes. `"ends"`: a terminal, the journal: nobody reads it as data. */
export type Sink = "ends" | "discarded" | "used";

/** A shell variable: its elements (one unless an array) and what it may be instead, after a branch. */
export interface Variable {
  readonly elements: readonly Value[];
  readonly array: boolean;
  readonly others: readonly Value[];
}

/** What a shell remembers between commands. */
export interface Scope {
  readonly variables: Memory<Variable>;
  readonly functions: Memory<ShellFunction>;
  readonly aliases: Memory<string>;
  positional: readonly Value[];
  /** Descriptors opened on `/dev/tcp` or `/dev/udp`. */
  readonly sockets: Set<number>;
  workingDirectory: string | null;
  /** Which of a variable's alternatives is being tried; see `expandWord`. */
  choice: number;
  /** The most alternatives any variable offered since last reset. */
  choices: number;
}

/** A function's body, opaque here: the shell that defined it runs it. */
interface ShellFunction {
  run(frame: Frame, argv: readonly Value[]): Value | null;
  /** It runs its arguments, or reads them as code. */
  readonly live: boolean;
  called: boolean;
}

/** Where the analysis stands. */
export interface Frame {
  readonly session: Session;
  readonly scope: Scope;
  readonly via: readonly string[];
  readonly depth: number;
  readonly sink: Sink;
  readonly stdin: Value | null;
  /** True where the code may never run: functions nobody calls. Lowers confidence by one step. */
  readonly doubtful: boolean;
  /** The script being read; `null` for a unit's own line. */
  readonly script: string | null;
  /** Commands run here come from outside the analysis' text: what was fetched, decoded. */
  readonly origin: Span | null;
}

/** A file the analysed commands themselves wrote. */
export interface WrittenFile {
  readonly content: Value | null;
  executable: boolean;
}

/** One `follow`: its bounds, what it found, and the parts that call each other. */
export interface Session {
  readonly host: Host;
  readonly context: ProgramContext;
  readonly limits: ProgramLimits;
  readonly library: Library;
  readonly written: Memory<WrittenFile>;
  /** Directories whose content was downloaded as a whole: clones, unpacked archives. */
  readonly fetchedTrees: Map<string, Taint>;
  /** Files and functions that are being run. */
  readonly active: Memory<true>;
  /** How often a file was run, by path and by path with arguments: repeats teach nothing new. */
  readonly runs: Memory<number>;
  /** Programs found by name, by search list and name. */
  readonly found: Map<string, Found | null>;
  readonly engine: Engine;
  /** Runs that are recorded now, the innermost last. */
  readonly recordings: Recording[];
  extent: Extent;
  nodes: number;
  scripts: number;
  /** What was said of people's files. */
  readonly encrypting: Encrypting;
  /** A digest or a signature was checked: what was downloaded safely before is what its maker made. */
  verified: boolean;
  say(
    frame: Frame,
    kind: BehaviourKind,
    span: Span,
    says: string,
    confidence: Confidence,
    detail?: BehaviourDetail,
  ): void;
  /** Adds what a `say` found before, as it was. */
  addBehaviour(key: string, behaviour: Behaviour): void;
  reach(reached: Reached): void;
  /** `unread`: the file at `path` is there, and not all of it was read or followed. */
  gap(path: string, reason: string, hides: string, unread?: "unread"): void;
  /** Counts one syntax node; false once the bound is reached, with a gap. */
  spend(path: string): boolean;
}

/** The parts of the analysis, handed around so that their files need not import each other. */
export interface Engine {
  /** Runs one simple command whose words are expanded; returns what it prints. */
  command(frame: Frame, argv: readonly Value[], span: Span): Value | null;
  /** True for a command whose meaning is known. */
  knows(name: string): boolean;
  /** Reads shell code. */
  shell(frame: Frame, source: Source): Value | null;
  /** Runs a file of the target as a program, or as a script of `interpreter`. */
  file(frame: Frame, path: Value, args: readonly Value[], interpreter: string | null): Value | null;
  /** Reads code of an interpreter. */
  code(frame: Frame, language: Language, source: Source): void;
}

/** A command as its handler sees it. */
export interface Call {
  readonly frame: Frame;
  /** The last component of the program's name without a version: `python` for `/usr/bin/python3.11`. */
  readonly name: string;
  readonly argv: readonly Value[];
  /** `argv` without its first. */
  readonly args: readonly Value[];
  readonly span: Span;
}

/** What a command does, and what it prints. */
export type Handler = (call: Call) => Value | null;

/** A program's file: its path as the command sees it, and what is there. */
export interface Found {
  readonly inside: string;
  readonly shape: FileShape;
}
