import type { WriterIndex } from "../accounts/writers.ts";
import type { Host } from "../hosts/host.ts";
import { dependencyName, type LoadedUnit, type Manager } from "../manager/manager.ts";
import { accountIn } from "../programs/account-change.ts";
import type { Programs } from "../programs/follow.ts";
import { INTERPRETERS, programName, SHELLS } from "../programs/names.ts";
import {
  DEFAULT_SEARCH_PATH,
  type EnvironmentVariable,
  type Followed,
  type ProgramContext,
} from "../programs/program.ts";
import { parseBoolean } from "../syntax/boolean.ts";
import { parseEnvironmentFile } from "../syntax/environment.ts";
import type { ExecCommand } from "../syntax/exec-line.ts";
import type { Span } from "../syntax/span.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import { dependenciesOf, triggerOf } from "../units/dependencies.ts";
import { type EnvironmentFile, type Service, serviceOf } from "../units/service.ts";
import { value } from "../units/unit.ts";
import type { Boot } from "./boot.ts";
import type {
  Closure,
  ClosureCommand,
  ClosureFile,
  ClosureUnit,
  Edge,
  EdgeKind,
  FileRole,
  Gap,
} from "./closure.ts";
import type { TimerRecord } from "./timer-record.ts";

/** Units one activation may lead to; more are a gap. systemd has no such limit, an attacker's graph would. */
const MAX_UNITS = 200;
/** Bytes read of one environment file. */
const MAX_ENVIRONMENT = 256 * 1024;

const EDGES: ReadonlyMap<string, EdgeKind> = new Map([
  ["Requires", "requires"],
  ["Wants", "wants"],
  ["BindsTo", "binds-to"],
  ["Upholds", "upholds"],
  ["Sockets", "wants"],
  ["OnFailure", "on-failure"],
  ["OnSuccess", "on-success"],
]);

/** A file of a closure before packages were asked. */
export type ClosureFileFacts = Omit<ClosureFile, "provenance">;
export type ClosureDraft = Omit<Closure, "files"> & { readonly files: readonly ClosureFileFacts[] };

/** What one unit runs by itself, read once for all timers that lead to it. */
interface UnitParts {
  readonly runsAs: string;
  readonly commands: readonly ClosureCommand[];
  readonly files: readonly ClosureFileFacts[];
  readonly gaps: readonly Gap[];
  /** Units that its commands start. */
  readonly starts: readonly Edge[];
}

/** Makes closures of one host's timers. */
export class ClosureReader {
  readonly #host: Host;
  readonly #writers: WriterIndex;
  readonly #programs: Programs;
  readonly #homeOf: (account: string) => string | null;
  readonly #parts = new Map<Manager, Map<string, UnitParts>>();

  constructor(
    host: Host,
    writers: WriterIndex,
    programs: Programs,
    homeOf: (account: string) => string | null,
  ) {
    this.#homeOf = homeOf;
    this.#host = host;
    this.#writers = writers;
    this.#programs = programs;
  }

  /** `chainTo` tells units that boot starts anyway: a timer that names one of them does not bring it about. */
  closureOf(record: TimerRecord, chainTo: Boot["chainTo"]): ClosureDraft {
    const gaps: Gap[] = [];
    const units = this.#units(record, chainTo, gaps);
    const commands: ClosureCommand[] = [];
    const files = new Map<string, ClosureFileFacts>();
    for (const { path, unit, span, role } of enablementFiles(record))
      this.#addFile(files, { path, role, unit, span, runsAs: record.runsAs });
    for (const { loaded } of units) {
      const parts = this.#partsOf(loaded, record.manager);
      commands.push(...parts.commands);
      gaps.push(...parts.gaps);
      for (const file of parts.files) files.set(keyOf(file), file);
    }
    return { units, commands, files: [...files.values()], gaps };
  }

