/** The configuration of the ssh daemon: which of its lines let somebody in (sshd_config(5)). */
import type { Frame } from "./engine.ts";
import { insidePath, targetPath } from "./paths.ts";
import type { Value } from "./value.ts";

const CONFIGURATION = /^\/etc\/ssh\/sshd_config(\.d\/.+)?$/;
const MOST_BYTES = 65_536;

/** Directives that open a door, and the values of them that every distribution ships. */
const OPENS: readonly (readonly [directive: string, harmless: RegExp])[] = [
  [
    "authorizedkeysfile",
    /^((%h\/)?\.ssh\/authorized_keys2?|\/etc\/ssh\/authorized_keys(\.d)?\/%u|none|[ \t"])+$/i,
  ],
  ["authorizedkeyscommand", /^(none|\/usr\/(s?bin|lib|libexec)\/\S+)$/i],
  ["authorizedprincipalscommand", /^none$/i],
  ["authorizedprincipalsfile", /^none$/i],
  ["trustedusercakeys", /^none$/i],
  ["permitrootlogin", /^(no|prohibit-password|without-password|forced-commands-only)$/i],
  ["permitemptypasswords", /^no$/i],
  ["permituserenvironment", /^no$/i],
  ["strictmodes", /^yes$/i],
  ["hostbasedauthentication", /^no$/i],
  ["gatewayports", /^no$/i],
  ["forcecommand", /^internal-sftp\b/i],
  ["subsystem", /^sftp[ \t]+(internal-sftp|\/usr\/lib(exec)?\/(openssh\/|ssh\/)?sftp-server)\b/i],
  ["include", /^("?\/etc\/ssh\/sshd_config\.d\/\*\.conf"?)$/i],
  ["match", /^$/],
];

/** True where what is written is known and opens no door. */
export function isClosedSshConfiguration(frame: Frame, path: string, content: Value | null): boolean {
  if (!CONFIGURATION.test(path) || content === null) return false;
  const text = content.complete ? content.text : copied(frame, content);
  if (text === null || text.trim() === "") return false;
  return text.split("\n", 4096).every((line) => {
    const [, directive = "", value = ""] = /^[ \t]*([A-Za-z]+)[ \t=]+([^\n]*)$/.exec(line) ?? [];
    const found = OPENS.find(([name]) => name === directive.toLowerCase());
    return found === undefined || found[1].test(value.trim());
  });
}

function copied(frame: Frame, { taint }: Value): string | null {
  if (taint?.kind !== "file" || taint.path === undefined) return null;
  const inside = insidePath(frame, taint.path);
  if (inside === null) return null;
  const read = frame.session.library.script(targetPath(frame, inside), MOST_BYTES);
  return read?.source.text ?? null;
}
