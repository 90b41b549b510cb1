/**
 * Does a pattern of `Check.reads` cover a path? `*` stands for one whole name or part of it, a trailing `/**` for the
 * directory and everything below. A path above a pattern's fixed part is covered too: an unreadable `/etc` hides
 * `/etc/passwd`.
 */
export function covers(pattern: string, path: string): boolean {
  const wanted = pattern.split("/").slice(1);
  const names = path === "/" ? [] : path.split("/").slice(1);
  for (const [index, name] of names.entries()) {
    const part = wanted[index];
    if (part === "**") return true;
    if (part === undefined || !matches(part, name)) return false;
  }
  return true;
}

function matches(part: string, name: string): boolean {
  const pieces = part.split("*");
  const first = pieces[0] ?? "";
  if (pieces.length === 1) return part === name;
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, from);
    if (found < 0) return false;
    from = found + piece.length;
  }
  const last = pieces.at(-1) ?? "";
  return name.length - last.length >= from && name.endsWith(last);
}
