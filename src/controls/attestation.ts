/**
 * The file given with `--attestations`: what people vouch for, which failures somebody has decided to live with, and
 * what the operator declares about the host. YAML or JSON; every fault is named with its place.
 */
import * as v from "valibot";
import { parse as parseYaml } from "yaml";
import { type Parsed, parsed, problem } from "../parsed.ts";
import { type Declarations, UNDECLARED } from "./declarations.ts";
import { OBJECTIVES } from "./objective.ts";
import { settingFault } from "./settings.ts";

export interface Attestation {
  /** The OSCAL id of the objective. */
  readonly objective: string;
  readonly statement: string;
  readonly owner: string;
  /** The last day it holds, `2027-06-30`; `null` for no end. */
  readonly until: string | null;
}

export interface Waiver {
  readonly check: string;
  readonly reason: string;
  readonly owner: string;
  readonly until: string | null;
}

export interface AttestationFile {
  readonly attestations: readonly Attestation[];
  readonly waivers: readonly Waiver[];
  readonly declarations: Declarations;
}

export const NO_ATTESTATIONS: AttestationFile = { attestations: [], waivers: [], declarations: UNDECLARED };

const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));
const day = v.pipe(v.string(), v.isoDate("must be a day such as 2027-06-30"));
const until = v.optional(day);
const names = v.optional(v.array(text));

const APPROVAL = v.strictObject({
  what: text,
  sha256: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits"))),
  ticket: v.optional(text),
  "approved-by": v.optional(text),
  until,
});

const DECLARATIONS = v.strictObject({
  lingering: names,
  administrators: names,
  "break-glass": names,
  automation: names,
  "root-timers": names,
  duties: v.optional(v.strictObject({ change: v.array(text), audit: v.array(text) })),
  approved: v.optional(v.array(APPROVAL)),
  "user-timers": v.optional(v.picklist(["allow", "deny"])),
  "mandatory-access-control": v.optional(v.boolean()),
  "multi-factor": v.optional(v.boolean()),
  reviews: v.optional(v.array(v.strictObject({ date: day, reviewer: text, sha256: v.optional(text) }))),
  "assessment-days": v.optional(v.pipe(v.number(), v.minValue(1))),
  settings: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
});

const FILE = v.strictObject({
  attestations: v.optional(v.array(v.strictObject({ objective: text, statement: text, owner: text, until }))),
  waivers: v.optional(v.array(v.strictObject({ check: text, reason: text, owner: text, until: day }))),
  declarations: v.optional(DECLARATIONS),
});

/** Reads the file; `checks` are the ids a waiver may name. */
export function parseAttestations(source: string, checks: ReadonlySet<string>): Parsed<AttestationFile> {
  let document: unknown;
  try {
    document = parseYaml(source, { schema: "core", maxAliasCount: 20 }) ?? {};
  } catch (error) {
    return problem("EINVAL", (error as Error).message.split("\n")[0] ?? "not YAML", 0);
  }
  const result = v.safeParse(FILE, document);
  if (!result.success) {
    const [issue] = result.issues;
    return problem("EINVAL", `${v.getDotPath(issue) ?? "the file"}: ${issue.message}`, 0);
  }
  const { attestations = [], waivers = [], declarations = {} } = result.output;
  const known: Attestation[] = [];
  for (const [index, { objective, ...rest }] of attestations.entries()) {
    const meant = OBJECTIVES.find(({ id, label }) => id === objective || same(label, objective));
    if (meant === undefined)
      return problem(
        "EINVAL",
        `attestations.${index}.objective: no objective ${JSON.stringify(objective)}`,
        0,
      );
    known.push({ ...rest, objective: meant.id, until: rest.until ?? null });
  }
  const unknown = waivers.findIndex(({ check }) => !checks.has(check));
  if (unknown >= 0)
    return problem(
      "EINVAL",
      `waivers.${unknown}.check: no check ${JSON.stringify(waivers[unknown]?.check)}`,
      0,
    );
  for (const [name, value] of Object.entries(declarations.settings ?? {})) {
    const fault = settingFault(name, String(value));
    if (fault !== null) return problem("EINVAL", `declarations.settings.${name}: ${fault}`, 0);
  }
  return parsed({ attestations: known, waivers, declarations: declarationsOf(declarations) });
}

/** Labels are written with and without dots and zeros: `AC-02a.[01]`, `AC-2a[1]`. */
function same(left: string, right: string): boolean {
  const plain = (label: string): string =>
    label
      .toLowerCase()
      .replace(/\./g, "")
      .replace(/(?<!\d)0+(?=\d)/g, "");
  return plain(left) === plain(right);
}

function declarationsOf(given: v.InferOutput<typeof DECLARATIONS>): Declarations {
  return {
    lingering: given.lingering ?? null,
    administrators: given.administrators ?? null,
    breakGlass: given["break-glass"] ?? null,
    automation: given.automation ?? null,
    rootTimers: given["root-timers"] ?? null,
    duties: given.duties ?? null,
    approved:
      given.approved?.map((approval) => ({
        what: approval.what,
        sha256: approval.sha256 ?? null,
        ticket: approval.ticket ?? null,
        approvedBy: approval["approved-by"] ?? null,
        until: approval.until ?? null,
      })) ?? null,
    userTimers: given["user-timers"] ?? null,
    mandatoryAccessControl: given["mandatory-access-control"] ?? null,
    multiFactor: given["multi-factor"] ?? null,
    reviews:
      given.reviews?.map(({ date, reviewer, sha256 }) => ({ date, reviewer, sha256: sha256 ?? null })) ??
      null,
    assessmentDays: given["assessment-days"] ?? null,
    settings: new Map(Object.entries(given.settings ?? {}).map(([name, value]) => [name, String(value)])),
  };
}
