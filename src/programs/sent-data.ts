import type { SentData } from "./program.ts";
import type { Taint } from "./value.ts";

/** Files whose leaving is theft. Certificates are renewed at one host and carried to others, with their keys. */
export function isSecretPath(path: string): boolean {
  if (/\/(letsencrypt|acme|lego|dehydrated)\//.test(path)) return false;
  return /\/etc\/(shadow|gshadow|passwd|sudoers|ssh\/ssh_host)|\/\.ssh\/|\/\.aws\/|\/\.kube\/|\/\.gnupg\/|\.pem$|\.key$|\.kdbx$|\/id_(rsa|dsa|ecdsa|ed25519)$|_history$|\/\.docker\/|\/\.(netrc|pgpass|my\.cnf|git-credentials)$/.test(
    path,
  );
}

/** What leaves, as far as its origin and the names of its files tell. */
export function sentData(origin: Taint | null | undefined, paths: readonly string[] = []): SentData {
  if ([...paths, origin?.path ?? ""].some(isSecretPath)) return "secrets";
  return origin?.kind === "facts" ? "host-facts" : "data";
}
