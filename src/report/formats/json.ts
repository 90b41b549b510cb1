import type { Exporter } from "../exporter.ts";
import { jsonText } from "../json-text.ts";

export const json: Exporter = {
  name: "json",
  takes: "report",
  mediaType: "application/json",
  extension: ".json",
  summary: "everything, for programs; what convert reads",
  *write(report) {
    yield `${jsonText(report, 2)}\n`;
  },
};