  /** The closure of a command line that no unit holds: a job of cron or at. */
  closureOfCommand(
    job: {
      readonly id: string;
      readonly runsAs: string;
      readonly exec: ExecCommand;
      readonly span: Span;
      /** Its standard input. */
      readonly input: string | null;
    },
    environment: ReadonlyMap<string, EnvironmentVariable>,
  ): ClosureDraft {
    const files = new Map<string, ClosureFileFacts>();
    const { id: unit, runsAs, exec, span, input } = job;
    const home = this.#homeOf(runsAs);
    this.#addFile(files, { path: span.path, role: "crontab", unit, span: fileSpan(span.path), runsAs });
    const context: ProgramContext = {
      host: this.#host,
      root: "/",
      workingDirectory: null,
      searchPath: DEFAULT_SEARCH_PATH,
      ...(home === null ? {} : { home }),
    };
    const followed = this.#programs.follow(
      {
        argv: exec.argv,
        span: exec.span,
        environment,
        expands: false,
        ...(input === null ? {} : { input }),
      },
      context,
    );
    this.#addReached(files, unit, followed, runsAs);
    const commands: ClosureCommand[] = [{ unit, key: "command", exec, runsAs, followed }];
    const effects = this.#programs.environmentEffects(environment, context);
    if (effects.behaviours.length > 0 || effects.reached.length > 0) {
      this.#addReached(files, unit, effects, runsAs);
      const set = { ...exec, key: "Environment", path: "", argv: [], flags: [] };
      commands.push({ unit, key: "Environment", exec: set, runsAs, followed: effects });
    }
    const gaps = [...followed.gaps, ...effects.gaps];
    return { units: [], commands, files: [...files.values()], gaps };
  }

  /** Breadth first, so that `how` is the shortest chain. */
  #units(record: TimerRecord, chainTo: Boot["chainTo"], gaps: Gap[]): readonly ClosureUnit[] {
    const runsAnyway = (unit: string): boolean => {
      const chain = chainTo(unit);
      // Boot starts the timer, and with it what the timer wants: that runs on its account alone.
      return chain !== null && !chain.some(({ from }) => from === record.loaded.primaryId);
    };
    const units: ClosureUnit[] = [{ name: record.unit, loaded: record.loaded, how: [] }];
    const seen = new Set([record.unit]);
    for (const unit of units) {
      for (const edge of this.#edges(unit, record)) {
        if (seen.has(edge.to)) continue;
        seen.add(edge.to);
        const isTrigger = unit.how.length === 0 && edge.kind === "triggers";
        if (!isTrigger && runsAnyway(edge.to)) continue;
        const loaded = record.manager.load(edge.to);
        if (loaded.state === "not-found" && edge.kind !== "triggers") continue;
        if (units.length >= MAX_UNITS) {
          gaps.push({
            path: record.loaded.path ?? record.unit,
            reason: `it leads to more than ${MAX_UNITS} units`,
            hides: "what the rest of them run",
          });
          return units;
        }
        units.push({ name: edge.to, loaded, how: [...unit.how, edge] });
      }
    }
    return units;
  }

  #edges({ name, loaded, how }: ClosureUnit, record: TimerRecord): readonly Edge[] {
    const edges: Edge[] = [];
    const add = (kind: EdgeKind, to: string, span: Span | null) => edges.push({ kind, from: name, to, span });
    if (how.length === 0 && record.activates !== null)
      add("triggers", record.activates, record.timer?.triggersSpan ?? null);
    else {
      const trigger = triggerEdge(name, loaded);
      if (trigger !== null) edges.push(trigger);
    }
    for (const { kind, unit, span } of dependenciesOf(loaded.unit).found) {
      const edge = EDGES.get(kind);
      if (edge !== undefined) add(edge, unit, span);
    }
    for (const { unit, dependency, path } of loaded.links)
      if (unit !== null) add(dependency === "Requires" ? "requires" : "wants", unit, fileSpan(path));
    edges.push(...this.#partsOf(loaded, record.manager).starts);
    return edges;
  }

  #partsOf(loaded: LoadedUnit, manager: Manager): UnitParts {
    let known = this.#parts.get(manager);
    if (known === undefined) {
      known = new Map();
      this.#parts.set(manager, known);
    }
    let parts = known.get(loaded.primaryId);
    if (parts === undefined) {
      parts = this.#readParts(loaded, manager);
      known.set(loaded.primaryId, parts);
    }
    return parts;
  }

  #readParts(loaded: LoadedUnit, manager: Manager): UnitParts {
    const service = serviceOf(loaded.unit);
    const runsAs = accountOf(service, manager);
    const files = new Map<string, ClosureFileFacts>();
    const gaps: Gap[] = [];
    const unit = loaded.primaryId;
    for (const { path, role } of unitFiles(loaded))
      this.#addFile(files, { path, role, unit, runsAs, span: fileSpan(path) });
    const environment = this.#environment(service, unit, runsAs, manager, files, gaps);
    const context = this.#context(service, runsAs, manager);
    const commands: ClosureCommand[] = [];
    const add = (exec: ExecCommand, followed: Followed) => {
      const as = exec.flags.includes("fully-privileged") && manager.scope.kind === "system" ? "root" : runsAs;
      gaps.push(...followed.gaps);
      commands.push({ unit, key: exec.key, exec, runsAs: as, followed });
      this.#addReached(files, unit, followed, as);
    };
    for (const list of service.commands.values())
      for (const exec of list) add(exec, this.#follow(exec, environment, context));
    const effects = this.#programs.environmentEffects(environment, context);
    if (effects.behaviours.length > 0 || effects.reached.length > 0) {
      const first = effects.behaviours[0]?.span ?? effects.reached[0]?.span ?? fileSpan(loaded.path ?? unit);
      add({ path: "", argv: [], flags: [], key: "Environment", span: first }, effects);
    }
    this.#addImages(service, unit, runsAs, files, gaps);
    const input = this.#input(service, context);
    if (input !== null) add(input.exec, input.followed);
    const shell = shellOnSocket(service);
    if (shell !== null) add({ ...shell.exec, key: "StandardInput" }, shell.followed);
    const starts = commands.flatMap(({ followed }) =>
      followed.behaviours.flatMap(({ kind, detail, span }): Edge[] =>
        kind === "starts-unit" && detail.unit !== undefined && parseUnitName(detail.unit) !== null
          ? [{ kind: "starts", from: unit, to: detail.unit, span }]
          : [],
      ),
    );
    return { runsAs, commands, files: [...files.values()], gaps, starts };
  }

  /** Images are file systems of their own; what they hold is not looked into. */
  #addImages(
    { images }: Service,
    unit: string,
    runsAs: string,
    files: Map<string, ClosureFileFacts>,
    gaps: Gap[],
  ): void {
    for (const { text: path, span } of images) {
      this.#addFile(files, { path, role: "image", unit, span, runsAs });
      const facts = this.#host.stat(path);
      if (facts.kind === "absent" || (facts.kind === "present" && facts.value.kind === "directory")) continue;
      const reason = facts.kind === "present" ? "an image, which is not looked into" : facts.reason;
      gaps.push({ path, reason, hides: `what ${unit} sees and runs inside it`, unread: true });
    }
  }

  #context(service: Service, runsAs: string, { scope }: Manager): ProgramContext {
    const searchPath = service.execSearchPath.map(({ text }) => text);
    const home = scope.kind === "user" ? scope.home : this.#homeOf(runsAs);
    return {
      ...(home === null ? {} : { home }),
      host: this.#host,
      root: service.rootDirectory?.text ?? "/",
      workingDirectory: service.workingDirectory?.text ?? null,
      searchPath: searchPath.length > 0 ? searchPath : DEFAULT_SEARCH_PATH,
    };
  }

  #follow(
    exec: ExecCommand,
    environment: ReadonlyMap<string, EnvironmentVariable>,
    context: ProgramContext,
  ): Followed {
    return this.#programs.follow(
      {
        argv: [exec.path, ...exec.argv.slice(1)],
        span: exec.span,
        ...(exec.wordSpans === undefined ? {} : { wordSpans: exec.wordSpans }),
        environment,
        expands: !exec.flags.includes("no-env-expand"),
      },
      context,
    );
  }

  /** Text given to a command on standard input, read as its interpreter would. */
  #input(
    service: Service,
    context: ProgramContext,
  ): { readonly exec: ExecCommand; readonly followed: Followed } | null {
    const exec = [...service.commands.values()].flat().find(({ key }) => key === "ExecStart");
    const first = service.standardInputData[0];
    if (exec === undefined || first === undefined) return null;
    const text = service.standardInputData
      .map(({ text, encoding }) =>
        encoding === "base64" ? Buffer.from(text, "base64").toString("utf8") : text,
      )
      .join("");
    const followed = this.#programs.followInput(text, first.span, exec.path, context);
    return { exec: { ...exec, key: "StandardInputText", span: first.span }, followed };
  }

  /** `Environment=` first, then each `EnvironmentFile=` over it (systemd.exec(5)). */
  #environment(
    service: Service,
    unit: string,
    runsAs: string,
    manager: Manager,
    files: Map<string, ClosureFileFacts>,
    gaps: Gap[],
  ): ReadonlyMap<string, EnvironmentVariable> {
    const environment = new Map<string, EnvironmentVariable>();
    for (const { name, value, span } of service.environment) environment.set(name, { value, span });
    for (const file of service.environmentFiles) {
      this.#addFile(files, { path: file.path, role: "environment-file", unit, span: file.span, runsAs });
      this.#addEnvironmentFile(file, manager, environment, gaps);
    }
    return environment;
  }

  #addEnvironmentFile(
    { path }: EnvironmentFile,
    manager: Manager,
    environment: Map<string, EnvironmentVariable>,
    gaps: Gap[],
  ): void {
    const content = this.#host.readFile(path, MAX_ENVIRONMENT);
    if (content.kind === "unreadable")
      gaps.push({ path, reason: content.reason, hides: "variables that decide what its commands do" });
    if (content.kind !== "present") return;
    const text = decodeUtf8(content.value.bytes);
    const parsed = parseEnvironmentFile(text, manager.version.major);
    if (!parsed.ok) {
      gaps.push({
        path,
        reason: parsed.problem.message,
        hides: "variables that decide what its commands do",
      });
      return;
    }
    for (const { name, value, at } of parsed.value) {
      const before = text.slice(0, at).split("\n");
      const column = (before.at(-1)?.length ?? 0) + 1;
      environment.set(name, { value, span: { path, line: before.length, column, length: name.length } });
    }
  }

  #addReached(files: Map<string, ClosureFileFacts>, unit: string, followed: Followed, runsAs: string): void {
    for (const { kind, path, span, via } of followed.reached)
      if (path !== null && kind !== "inline-code" && kind !== "unit")
        this.#addFile(files, { path, role: kind, unit, span, runsAs: accountIn(via) ?? runsAs });
  }

  #addFile(
    files: Map<string, ClosureFileFacts>,
    file: Pick<ClosureFileFacts, "path" | "role" | "unit" | "span" | "runsAs">,
  ): void {
    const before = files.get(keyOf(file));
    if (before !== undefined) {
      // Run by several accounts, it counts for the strongest.
      if (file.runsAs === "root") files.set(keyOf(file), { ...before, runsAs: "root" });
      return;
    }
    const facts = this.#host.lstat(file.path);
    const writers = this.#writers.writersOf(file.path);
    files.set(keyOf(file), {
      ...file,
      realPath: writers.realPath,
      facts: facts.kind === "present" ? facts.value : null,
      writers,
    });
  }
}

