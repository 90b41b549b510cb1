import { scopeName } from "../manager/scope.ts";
import { hiddenPart } from "../programs/places.ts";
import type { Span } from "../syntax/span.ts";
import { parseUnitFile } from "../syntax/unit-file.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import { splitWords } from "../syntax/words.ts";
import { evidenceAt } from "./evidence.ts";
import { ACCOUNTS, dpkg } from "./example-host.ts";
import type { HostRule, Tree } from "./rule.ts";
import { sharedDirectory } from "./shared-directory.ts";
import { isPackaged } from "./standing.ts";

/** Variables whose value is a file that is loaded or run first. */
const FILES = /^(LD_PRELOAD|LD_AUDIT|BASH_ENV|ENV|PYTHONSTARTUP)$/;
/** Variables with a directory or options: everyday work of developers, unless the place is odd. */
const PLACES =
  /^(LD_LIBRARY_PATH|GCONV_PATH|PYTHONPATH|PYTHONHOME|PERL5LIB|PERL5OPT|RUBYLIB|RUBYOPT|NODE_OPTIONS|NODE_PATH|PATH)$/;
const SHARED_BASES = ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map((base) => `${base}/environment.d`);
const UNIT_BASES = [
  "/etc/systemd/system.control",
  "/etc/systemd/system",
  "/run/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
];
const MAX_LINES = 2_000;

interface Setting {
  readonly variable: string;
  readonly value: string;
  readonly span: Span;
}

/** A host where alice has a timer. */
function alices(files: Tree): Tree {
  return {
    ...ACCOUNTS,
    "/home/alice/.config/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
    ...files,
  };
}

