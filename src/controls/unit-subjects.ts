/** The units checks speak about: local timers and what they start, and those that cannot be judged. */
import type { TimerActivation } from "../inventory/activation.ts";
import type { TimerRecord } from "../inventory/timer-record.ts";
import type { LoadedUnit } from "../manager/manager.ts";
import type { CheckEvidence } from "./check.ts";
import { at, ofPath } from "./evidence.ts";
import type { Point } from "./outcome.ts";
import type { Subject } from "./subject.ts";

export interface TimerSubjects {
  readonly timers: readonly TimerActivation[];
  /** Timers, or units they start, whose files cannot be read or do not parse, so that nothing can be said of them. */
  readonly doubts: readonly Point[];
}

/** Timers of every scope that load, with their closures. Masked ones start nothing and are left out. */
export function allTimers(subject: Subject): TimerSubjects {
  return subject.once(readTimers);
}

function readTimers(subject: Subject): TimerSubjects {
  const timers: TimerActivation[] = [];
  const doubts: Point[] = [];
  for (const activation of subject.inventory.activations()) {
    if (activation.kind !== "timer" || activation.record.load === "masked") continue;
    const doubt = doubtOfTimer(subject, activation.record);
    if (doubt === null) timers.push(activation);
    else doubts.push(doubt);
    for (const { role, path, facts } of activation.closure.files)
      if ((role === "program" || role === "script") && facts?.kind === "directory")
        doubts.push({
          says: `${path}, which ${activation.unit} runs, is a directory`,
          evidence: [ofPath(subject, path)],
        });
  }
  return { timers, doubts };
}

/** Timers somebody put there: in `/etc`, `/usr/local`, `/run` or a home, or from a file no package owns. */
export function localTimers(subject: Subject): TimerSubjects {
  const { timers, doubts } = allTimers(subject);
  return { timers: timers.filter((timer) => isLocal(subject, timer.record.loaded)), doubts };
}

/** Is the unit's own file local? A drop-in over a packaged unit does not make it so. */
export function isLocal(subject: Subject, { path }: Pick<LoadedUnit, "path">): boolean {
  if (path === null) return true;
  if (!/^\/(usr\/)?lib\/systemd\//.test(path) && !path.startsWith("/usr/share/systemd/")) return true;
  const provenance = subject.inventory.packages.hasDatabase ? subject.inventory.provenanceOf(path) : null;
  return provenance !== null && provenance.owner === null && provenance.content === "not-shipped";
}

function doubtOfTimer(subject: Subject, record: TimerRecord): Point | null {
  if (record.load !== "loaded") {
    const { path } = record.loaded;
    const reason = record.problems[0]?.says ?? record.load;
    return {
      says: `${record.unit} cannot be judged: ${reason}`,
      evidence: path === null ? [] : [ofPath(subject, path, reason)],
    };
  }
  return doubtOfUnit(subject, record.loaded) ?? (record.target && doubtOfUnit(subject, record.target));
}

/** Why nothing can be said of a unit: a file of it is unreadable, or holds lines that are no unit file's. */
export function doubtOfUnit(subject: Subject, loaded: LoadedUnit): Point | null {
  if (loaded.state === "masked") return null;
  const point = (says: string, path: string | null): Point => ({
    says: `${loaded.name} cannot be judged: ${says}`,
    evidence: path === null ? [] : [ofPath(subject, path, says)],
  });
  if (loaded.state !== "loaded") return point(loaded.reason ?? loaded.state, loaded.path);
  const { loadError, ignored } = loaded.unit;
  if (loadError !== null)
    return {
      says: `${loaded.name} cannot be judged: ${loadError.reason}`,
      evidence: [at(subject, loadError.span, loadError.reason)],
    };
  const unread = loaded.dropIns.find(({ source, path }) => source === null && isUnreadable(subject, path));
  if (unread) return point(`${unread.path}: ${unread.reason ?? "it cannot be read"}`, unread.path);
  const broken = loaded.dropIns.find(({ source }) => (source?.file.failure ?? null) !== null);
  if (broken) return point(`${broken.path}: ${broken.source?.file.failure?.reason ?? ""}`, broken.path);
  const garbage = ignored.find(({ section, key, quiet }) => !quiet && section === "" && key === "");
  if (garbage)
    return {
      says: `${loaded.name} cannot be judged: ${garbage.span.path} holds a line that is no setting`,
      evidence: [at(subject, garbage.span, garbage.reason)],
    };
  return null;
}

function isUnreadable(subject: Subject, path: string): boolean {
  return subject.host.readFile(path, 1).kind === "unreadable";
}

/** The links that make boot start a timer. */
export function enablingLinks(
  subject: Subject,
  { manager, unit, started }: TimerRecord,
): readonly CheckEvidence[] {
  return started.chain.flatMap((step) =>
    manager
      .dependencyLinks(step.unit)
      .filter((link) => link.unit === unit)
      .map(({ path, target }) => ofPath(subject, path, target)),
  );
}
