import type { Span } from "../syntax/span.ts";
import { locate } from "../syntax/unit-file.ts";
import { extractWord, type WordStyle } from "../syntax/words.ts";
import { type Setting, type Unit, values } from "./unit.ts";
import { resolveUnitName } from "./unit-reference.ts";

/** A unit named by another one, in a dependency or an `[Install]` key. */
export interface Reference {
  /** The key that names it, `Wants`. */
  readonly kind: string;
  readonly unit: string;
  /** Where the word stands. */
  readonly span: Span;
}

/** A word that names no unit; systemd warns and goes on with the next. */
export interface BadReference {
  readonly kind: string;
  readonly text: string;
  readonly reason: string;
  readonly span: Span;
}

export interface References {
  readonly found: readonly Reference[];
  readonly bad: readonly BadReference[];
}

/** Keys of `[Unit]` that name units, and `Sockets=` of services. */
export const DEPENDENCY_KINDS = [
  "Requires",
  "Requisite",
  "Wants",
  "BindsTo",
  "Upholds",
  "PartOf",
  "Conflicts",
  "Before",
  "After",
  "OnFailure",
  "OnSuccess",
  "PropagatesReloadTo",
  "ReloadPropagatedFrom",
  "PropagatesStopTo",
  "StopPropagatedFrom",
  "JoinsNamespaceOf",
] as const;

export type DependencyKind = (typeof DEPENDENCY_KINDS)[number];

/** The kinds that start the named unit together with this one. */
export const PULL_IN_KINDS: ReadonlySet<string> = new Set([
  "Requires",
  "Wants",
  "BindsTo",
  "Upholds",
  "Sockets",
]);

/** Everything a unit's own files name under a dependency key (`config_parse_unit_deps()`). */
export function dependenciesOf(unit: Unit): References {
  let references = REFERENCES.get(unit);
  if (references === undefined) {
    references = readDependencies(unit);
    REFERENCES.set(unit, references);
  }
  return references;
}

/** A unit never changes, and boot, closures and rules all ask. */
const REFERENCES = new WeakMap<Unit, References>();

function readDependencies(unit: Unit): References {
  const settings = DEPENDENCY_KINDS.flatMap((kind) => values(unit, "Unit", kind));
  return referencesIn(unit, [...settings, ...values(unit, "Service", "Sockets")], "plain");
}

/** What a unit triggers besides by `[Timer]`: `Unit=` of a path, `Service=` of a socket; null where nothing is said. */
export function triggerOf(unit: Unit): Reference | null {
  const settings = [...values(unit, "Path", "Unit"), ...values(unit, "Socket", "Service")];
  const last = settings.at(-1);
  return last === undefined ? null : (wholeValue(unit, last).found[0] ?? null);
}

/** The `[Install]` section: what only `systemctl enable` and its like read. */
export interface Install {
  readonly alias: readonly Reference[];
  readonly wantedBy: readonly Reference[];
  readonly requiredBy: readonly Reference[];
  readonly upheldBy: readonly Reference[];
  readonly also: readonly Reference[];
  readonly defaultInstance: { readonly instance: string; readonly span: Span } | null;
  readonly bad: readonly BadReference[];
}

/** Reads `[Install]` of a unit merged from exactly the files systemctl reads for it (its file and its own `.d`). */
export function installOf(unit: Unit): Install {
  const read = (key: string): References =>
    referencesIn(unit, values(unit, "Install", key), key === "Also" ? "plain" : "retain");
  const [alias, wantedBy, requiredBy, upheldBy, also] = [
    read("Alias"),
    read("WantedBy"),
    read("RequiredBy"),
    read("UpheldBy"),
    read("Also"),
  ] as const;
  const instance = values(unit, "Install", "DefaultInstance").at(-1);
  return {
    alias: alias.found,
    wantedBy: wantedBy.found,
    requiredBy: requiredBy.found,
    upheldBy: upheldBy.found,
    also: also.found,
    defaultInstance: instance === undefined ? null : { instance: instance.value, span: instance.span },
    bad: [alias, wantedBy, requiredBy, upheldBy, also].flatMap(({ bad }) => bad),
  };
}

/** The units named by the words of some settings. */
function referencesIn(unit: Unit, settings: readonly Setting[], style: WordStyle): References {
  const found: Reference[] = [];
  const bad: BadReference[] = [];
  for (const setting of settings) {
    for (let at = 0; ; ) {
      const word = extractWord(setting.value, at, style);
      if (!word.ok) {
        const { message } = word.problem;
        bad.push({ kind: setting.key, text: setting.value, reason: message, span: setting.span });
        break;
      }
      if (word.value === null) break;
      const { text, start, end, next } = word.value;
      resolve(unit, setting, text, locate(setting.assignment, start, end - start), found, bad);
      at = next;
    }
  }
  return { found, bad };
}

function wholeValue(unit: Unit, setting: Setting): References {
  const found: Reference[] = [];
  const bad: BadReference[] = [];
  resolve(unit, setting, setting.value, setting.span, found, bad);
  return { found, bad };
}

function resolve(
  unit: Unit,
  setting: Setting,
  text: string,
  span: Span,
  found: Reference[],
  bad: BadReference[],
): void {
  const named = resolveUnitName(text, unit.specifiers);
  if (named.ok) found.push({ kind: setting.key, unit: named.value, span });
  else bad.push({ kind: setting.key, text, reason: named.problem.message, span });
}