/** What every session or user manager is given makes its programs load other code. */
export const sessionEnvironmentInjectsLibrary: HostRule = {
  id: "session-environment-injects-library",
  subject: "host",
  title: "Every session is given a variable that loads foreign code",
  severity: "high",
  confidence: "high",
  signal: "suspicious",
  family: "environment",
  depth: "regular",
  techniques: ["T1574.006", "T1546.004", "T1053.006"],
  controls: ["CM-5", "CM-6", "SI-7"],
  why: "environment.d, /etc/environment and drop-ins of user@.service reach every unit of a user's manager: each timer of the user loads the library or runs the file first, and no unit changes.",
  benign: [
    "Libraries that a package ships, and names without a path (not accused)",
    "PYTHONPATH and PATH of developers in their own home (not accused)",
  ],
  clears: "remove the variable, or install the library as a package",
  references: ["man:environment.d(5)", "https://attack.mitre.org/techniques/T1574/006/"],

  *check(inventory) {
    const { managers, host } = inventory;
    const files = (directory: string): readonly string[] => {
      const listed = host.readDirectory(directory);
      if (listed.kind !== "present") return [];
      return listed.value
        .filter(({ name }) => name.endsWith(".conf"))
        .map(({ name }) => `${directory}/${name}`);
    };
    const lines = (path: string): readonly Setting[] => {
      const read = host.readFile(path);
      return read.kind === "present" ? settingsIn(decodeUtf8(read.value.bytes), path) : [];
    };
    const units = (path: string): readonly Setting[] => {
      const read = host.readFile(path);
      return read.kind === "present" ? serviceSettings(read.value.bytes, path) : [];
    };
    for (const { scope } of managers) {
      const found =
        scope.kind === "user"
          ? [
              ...files(`${scope.home}/.config/environment.d`).flatMap(lines),
              ...UNIT_BASES.flatMap((base) => files(`${base}/user@${scope.uid}.service.d`)).flatMap(units),
            ]
          : scope.kind === "global-user"
            ? [
                ...["/etc/environment", ...SHARED_BASES.flatMap(files)].flatMap(lines),
                ...UNIT_BASES.flatMap((base) => [
                  `${base}/user@.service`,
                  ...files(`${base}/user@.service.d`),
                ]).flatMap(units),
              ]
            : [];
      for (const { variable, value, span } of found) {
        const loaded = value.split(/[:\s=]+/).filter((word) => word.startsWith("/"));
        const isOdd = loaded.some(
          (path) =>
            sharedDirectory(`${path}/`) !== null ||
            hiddenPart(path.replace(/\/\.(local|config)(?=\/)/g, "")) !== null,
        );
        const isForeign = FILES.test(variable) && loaded.some((path) => !isAnswered(path));
        if (!isForeign && !isOdd) continue;
        if (isAnswered(span.path)) continue;
        yield {
          unit: "user@.service",
          scope: scopeName(scope),
          says: `${span.path} gives every program of ${scopeName(scope)} ${variable}=${value.slice(0, 120)}`,
          ...(isOdd ? { signal: "hostile" as const } : {}),
          evidence: [evidenceAt(inventory, span)],
        };
      }
    }

    function isAnswered(path: string): boolean {
      return isPackaged({ path, provenance: inventory.provenanceOf(path) }, inventory);
    }
  },

  examples: () => ({
    fires: [
      alices({ "/home/alice/.config/environment.d/x.conf": "LD_PRELOAD=/home/alice/lib/x.so\n" }),
      alices({
        "/etc/systemd/system/user@.service.d/x.conf":
          "[Service]\nEnvironment=LD_PRELOAD=/usr/local/lib/x.so\n",
      }),
      alices({ "/etc/environment": "PYTHONPATH=/var/tmp/py\n" }),
      alices({ "/etc/environment.d/x.conf": "PATH=/opt/.x/bin:/usr/bin\n" }),
      alices({
        "/etc/systemd/system/user@1000.service.d/x.conf":
          "[Service]\nEnvironment=BASH_ENV=/usr/local/lib/x\n",
      }),
    ],
    finds: {
      1: [
        "suspicious high high /home/alice/.config/environment.d/x.conf:1: /home/alice/.config/environment.d/x.conf gives every program of user:alice LD_PRELOAD=/home/alice/lib/x.so",
      ],
      2: [
        "suspicious high high /etc/systemd/system/user@.service.d/x.conf:2: /etc/systemd/system/user@.service.d/x.conf gives every program of global-user LD_PRELOAD=/usr/local/lib/x.so",
      ],
      3: [
        "hostile high high /etc/environment:1: /etc/environment gives every program of global-user PYTHONPATH=/var/tmp/py",
      ],
    },
    quiet: [
      alices({
        ...dpkg(["/usr/lib/libjemalloc.so.2", "/usr/lib/environment.d/60-x.conf"]),
        "/usr/lib/libjemalloc.so.2": "",
        "/usr/lib/environment.d/60-x.conf": "LD_PRELOAD=/usr/lib/unlisted.so\n",
        "/home/alice/.config/environment.d/x.conf":
          "LD_PRELOAD=/usr/lib/libjemalloc.so.2\nPYTHONPATH=/home/alice/.local/lib\nEDITOR=/opt/.x/vim\n",
        "/home/alice/.config/environment.d/x.bak": "LD_PRELOAD=/home/alice/lib/x.so\n",
      }),
      alices({
        "/etc/environment": 'PATH="/usr/local/bin:/usr/bin"\nLD_PRELOAD=libeatmydata.so\n',
        "/etc/systemd/system/user@.service.d/x.conf":
          "[Unit]\nEnvironment=LD_PRELOAD=/usr/local/lib/x.so\n[Service]\nPassEnvironment=LD_PRELOAD=/usr/local/lib/x.so\nEnvironment=LD_PRELOAD\n",
      }),
    ],
  }),
};

/** `NAME=VALUE` lines, `export` allowed as pam_env does. */
function settingsIn(text: string, path: string): readonly Setting[] {
  return text.split("\n", MAX_LINES).flatMap((line, index) => {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line.slice(0, 4096));
    if (match === null) return [];
    const [, variable = "", value = ""] = match;
    return accusable(variable, value.trim().replace(/^(["'])(.*)\1$/, "$2"), {
      path,
      line: index + 1,
      column: 1,
      length: line.length,
    });
  });
}

function serviceSettings(bytes: Uint8Array, path: string): readonly Setting[] {
  return parseUnitFile(bytes, path).assignments.flatMap(({ section, key, value, span }) => {
    if (section !== "Service" || key !== "Environment") return [];
    const words = splitWords(value, "environment");
    if (!words.ok) return [];
    return words.value.flatMap(({ text }) => {
      const [, variable = "", setTo = ""] = /^(\w+)=(.*)$/s.exec(text) ?? [];
      return accusable(variable, setTo, span);
    });
  });
}

function accusable(variable: string, value: string, span: Span): readonly Setting[] {
  return FILES.test(variable) || PLACES.test(variable) ? [{ variable, value, span }] : [];
}
