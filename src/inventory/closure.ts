/**
 * Everything one activation can make the host do: the units it pulls in, the commands they run, what those commands
 * lead to, and every file whose content decides it.
 */
import type { Writers } from "../accounts/writers.ts";
import type { FileFacts } from "../hosts/host.ts";
import type { LoadedUnit } from "../manager/manager.ts";
import type { Provenance } from "../packages/provenance.ts";
import type { Behaviour, Followed } from "../programs/program.ts";
import type { ExecCommand } from "../syntax/exec-line.ts";
import type { Span } from "../syntax/span.ts";

export interface Closure {
  /** The timer first, then what it activates, nearest first. Empty for jobs of cron and at. */
  readonly units: readonly ClosureUnit[];
  readonly commands: readonly ClosureCommand[];
  readonly files: readonly ClosureFile[];
  /** What could not be followed, and what that hides. */
  readonly gaps: readonly Gap[];
}

/** How one unit leads to the next. */
export type EdgeKind =
  | "triggers"
  | "requires"
  | "wants"
  | "binds-to"
  | "upholds"
  | "on-failure"
  | "on-success"
  | "starts";

export interface Edge {
  readonly kind: EdgeKind;
  readonly from: string;
  readonly to: string;
  /** The line or link that says so; `null` for systemd's implicit rule (`x.timer` triggers `x.service`). */
  readonly span: Span | null;
}

export interface ClosureUnit {
  readonly name: string;
  readonly loaded: LoadedUnit;
  /** The chain from the timer to here; empty for the timer itself. */
  readonly how: readonly Edge[];
}

/** One command of one unit, or the command of a job. */
export interface ClosureCommand {
  /** The unit, or the job's id. */
  readonly unit: string;
  /** `ExecStart`, … or `command` for jobs. */
  readonly key: string;
  readonly exec: ExecCommand;
  /** The account it runs as: a name, a uid in digits when no account has it, or `dynamic` for `DynamicUser=`. */
  readonly runsAs: string;
  readonly followed: Followed;
}

export type FileRole =
  | "fragment"
  | "drop-in"
  | "link"
  | "environment-file"
  | "program"
  | "script"
  | "library"
  | "config"
  | "image"
  | "crontab";

export interface ClosureFile {
  /** As it is referred to. */
  readonly path: string;
  /** Where every link has been followed; `null` when it leads nowhere. */
  readonly realPath: string | null;
  readonly role: FileRole;
  /** The unit of the closure it belongs to. */
  readonly unit: string;
  /** The account that its content acts as. */
  readonly runsAs: string;
  /** What refers to it; the file itself (line 0) for fragments, drop-ins, links. */
  readonly span: Span;
  readonly facts: FileFacts | null;
  /** Who but root can change it. */
  readonly writers: Writers;
  readonly provenance: Provenance | null;
}

/** What could not be read. */
export interface Gap {
  readonly path: string;
  readonly reason: string;
  readonly hides: string;
  /** The file at `path` is there, and not all of it was read or followed. */
  readonly unread?: true;
}

/** Every behaviour of a closure with the command it stands in. */
export function* behavioursOf(
  closure: Closure,
): Generator<{ readonly behaviour: Behaviour; readonly command: ClosureCommand }> {
  for (const command of closure.commands)
    for (const behaviour of command.followed.behaviours) yield { behaviour, command };
}
