/**
 * One host, read: its managers, every timer, every other scheduled job, and the ledger of what could not be read.
 * `readInventory` reads what a list needs; closures, programs and packages are read when `activations` is asked for.
 */
import { type Accounts, readAccounts } from "../accounts/accounts.ts";
import { writerIndex } from "../accounts/writers.ts";
import { isArchive } from "../hosts/archive.ts";
import { type Extensions, extensionsOf, withExtensions } from "../hosts/extended.ts";
import type { Host } from "../hosts/host.ts";
import { ANACRONTAB } from "../jobs/anacrontab.ts";
import { AT_SPOOLS } from "../jobs/at.ts";
import { CRON_SPOOLS } from "../jobs/cron-files.ts";
import { readJobs } from "../jobs/jobs.ts";
import type { ScheduledJob } from "../jobs/scheduled-job.ts";
import { DirectoryReader } from "../manager/directory-reader.ts";
import { bootTimeOf, hostFactsOf } from "../manager/host-facts.ts";
import { type Manager, openManager } from "../manager/manager.ts";
import type { Scope } from "../manager/scope.ts";
import { type KnownVersion, systemdVersionOf } from "../manager/version.ts";
import { openPackages, type PackageDatabase, type Provenance } from "../packages/provenance.ts";
import { openStores, type Stores } from "../packages/stores.ts";
import { openPrograms } from "../programs/follow.ts";
import type { ExecCommand } from "../syntax/exec-line.ts";
import type { Span } from "../syntax/span.ts";
import type { HostFacts } from "../syntax/specifier.ts";
import type { SystemdVersion } from "../time/systemd-version.ts";
import type { Zones } from "../time/zone.ts";
import { accountScopes } from "./account-scopes.ts";
import type { Activation } from "./activation.ts";
import { type Boot, bootOf } from "./boot.ts";
import type { Closure, Gap } from "./closure.ts";
import { type ClosureDraft, ClosureReader } from "./closure-of.ts";
import { excerptReader } from "./excerpt.ts";
import type { TimerRecord } from "./timer-record.ts";
import { timersOf } from "./timers.ts";

export interface InventoryOptions {
  readonly zones: Zones;
  /** Microseconds since 1970. */
  readonly nowUsec: number;
  /** Semantics to read by; `null` for the target's own. */
  readonly version?: SystemdVersion | null;
  readonly scopes?: "system" | "user" | "all";
}

export interface Inventory {
  readonly host: Host;
  readonly nowUsec: number;
  readonly zones: Zones;
  readonly version: SystemdVersion;
  /** How the version is known. */
  readonly versionEvidence: string;
  readonly bootUsec: number | null;
  readonly facts: HostFacts;
  readonly accounts: Accounts;
  readonly packages: PackageDatabase;
  readonly stores: Stores;
  /** The system's, the one all users share, then each account's that has something of its own. */
  readonly managers: readonly Manager[];
  /** What each manager starts by itself. */
  readonly boots: ReadonlyMap<Manager, Boot>;
  readonly timers: readonly TimerRecord[];
  /** The same one by one, for those who keep none: a host may have tens of thousands. */
  eachTimer(): Iterable<TimerRecord>;
  readonly jobs: readonly ScheduledJob[];
  /** Timers and jobs with everything they lead to; read at the first call. */
  activations(): readonly Activation[];
  /** Provenance of further paths, remembered. */
  provenanceOf(path: string): Provenance | null;
  /** The line a span stands on. */
  excerpt(span: Span): string | null;
  /** What could not be read so far, and what that hides; sorted, each once. */
  gaps(): readonly Gap[];
  /** Remarks on the evidence as a whole. */
  readonly notes: readonly string[];
}

/** True where systemd, cron or at may run something by itself: there is a unit directory or a table of jobs. */
export function runsByItself(host: Host): boolean {
  const tables = ["/etc/crontab", "/etc/cron.d", ANACRONTAB, ...CRON_SPOOLS, ...AT_SPOOLS];
  return hasSystemd(host) || tables.some((path) => host.stat(path).kind !== "absent");
}

/** False where nothing of systemd is: no unit directory, no library, no configuration. */
export function hasSystemd(host: Host): boolean {
  const marks = [
    "/usr/lib/systemd",
    "/lib/systemd",
    "/etc/systemd",
    "/run/systemd/system",
    "/usr/local/lib/systemd",
  ];
  return marks.some((path) => host.stat(path).kind !== "absent") || homesHaveUnits(host);
}

