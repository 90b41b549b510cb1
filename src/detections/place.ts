/**
 * A place a detection watches, in one spelling for every format: an absolute path, with a slash at its end when it is
 * a directory (then everything below counts). `HOME` at the front stands for each account's home, `RUNTIME` for each
 * `/run/user/UID`, `*` for one name.
 */
export type Place = string;

/** Where accounts of a host live. */
export interface Homes {
  /** Absolute, or with `*` for one name. */
  readonly homes: readonly string[];
  readonly runtimeDirectories: readonly string[];
}

/** What holds on hosts nobody has looked at. */
export const ANY_HOMES: Homes = { homes: ["/home/*", "/root"], runtimeDirectories: ["/run/user/*"] };

export function isDirectory(place: Place): boolean {
  return place.endsWith("/");
}

/** Every absolute spelling of a place. */
export function spellings(place: Place, { homes, runtimeDirectories }: Homes): readonly string[] {
  if (place.startsWith("HOME/")) return homes.map((home) => home + place.slice("HOME".length));
  if (place.startsWith("RUNTIME/"))
    return runtimeDirectories.map((directory) => directory + place.slice("RUNTIME".length));
  return [place];
}
