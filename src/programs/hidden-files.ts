import type { Call } from "./engine.ts";
import { BUILTIN_NAMES } from "./names.ts";

/** A hidden name below a directory of the system; homes and shared directories are full of them. */
const HIDDEN =
  /^(?:-{0,2}[\w-]+=)?(\/(?:usr|lib|lib64|bin|sbin|boot)\/(?:[^/]+\/)*|\/(?:etc|opt|var\/lib|var\/cache|var\/spool|var\/log)\/)(\.[^/]+)(?:\/|$)/;
/** What tools keep beside their trees, and marks that say when something ran. */
const ORDINARY =
  /^\.{1,2}$|^\.(git\w*|env|envrc|venv|hg|svn|bzr|etckeeper|build-id|snapshots?|well-known|htpasswd|htaccess|npmrc|cargo|cache|config|local|docker|kube|ssh|pwd\.lock|updated|bin|node_modules|dotfiles|secrets?|zfs|my\.cnf|pgpass|netrc|smb\w*|s3cfg|boto|vault[\w-]*|gnupg|mc|[a-z]+rc|profile|bash\w*|composer|ansible|terraform)$|^\.?[\w.-]*(lock|pid|stamp|last|done|marker|success|timestamp|passw(or)?d|pass|key|token|credentials?|creds|exclude|ignore)[\w.-]*$/i;
/** Programs that only look at a name, mark it, or take it away. */
const ONLY_LOOK =
  /^(touch|test|stat|ls|find|rm|rmdir|mkdir|mktemp|chmod|chown|chattr|flock|date|logger|grep|mountpoint|du|df|install|git|etckeeper)$/;

/** Says when a program is given a hidden file of the system's own directories. */
export function noteHiddenFile({ frame, name, args, span }: Call): void {
  if (ONLY_LOOK.test(name) || BUILTIN_NAMES.has(name)) return;
  for (const [at, { text }] of args.slice(0, 64).entries()) {
    const excludes = /^--?(exclude|x$|skip|ignore)/;
    if (text.length > 1024 || excludes.test(text) || excludes.test(args[at - 1]?.text ?? "")) continue;
    const [, , part] = HIDDEN.exec(text) ?? [];
    if (part === undefined || ORDINARY.test(part)) continue;
    const path = text.slice(text.indexOf("/"));
    const says = `${name} is given ${path}, hidden by its name (${part}).`;
    frame.session.say(frame, "uses-hidden-file", span, says, "medium", { path, program: name });
    return;
  }
}