function homesHaveUnits(host: Host): boolean {
  const homes = host.readDirectory("/home");
  if (homes.kind !== "present") return false;
  return homes.value.some(({ name }) => host.stat(`/home/${name}/.config/systemd/user`).kind === "present");
}

export function readInventory(host: Host, options: InventoryOptions): Inventory {
  return new HostInventory(host, options);
}

class HostInventory implements Inventory {
  readonly host: Host;
  readonly nowUsec: number;
  readonly zones: Zones;
  readonly version: SystemdVersion;
  readonly versionEvidence: string;
  readonly bootUsec: number | null;
  readonly facts: HostFacts;
  readonly accounts: Accounts;
  readonly packages: PackageDatabase;
  readonly stores: Stores;
  readonly managers: readonly Manager[];
  readonly boots: ReadonlyMap<Manager, Boot>;
  readonly jobs: readonly ScheduledJob[];
  readonly excerpt: (span: Span) => string | null;
  readonly notes: readonly string[];
  readonly #gaps: Gap[] = [];
  readonly #provenance = new Map<string, Provenance>();
  /** As it was given, without what extensions lay over it. */
  readonly #given: Host;
  #timers: readonly TimerRecord[] | null = null;
  #activations: readonly Activation[] | null = null;

  constructor(given: Host, { zones, nowUsec, version = null, scopes = "all" }: InventoryOptions) {
    const extensions = extensionsOf(given);
    const host = withExtensions(given, extensions);
    this.#given = given;
    this.host = host;
    this.zones = zones;
    this.nowUsec = nowUsec;
    const known = systemdVersionOf(host);
    this.version = version ?? known.version;
    this.versionEvidence = version === null ? evidenceOfVersion(known) : "as asked for";
    this.bootUsec = bootTimeOf(host);
    this.facts = hostFactsOf(host);
    this.accounts = readAccounts(host);
    this.packages = openPackages(host);
    this.stores = openStores(host);
    this.excerpt = excerptReader(host);
    const reader = new DirectoryReader(host);
    this.managers = wantedScopes(host, this.accounts, scopes).map((scope) =>
      openManager(host, scope, this.version, reader),
    );
    this.boots = new Map(this.managers.map((manager) => [manager, bootOf(manager)]));
    const jobs = readJobs(host, this.accounts, zones);
    this.jobs = scopes === "user" ? [] : jobs.jobs;
    for (const reason of jobs.gaps)
      this.#gaps.push(gapOf(reason, "/etc/crontab", "jobs of cron, anacron or at"));
    for (const path of extensions.images)
      this.#gaps.push({
        path,
        reason: "an image, which is not looked into",
        hides: "what it lays over /usr, /opt or /etc",
      });
    this.notes = [...notesOf(given, this.packages), ...extensionNotes(extensions)];
  }

  get timers(): readonly TimerRecord[] {
    if (this.#timers !== null) return this.#timers;
    for (const manager of this.managers) manager.keepAll();
    this.#timers = [...this.eachTimer()];
    return this.#timers;
  }

  *eachTimer(): Generator<TimerRecord> {
    const { host, accounts, zones, nowUsec, bootUsec, facts } = this;
    for (const [manager, boot] of this.boots)
      yield* timersOf(manager, boot, {
        host,
        accounts,
        zones,
        nowUsec,
        bootUsec,
        machineId: facts.machineId,
      });
  }

  activations(): readonly Activation[] {
    this.#activations ??= this.#readActivations();
    return this.#activations;
  }

  #readActivations(): readonly Activation[] {
    const reader = new ClosureReader(
      this.host,
      writerIndex(this.host, this.accounts),
      openPrograms(this.host),
      (name) => (name === "root" ? "/root" : (this.accounts.byName.get(name)?.home ?? null)),
    );
    const drafts: { readonly draft: ClosureDraft; finish(closure: Closure): Activation }[] = [];
    for (const record of this.timers) {
      const boot = this.boots.get(record.manager);
      const draft = reader.closureOf(record, (unit) => boot?.chainTo(unit) ?? null);
      const { id, unit, scope } = record;
      const runsAs = draft.commands[0]?.runsAs ?? record.runsAs;
      drafts.push({
        draft,
        finish: (closure) => ({ kind: "timer", id, unit, scope, runsAs, closure, record }),
      });
    }
    for (const job of this.jobs) {
      const { id, span, user, environment, input } = job;
      const exec = execOf(job);
      const draft = reader.closureOfCommand({ id, runsAs: user, exec, span, input }, environment);
      drafts.push({
        draft,
        finish: (closure) => ({
          kind: "job",
          id: `system/${id}`,
          unit: id,
          scope: "system",
          runsAs: user,
          closure,
          job,
        }),
      });
    }
    this.#learnProvenance(drafts.flatMap(({ draft }) => draft.files.flatMap(pathsOf)));
    return drafts.map(({ draft, finish }) => {
      this.#gaps.push(...draft.gaps);
      const files = draft.files.map((file) => ({ ...file, provenance: this.#known(file) }));
      return finish({ ...draft, files });
    });
  }

  #learnProvenance(paths: readonly string[]): void {
    const wanted = [...new Set(paths)].filter((path) => !this.#provenance.has(path));
    if (wanted.length === 0 || !this.packages.hasDatabase) return;
    for (const [path, provenance] of this.packages.provenanceOf(wanted))
      this.#provenance.set(path, provenance);
  }

  /** Of the file a path finally names; of a link itself where the link is what counts. */
  #known({ path, realPath, role }: ClosureDraft["files"][number]): Provenance | null {
    const real = realPath === null || role === "link" ? null : this.#provenance.get(realPath);
    return real ?? this.#provenance.get(path) ?? null;
  }

  provenanceOf(path: string): Provenance | null {
    this.#learnProvenance([path]);
    return this.#provenance.get(path) ?? null;
  }

  gaps(): readonly Gap[] {
    const all: Gap[] = [
      ...this.#gaps,
      ...(isArchive(this.#given) ? this.#given.gaps : []),
      ...this.managers.flatMap((manager) => manager.gaps()),
      ...this.packages.problems.map(({ path, reason }) => ({
        path,
        reason,
        hides: "which package a file belongs to",
      })),
      ...this.accounts.gaps.map((reason) => gapOf(reason, "/etc/passwd", "accounts and their groups")),
    ];
    const unique = new Map(all.map((gap) => [`${gap.path}\0${gap.reason}\0${gap.hides}`, gap]));
    return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, gap]) => gap);
  }
}

