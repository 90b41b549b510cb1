import type { Setting, Unit } from "../../units/unit.ts";

/** All assignments of a setting that count, in order. */
export function valuesOf(unit: Unit, section: string, key: string): readonly Setting[] {
  return unit.settings.get(`${section}.${key}`) ?? [];
}
