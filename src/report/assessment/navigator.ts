import type { ControlRow } from "../../controls/assessment-report.ts";
import { layerText } from "../navigator-layer.ts";
import { visible } from "../visible.ts";
import { type AssessmentExporter, assessedHost, checksOf } from "./exporter.ts";

/** ATT&CK Navigator layer 4.5: how far the safeguards mapped to T1053.006 hold on this host. */
export const navigator: AssessmentExporter = {
  name: "navigator",
  mediaType: "application/json",
  extension: ".json",
  summary: "ATT&CK Navigator layer 4.5: the share of judged checks that pass",
  *write(report) {
    const outcomes = checksOf(report).map(([{ outcome }]) => outcome);
    const passed = outcomes.filter((outcome) => outcome === "pass").length;
    const judged = passed + outcomes.filter((outcome) => outcome === "fail").length;
    const open = outcomes.filter((outcome) => outcome === "not-assessable").length;
    yield layerText({
      name: `Timerwarden: safeguards of ${visible(assessedHost(report))}`,
      description: `Checks of SP 800-53 controls at ${report.now}; the score is the percentage of judged checks that pass.`,
      techniques: [
        {
          techniqueID: "T1053.006",
          score: judged === 0 ? 0 : Math.round((100 * passed) / judged),
          comment: `${passed} of ${judged} judged checks pass; ${open} could not be judged`,
          enabled: true,
          metadata: report.controls.map((control) => ({ name: control.id, value: countsOf(control) })),
          showSubtechniques: true,
        },
      ],
      gradient: { colors: ["#f03e3e", "#ffe066", "#8ce99a"], minValue: 0, maxValue: 100 },
      legendItems: [
        { label: "no judged check passes", color: "#f03e3e" },
        { label: "all judged checks pass", color: "#8ce99a" },
      ],
    });
  },
};

function countsOf({ result, checks }: ControlRow): string {
  const count = (wanted: string): number => checks.filter(({ outcome }) => outcome === wanted).length;
  return `${result}: ${count("pass")} pass, ${count("fail")} fail, ${count("not-applicable")} not applicable, ${count("not-assessable")} not assessable`;
}
