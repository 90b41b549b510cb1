/** Groups of attributes in aide.conf(5): the built-in ones and those a configuration defines. */

const HASHES = [
  "md5",
  "sha1",
  "sha256",
  "sha512",
  "rmd160",
  "tiger",
  "crc32",
  "crc32b",
  "haval",
  "whirlpool",
  "gost",
  "stribog256",
  "stribog512",
  "sha512_256",
  "sha3_256",
  "sha3_512",
];
const ATTRIBUTES = new Set([
  ..."p i n u g s b m a c S I ANF ARF ftype l acl selinux xattrs e2fsattrs caps growing compressed R L H X E".split(
    " ",
  ),
  ...HASHES,
]);

const X = "acl+selinux+xattrs+e2fsattrs+caps";
const BUILT_IN: ReadonlyMap<string, string> = new Map([
  ["R", `p+ftype+i+l+n+u+g+s+m+c+md5+${X}`],
  ["L", `p+ftype+i+l+n+u+g+${X}`],
  [">", `p+ftype+l+u+g+i+n+s+growing+${X}`],
  ["H", HASHES.join("+")],
  ["X", X],
  ["E", ""],
]);

/** Options of AIDE 0.16 to 0.19; every other `NAME = …` defines a group. */
const OPTIONS =
  /^(database(_in|_out|_new|_attrs|_add_metadata)?|gzip_dbout|verbose|log_level|report_\w+|root_prefix|acl_no_symlink_follow|warn_dead_symlinks|grouped|summarize_changes|ignore_list|config_\w+|syslog_format|num_workers|limit|initialize_\w+|db_\w+)$/;

/** Attributes that tell whether content changed. */
export const CONTENT_HASHES: ReadonlySet<string> = new Set(HASHES);

const MAX_EXPRESSION = 4000;

export class AideGroups {
  readonly #defined = new Map<string, ReadonlySet<string>>();

  isOption(name: string): boolean {
    return OPTIONS.test(name);
  }

  /** Defines a group; gives the name in its expression that means nothing, or `null`. */
  define(name: string, expression: string): string | null {
    const attributes = this.attributesOf(expression);
    if (typeof attributes === "string") return attributes;
    this.#defined.set(name, attributes);
    return null;
  }

  /** The attributes of an expression such as `p+u+g-i`; the name that means nothing when there is one. */
  attributesOf(expression: string): ReadonlySet<string> | string {
    const result = new Set<string>();
    for (const [, sign = "", name = ""] of ` ${expression.slice(0, MAX_EXPRESSION)}`.matchAll(
      /\s*([+-]?)\s*([^+\-\s]+)/g,
    )) {
      const members = this.#membersOf(name);
      if (members === null) return name;
      for (const member of members) {
        if (sign === "-") result.delete(member);
        else result.add(member);
      }
    }
    return result;
  }

  #membersOf(name: string): Iterable<string> | null {
    const own = this.#defined.get(name);
    if (own !== undefined) return own;
    const builtIn = BUILT_IN.get(name);
    if (builtIn !== undefined) return builtIn.split("+").filter((part) => part !== "");
    return ATTRIBUTES.has(name) ? [name] : null;
  }
}
