/** One tool's rules from the one list of detections. Same surroundings, same bytes. */
import type { Host } from "../hosts/host.ts";
import type { CommandDetection, WriteDetection } from "./detection.ts";
import type { Homes } from "./place.ts";

export interface RuleExporter {
  /** The word of `--to`. */
  readonly name: string;
  /** One line for help, no full stop. */
  readonly summary: string;
  /** Where the tool expects the file. */
  readonly installAs: string;
  /**
   * What it must know of the host it is for: nothing; homes outside `/home`, because the tool's patterns begin at the
   * root; or which files there are, because the tool watches only what exists.
   */
  readonly needs: "nothing" | "homes" | "files";
  write(surroundings: Surroundings): string;
}

export interface Surroundings {
  readonly writes: readonly WriteDetection[];
  readonly commands: readonly CommandDetection[];
  readonly homes: Homes;
  /** Accounts (by uid) whose homes cannot be written into rules safely, or that lead elsewhere. */
  readonly left: readonly string[];
  /** The host the rules are for; `null` for any. */
  readonly host: Host | null;
}

/** `ATT&CK T1053.006, T1543.002; SP 800-53 SI-4, CM-5`. */
export function mappingText({
  techniques,
  controls,
}: Pick<WriteDetection, "techniques" | "controls">): string {
  return `ATT&CK ${techniques.join(", ")}; SP 800-53 ${controls.join(", ")}`;
}
