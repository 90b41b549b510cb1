import type { Host } from "../hosts/host.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";

/** The uid and gid ranges of login.defs(5), with shadow-utils' defaults where it is silent. */
export interface LoginDefinitions {
  readonly uidMin: number;
  readonly uidMax: number;
  readonly systemUidMin: number;
  readonly systemUidMax: number;
  readonly gidMin: number;
  readonly gidMax: number;
  /** False when no file said anything and the defaults stand. */
  readonly stated: boolean;
}

export const LOGIN_DEFS = "/etc/login.defs";

/** Reads `/etc/login.defs`, then the vendor's copies of openSUSE and hermetic images. */
export function readLoginDefinitions(host: Host): LoginDefinitions {
  for (const path of [LOGIN_DEFS, "/usr/etc/login.defs"]) {
    const file = host.readFile(path);
    if (file.kind === "present") return parseLoginDefinitions(file.value.bytes);
  }
  return parseLoginDefinitions(new Uint8Array());
}

/** Names are followed by blanks and a value; numbers may be decimal, octal or hexadecimal as for strtol(3). */
export function parseLoginDefinitions(bytes: Uint8Array): LoginDefinitions {
  const values = new Map<string, number>();
  for (const line of decodeUtf8(bytes).split("\n")) {
    const match = /^[ \t]*([A-Z_]{1,40})[ \t]+"?([0-9a-fA-FxX]{1,12})"?[ \t\r]*$/.exec(line);
    const value = match === null ? null : integer(match[2] ?? "");
    if (match !== null && value !== null) values.set(match[1] ?? "", value);
  }
  const uidMin = values.get("UID_MIN") ?? 1000;
  const systemUidMin = values.get("SYS_UID_MIN") ?? 101;
  return {
    uidMin,
    uidMax: values.get("UID_MAX") ?? 60000,
    systemUidMin,
    systemUidMax: values.get("SYS_UID_MAX") ?? uidMin - 1,
    gidMin: values.get("GID_MIN") ?? 1000,
    gidMax: values.get("GID_MAX") ?? 60000,
    stated: values.has("UID_MIN"),
  };
}

function integer(text: string): number | null {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return Number.parseInt(text, 16);
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^[0-9]+$/.test(text) ? Number(text) : null;
}
