/**
 * AWS Security Finding Format: what every finding of ours has. The evidence does not say whose account it is: account and
 * region are to be replaced before sending.
 */
import type { Severity } from "../rules/rule.ts";
import { foreignLine } from "./json-text.ts";

/** Findings that one call takes (Security Hub API, BatchImportFindings). */
const BATCH = 100;
/** No account has this number. */
const ACCOUNT = "000000000000";
const REGION = "us-east-1";

/** Each line is the input of one `BatchImportFindings` call. */
export function* hubBatches(findings: readonly unknown[]): Generator<string> {
  for (let at = 0; at < findings.length; at += BATCH)
    yield foreignLine({ Findings: findings.slice(at, at + BATCH) });
}

/** The fields that say which product found it, for whom and when; `id` is unique in the account. */
export function hubOrigin(id: string, generator: string, now: string): object {
  return {
    SchemaVersion: "2018-10-08",
    Id: cut(`timerwarden/${id}`, 512),
    ProductArn: `arn:aws:securityhub:${REGION}:${ACCOUNT}:product/${ACCOUNT}/default`,
    GeneratorId: `timerwarden/${generator}`,
    AwsAccountId: ACCOUNT,
    CreatedAt: now,
    UpdatedAt: now,
  };
}

export function hubSeverity(severity: Severity): string {
  return severity === "info" ? "INFORMATIONAL" : severity.toUpperCase();
}

/** The host, with these facts of it, and the file concerned. Texts must be visible. */
export function hubResources(
  host: string,
  facts: Readonly<Record<string, string>>,
  place: { readonly path: string; readonly line: number } | null,
): readonly unknown[] {
  const machine = {
    Type: "Other",
    Id: cut(host, 512),
    Details: { Other: { hostname: cut(host, 1024), ...facts } },
  };
  if (place === null) return [machine];
  const where = { path: cut(place.path, 1024), line: String(place.line) };
  return [machine, { Type: "Other", Id: cut(`${host}:${place.path}`, 512), Details: { Other: where } }];
}

/** Security Hub refuses what is longer; the end is marked where it was cut, between characters. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
