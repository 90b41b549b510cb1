import type { RuleExporter } from "./exporter.ts";
import { aide } from "./formats/aide.ts";
import { auditd } from "./formats/auditd.ts";
import { falco } from "./formats/falco.ts";
import { osquery } from "./formats/osquery.ts";
import { sigma } from "./formats/sigma.ts";
import { wazuh } from "./formats/wazuh.ts";
import { wazuhAgent } from "./formats/wazuh-agent.ts";

/** Every tool of `rules export --to`, one line each, in the order help shows them. */
export const RULE_EXPORTERS: readonly RuleExporter[] = [
  auditd,
  sigma,
  falco,
  osquery,
  aide,
  wazuh,
  wazuhAgent,
];
