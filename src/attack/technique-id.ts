/** ATT&CK technique ids: `T1053`, and `T1053.006` for a sub-technique. */

const TECHNIQUE_ID = /^T\d{4}(?:\.\d{3})?$/;

/** True for the canonical spelling only: a capital T, four digits, and three more for a sub-technique. */
export function isTechniqueId(text: string): boolean {
  return TECHNIQUE_ID.test(text);
}

/** The canonical spelling (`t1053.6`, `T1053/006` and ` T1053.006 ` are all `T1053.006`), or `null` if it is none. */
export function techniqueIdOf(text: string): string | null {
  const [, number, sub] = /^\s*[Tt](\d{4})(?:[./](\d{1,3}))?\s*$/.exec(text) ?? [];
  if (number === undefined) return null;
  return sub === undefined ? `T${number}` : `T${number}.${sub.padStart(3, "0")}`;
}

/** `T1053` for `T1053.006`; `null` for a technique without parent. */
export function parentOf(id: string): string | null {
  const dot = id.indexOf(".");
  return dot < 0 ? null : id.slice(0, dot);
}

/** True if both hang under the same technique, or one is the other's parent. */
export function isSameFamily(a: string, b: string): boolean {
  return (parentOf(a) ?? a) === (parentOf(b) ?? b);
}
