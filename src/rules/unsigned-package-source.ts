import type { Inventory } from "../inventory/inventory.ts";
import type { Span } from "../syntax/span.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import { evidenceAt } from "./evidence.ts";
import { dpkg } from "./example-host.ts";
import type { HostAccusation, HostRule } from "./rule.ts";
import { isPackaged } from "./standing.ts";

const MAX_BYTES = 262_144;
const MOST_FILES = 128;
const MOST_SOURCES = 64;
/** The timers by which the package managers come to their sources by themselves. */
const TIMERS = {
  apt: "apt-daily-upgrade.timer",
  dnf: "dnf-makecache.timer",
  pacman: "pacman-filesdb-refresh.timer",
} as const;
type Family = keyof typeof TIMERS;

/** Where packages come from unchecked. */
interface Source {
  readonly family: Family;
  readonly url: string;
  readonly span: Span;
}

/** `10.0.0.0/8` and its kin: a network of one's own. */
const OWN_NETWORK = /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|\[(?:f[cd]|fe80|::1))/i;

/** A source of packages whose signatures nobody checks. */
export const unsignedPackageSource: HostRule = {
  id: "unsigned-package-source",
  subject: "host",
  title: "Packages are taken from a source that nobody signs",
  severity: "medium",
  confidence: "medium",
  signal: "weakness",
  family: "protection",
  depth: "regular",
  techniques: ["T1195.002", "T1553", "T1053.006"],
  controls: ["CM-14", "SI-7", "SR-4"],
  why: "The upgrade timer installs what its sources offer, as root. With the check of signatures off and no TLS, whoever answers at that address decides what; at a bare public address there is not even a name to ask.",
  benign: [
    "Repositories on the host's own disk (not accused), and over HTTPS (not accused)",
    "A laboratory's own mirror over plain HTTP: a weakness all the same",
  ],
  clears: "sign the repository and name its key (signed-by=, gpgkey=), or serve it over HTTPS",
  references: ["man:sources.list(5)", "man:apt-secure(8)", "man:dnf.conf(5)"],

  *check(inventory) {
    const read = reader(inventory);
    const sources = [...aptSources(read), ...dnfSources(read), ...pacmanSources(read)].slice(0, MOST_SOURCES);
    for (const { family, url, span } of sources) {
      if (!/^(http|ftp):\/\//i.test(url)) continue;
      if (isPackaged({ path: span.path, provenance: inventory.provenanceOf(span.path) }, inventory)) continue;
      yield accusation(family, url, span, inventory);
    }
  },

  examples: () => ({
    fires: [
      { "/etc/apt/sources.list.d/x.list": "# x\ndeb [arch=amd64 trusted=yes] http://198.51.100.7/deb ./\n" },
      {
        "/etc/apt/sources.list.d/x.sources":
          "Types: deb\nURIs: http://deb.example.test/x\nSuites: x\nTrusted: yes\n",
      },
      { "/etc/apt/sources.list": "deb [trusted=yes] http://192.168.1.2/deb ./\n" },
      { "/etc/yum.repos.d/x.repo": "[x]\nbaseurl=http://mirror.example.test/x\ngpgcheck=0\n" },
      {
        "/etc/pacman.conf":
          "[options]\nSigLevel = Required\n[x]\nSigLevel = Optional TrustAll\nServer = http://mirror.example.test/x\n",
      },
      {
        "/etc/apt/apt.conf.d/00x":
          'APT::Get::AllowUnauthenticated "true";\nAcquire::http::Proxy "http://198.51.100.7:3128";\n',
      },
      {
        "/etc/apt/sources.list": "deb [trusted=yes] http://198.51.100.7/deb ./\n",
        "/usr/lib/systemd/system/apt-daily.timer": "[Timer]\nOnCalendar=daily\n",
        ...dpkg(["/usr/lib/systemd/system/apt-daily.timer"]),
      },
    ],
    finds: {
      7: [
        "suspicious high medium /etc/apt/sources.list:1: apt takes packages from http://198.51.100.7/deb and asks nobody who made them",
      ],
      2: [
        "weakness medium medium /etc/apt/sources.list.d/x.sources:4: apt takes packages from http://deb.example.test/x and asks nobody who made them",
      ],
      1: [
        "suspicious high medium /etc/apt/sources.list.d/x.list:2: apt takes packages from http://198.51.100.7/deb and asks nobody who made them",
      ],
      3: [
        "weakness medium medium /etc/apt/sources.list:1: apt takes packages from http://192.168.1.2/deb and asks nobody who made them",
      ],
    },
    quiet: [
      { "/etc/apt/sources.list.d/x.list.save": "deb [trusted=yes] http://198.51.100.7/deb ./\n" },
      { "/etc/apt/sources.list": "deb [arch=amd64] http://198.51.100.7/deb ./\n" },
      {
        "/etc/apt/sources.list.d/x.sources":
          "URIs: http://deb.example.test/x\n\nURIs: https://deb.example.test/y\nTrusted: yes\n",
      },
      {
        "/etc/apt/sources.list":
          "deb http://deb.example.test/debian stable main\n#deb [trusted=yes] http://198.51.100.7/ ./\n",
      },
      {
        "/etc/apt/sources.list.d/l.list":
          "deb [trusted=yes] file:/srv/repo ./\ndeb [trusted=yes] https://deb.example.test/x ./\n",
      },
      {
        "/etc/yum.repos.d/x.repo":
          "[x]\nbaseurl=http://mirror.example.test/x\ngpgcheck=1\n[y]\nbaseurl=http://mirror.example.test/y\ngpgcheck=0\nenabled=0\n",
      },
      { "/etc/pacman.conf": "[x]\nSigLevel = Required\nServer = http://mirror.example.test/x\n" },
      { "/etc/apt/apt.conf.d/00x": 'Acquire::http::Proxy "http://proxy.example.test:3128";\n' },
      { "/etc/apt/sources.list.d/x.sources": "Types: deb\nURIs: http://deb.example.test/x\nTrusted: no\n" },
      {
        "/etc/apt/sources.list.d/x.list": "deb [trusted=yes] http://198.51.100.7/deb ./\n",
        ...dpkg(["/etc/apt/sources.list.d/x.list"]),
      },
    ],
  }),
};

function accusation(family: Family, url: string, span: Span, inventory: Inventory): HostAccusation {
  const host = /^\w+:\/\/(?:[^/@]*@)?([^/]*)/.exec(url)?.[1] ?? "";
  const isNameless = /^(?:\d+\.){3}\d+(?::\d+)?$|^\[/.test(host) && !OWN_NETWORK.test(host);
  return {
    unit: TIMERS[family],
    scope: "system",
    says: `${family} takes packages from ${url.slice(0, 200)} and asks nobody who made them`,
    ...(isNameless ? { signal: "suspicious" as const, severity: "high" as const } : {}),
    evidence: [evidenceAt(inventory, span)],
  };
}

/** Lines of the files at a path, or of those in a directory whose names fit. */
type Reader = (
  path: string,
  name?: RegExp,
) => readonly { readonly path: string; readonly lines: readonly string[] }[];

function reader({ host }: Inventory): Reader {
  const one = (path: string) => {
    const read = host.readFile(path, MAX_BYTES);
    return read.kind === "present" ? [{ path, lines: decodeUtf8(read.value.bytes).split("\n") }] : [];
  };
  return (path, name) => {
    if (name === undefined) return one(path);
    const listed = host.readDirectory(path);
    const names = listed.kind === "present" ? listed.value.map((entry) => entry.name) : [];
    return names
      .filter((each) => name.test(each))
      .slice(0, MOST_FILES)
      .flatMap((each) => one(`${path}/${each}`));
  };
}

function spanOf(path: string, index: number, text: string): Span {
  return { path, line: index + 1, column: 1, length: text.length };
}

function aptSources(read: Reader): readonly Source[] {
  const lists = [...read("/etc/apt/sources.list"), ...read("/etc/apt/sources.list.d", /\.list$/)];
  const inLines = lists.flatMap(({ path, lines }) =>
    lines.flatMap((text, index): Source[] => {
      const [, options = "", url = ""] =
        /^[ \t]*deb[ \t]+\[([^\]]*)\][ \t]+(\S+)/.exec(text.slice(0, 4096)) ?? [];
      return /\btrusted=yes\b/i.test(options)
        ? [{ family: "apt", url, span: spanOf(path, index, text) }]
        : [];
    }),
  );
  const inParts = read("/etc/apt/sources.list.d", /\.sources$/).flatMap(({ path, lines }) =>
    sections(lines, /^[ \t]*$/).flatMap((part): Source[] => {
      const trusted = part.find(({ text }) => /^Trusted:[ \t]*yes\b/i.test(text));
      const [url] = part.flatMap(({ text }) => /^URIs:[ \t]*(\S+)/i.exec(text)?.[1] ?? []);
      return trusted === undefined || url === undefined
        ? []
        : [{ family: "apt", url, span: spanOf(path, trusted.index, trusted.text) }];
    }),
  );
  return [...inLines, ...inParts, ...aptUnchecked(read)];
}

/** The check switched off for every source: what counts is through whom they are asked. */
function aptUnchecked(read: Reader): readonly Source[] {
  const files = [...read("/etc/apt/apt.conf"), ...read("/etc/apt/apt.conf.d", /^[\w-]+(\.conf)?$/)];
  const lines = files.flatMap(({ path, lines }) =>
    lines.map((text, index) => ({ path, text: text.slice(0, 4096), index })),
  );
  const off = lines.find(({ text }) =>
    /^[ \t]*(?:APT::Get::AllowUnauthenticated|Acquire::AllowInsecureRepositories)[ \t]+"?(?:true|yes|1)\b/i.test(
      text,
    ),
  );
  if (off === undefined) return [];
  const [proxy = "http://any source"] = lines.flatMap(
    ({ text }) => /^[ \t]*Acquire::http::Proxy[ \t]+"([^"]+)"/i.exec(text)?.[1] ?? [],
  );
  return [{ family: "apt", url: proxy, span: spanOf(off.path, off.index, off.text) }];
}

