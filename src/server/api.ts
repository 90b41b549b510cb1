/**
 * What the dashboard is fed with, by `serve` over HTTP and by the single-file report from within: types both sides
 * share, plain JSON. The report itself stays as promised (`report/envelope.ts`); everything beside it is here.
 *
 * Instants are whole seconds since 1970 unless a name says otherwise. Text of the target is handed over as it is:
 * the page shows it through text nodes and `visible`, never as markup.
 */
import type { AuditReport, Place } from "../report/envelope.ts";
import type { WindowRun } from "./window-runs.ts";

/** One host as the dashboard shows it. Its two parts are asked for apart, so that the first view stands before the rest has come. */
export interface Snapshot extends Outline {
  readonly dossier: Dossier;
}

/** With an outline: the number of its state, under which its dossier is asked for. */
export const STATE_HEADER = "timerwarden-state";

/** What tells which timers there are, when they run and how they were judged. */
export interface Outline {
  readonly report: AuditReport;
  readonly board: Board;
}

/** What the first view shows beyond the report. */
export interface Board {
  readonly schema: "timerwarden/board";
  readonly version: "1.0";
  /** The target as a command line takes it; `null` for the running host, which needs no word. */
  readonly target: string | null;
  /** When the evidence was read, by the analysing machine's clock; RFC 3339. `null` in a file, which must come out the same twice. */
  readonly scanned: string | null;
  /** How many passwords and tokens are blotted out of these data; `null` where they stand as the host has them. */
  readonly blotted: number | null;
  /** First second of the first hour of `Forecast.hours`. */
  readonly forecastFrom: number;
  readonly forecasts: readonly Forecast[];
  readonly zones: readonly ZoneView[];
}

/** What stands behind the rows: units, files and events one by one, controls, mappings. */
export interface Dossier {
  readonly details: readonly Detail[];
  readonly units: readonly UnitView[];
  readonly files: readonly FileView[];
  /** Every unit file behind `coverage.unitFiles`, and the accounts behind `coverage.users`; sorted. */
  readonly unitFiles: readonly string[];
  readonly users: readonly string[];
  readonly rules: readonly RuleView[];
  /** `null` where checks of controls were not run. */
  readonly controls: ControlsView | null;
  readonly mappings: MappingsView;
  readonly events: EventsView;
}

/** What happened in the year before now, oldest first. */
export interface EventsView {
  readonly since: number;
  /** How many older ones there are beyond these. */
  readonly leftOut: number;
  readonly notes: readonly string[];
  readonly events: readonly {
    readonly at: number;
    readonly kind: string;
    /** `scope/unit` where one is meant. */
    readonly unit: string | null;
    readonly path: string | null;
    readonly says: string;
    readonly source: string;
  }[];
}

/** When an activation will fire, reckoned on the target's side so that pages only draw. */
export interface Forecast {
  /** Of the activation. */
  readonly id: string;
  /**
   * `dated`: moments are known. `rate`: how often is known but not when (`OnUnitActiveSec=`). `none`: it does not
   * fire, or when cannot be told; `reason` says why.
   */
  readonly kind: "dated" | "rate" | "none";
  readonly reason: string | null;
  /** The first windows, in order of time; complete before `windowsUntil`. */
  readonly windows: readonly WindowRun[];
  readonly windowsUntil: number;
  /** Expected elapses in the next 24 hours, 7 days, 30 days. */
  readonly day: number;
  readonly week: number;
  readonly month: number;
  /** The counts go beyond what was reckoned one by one and are carried on at the same pace. */
  readonly approximate: boolean;
  /**
   * Expected elapses within the next 7 days, hour by hour, as runs `[how many hours, elapses in each]`: 169 hours, the
   * first and last in part. Windows count in parts.
   */
  readonly hours: readonly (readonly [number, number])[];
}

/** What Explain shows of one activation; units and files are indices into the dossier's tables. */
export interface Detail {
  readonly id: string;
  readonly units: readonly { readonly unit: number; readonly how: readonly EdgeView[] }[];
  readonly commands: readonly CommandView[];
  readonly files: readonly number[];
  readonly gaps: readonly { readonly path: string; readonly reason: string; readonly hides: string }[];
}

export interface EdgeView {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly source: Place | null;
}

export interface CommandView {
  readonly unit: string;
  readonly key: string;
  readonly text: string;
  readonly runsAs: string;
  readonly source: Place;
  readonly reached: readonly {
    readonly kind: string;
    readonly name: string;
    readonly path: string | null;
    readonly exists: boolean;
    readonly depth: number;
    readonly via: readonly string[];
    readonly source: Place;
  }[];
  readonly behaviours: readonly { readonly kind: string; readonly says: string; readonly source: Place }[];
}

/** A unit with the files it is made of, and every line with what became of it. */
export interface UnitView {
  readonly name: string;
  readonly scope: string;
  readonly state: string;
  readonly names: readonly string[];
  /** Links walked to its file. */
  readonly via: readonly { readonly path: string; readonly target: string }[];
  readonly shadows: readonly string[];
  readonly layers: readonly LayerView[];
  readonly lines: readonly LineView[];
}

