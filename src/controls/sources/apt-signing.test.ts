import fc from "fast-check";
import { expect, test } from "vitest";
import { type MemoryEntry, memoryHost } from "../../hosts/memory.ts";
import { aptWeaknesses, readAptSigning } from "./apt-signing.ts";
import { dnfWeaknesses, readDnfSigning } from "./dnf-signing.ts";

type Files = Readonly<Record<string, MemoryEntry>>;

test.each<[string, Files, readonly string[], number]>([
  [
    "a signed source",
    { "/etc/apt/sources.list": "deb [signed-by=/k.gpg] http://deb.example.test/ s main\n" },
    [],
    0,
  ],
  [
    "trusted=yes",
    { "/etc/apt/sources.list": "deb [ trusted=yes ] http://deb.example.test/ s main\n" },
    ["http://deb.example.test/ has trusted=yes"],
    0,
  ],
  [
    "deb822",
    {
      "/etc/apt/sources.list.d/a.sources":
        "Types: deb\n# note\nURIs: http://a.example.test\nSuites: s\nTrusted: yes\n\nTypes: deb\nURIs: http://b.example.test\nSuites: s\nEnabled: no\nTrusted: yes\n",
    },
    ["http://a.example.test has trusted=yes"],
    0,
  ],
  [
    "other suffixes are not read",
    { "/etc/apt/sources.list.d/a.list.save": "deb [trusted=yes] http://x s m\n" },
    [],
    0,
  ],
  [
    "nested scopes and flat names",
    {
      "/etc/apt/apt.conf.d/10a": 'APT { Get { AllowUnauthenticated "true"; }; };\n// note\n',
      "/etc/apt/apt.conf": 'Acquire::AllowInsecureRepositories "1"; /* x\n */\n',
    },
    ["packages without a signature are installed", "repositories without a signature are read"],
    0,
  ],
  [
    "the last value counts",
    {
      "/etc/apt/apt.conf.d/10a": 'APT::Get::AllowUnauthenticated "true";\n',
      "/etc/apt/apt.conf.d/20b": 'APT::Get::AllowUnauthenticated "false";\n',
    },
    [],
    0,
  ],
  ["text that does not end", { "/etc/apt/apt.conf": 'APT::X "a\n' }, [], 2],
  ["garbage among sources", { "/etc/apt/sources.list": "](}{\n" }, [], 1],
])("apt: %s", (_name, files, says, problems) => {
  const signing = readAptSigning({ host: memoryHost(files) });
  expect(aptWeaknesses(signing).map((weakness) => weakness.says)).toEqual(says);
  expect(signing.problems).toHaveLength(problems);
});

test.each<[string, Files, readonly string[]]>([
  [
    "on in main",
    { "/etc/dnf/dnf.conf": "[main]\ngpgcheck=1\n", "/etc/yum.repos.d/a.repo": "[a]\nbaseurl=http://x\n" },
    [],
  ],
  [
    "off in a repository",
    { "/etc/dnf/dnf.conf": "[main]\ngpgcheck=1\n", "/etc/yum.repos.d/a.repo": "[a]\ngpgcheck = 0\n" },
    ["gpgcheck is off in [a]"],
  ],
  [
    "nowhere",
    { "/etc/dnf/dnf.conf": "[main]\n", "/etc/yum.repos.d/a.repo": "[a]\nbaseurl=http://x\n" },
    ["gpgcheck is set neither in [a] nor in [main]"],
  ],
  ["zypper's default is on", { "/etc/zypp/repos.d/a.repo": "[a]\nbaseurl=http://x\n" }, []],
  [
    "yum.conf linked to dnf's",
    { "/etc/dnf/dnf.conf": "[main]\ngpgcheck=0\n", "/etc/yum.conf": { link: "dnf/dnf.conf" } },
    ["gpgcheck is off in [main]"],
  ],
])("dnf: %s", (_name, files, says) => {
  expect(dnfWeaknesses(readDnfSigning({ host: memoryHost(files) })).map((weakness) => weakness.says)).toEqual(
    says,
  );
});

test("any text is read without a throw", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300, unit: "binary" }), (text) => {
      const host = memoryHost({
        "/etc/apt/apt.conf": text,
        "/etc/apt/sources.list": text,
        "/etc/apt/sources.list.d/a.sources": text,
        "/etc/dnf/dnf.conf": text,
      });
      expect(() => [
        aptWeaknesses(readAptSigning({ host })),
        dnfWeaknesses(readDnfSigning({ host })),
      ]).not.toThrow();
    }),
  );
});