function dnfSources(read: Reader): readonly Source[] {
  return read("/etc/yum.repos.d", /\.repo$/).flatMap(({ path, lines }) =>
    sections(lines, /^[ \t]*\[/).flatMap((part): Source[] => {
      const value = (key: RegExp) => part.find(({ text }) => key.test(text));
      const off = value(/^[ \t]*gpgcheck[ \t]*=[ \t]*(0|no|false)\b/i);
      const isDisabled = value(/^[ \t]*enabled[ \t]*=[ \t]*(0|no|false)\b/i) !== undefined;
      const url = /=[ \t]*(\S+)/.exec(value(/^[ \t]*baseurl[ \t]*=/i)?.text ?? "")?.[1];
      if (off === undefined || isDisabled || url === undefined) return [];
      return [{ family: "dnf", url, span: spanOf(path, off.index, off.text) }];
    }),
  );
}

function pacmanSources(read: Reader): readonly Source[] {
  return read("/etc/pacman.conf").flatMap(({ path, lines }) =>
    sections(lines, /^[ \t]*\[/).flatMap((part): Source[] => {
      const off = part.find(({ text }) => /^[ \t]*SigLevel[ \t]*=.*\b(Never|TrustAll)\b/i.test(text));
      const [url] = part.flatMap(({ text }) => /^[ \t]*Server[ \t]*=[ \t]*(\S+)/i.exec(text)?.[1] ?? []);
      if (off === undefined || url === undefined) return [];
      return [{ family: "pacman", url, span: spanOf(path, off.index, off.text) }];
    }),
  );
}

/** Lines between those that begin a part. */
function sections(
  lines: readonly string[],
  border: RegExp,
): readonly (readonly { readonly text: string; readonly index: number }[])[] {
  const parts: { text: string; index: number }[][] = [[]];
  for (const [index, raw] of lines.entries()) {
    const text = raw.slice(0, 4096);
    if (border.test(text)) parts.push([]);
    else parts.at(-1)?.push({ text, index });
  }
  return parts;
}
