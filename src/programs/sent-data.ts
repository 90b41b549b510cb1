import type { SentData } from "./program.ts";
import type { Taint } from "./value.ts";

/** Certificates are renewed at one host and carried to others, with their keys. */
const CERTIFICATES = /\/(letsencrypt|acme|lego|dehydrated)\//;

/** Files whose leaving is theft. */
export function isSecretPath(path: string): boolean {
  if (CERTIFICATES.test(path)) return false;
  return /\/etc\/(shadow|gshadow|passwd|sudoers|ssh\/ssh_host)|^\/proc\/[^/]+\/environ$|\/\.(?:ssh|aws|kube|gnupg|docker)(?:\/|$)|\.pem$|\.key$|\.kdbx$|\/id_(rsa|dsa|ecdsa|ed25519)$|_history$|^\/clipboard$|\/\.(netrc|pgpass|my\.cnf|git-credentials|vault-token)$|\/\.(mozilla|thunderbird)(\/|$)|\/\.config\/(google-chrome|chromium|BraveSoftware|microsoft-edge)(\/|$)|\/(key4\.db|logins\.json|Login Data)$/.test(
    path,
  );
}

/** A keyboard as the kernel hands out its keys; a scanner or a remote control is opened by its own name. */
export function isKeyDevice(path: string): boolean {
  return /^\/dev\/input\/(event\d+|by-path\/.*-kbd)$/.test(path);
}

/** Names of what a library is given to log in with, or to trust: a key that is used so does not leave. */
const LOGS_IN =
  /^(key_?file(_?name)?|key_filename|p?key(_path)?|ssh_pkey|private_?key(_?(file|path))?|identity_?file|cert(_?file)?|certificate|ssl_?\w*|ca_?(file|certs)?|verify|client_(keys|cert)|known_hosts|SSL_\w+)$/i;

/** Functions that take such a key from a file. */
const READS_KEY =
  /(from_private_key_file|RSAKey|Ed25519Key|ECDSAKey|load_cert_chain|load_verify_locations|read_private_key|load_host_keys|add_identity)$/;

/** `key_filename="/root/.ssh/id_rsa"`, `privateKey: fs.readFileSync("…")`: by the words before the path. */
export function isLoginKey(before: readonly string[]): boolean {
  const words = before.filter(
    (word) => !/^[([{]$/.test(word) && !/^(fs\.)?readFileSync$|^(open|File\.read|str|Path)$/.test(word),
  );
  const last = words.at(-1) ?? "";
  if (READS_KEY.test(last)) return true;
  return /^[=:>]$/.test(last) && LOGS_IN.test(words.at(last === ">" ? -3 : -2) ?? "");
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
