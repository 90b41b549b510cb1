/** Old local authority files of polkit 0.105 (`.pkla`): keyfiles of identities, actions, and results. */
import type { Host } from "../../hosts/host.ts";
import { matchesGlob } from "../../manager/glob.ts";
import type { PolkitGrant } from "./polkit-grant.ts";
import { namesIn, readText } from "./read-text.ts";
import { lineSpan, type SourceProblem } from "./source-problem.ts";

const ROOTS = ["/etc/polkit-1/localauthority", "/var/lib/polkit-1/localauthority"];

export function readLocalAuthority(
  host: Host,
  problems: SourceProblem[],
): { readonly present: boolean; readonly grants: readonly PolkitGrant[] } {
  const grants: PolkitGrant[] = [];
  let present = false;
  for (const root of ROOTS) {
    for (const folder of namesIn(host, root, problems)) {
      for (const name of namesIn(host, `${root}/${folder}`, problems)) {
        if (!name.endsWith(".pkla")) continue;
        present = true;
        const path = `${root}/${folder}/${name}`;
        const text = readText(host, path, problems);
        if (text !== null) grants.push(...parseLocalAuthority(text, path, problems));
      }
    }
  }
  return { present, grants };
}

export function parseLocalAuthority(
  text: string,
  path: string,
  problems: SourceProblem[],
): readonly PolkitGrant[] {
  const sections: { readonly line: number; readonly keys: Map<string, string> }[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const pair = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(line);
    if (/^\[[^\]]*\]$/.test(line)) sections.push({ line: index + 1, keys: new Map() });
    else if (pair && sections.length > 0) sections.at(-1)?.keys.set(pair[1] ?? "", pair[2] ?? "");
    else problems.push({ span: lineSpan(path, index + 1), reason: "not a line of a local authority file" });
  }
  return sections.flatMap(({ line, keys }) => {
    const results = ["ResultAny", "ResultInactive", "ResultActive"].flatMap((key) => keys.get(key) ?? []);
    const result = results.find((value) => /^(yes|auth_self)/.test(value));
    if (result === undefined) return [];
    const actions = items(keys.get("Action"));
    const identities = items(keys.get("Identity"));
    const named = (prefix: string): string[] =>
      identities.flatMap((identity) => (identity.startsWith(prefix) ? [identity.slice(prefix.length)] : []));
    const everyone = identities.some((identity) => identity === "*" || identity === "unix-user:*");
    return [
      {
        result,
        users: everyone ? [] : named("unix-user:"),
        groups: everyone ? [] : named("unix-group:"),
        units: [],
        span: lineSpan(path, line),
        concerns: (action: string) => actions.some((pattern) => matchesGlob(pattern, action)),
      },
    ];
  });
}

function items(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(";")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
