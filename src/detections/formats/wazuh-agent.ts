/** Settings for Wazuh 4 agents: the places file integrity monitoring has to look at, with who wrote. */
import type { WriteDetection } from "../detection.ts";
import { LIMIT } from "../detection.ts";
import { mappingText, type RuleExporter, type Surroundings } from "../exporter.ts";
import { spellings } from "../place.ts";

export const wazuhAgent: RuleExporter = {
  name: "wazuh-agent",
  summary: "syscheck settings for Wazuh 4 agents",
  installAs: "/var/ossec/etc/shared/default/agent.conf",
  needs: "homes",
  write(surroundings) {
    const lines = [
      '<agent_config os="Linux">',
      "  <!-- Timerwarden: every place that makes, alters, arms or delays a timer or another scheduled job. -->",
      `  <!-- ${LIMIT} -->`,
      ...surroundings.left.map((why) => `  <!-- Not watched: ${why}. -->`),
      "  <syscheck>",
      ...surroundings.writes.flatMap((detection) => directoriesOf(detection, surroundings)),
      "  </syscheck>",
      "</agent_config>",
    ];
    return `${lines.join("\n")}\n`;
  },
};

function directoriesOf(detection: WriteDetection, { homes }: Surroundings): readonly string[] {
  const paths = detection.places.flatMap((place) => spellings(place, homes));
  return [
    `    <!-- ${detection.title}: ${mappingText(detection).replaceAll("&", "&amp;")}. -->`,
    ...paths.map(
      (path) => `    <directories check_all="yes" whodata="yes">${path.replace(/\/$/, "")}</directories>`,
    ),
  ];
}
