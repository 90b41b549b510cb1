import type { FileFacts, Host } from "../hosts/host.ts";
import type { Span } from "../syntax/span.ts";

/** One variable of a service's environment with the place that set it. */
export interface EnvironmentVariable {
  readonly value: string;
  readonly span: Span;
}

/** What systemd hands to `execve`: specifiers are expanded already, `$VARIABLES` are not (systemd.service(5)). */
export interface CommandLine {
  /** The path as written (absolute, or a bare name to be searched) and the arguments. */
  readonly argv: readonly string[];
  readonly span: Span;
  /** Where each word of `argv` stands, quotes included; without it every word is said to stand at `span`. */
  readonly wordSpans?: readonly Span[];
  /** Variables known from `Environment=` and `EnvironmentFile=`. */
  readonly environment: ReadonlyMap<string, EnvironmentVariable>;
  /** What it is given on standard input, as cron does with the text after `%`. */
  readonly input?: string;
  /** False with the `:` prefix: systemd then expands no `$VARIABLE`. Default true. */
  readonly expands?: boolean;
}

export type ReachedKind = "program" | "script" | "inline-code" | "library" | "config" | "unit";

export type Language =
  | "shell"
  | "python"
  | "perl"
  | "ruby"
  | "node"
  | "php"
  | "lua"
  | "awk"
  | "tcl"
  | "other";

/** Something a command line leads to. */
export interface Reached {
  readonly kind: ReachedKind;
  /** Absolute inside the target after the search of PATH; `null` for inline code and names found nowhere. */
  readonly path: string | null;
  /** The name as it was called, such as `curl` or `backup.service`. */
  readonly name: string;
  /** Where the reference stands: a unit file's line or a script's. */
  readonly span: Span;
  /** The wrappers passed through, outermost first: `["env", "nice", "sh -c"]`. */
  readonly via: readonly string[];
  /** Files between the unit and this reference: 0 when the unit file names it. */
  readonly depth: number;
  readonly facts?: FileFacts;
  readonly exists: boolean;
  readonly interpreter?: string;
  readonly language?: Language;
  /** Inline code, shortened to 4096 characters. */
  readonly text?: string;
}

/** Every kind of behaviour the analysis can name; rules choose among them. */
export const BEHAVIOUR_KINDS = [
  "adds-account",
  "alters-times",
  "arms-timer",
  "attaches-to-process",
  "changes-attributes",
  "clears-logs",
  "configuration-management",
  "container-run",
  "daemon-reload",
  "decode",
  "decode-to-interpreter",
  "deletes-self-or-unit",
  "destructive",
  "disguises-process",
  "edits-file",
  "encoded-text",
  "encrypts-files",
  "executes",
  "expands-names",
  "exfiltrates",
  "fetch",
  "fetch-to-executable-file",
  "fetch-to-interpreter",
  "hides-output",
  "inline-interpreter-code",
  "installs-package",
  "kills-security-tool",
  "loads-library",
  "miner",
  "network-ping",
  "output-to-interpreter",
  "plants-key",
  "privilege",
  "reverse-shell",
  "scans",
  "shutdown",
  "sources",
  "spreads",
  "starts-unit",
  "stops-security-unit",
  "tunnel",
  "uses-hidden-file",
  "variable-to-interpreter",
  "volatile-path",
  "writes",
  "writes-autostart",
] as const;

export type BehaviourKind = (typeof BEHAVIOUR_KINDS)[number];

export type Confidence = "high" | "medium" | "low";

/** What a command or a line of a script does, as far as its text tells. */
export interface Behaviour {
  readonly kind: BehaviourKind;
  readonly span: Span;
  /** One plain English sentence. */
  readonly says: string;
  readonly confidence: Confidence;
  readonly detail: BehaviourDetail;
}

/** What `exfiltrates` sends: passwords, keys and histories; what describes the host; or anything else. */
export type SentData = "secrets" | "host-facts" | "data";

export interface BehaviourDetail {
  /** With `exfiltrates` only. */
  readonly sent?: SentData;
  readonly url?: string;
  readonly host?: string;
  readonly path?: string;
  /** Text that was encoded, decoded, at most 4096 characters. */
  readonly decoded?: string;
  /** The unit a `starts-unit`, `stops-security-unit` or `deletes-self-or-unit` names. */
  readonly unit?: string;
  /** The program that does it. */
  readonly program?: string;
  /** The environment variable concerned. */
  readonly variable?: string;
  /** The file that a written one is a copy of or a link to. */
  readonly from?: string;
  /** The program that will be started by what is written. */
  readonly starts?: string;
}

/** Something that could not be followed, and what that hides. */
export interface ProgramGap {
  readonly path: string;
  readonly reason: string;
  readonly hides: string;
  /** The file at `path` is there, and not all of it was read or followed. */
  readonly unread?: true;
}

export interface Followed {
  readonly reached: readonly Reached[];
  readonly behaviours: readonly Behaviour[];
  readonly gaps: readonly ProgramGap[];
}

/** Bounds of one `follow`; what lies beyond becomes a gap. */
export interface ProgramLimits {
  /** Bytes read of one script. */
  readonly scriptBytes: number;
  /** Nesting of files, inline code, and decoded text. */
  readonly depth: number;
  /** Syntax nodes visited. */
  readonly nodes: number;
  /** Scripts read. */
  readonly scripts: number;
}

export const DEFAULT_LIMITS: ProgramLimits = {
  scriptBytes: 512 * 1024,
  depth: 8,
  nodes: 100_000,
  scripts: 256,
};

/** systemd's compiled-in default of the program search, split `bin` and `sbin` (path-util.h, DEFAULT_PATH). */
export const DEFAULT_SEARCH_PATH: readonly string[] = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
];

/** The surroundings a command runs in. */
export interface ProgramContext {
  readonly host: Host;
  /** `RootDirectory=`, or `/`: paths of the command are looked up below it. */
  readonly root: string;
  readonly workingDirectory: string | null;
  readonly searchPath: readonly string[];
  /** The home of the account it runs as, where known: login shells and Python read files there. */
  readonly home?: string;
  readonly limits?: Partial<ProgramLimits>;
}
