import type { SentData } from "./program.ts";
import type { Taint } from "./value.ts";

/** Certificates are renewed at one host and carried to others, with their keys. */
const CERTIFICATES = /\/(letsencrypt|acme|lego|dehydrated)\//;

/** Files whose leaving is theft. */
export function isSecretPath(path: string): boolean {
  if (CERTIFICATES.test(path)) return false;
  return /\/etc\/(shadow|gshadow|passwd|sudoers|ssh\/ssh_host)|^\/proc\/[^/]+\/environ$|\/\.(?:ssh|aws|kube|gnupg|docker)(?:\/|$)|\.pem$|\.key$|\.kdbx$|\/id_(rsa|dsa|ecdsa|ed25519)$|_history$|^\/clipboard$|\/\.(netrc|pgpass|my\.cnf|git-credentials)$/.test(
    path,
  );
}

/** What leaves, as far as its origin and the names of its files tell; `isOpen` when nothing protects it on its way. */
export function sentData(
  origin: Taint | null | undefined,
  paths: readonly string[] = [],
  isOpen = false,
): SentData {
  const all = [...paths, origin?.path ?? ""];
  if (all.some((path) => isSecretPath(path) || (isOpen && CERTIFICATES.test(`${path}/`)))) return "secrets";
  return origin?.kind === "facts" ? "host-facts" : "data";
}
