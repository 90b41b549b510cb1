import { openUnitFileStates, type UnitFileStates } from "../../manager/unit-file-state.ts";
import type { Subject } from "../subject.ts";
import { doubtOfUnit } from "../unit-subjects.ts";

/**
 * Whether a service starts with the host: `on` (enabled, or static and pulled in at boot), `off` (disabled, masked),
 * `absent` (no such unit), `unknown` (its files cannot be read or do not parse).
 */
export type UnitPresence = "on" | "off" | "absent" | "unknown";

export function unitPresence(subject: Subject, name: string): UnitPresence {
  const { system } = subject;
  if (system === null) return "unknown";
  const loaded = system.load(name);
  if (loaded.state === "not-found") return "absent";
  if (loaded.state === "masked") return "off";
  if (doubtOfUnit(subject, loaded) !== null) return "unknown";
  if (subject.inventory.boots.get(system)?.isStarted(name) ?? false) return "on";
  const state = subject.once(systemStates)?.stateOf(name) ?? null;
  return state === "enabled" || state === "enabled-runtime" || state === "alias" ? "on" : "off";
}

/** The states of the system manager's unit files, for `Subject.once`. */
export function systemStates({ system }: Subject): UnitFileStates | null {
  return system === null ? null : openUnitFileStates(system);
}