function extensionNotes({ trees }: Extensions): readonly string[] {
  if (trees.length === 0) return [];
  return [
    `Read with these extensions merged over the host's own files: ${trees.map(({ tree }) => tree).join(", ")}`,
  ];
}

function pathsOf({ path, realPath }: ClosureDraft["files"][number]): string[] {
  return realPath === null || realPath === path ? [path] : [path, realPath];
}

/** A sentence that may begin with a path, as a gap at that path. */
function gapOf(sentence: string, usual: string, hides: string): Gap {
  const [whole, path = usual, rest = sentence] = /^(\/[^:\s]+):?\s+(.*)$/s.exec(sentence) ?? [];
  return { path, reason: whole === undefined ? sentence : rest, hides };
}

function wantedScopes(host: Host, accounts: Accounts, scopes: "system" | "user" | "all"): readonly Scope[] {
  const users: readonly Scope[] = [{ kind: "global-user" }, ...accountScopes(host, accounts)];
  if (scopes === "user") return users;
  return scopes === "system" ? [{ kind: "system" }] : [{ kind: "system" }, ...users];
}

function evidenceOfVersion({ source, path }: KnownVersion): string {
  return path === null ? "assumed: nothing on the target tells" : `${source}: ${path}`;
}

/** A job's command as the program that is executed for it. */
export function execOf({ command, commandSpan, shell }: ScheduledJob): ExecCommand {
  const argv = shell === null ? [command] : [shell, "-c", command];
  return { path: argv[0] ?? command, argv, flags: [], key: "command", span: commandSpan };
}

/** What a reader must know about this kind of evidence. */
function notesOf(host: Host, packages: PackageDatabase): readonly string[] {
  const notes: string[] = [];
  const run = host.readDirectory("/run/systemd");
  if (!host.live && (run.kind !== "present" || run.value.length === 0))
    notes.push("/run is empty in this evidence: transient, generated and runtime units were not captured");
  if (!packages.hasDatabase) notes.push("no package database: where files come from is not known");
  return notes;
}
