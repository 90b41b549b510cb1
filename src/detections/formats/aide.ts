/** Rules for AIDE (aide.conf(5)): compare content, owner and mode of every persistent place with the baseline. */
import type { WriteDetection } from "../detection.ts";
import { mappingText, type RuleExporter, type Surroundings } from "../exporter.ts";
import { isDirectory, type Place, spellings } from "../place.ts";

export const aide: RuleExporter = {
  name: "aide",
  summary: "selection lines for aide.conf",
  installAs: "/etc/aide/aide.conf.d/60_timerwarden",
  needs: "homes",
  write(surroundings) {
    const lines = [
      "# Timerwarden: every place that makes, alters or arms a timer or another scheduled job, by content.",
      "# Detects change since the baseline, not presence: what the baseline holds is taken for good (timerwarden audit looks at that).",
      "# A rule with ! anywhere, or an earlier rule for the same directory, goes before these: aide --path-check=f:PATH tells.",
      "# Not compared: /run, which is made anew at each boot, and stamps, which change whenever a timer fires.",
      ...surroundings.left.map((why) => `# Not compared: ${why}.`),
      "TimerwardenFull = ftype+p+l+u+g+s+m+c+sha512",
      ...surroundings.writes.flatMap((detection) => rulesOf(detection, surroundings)),
    ];
    return `${lines.join("\n")}\n`;
  },
};

function isKept(place: Place): boolean {
  return !place.startsWith("/run/") && !place.startsWith("RUNTIME/");
}

function rulesOf(detection: WriteDetection, { homes }: Surroundings): readonly string[] {
  const places = detection.id === "stamp-changed" ? [] : detection.places.filter(isKept);
  if (places.length === 0) return [];
  return [
    "",
    `# ${detection.title} (${detection.severity}). ${detection.why}`,
    `# ${mappingText(detection)}.`,
    ...places
      .flatMap((place) => spellings(place, homes).map((path) => ({ place, path })))
      .map(({ place, path }) => {
        const pattern = patternOf(path.replace(/\/$/, ""));
        return `${pattern}${isDirectory(place) ? "(/|$)" : "$"} TimerwardenFull`;
      }),
  ];
}

function patternOf(path: string): string {
  return path.replace(/[.+]/g, "\\$&").replaceAll("*", "[^/]+");
}
