import type { LoadedUnit } from "../manager/manager.ts";
import type { Span } from "../syntax/span.ts";

/** One way in which memory and files can differ; the ids are rule ids. */
export type DisagreementId =
  | "timer-outlives-deleted-file"
  | "unit-outlives-deleted-file"
  | "timer-known-only-to-manager"
  | "transient-timer"
  | "transient-service"
  | "loaded-state-differs-from-disk"
  | "loaded-command-differs-from-disk"
  | "drop-in-not-loaded"
  | "drop-in-outlives-deleted-file"
  | "masked-but-active"
  | "deleted-program-running"
  | "active-timer-nothing-starts"
  | "enabled-timer-not-active"
  | "timer-failed";

/** One side of a disagreement, at the file it is about. */
export interface Side {
  readonly span: Span;
  readonly excerpt: string | null;
  readonly says: string | null;
}

/** Memory says one thing, the files another. Shaped like an accusation of the host, so that a rule can hand it on. */
export interface Disagreement {
  readonly rule: DisagreementId;
  readonly unit: string;
  readonly scope: string;
  /** One sentence naming the things concerned. */
  readonly says: string;
  /** The files' side first, then the manager's. */
  readonly evidence: readonly Side[];
  /** Worse than the rule's usual case; absent for the usual one. */
  readonly severity?: "critical" | "high" | "medium" | "low" | "info";
}

/** A file or link as a whole. */
export function wholeFile(path: string): Span {
  return { path, line: 0, column: 0, length: 0 };
}

/** Both sides at one place. */
export function bothSides(path: string, disk: string, memory: string): readonly Side[] {
  const span = wholeFile(path);
  return [
    { span, excerpt: null, says: `on disk: ${disk}` },
    { span, excerpt: null, says: `in memory: ${memory}` },
  ];
}

/** The files' side of a unit in few words. */
export function diskState({ state, path }: LoadedUnit): string {
  return path === null ? state : `${state} (${path})`;
}

/** Conditions and assertions may keep the unit from starting without any trace. */
export function hasConditions({ unit }: LoadedUnit): boolean {
  return [...unit.settings.keys()].some((key) => /^Unit\.(Condition|Assert)[A-Z]/.test(key));
}

/** What a rule needs to say about its kind of disagreement, beyond the case at hand. */
export interface DisagreementKind {
  readonly id: DisagreementId;
  readonly title: string;
  readonly severity: "critical" | "high" | "medium" | "low" | "info";
  readonly confidence: "high" | "medium" | "low";
  readonly signal: "hostile" | "suspicious" | "odd" | "weakness" | "context";
  readonly why: string;
  readonly benign: readonly string[];
  readonly clears: string;
}

