/** Results of a hardening benchmark: XCCDF test results (`<rule-result>`), or Heimdall Data Format as JSON. */
import { type Parsed, parsed, problem } from "../../parsed.ts";

export interface BenchmarkResult {
  readonly profile: string | null;
  /** When it ended, microseconds since 1970; `null` when the file does not say. */
  readonly endedUsec: number | null;
  readonly passed: number;
  readonly failed: number;
}

const MAX_RESULTS = 200_000;

export function parseBenchmarkResult(text: string): Parsed<BenchmarkResult> {
  return text.trimStart().startsWith("{") ? parseHeimdall(text) : parseXccdf(text);
}

function parseXccdf(text: string): Parsed<BenchmarkResult> {
  const start = /<(?:[\w-]+:)?TestResult\b[^>]{0,4000}>/.exec(text)?.[0];
  if (start === undefined) return problem("EINVAL", "no test result of XCCDF", 0);
  const ended = /\bend-time="([^"]{10,40})"/.exec(start)?.[1];
  let passed = 0;
  let failed = 0;
  for (const [, word = ""] of text.matchAll(
    /<(?:[\w-]+:)?result>\s*(pass|fixed|fail|error|unknown)\s*<\//g,
  )) {
    if (word === "pass" || word === "fixed") passed += 1;
    else failed += 1;
    if (passed + failed > MAX_RESULTS) break;
  }
  const profile = /<(?:[\w-]+:)?profile\s+idref="([^"]{1,400})"/.exec(text)?.[1] ?? null;
  return parsed({ profile, endedUsec: usecOf(ended), passed, failed });
}

function parseHeimdall(text: string): Parsed<BenchmarkResult> {
  const known = jsonOf(text);
  const profiles = listOf(known, "profiles");
  if (profiles === null) return problem("EINVAL", "no results in Heimdall Data Format", 0);
  let passed = 0;
  let failed = 0;
  let latest: number | null = null;
  for (const profile of profiles)
    for (const control of listOf(profile, "controls") ?? [])
      for (const result of listOf(control, "results") ?? []) {
        const status = textOf(result, "status");
        if (status === "passed") passed += 1;
        if (status === "failed" || status === "error") failed += 1;
        const usec = usecOf(textOf(result, "start_time"));
        if (usec !== null && (latest === null || usec > latest)) latest = usec;
      }
  return parsed({ profile: textOf(profiles[0], "name") ?? null, endedUsec: latest, passed, failed });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function listOf(value: unknown, name: string): readonly unknown[] | null {
  const list = typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(name) : null;
  return Array.isArray(list) ? list.slice(0, MAX_RESULTS) : null;
}

function textOf(value: unknown, name: string): string | undefined {
  const text = typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(name) : null;
  return typeof text === "string" ? text : undefined;
}

function usecOf(text: string | undefined): number | null {
  const milliseconds = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(milliseconds) ? null : milliseconds * 1000;
}