function keyOf({ path, unit, role }: Pick<ClosureFileFacts, "path" | "unit" | "role">): string {
  return `${role}\0${unit}\0${path}`;
}

/** What a path or socket unit triggers; a further timer triggers its unit too. */
function triggerEdge(name: string, loaded: LoadedUnit): Edge | null {
  const type = parseUnitName(name)?.type;
  if (type !== "timer" && type !== "path" && type !== "socket") return null;
  const said = triggerOf(loaded.unit);
  const accepts =
    type === "socket" && parseBoolean(value(loaded.unit, "Socket", "Accept")?.value ?? "no") === true;
  const to =
    said?.unit ?? dependencyName(name, name.replace(/\.[a-z]+$/, accepts ? "@0.service" : ".service"));
  return { kind: "triggers", from: name, to, span: said?.span ?? null };
}

/** A shell whose commands come from whoever connects: `StandardInput=socket` and no script (systemd.exec(5)). */
function shellOnSocket(service: Service): { readonly exec: ExecCommand; readonly followed: Followed } | null {
  const input = service.standardInput;
  if (input === null || !/^(socket|fd(:.*)?)$/.test(input.text)) return null;
  const exec = [...service.commands.values()]
    .flat()
    .find(({ key, path, argv }) => key === "ExecStart" && isInteractive([path, ...argv.slice(1)]));
  if (exec === undefined) return null;
  const says = `${exec.path} runs what whoever connects to its socket types.`;
  const behaviour = {
    kind: "reverse-shell",
    span: input.span,
    says,
    confidence: "high",
    detail: {},
  } as const;
  return { exec, followed: { reached: [], behaviours: [behaviour], gaps: [] } };
}

