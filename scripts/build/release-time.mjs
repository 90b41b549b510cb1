import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";

/**
 * The moment that packages and pages carry instead of "now", so that the same source gives the same bytes:
 * `SOURCE_DATE_EPOCH`, else that of the last commit, else that of package.json, which `git archive` keeps.
 */
export function releaseTime() {
  const { SOURCE_DATE_EPOCH } = process.env;
  if (SOURCE_DATE_EPOCH !== undefined) return new Date(Number(SOURCE_DATE_EPOCH) * 1000);
  const { status, stdout } = spawnSync("git", ["log", "-1", "--format=%ct"], { encoding: "utf8" });
  return status === 0 ? new Date(Number(stdout) * 1000) : statSync("package.json").mtime;
}
