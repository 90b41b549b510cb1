/** SP 800-53 controls from NIST's OSCAL catalogs and resolved baselines (JSON, OSCAL 1.x): ids, titles, statements. */
import { type Parsed, parsed, problem } from "../parsed.ts";
import { controlIdOf } from "./normal-form.ts";

export interface Control {
  /** `AC-2`, `AC-2(1)`. */
  readonly id: string;
  readonly title: string;
  /** The statement's text, items on lines of their own; empty if the catalog has none. */
  readonly statement: string;
  readonly withdrawn: boolean;
}

export interface ControlCatalog {
  readonly title: string;
  readonly version: string;
  /** The baseline the document stands for, or `null` for the whole catalog. */
  readonly baseline: "low" | "moderate" | "high" | "privacy" | null;
  readonly controls: readonly Control[];
}

type Json = Readonly<Record<string, unknown>>;

export function isOscalCatalog(document: unknown): boolean {
  return isObject(document) && isObject(document["catalog"]);
}

/** Fails with `EINVAL` for what is no catalog and `ENODATA` for one without SP 800-53 controls. */
export function readOscalCatalog(document: unknown): Parsed<ControlCatalog> {
  const catalog = isObject(document) ? document["catalog"] : undefined;
  if (!isObject(catalog)) return problem("EINVAL", "not an OSCAL catalog", 0);
  const metadata = isObject(catalog["metadata"]) ? catalog["metadata"] : {};
  const controls: Control[] = [];
  collect(catalog, controls, 0);
  if (controls.length === 0) return problem("ENODATA", "an OSCAL catalog, but without SP 800-53 controls", 0);
  const title = text(metadata["title"]);
  return parsed({ title, version: text(metadata["version"]), baseline: baselineOf(title), controls });
}

/** Deeper nesting than any catalog has; stops a document made to exhaust the stack. */
const DEEPEST = 12;

function collect(node: Json, controls: Control[], depth: number): void {
  if (depth > DEEPEST) return;
  for (const group of objects(node["groups"])) collect(group, controls, depth + 1);
  for (const control of objects(node["controls"])) {
    const id = controlIdOf(text(control["id"]));
    if (id !== null) controls.push(readControl(id, control));
    collect(control, controls, depth + 1);
  }
}

function readControl(id: string, control: Json): Control {
  const parameters = new Map(
    objects(control["params"]).map((param) => [text(param["id"]), parameterText(param)] as const),
  );
  const lines: string[] = [];
  for (const part of objects(control["parts"]))
    if (part["name"] === "statement") statementLines(part, parameters, lines, 0);
  const withdrawn = objects(control["props"]).some(
    (p) => p["name"] === "status" && p["value"] === "withdrawn",
  );
  return { id, title: text(control["title"]), statement: lines.join("\n"), withdrawn };
}

function statementLines(
  part: Json,
  parameters: ReadonlyMap<string, string>,
  lines: string[],
  depth: number,
): void {
  if (depth > DEEPEST) return;
  const label = objects(part["props"]).find((prop) => prop["name"] === "label");
  const prose = text(part["prose"]).replace(
    /\{\{\s*insert:\s*param,\s*([^\s}]+)\s*\}\}/g,
    (_, id: string) => {
      return `[${parameters.get(id) ?? id}]`;
    },
  );
  const line = [label === undefined ? "" : text(label["value"]), prose]
    .filter((piece) => piece !== "")
    .join(" ");
  if (line !== "") lines.push(`${"  ".repeat(Math.max(0, depth - 1))}${line}`);
  for (const inner of objects(part["parts"])) statementLines(inner, parameters, lines, depth + 1);
}

function parameterText(parameter: Json): string {
  const select = parameter["select"];
  if (isObject(select) && Array.isArray(select["choice"]))
    return `one of: ${select["choice"].map(String).join("; ")}`;
  return text(parameter["label"]);
}

/** Titles have some sixty characters; a made-up one must not keep the search busy. */
const LONGEST_TITLE = 300;

function baselineOf(title: string): ControlCatalog["baseline"] {
  const word = /\b(low|moderate|high|privacy)\b[^.]*\bbaseline\b/i
    .exec(title.slice(0, LONGEST_TITLE))?.[1]
    ?.toLowerCase();
  return word === "low" || word === "moderate" || word === "high" || word === "privacy" ? word : null;
}

function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
