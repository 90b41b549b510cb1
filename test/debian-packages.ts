/** Packages of Debian that a test needs and never fetches by itself. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { missingDebs } from "../scripts/debian-jobs.ts";

/** Where the packages lie: `tsx scripts/debian-jobs.ts fetch DIR`. */
export const DEBS: string = process.env["TIMERWARDEN_DEBS"] ?? "";

/** Why a test of these packages with these programs cannot run here, or `null`. */
export function whyNot(names: Iterable<string>, programs: readonly string[]): string | null {
  if (DEBS === "" || !existsSync(DEBS)) return "TIMERWARDEN_DEBS names no directory of packages";
  const missing = missingDebs(DEBS, names);
  if (missing.length > 0) return `${missing.length} packages are missing, such as ${missing[0]}`;
  const lacking = programs.find((program) => spawnSync(program, ["--version"]).error !== undefined);
  return lacking === undefined ? null : `no ${lacking} here`;
}

/** For the name of what is skipped. */
export function because(reason: string | null): string {
  return reason === null ? "" : ` (skipped: ${reason})`;
}
