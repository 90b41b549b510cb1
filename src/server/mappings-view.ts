/** What published mappings say of systemd timers, and how the newest differ from the edition of ATT&CK 9.0. */
import { difference } from "../mappings/difference.ts";
import { frameworkOf } from "../mappings/framework.ts";
import { EVERYTHING, newest } from "../mappings/library.ts";
import { type MappingSet, rowsOfTechnique } from "../mappings/mapping-set.ts";
import { SEED_EDITION, SEED_SETS } from "../mappings/seed.ts";
import type { MappingsView } from "./api.ts";

export const TIMER_TECHNIQUE = "T1053.006";

export function mappingsView(sets: readonly MappingSet[] = SEED_SETS): MappingsView {
  const speaking = sets.filter((set) => rowsOfTechnique(set, TIMER_TECHNIQUE).length > 0);
  const old = newest(speaking, { ...EVERYTHING, attackVersion: SEED_EDITION });
  const now = newest(speaking, EVERYTHING);
  const latest = now[0]?.metadata.attack_version ?? SEED_EDITION;
  return {
    technique: { id: TIMER_TECHNIQUE, name: "Systemd Timers" },
    sets: speaking.map(({ metadata, origin, file }) => {
      const { id, title, kind } = frameworkOf(metadata.mapping_framework);
      return {
        framework: id,
        title,
        kind,
        frameworkVersion: metadata.mapping_framework_version,
        attackVersion: metadata.attack_version,
        origin,
        file,
      };
    }),
    rows: speaking.flatMap((set, at) =>
      rowsOfTechnique(set, TIMER_TECHNIQUE)
        .filter(({ state }) => state === "mapped")
        .map(({ capability, raw, typeLabel, index }) => ({
          set: at,
          technique: TIMER_TECHNIQUE,
          capability: capability?.id ?? "",
          description: raw.capability_description ?? null,
          type: typeLabel,
          score: raw.score_category ? `${raw.score_category}: ${raw.score_value ?? "?"}` : null,
          index,
        })),
    ),
    changes: difference(old, now, [TIMER_TECHNIQUE]).changes.map(
      ({ kind, framework, capability, before, after }) => ({ kind, framework, capability, before, after }),
    ),
    compared: old.length > 0 && latest !== SEED_EDITION ? [SEED_EDITION, latest] : null,
  };
}
