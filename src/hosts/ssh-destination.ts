import { TargetError } from "./archive.ts";

/** Where to log in: `[USER@]HOST[:PORT]`. */
export interface SshDestination {
  /** `null` for what ssh's own configuration says. */
  readonly user: string | null;
  /** A name, an alias of `ssh_config(5)`, or an address without brackets. */
  readonly host: string;
  readonly port: number | null;
}

const USER = /^[A-Za-z0-9_][A-Za-z0-9._+@-]{0,127}$/;
const NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9_])?\.?$/;
const ADDRESS = /^[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9._-]{1,15})?$/;
const REMEDY = "Write ssh:USER@HOST or ssh:USER@HOST:PORT; an IPv6 address stands in brackets.";

/**
 * Reads a destination. What could be taken for an option of ssh, or mean something to a shell in somebody's
 * `ProxyCommand`, is refused. Throws `TargetError`.
 */
export function parseSshDestination(text: string): SshDestination {
  const refused = new TargetError(`${JSON.stringify(text)} is no place to log in.`, REMEDY);
  const at = text.lastIndexOf("@");
  const user = at < 0 ? null : text.slice(0, at);
  if (user !== null && !USER.test(user)) throw refused;
  const place = text.slice(at + 1);
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(place);
  const plain = /^([^:]*)(?::(\d{1,5}))?$/.exec(place);
  const [, host = "", digits] = bracketed ?? plain ?? [];
  if (!(bracketed === null ? NAME : ADDRESS).test(host)) throw refused;
  const port = digits === undefined ? null : Number(digits);
  if (port !== null && (port < 1 || port > 65535)) throw refused;
  return { user, host, port };
}
