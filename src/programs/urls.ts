import type { BehaviourDetail } from "./program.ts";
/** No transport protects it, or no name stands behind it. */
export function isUnprotected(url: string): boolean {
  return !/^(https|ssh|sftp|git\+ssh):/i.test(url) || /^\w+:\/\/([^/@]*@)?[\d.]+([:/]|$)/.test(url);
}

/** The `url` and `host` of a finding. */
export function detailOf(url: string, program: string): BehaviourDetail {
  const host = hostOf(url);
  return { program, ...(url === "" ? {} : { url }), ...(host === "" ? {} : { host }) };
}

function hostOf(url: string): string {
  const start = url.indexOf("://");
  const rest = (start < 0 ? url : url.slice(start + 3)).split(/[/?#]/, 1)[0] ?? "";
  return rest.slice(rest.lastIndexOf("@") + 1).replace(/:\d+$/, "");
}