/** Every kind, worst first. */
export const DISAGREEMENT_KINDS: readonly DisagreementKind[] = [
  {
    id: "timer-outlives-deleted-file",
    title: "A running timer whose file is gone",
    severity: "high",
    confidence: "high",
    signal: "suspicious",
    why: "Deleting the unit file does not stop a loaded timer: it goes on firing from memory, and nobody who looks at files sees it.",
    benign: [
      "a package was removed and its timer not stopped",
      "an administrator deleted the file and forgot to reload",
    ],
    clears: "systemctl stop of the timer, or its file back in place",
  },
  {
    id: "timer-known-only-to-manager",
    title: "A timer the files do not define",
    severity: "high",
    confidence: "medium",
    signal: "suspicious",
    why: "The manager holds a timer that no file on its search path accounts for, so a search of the files misses it.",
    benign: [
      "a search path widened by SYSTEMD_UNIT_PATH",
      "a file deleted before the last reload; the timer has failed since",
    ],
    clears: "the file that defines it, on the search path",
  },
  {
    id: "deleted-program-running",
    title: "A service whose program was deleted",
    severity: "medium",
    confidence: "medium",
    signal: "suspicious",
    why: "Code that runs from a deleted file, or from memory alone, cannot be examined on disk.",
    benign: ["an upgrade replaced the program and the service was not restarted"],
    clears: "restarting the service",
  },
  {
    id: "unit-outlives-deleted-file",
    title: "A running unit whose file is gone",
    severity: "medium",
    confidence: "high",
    signal: "odd",
    why: "A loaded unit outlives its file, with the commands it was loaded with.",
    benign: ["a package was removed while its service ran"],
    clears: "stopping the unit, or its file back in place",
  },
  {
    id: "loaded-command-differs-from-disk",
    title: "What would run is not what the file says",
    severity: "medium",
    confidence: "high",
    signal: "odd",
    why: "Until the manager is reloaded it runs the commands it loaded; the file on disk shows others.",
    benign: ["a unit was edited or upgraded and daemon-reload not yet run"],
    clears: "systemctl daemon-reload, after which both sides are equal",
  },
  {
    id: "drop-in-outlives-deleted-file",
    title: "A drop-in in force whose file is gone",
    severity: "medium",
    confidence: "high",
    signal: "odd",
    why: "The settings of a deleted drop-in stay in force until the manager is reloaded.",
    benign: ["systemctl revert by hand, without daemon-reload"],
    clears: "systemctl daemon-reload",
  },
  {
    id: "masked-but-active",
    title: "Masked on disk, active in memory",
    severity: "medium",
    confidence: "high",
    signal: "odd",
    why: "A mask keeps a unit from being started again; one that already runs goes on.",
    benign: ["the unit was masked and will be gone after the next boot"],
    clears: "stopping the unit",
  },
  {
    id: "loaded-state-differs-from-disk",
    title: "The manager works with an older state than the files",
    severity: "low",
    confidence: "high",
    signal: "context",
    why: "What the files say takes effect at the next reload or boot, without anyone starting anything: a change laid in wait.",
    benign: ["a unit was edited or upgraded and daemon-reload not yet run"],
    clears: "systemctl daemon-reload",
  },
  {
    id: "drop-in-not-loaded",
    title: "A drop-in that waits for the next reload",
    severity: "low",
    confidence: "high",
    signal: "context",
    why: "The drop-in is not in force yet and becomes so silently at the next reload or boot. systemd 252 does not even report it.",
    benign: ["a drop-in was just installed"],
    clears: "systemctl daemon-reload",
  },
  {
    id: "transient-timer",
    title: "A timer made at run time",
    severity: "medium",
    confidence: "medium",
    signal: "odd",
    why: "systemd-run makes timers that live under /run only and vanish with the boot, leaving nothing on disk.",
    benign: [
      "an administrator's systemd-run --on-calendar",
      "desktop programs that schedule with systemd-run",
    ],
    clears: "nothing needs to: it ends with the boot; stop it if nobody knows it",
  },
  {
    id: "transient-service",
    title: "A service made at run time",
    severity: "info",
    confidence: "medium",
    signal: "context",
    why: "systemd-run starts services that no file outside /run defines.",
    benign: ["an administrator's systemd-run", "applications started by a desktop session"],
    clears: "nothing needs to: it ends with its process",
  },
  {
    id: "enabled-timer-not-active",
    title: "A timer that should run and does not",
    severity: "low",
    confidence: "medium",
    signal: "context",
    why: "Files say that boot starts it, yet it is not active: stopped by hand, or installed since.",
    benign: ["stopped for maintenance", "enabled without --now"],
    clears: "systemctl start of the timer",
  },
  {
    id: "active-timer-nothing-starts",
    title: "An active timer that boot would not start",
    severity: "info",
    confidence: "high",
    signal: "context",
    why: "Somebody started it by hand, or disabled it without stopping it; nothing on disk says that it runs.",
    benign: ["systemctl start of a disabled timer"],
    clears: "enabling or stopping it",
  },
  {
    id: "timer-failed",
    title: "A timer that has failed",
    severity: "low",
    confidence: "high",
    signal: "context",
    why: "A failed timer does not fire any more; whatever it protected is not done.",
    benign: ["the unit it starts was masked or removed"],
    clears: "systemctl reset-failed and start, once the cause is mended",
  },
];
