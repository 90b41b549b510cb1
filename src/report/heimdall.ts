/** Heimdall Data Format (InSpec exec-json): what every document of ours has. */
import type { Severity } from "../rules/rule.ts";
import { foreignJson } from "./json-text.ts";
import { hex, sha256 } from "./sha256.ts";
import { visible } from "./visible.ts";

/** Heimdall takes 0 for "not applicable", so the least that counts stands for `info`. */
export const IMPACT: Readonly<Record<Severity, number>> = {
  critical: 1,
  high: 0.7,
  medium: 0.5,
  low: 0.3,
  info: 0.1,
};

/** One profile of one host; `what` is `audit` or `assessment`. */
export function heimdallText(
  what: string,
  host: string,
  version: string,
  controls: readonly unknown[],
): string {
  const document = {
    platform: { name: "Timerwarden", release: version, target_id: visible(host) },
    version,
    statistics: {},
    profiles: [
      {
        name: `timerwarden-${what}`,
        title: `Timerwarden ${what} of ${visible(host)}`,
        version,
        sha256: hex(sha256(foreignJson(controls))),
        supports: [],
        attributes: [],
        groups: [],
        controls,
        status: "loaded",
      },
    ],
  };
  return `${foreignJson(document, 2)}\n`;
}
