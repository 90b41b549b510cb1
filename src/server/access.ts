/**
 * Who may ask the dashboard anything: the browser that opened the one-time link, from this machine, for its own page.
 * A web page elsewhere (other site, rebound name) and another user of this machine are both strangers.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 bits, as text fit for links. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What of a request decides. */
export interface Visit {
  readonly method: string;
  /** Path with its query, as sent. */
  readonly target: string;
  header(name: string): string | null;
}

export interface Refusal {
  readonly status: 400 | 401 | 403 | 405 | 413 | 414 | 421;
  readonly reason: string;
}

/** Longest path with query; pages keep their state behind `#`, so nothing of ours comes near. */
const MAX_TARGET = 2048;

/** Everything but the cookie: wrong before anybody asks who is there. `null` when all is well. */
export function refusalOf(visit: Visit, hosts: ReadonlySet<string>, isTokenLink: boolean): Refusal | null {
  const host = visit.header("host")?.toLowerCase() ?? "";
  if (!hosts.has(host)) return { status: 421, reason: "this server answers only to its own address" };
  if (visit.method !== "GET" && visit.method !== "HEAD") return { status: 405, reason: "only GET" };
  if (visit.target.length > MAX_TARGET) return { status: 414, reason: "the address is too long" };
  if (hasBody(visit)) return { status: 413, reason: "no request here has a body" };
  const origin = visit.header("origin");
  if (origin !== null && !hosts.has(origin.toLowerCase().replace(/^http:\/\//, "")))
    return { status: 403, reason: "asked by another site" };
  return isFromElsewhere(visit, isTokenLink) ? { status: 403, reason: "asked by another site" } : null;
}

function hasBody(visit: Visit): boolean {
  const length = visit.header("content-length");
  return (length !== null && length !== "0") || visit.header("transfer-encoding") !== null;
}

/**
 * Fetch Metadata: only this page itself, or a person typing. A person may also come from elsewhere (a terminal in the
 * browser) by the link with the token, which is a secret no other site has.
 */
function isFromElsewhere(visit: Visit, isTokenLink: boolean): boolean {
  const site = visit.header("sec-fetch-site");
  if (site === null || site === "same-origin" || site === "none") return false;
  const isPerson =
    visit.header("sec-fetch-mode") === "navigate" && visit.header("sec-fetch-dest") === "document";
  return !(isTokenLink && isPerson);
}

/** Equal, in a time that does not tell how nearly. */
export function isSecret(given: string | null | undefined, expected: string): boolean {
  if (given === null || given === undefined) return false;
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** A cookie's value out of the header; `null` when it is not there. */
export function cookieIn(header: string | null, name: string): string | null {
  for (const part of header?.split(";") ?? []) {
    const [key = "", ...value] = part.split("=");
    if (key.trim() === name) return value.join("=").trim();
  }
  return null;
}
