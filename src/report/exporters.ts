import type { Exporter } from "./exporter.ts";
import { asff } from "./formats/asff.ts";
import { csv } from "./formats/csv.ts";
import { ecs } from "./formats/ecs.ts";
import { github } from "./formats/github.ts";
import { hdf } from "./formats/hdf.ts";
import { html } from "./formats/html.ts";
import { journald } from "./formats/journald.ts";
import { json, jsonV1 } from "./formats/json.ts";
import { jsonl } from "./formats/jsonl.ts";
import { junit } from "./formats/junit.ts";
import { md } from "./formats/md.ts";
import { navigator } from "./formats/navigator.ts";
import { ocsf } from "./formats/ocsf.ts";
import { plain } from "./formats/plain.ts";
import { prometheus } from "./formats/prometheus.ts";
import { sarif } from "./formats/sarif.ts";
import { stix } from "./formats/stix.ts";
import { table, wide } from "./formats/table.ts";
import { timesketch } from "./formats/timesketch.ts";
import { timesketchCsv } from "./formats/timesketch-csv.ts";
import { vertical } from "./formats/vertical.ts";

/** Every format of `-o`, one line each, in the order help shows them; the first is the usual one. */
export const EXPORTERS: readonly Exporter[] = [
  table,
  wide,
  vertical,
  plain,
  json,
  jsonV1,
  jsonl,
  csv,
  md,
  html,
  sarif,
  ocsf,
  ecs,
  stix,
  navigator,
  hdf,
  asff,
  junit,
  github,
  timesketch,
  timesketchCsv,
  prometheus,
  journald,
];

const BY_NAME: ReadonlyMap<string, Exporter> = new Map(
  EXPORTERS.map((exporter) => [exporter.name, exporter]),
);

export function exporterOf(name: string): Exporter | undefined {
  return BY_NAME.get(name);
}

/** Names of the formats that can tell this kind of report. */
export function formatsFor(takes: Exporter["takes"]): readonly string[] {
  return EXPORTERS.filter((exporter) => takes === "audit" || exporter.takes === "report").map(
    ({ name }) => name,
  );
}
