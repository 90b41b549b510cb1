/** One diversion (dpkg-divert(1)): other packages' files for `from` are installed as `to`. Paths are raw. */
export interface DpkgDiversion {
  readonly from: string;
  readonly to: string;
  /** The package whose own file keeps the name; `null` for a local diversion, which moves every package's file. */
  readonly by: string | null;
}

/** Triples of lines: from, to, package (`:` when local). A stray rest is passed over. */
export function parseDiversions(text: string): readonly DpkgDiversion[] {
  const lines = text.split("\n");
  const diversions: DpkgDiversion[] = [];
  for (let at = 0; at + 2 < lines.length; at += 3) {
    const [from = "", to = "", by = ""] = lines.slice(at, at + 3);
    if (from.startsWith("/") && to.startsWith("/")) diversions.push({ from, to, by: by === ":" ? null : by });
  }
  return diversions;
}

/** An administrator's override of owner and mode (dpkg-statoverride(1)); names or `#id` as written. */
export interface DpkgStatOverride {
  readonly user: string;
  readonly group: string;
  /** Octal, as written. */
  readonly mode: string;
}

/** Lines `user group mode path`, by raw path. */
export function parseStatOverrides(text: string): ReadonlyMap<string, DpkgStatOverride> {
  const overrides = new Map<string, DpkgStatOverride>();
  for (const line of text.split("\n")) {
    const [user = "", group = "", mode = "", ...path] = line.split(" ");
    if (path.length > 0) overrides.set(path.join(" "), { user, group, mode });
  }
  return overrides;
}
