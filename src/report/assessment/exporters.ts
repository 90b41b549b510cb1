import { asff } from "./asff.ts";
import type { AssessmentExporter } from "./exporter.ts";
import { hdf } from "./hdf.ts";
import { html } from "./html.ts";
import { md } from "./md.ts";
import { navigator } from "./navigator.ts";
import { ocsf } from "./ocsf.ts";

/** Formats of `assess` that are made of its report alone, one line each. */
export const ASSESSMENT_EXPORTERS: readonly AssessmentExporter[] = [md, html, hdf, ocsf, asff, navigator];