export interface LayerView {
  readonly path: string;
  readonly kind: "fragment" | "drop-in";
  /** Of the dossier's files; `null` where the closure does not list it. */
  readonly file: number | null;
  /** Why nothing of it is read; `null` when it is. */
  readonly reason: string | null;
}

export interface LineView {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly source: Place;
  /** `effective`, `cleared`, `overridden`, `ignored`. */
  readonly fate: string;
  readonly reason: string | null;
  /** The line that cleared or overrode it. */
  readonly by: Place | null;
}

export interface FileView {
  readonly path: string;
  readonly realPath: string | null;
  readonly role: string;
  readonly runsAs: string;
  readonly source: Place;
  /** `null` when it does not exist. */
  readonly facts: {
    readonly kind: string;
    /** Four octal digits. */
    readonly mode: string;
    readonly owner: string;
    readonly size: number;
    readonly modified: number | null;
    readonly changed: number | null;
    readonly born: number | null;
  } | null;
  /** Who but root may change it, each as a phrase. */
  readonly writers: readonly string[];
  readonly package: string | null;
  /** `matches`, `modified`, `conffile-modified`, `not-shipped`, `unknown`. */
  readonly content: string;
  readonly how: string | null;
}

/** A rule that accused somebody here. */
export interface RuleView {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly benign: readonly string[];
  readonly clears: string;
  readonly references: readonly string[];
}

/** A time zone as the target has it. Periods `[start, offset, daylight saving, index of abbreviation]`. */
export interface ZoneView {
  readonly name: string;
  readonly standardName: string;
  readonly daylightName: string;
  readonly abbreviations: readonly string[];
  /** The first one's start is `null`: it has none. */
  readonly periods: readonly (readonly [start: number | null, offset: number, dst: 0 | 1, name: number])[];
}

export interface ControlsView {
  readonly controls: readonly ControlView[];
  readonly checks: readonly CheckView[];
}

export interface ControlView {
  /** `AC-2`. */
  readonly id: string;
  readonly title: string;
  readonly asks: string;
  readonly bears: string;
  /** `does not hold`, `partly shown`, `not shown`, `technical part holds`; never "satisfied". */
  readonly state: string;
  readonly objectives: readonly ObjectiveView[];
}

export interface ObjectiveView {
  readonly id: string;
  readonly label: string;
  readonly states: string;
  /** `people`: no program can show it. */
  readonly reach: "in-part" | "people";
  /** `contrary`, `shown`, `not-shown`, `attested`, `people`. */
  readonly state: string;
  /** Checks that speak to it. */
  readonly checks: readonly string[];
  readonly attested: boolean;
}

export interface CheckView {
  readonly id: string;
  readonly title: string;
  readonly control: string;
  readonly severity: string;
  readonly outcome: "pass" | "fail" | "not-applicable" | "not-assessable";
  readonly says: string;
  readonly why: string;
  readonly remediation: string;
  /** Why a failure is lived with; `null` when it is not. */
  readonly waived: string | null;
  readonly evidence: readonly {
    readonly path: string;
    readonly line: number;
    readonly column: number;
    readonly excerpt: string | null;
    readonly mode: string | null;
    readonly owner: string | null;
    readonly digest: string | null;
    readonly value: string | null;
  }[];
}

export interface MappingsView {
  readonly technique: { readonly id: string; readonly name: string };
  readonly sets: readonly MappingSetView[];
  readonly rows: readonly MappingRowView[];
  readonly changes: readonly MappingChangeView[];
  /** The two ATT&CK editions `changes` compares. */
  readonly compared: readonly [from: string, to: string] | null;
}

export interface MappingSetView {
  readonly framework: string;
  readonly title: string;
  readonly frameworkVersion: string;
  readonly attackVersion: string;
  /** Vocabulary says the same act in other words and protects from nothing. */
  readonly kind: "safeguard" | "vocabulary";
  readonly origin: string;
  readonly file: string;
}

export interface MappingRowView {
  /** Index into `sets`. */
  readonly set: number;
  readonly technique: string;
  readonly capability: string;
  readonly description: string | null;
  readonly type: string | null;
  readonly score: string | null;
  /** Place in the published file, from 0. */
  readonly index: number;
}

export interface MappingChangeView {
  readonly kind: string;
  readonly framework: string;
  readonly capability: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

/** What `/api/targets` answers. */
export interface TargetsView {
  readonly targets: readonly {
    readonly name: string;
    readonly host: string | null;
    readonly system: string | null;
    readonly live: boolean;
    /** How many timers and jobs came to each verdict. */
    readonly verdicts: AuditReport["summary"]["verdicts"];
    readonly gaps: number;
    /** The soonest elapse that has a date, RFC 3339. */
    readonly next: string | null;
    /** `null` where the controls were not assessed. */
    readonly controls: readonly { readonly id: string; readonly state: string }[] | null;
  }[];
}