/** Programs that only change how the rest of their words runs. */
const AROUND: ReadonlySet<string> = new Set([
  "env",
  "setsid",
  "nice",
  "stdbuf",
  "busybox",
  "toybox",
  "nohup",
  "exec",
]);

/** A shell or an interpreter that is given no code, or a log-in that asks for no password. */
function isInteractive(words: readonly string[]): boolean {
  const at = words.findIndex(
    (word) => !word.startsWith("-") && !AROUND.has(programName(word)) && !/^\w+=/.test(word),
  );
  const name = programName(words[at] ?? "");
  const rest = words.slice(at + 1);
  if (SHELLS.has(name) || INTERPRETERS.has(name)) return rest.every((word) => /^-(?!c$)/.test(word));
  if (name === "login") return rest.some((word) => /^-\w*f/.test(word));
  if (name === "agetty" || name === "getty") return rest.some((word) => /^(-\w*a|--autologin)/.test(word));
  if (name === "su" || name === "runuser") return !rest.some((word) => /^(-\w*c|--command)/.test(word));
  if (name === "sudo") return rest.some((word) => /^-\w*[is]$|^--(login|shell)$/.test(word));
  if (name === "script") return !rest.some((word) => /^(-\w*c|--command)/.test(word));
  return name === "machinectl" && rest[0] === "shell" && rest.length <= 2;
}

