import type { Call, Frame } from "./engine.ts";
import { noteExecution } from "./execution.ts";
import { insidePath } from "./paths.ts";
import { volatileDirectory } from "./places.ts";
import { isUnprotected } from "./urls.ts";
import { unknown } from "./value.ts";

/** Programs that install packages from files and addresses they are given. */
export const INSTALLERS: ReadonlySet<string> = new Set(
  "dpkg rpm apt apt-get aptitude dnf dnf5 yum microdnf zypper pacman yay paru apk opkg snap flatpak".split(
    " ",
  ),
);

/** Options by which package managers are told not to ask who made a package. */
const UNSIGNED =
  /^(--dangerous|--nosignature|--no-gpg-checks?|--nogpgcheck|--allow-untrusted|--allow-unauthenticated|--force-bad-verify|--no-gpg-verify)$/;
const PACKAGE = /^https?:\/\/|\.(deb|rpm|apk|snap|flatpak|pkg\.tar(\.\w+)?)$/;

/**
 * A package from an address nothing protects, or downloaded so before, or from where anybody may put one: its own
 * scripts run at once, as root.
 */
export function noteInstalling(call: Call): void {
  const { frame, args, span, name } = call;
  if (noteTrustedKey(call)) return;
  if (!INSTALLERS.has(name)) return;
  const unsigned = args.find(({ text }) => UNSIGNED.test(text));
  for (const arg of args) {
    if (arg.text.startsWith("-") || !PACKAGE.test(arg.text)) continue;
    const path = insidePath(frame, arg.text) ?? arg.text;
    const taint = frame.session.written.get(path)?.content?.taint;
    const url = /^https?:/.test(arg.text) ? arg.text : taint?.kind === "fetch" ? taint.url : undefined;
    if (url !== undefined && isUnprotected(url))
      noteExecution(frame, unknown("", span, { kind: "fetch", span, url }), name, span);
    else if (url === undefined && isStrangePackage(frame, path)) {
      const says = `${name} installs ${path}, which lies where anybody may put it.`;
      frame.session.say(frame, "installs-package", span, says, "high", { path, program: name });
    } else if (unsigned !== undefined && !frame.session.verified) {
      const says = `${name} installs ${arg.text} and does not ask who made it (${unsigned.text}).`;
      frame.session.say(frame, "installs-package", span, says, "medium", { path, program: name });
    }
  }
}

/** `rpm --import URL`, `curl … | apt-key add -`: from then on, whoever holds the key makes packages. */
function noteTrustedKey({ frame, args, span, name }: Call): boolean {
  const imports =
    name === "rpm" || name === "rpmkeys" ? args.some(({ text }) => text === "--import") : name === "apt-key";
  if (!imports) return false;
  const given = args.find(({ text }) => /^(https?|ftp):\/\//.test(text))?.text;
  const taint = frame.stdin?.taint;
  const url = given ?? (taint?.kind === "fetch" ? taint.url : undefined);
  if (url === undefined || !isUnprotected(url)) return true;
  const says = `${name} trusts packages signed with a key that is downloaded from ${url}.`;
  frame.session.say(frame, "installs-package", span, says, "high", { url, program: name });
  return true;
}

/** In a directory all write to, not made by this very job. */
function isStrangePackage({ session }: Frame, path: string): boolean {
  return volatileDirectory(path) !== null && !session.written.has(path) && !session.verified;
}
