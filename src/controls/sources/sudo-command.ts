/** What a command of sudoers lets its user do to units. */

const WRITERS =
  /^(?:vi|vim|vim\.\w+|nvim|nano|pico|emacs|ed|ex|joe|mcedit|tee|cp|mv|install|ln|dd|rsync|sed|perl|python[\d.]*|ruby|node|bash|sh|dash|zsh|ksh|env|find|xargs|awk|gawk|tar|unzip|chmod|chown|less|more|man|su|sudo|busybox|socat|nsenter|unshare|docker|podman|rpm|dpkg|apt|apt-get|dnf|yum|visudo|crontab|at|git|make|vipw|mount)$/;

/** Verbs of systemctl that show and change nothing; a pager they open gives a shell (`!sh` in less). */
const READING = /^(?:status|show|cat|list-\S+|is-\S+|get-default|help|--version)$/;

const UNIT_PLACES =
  /^\/(?:etc|run|usr\/lib|usr\/local\/lib|lib)\/systemd\/|^\/var\/lib\/systemd\/linger|\/\.config\/systemd\//;

/**
 * Why a command amounts to changing units, or `null` when it does not. `command` is as sudoers has it: a path alone
 * allows any arguments, `""` none, wildcards match across blanks.
 */
export function commandReachesUnits(command: string): string | null {
  if (command === "ALL") return "any command";
  if (command.startsWith("^")) return "a regular expression, which is not followed";
  const [path = "", ...args] = command.split(/\s+/);
  const program = path.slice(path.lastIndexOf("/") + 1);
  const any = args.length === 0;
  const wild = args.some((arg) => /[*?[]/.test(arg));
  if (path.endsWith("/")) return "any program of a directory";
  if (/[*?[]/.test(path)) return "a program chosen by wildcard";
  if (path === "sudoedit" || program === "sudoedit")
    return any || args.some((arg) => placeOf(arg)) ? "edits unit files" : null;
  if (args[0] === '""') return null;
  if (program === "systemctl") return systemctl(args, any, wild);
  if (program === "systemd-run") return "makes units at once";
  if (program === "loginctl")
    return any || args.includes("enable-linger") || wild ? "lets users linger" : null;
  if (program === "busctl" || program === "dbus-send" || program === "gdbus")
    return "calls the manager directly";
  if (program === "systemd-edit") return "edits unit files";
  if (!WRITERS.test(program)) return null;
  if (any) return "writes any file";
  return wild || args.some((arg) => placeOf(arg)) ? "writes into the unit directories" : null;
}

function systemctl(args: readonly string[], any: boolean, wild: boolean): string | null {
  if (any) return "any verb of systemctl";
  const words = args.filter((arg) => !arg.startsWith("-"));
  const [verb = ""] = words;
  if (wild) return "systemctl with a unit of one's choice";
  if (
    /^(edit|link|enable|reenable|set-property|import-environment|set-environment|revert|add-wants)$/.test(
      verb,
    )
  )
    return verb === "enable" && words.length > 1 && !words[1]?.includes("/") ? null : `systemctl ${verb}`;
  if (READING.test(verb)) return args.includes("--no-pager") ? null : "its pager opens a shell as root";
  return words.length > 1 || verb === "daemon-reload" ? null : `systemctl ${verb} of any unit`;
}

function placeOf(path: string): boolean {
  return UNIT_PLACES.test(path);
}