function accountOf(service: Service, { scope }: Manager): string {
  if (scope.kind === "global-user") return "each user";
  if (scope.kind === "user") return scope.name;
  return service.user?.text ?? (service.dynamicUser ? "dynamic" : "root");
}

/** Files and links a unit is made of. */
function unitFiles(loaded: LoadedUnit): readonly { readonly path: string; readonly role: FileRole }[] {
  const files: { path: string; role: FileRole }[] = [];
  if (loaded.path !== null) files.push({ path: loaded.path, role: "fragment" });
  for (const { path } of loaded.via) if (path !== loaded.path) files.push({ path, role: "link" });
  for (const { path, source } of loaded.dropIns) if (source !== null) files.push({ path, role: "drop-in" });
  for (const { path } of loaded.links) files.push({ path, role: "link" });
  return files;
}

/** The links that make boot start the timer. */
function enablementFiles({
  started,
  unit,
}: TimerRecord): readonly Pick<ClosureFileFacts, "path" | "unit" | "span" | "role">[] {
  return started.chain
    .slice(-1)
    .flatMap(({ span }) =>
      span !== null && span.line === 0 ? [{ path: span.path, role: "link", unit, span }] : [],
    );
}

function fileSpan(path: string): Span {
  return { path, line: 0, column: 0, length: 0 };
}
