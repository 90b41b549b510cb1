import type { BehaviourDetail } from "./program.ts";
/** No transport protects it, or no name stands behind it. */
export function isUnprotected(url: string): boolean {
  return !/^(https|ssh|sftp|git\+ssh):/i.test(url) || /^\w+:\/\/([^/@]*@)?[\d.]+([:/]|$)/.test(url);
}

/** An address of one's own network (RFC 1918, RFC 6598, loopback). */
export function isPrivateAddress(host: string): boolean {
  return /^(10|127|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(
    host,
  );
}

/** The `url` and `host` of a finding. */
export function detailOf(url: string, program: string): BehaviourDetail {
  const host = hostOf(url);
  return { program, ...(url === "" ? {} : { url }), ...(host === "" ? {} : { host }) };
}

export function hostOf(url: string): string {
  const start = url.indexOf("://");
  const rest = (start < 0 ? url : url.slice(start + 3)).split(/[/?#]/, 1)[0] ?? "";
  return rest.slice(rest.lastIndexOf("@") + 1).replace(/:\d+$/, "");
}
