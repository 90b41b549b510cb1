/*
 * What runs on the other side of ssh: one line for whatever login shell is there, so it has no single quote, no `!`
 * and no doubled backslash, which sh, bash, zsh, ksh, fish and csh would all read alike. It starts POSIX sh, which
 * answers questions with find, tar and dd; where find has no -printf (BusyBox), with stat and readlink as well.
 * It opens nothing for writing.
 *
 * A question is a list of paths, one a line, each beginning with `./` (or `.` alone), then a line that says what is
 * wanted: `F` facts of them, `L` facts of them and of what stands in them, `T` the same four levels deep, `C` contents
 * as a tar, `H4096` the first 4096 bytes of each, `S` the timers and `U` the units that the service manager lists. Every answer ends with a line that holds a secret word of this
 * session, which no file can hold.
 */

/** One record of facts: `r`/`-`, `x`/`-`, then these, NUL, path, NUL, link text, NUL. Times are seconds. */
const FIND_FACTS = "%y %m %U %G %s %T@ %C@ %B@ %D:%i %n";
/** The same from stat(1): mode with type in hexadecimal, whole seconds. */
const STAT_FACTS = "%f %u %g %s %Y %Z - %d:%i %h";
const STANDARD_PATH = "/usr/bin:/bin:/usr/sbin:/sbin:/run/current-system/sw/bin";

/** Levels that `T` descends. */
export const TREE_DEPTH = 4;

/** The command for ssh to hand to the remote login shell. `word` is the session's secret: hexadecimal. */
export function remoteCommand(word: string, sudo: boolean): string {
  const byStat = [
    "for f; do r=-; x=-;",
    '[ -r \\"\\$f\\" ] && r=r; [ -x \\"\\$f\\" ] && x=x;',
    `k=\\$(stat -c \\"${STAT_FACTS}\\" \\"\\$f\\") || continue;`,
    'l=; [ -L \\"\\$f\\" ] && l=\\$(readlink \\"\\$f\\");',
    'printf \\"%s %s %s\\0%s\\0%s\\0\\" \\$r \\$x \\"\\$k\\" \\"\\$f\\" \\"\\$l\\"; done',
  ].join(" ");
  const script = [
    `LC_ALL=C; PATH=${STANDARD_PATH}:$PATH; export LC_ALL PATH; cd / || exit 96;`,
    `m() { printf "\\n@${word} %s\\n" "$1"; };`,
    'for p in find tar dd; do command -v $p >/dev/null 2>&1 || { m "no $p"; exit 95; }; done;',
    'if [ "$(find . -maxdepth 0 -printf x 2>/dev/null)" = x ]; then g=1; else g=0; fi;',
    // GNU tar reads backslashes in names as escapes unless told not to.
    "u=; if tar --no-unquote --version >/dev/null 2>&1; then u=--no-unquote; fi;",
    `s="${byStat}";`,
    "q() { d=$1; shift; if [ $g = 1 ]; then",
    'find "$@" -maxdepth $d "(" -readable -printf r -o -printf - ")" "(" -executable -printf " x " -o -printf " - " ")"',
    `-printf "${FIND_FACTS}\\0%p\\0%l\\0";`,
    'else find "$@" -maxdepth $d -exec sh -c "$s" x "{}" +; fi 2>/dev/null </dev/null; m; };',
    'h() { k=$1; shift; for f; do if [ -f "$f" ]; then dd if="$f" bs=$k count=1 2>/dev/null </dev/null; fi; m; done; };',
    'm "ready $g $(id -u 2>/dev/null)"; set --; while IFS= read -r l; do case $l in',
    '.|./*) set -- "$@" "$l"; continue;;',
    'F) q 0 "$@";;',
    'L) q 1 "$@";;',
    `T) q ${TREE_DEPTH} "$@";;`,
    'C) tar -cf - $u --no-recursion -- "$@" 2>/dev/null </dev/null; m;;',
    // Read-only questions to the manager; where none runs, nothing comes.
    "S) systemctl list-timers --all --no-pager 2>/dev/null </dev/null; m;;",
    "U) systemctl list-units --all --no-pager 2>/dev/null </dev/null; m;;",
    'H*) h "$' + '{l#H}" "$@";;',
    "*) exit 94;;",
    "esac; set --; done",
  ].join(" ");
  return `${sudo ? "sudo -n -- " : ""}sh -c '${script}'`;
}
