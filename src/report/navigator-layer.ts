/** ATT&CK Navigator layer 4.5: what every layer of one host has. */
import { SEED_RELEASE } from "../attack/timer-techniques.ts";
import type { NavigatorLayer } from "../mappings/export-navigator.ts";
import { foreignJson } from "./json-text.ts";

export function layerText(
  layer: Pick<NavigatorLayer, "name" | "description" | "techniques" | "gradient" | "legendItems">,
): string {
  const { name, description, ...rest } = layer;
  const whole: NavigatorLayer = {
    name,
    versions: { attack: SEED_RELEASE.version?.split(".")[0] ?? "", navigator: "5.1.0", layer: "4.5" },
    domain: "enterprise-attack",
    description,
    sorting: 0,
    hideDisabled: false,
    ...rest,
  };
  return `${foreignJson(whole, 2)}\n`;
}
