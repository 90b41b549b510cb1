import type { Engine, Frame, Scope, Session } from "./engine.ts";
import { Memory } from "./memory.ts";
import {
  type Behaviour,
  type Confidence,
  DEFAULT_LIMITS,
  type Followed,
  type ProgramContext,
  type ProgramGap,
  type Reached,
} from "./program.ts";
import { noExtent } from "./retelling.ts";
import type { Library } from "./shapes.ts";

const MOST_BEHAVIOURS = 2_000;
const MOST_REACHED = 4_000;

/** A session and the way to end it. */
export interface OpenSession {
  readonly session: Session;
  close(): Followed;
}

/** Starts one `follow`. Equal findings at one place are kept once. */
export function openSession(context: ProgramContext, library: Library, engine: Engine): OpenSession {
  const behaviours = new Map<string, Behaviour>();
  const reached = new Map<string, Reached>();
  const gaps = new Map<string, ProgramGap>();
  const session: Session = {
    host: context.host,
    context,
    limits: { ...DEFAULT_LIMITS, ...context.limits },
    library,
    engine,
    written: new Memory(),
    fetchedTrees: new Map(),
    active: new Memory(),
    runs: new Memory(),
    found: new Map(),
    recordings: [],
    extent: noExtent(),
    nodes: 0,
    scripts: 0,
    encrypting: { words: new Set(), walks: false },
    verified: false,
    say(frame, kind, span, says, confidence, detail = {}) {
      const key = `${kind} ${span.path} ${span.line} ${span.column} ${says}`;
      const stated = frame.doubtful ? lower(confidence) : confidence;
      session.addBehaviour(key, { kind, span, says, confidence: stated, detail });
    },
    addBehaviour(key, behaviour) {
      const inner = session.recordings.at(-1)?.behaviours;
      if (inner?.has(key) === false) inner.set(key, behaviour);
      if (behaviours.has(key)) return;
      if (behaviours.size >= MOST_BEHAVIOURS) {
        session.gap(
          behaviour.span.path,
          `more than ${MOST_BEHAVIOURS} findings`,
          "what the rest of the code does",
          "unread",
        );
        return;
      }
      behaviours.set(key, behaviour);
    },
    reach(entry) {
      const what = entry.path ?? entry.text ?? entry.name;
      const key = `${entry.kind} ${what}`;
      const inner = session.recordings.at(-1)?.reached;
      if (inner?.has(key) === false && inner.size < MOST_REACHED) inner.set(key, entry);
      if (!reached.has(key) && reached.size < MOST_REACHED) reached.set(key, entry);
    },
    gap(path, reason, hides, unread) {
      const key = `${path} ${reason}`;
      const found =
        unread === undefined ? { path, reason, hides } : ({ path, reason, hides, unread: true } as const);
      const inner = session.recordings.at(-1)?.gaps;
      if (inner?.has(key) === false) inner.set(key, found);
      if (!gaps.has(key)) gaps.set(key, found);
    },
    spend(path) {
      session.nodes += 1;
      if (session.nodes <= session.limits.nodes) return true;
      session.gap(
        path,
        `more than ${session.limits.nodes} steps of code`,
        "what the rest of the code does",
        "unread",
      );
      return false;
    },
  };
  return {
    session,
    close: () => ({
      reached: [...reached.values()],
      behaviours: [...behaviours.values()],
      gaps: [...gaps.values()],
    }),
  };
}

function lower(confidence: Confidence): Confidence {
  return confidence === "high" ? "medium" : "low";
}

/** A shell that remembers nothing yet. */
function emptyScope(workingDirectory: string | null): Scope {
  return {
    variables: new Memory(),
    functions: new Memory(),
    aliases: new Memory(),
    positional: [],
    sockets: new Set(),
    workingDirectory,
    choice: 0,
    choices: 1,
  };
}

/** Runs with a subshell's memory: it starts equal, what changes inside is gone afterwards. */
export function inSubshell<T>(scope: Scope, run: (inner: Scope) => T): T {
  const { variables, functions, aliases, sockets } = scope;
  const marks = [variables.mark(), functions.mark(), aliases.mark()] as const;
  const result = run({ ...scope, sockets: new Set(sockets) });
  variables.rollBack(marks[0]);
  functions.rollBack(marks[1]);
  aliases.rollBack(marks[2]);
  return result;
}

/** The frame a unit's own line starts in. */
export function firstFrame(session: Session): Frame {
  return {
    session,
    scope: emptyScope(session.context.workingDirectory),
    via: [],
    depth: 0,
    sink: "ends",
    stdin: null,
    doubtful: false,
    script: null,
    origin: null,
  };
}
