import { rawLines } from "./raw-lines.ts";

/** What an mtree(5) line says of one path: type, size, digests, link text. Texts are raw bytes. */
export type MtreeEntry = ReadonlyMap<string, string>;

/**
 * Finds the wanted paths of an mtree(5) file as makepkg writes it: `/set` defaults, then `./path key=value …`.
 * `wanted` are raw paths from the root, with leading slash.
 */
export function readMtree(text: string, wanted: ReadonlySet<string>): ReadonlyMap<string, MtreeEntry> {
  const found = new Map<string, MtreeEntry>();
  let defaults: MtreeEntry = new Map();
  for (const line of rawLines(text)) {
    if (line.startsWith("/set ")) {
      defaults = new Map([...defaults, ...keysOf(line.slice("/set ".length))]);
    } else if (line.startsWith("./")) {
      const space = line.indexOf(" ");
      const path = unescapeMtree(line.slice(1, space < 0 ? undefined : space));
      if (wanted.has(path))
        found.set(path, new Map([...defaults, ...keysOf(space < 0 ? "" : line.slice(space + 1))]));
    }
  }
  return found;
}

const KEYS: ReadonlySet<string> = new Set([
  "type",
  "size",
  "link",
  "md5digest",
  "md5",
  "sha256digest",
  "sha256",
]);

function keysOf(text: string): readonly (readonly [string, string])[] {
  return text.split(" ").flatMap((word) => {
    const equals = word.indexOf("=");
    const key = word.slice(0, Math.max(0, equals));
    return KEYS.has(key) ? [[key, unescapeMtree(word.slice(equals + 1))] as const] : [];
  });
}

/** Octal escapes of vis(3): `\040` is a space. */
function unescapeMtree(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
