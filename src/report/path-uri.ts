/**
 * A path inside the target as a URI reference relative to its root: `etc/systemd/system/a%20b.timer`. Bytes that are
 * not UTF-8 (lone surrogates U+DC80…U+DCFF) become those bytes, so the reference names the file exactly.
 */
export function pathUri(path: string): string {
  let uri = "";
  for (const character of path.replace(/^\/+/, "")) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) uri += percent(code - 0xdc00);
    else if (code >= 0xd800 && code <= 0xdfff) uri += "%EF%BF%BD";
    else if (UNRESERVED.test(character)) uri += character;
    else if (code < 0x80) uri += percent(code);
    else uri += encodeURIComponent(character);
  }
  return uri;
}

const UNRESERVED = /^[A-Za-z0-9\-._~/@+]$/;

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

/** Last part and the rest of a path; the root is `/` in `/`. */
export function splitPath(path: string): { readonly name: string; readonly directory: string } {
  const clean = path.replace(/(?<!\/)\/+$/, "");
  if (clean === "") return { name: "/", directory: "/" };
  const slash = clean.lastIndexOf("/");
  const name = clean.slice(slash + 1);
  return { name, directory: slash < 0 ? "." : clean.slice(0, slash).replace(/\/+$/, "") || "/" };
}
