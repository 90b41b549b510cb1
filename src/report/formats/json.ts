import type { Exporter } from "../exporter.ts";
import { jsonText } from "../json-text.ts";

export const json: Exporter = {
  name: "json",
  takes: "report",
  mediaType: "application/json",
  extension: ".json",
  summary: "everything, for programs; what convert reads",
  isEvidence: true,
  *write(report) {
    yield `${jsonText(report, 2)}\n`;
  },
};

/** The same for as long as version 1 is written: for programs that want to hear of version 2 before they get it. */
export const jsonV1: Exporter = {
  name: "json-v1",
  takes: "report",
  mediaType: "application/json",
  extension: ".json",
  summary: "json as version 1 has it, also after json has moved on",
  isEvidence: true,
  write: (report) => json.write(report),
};
