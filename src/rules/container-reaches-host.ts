import type { Activation } from "../inventory/activation.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { quadletDirectories } from "../manager/generator-sources.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import { evidenceAt } from "./evidence.ts";
import { ACCOUNTS, shipped, timed } from "./example-host.ts";
import type { Accusation, ActivationRule, Tree } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace, stemOf } from "./subject.ts";

/** A timer that starts a machine of systemd-nspawn. */
function machine(files: string): Tree {
  return {
    "/etc/systemd/system/job.timer": "[Timer]\nOnBootSec=1min\nUnit=systemd-nspawn@lab.service\n",
    "/usr/lib/systemd/system/systemd-nspawn@.service": "[Service]\nExecStart=/usr/bin/systemd-nspawn -M %i\n",
    "/etc/systemd/nspawn/lab.nspawn": `[Files]\n${files}\n`,
  };
}

/** A container is started with the host's root, its namespaces, or all privileges. */
export const containerReachesHost: ActivationRule = {
  id: "container-reaches-host",
  subject: "activation",
  title: "Starts a container that can change the host",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1610", "T1611", "T1053.006"],
  controls: ["AC-6", "CM-7", "SC-39"],
  why: "With the host's root mounted or all privileges, a container is no border: it hides what runs in an image nobody reads, and can rewrite the host.",
  benign: [
    "Monitoring containers that mount single files of the host read-only",
    "Update and clean-up containers with the engine's socket (told as context only)",
    "podman auto-update, docker prune (not accused)",
  ],
  clears: "mount only what the container needs, and drop --privileged",
  references: ["https://attack.mitre.org/techniques/T1611/", "man:podman-systemd.unit(5)"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["container-run"]))) {
      if (isPackagedPlace(behaviour.span.path, activation, inventory)) continue;
      if (/reach the host/.test(behaviour.says)) yield accuse(behaviour, inventory);
      else if (/socket or the host's network/.test(behaviour.says))
        yield accuse(behaviour, inventory, { signal: "context", severity: "low" });
    }
    yield* quadlets(activation, inventory);
    yield* machines(activation, inventory);
  },

  examples: () => ({
    fires: [
      machine("PrivateUsers=no\nBind=/:/host"),
      timed("ExecStart=/usr/bin/podman run -v /:/host img"),
      timed("ExecStart=/usr/bin/docker run -v /var/run/docker.sock:/var/run/docker.sock img"),
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/sync.timer": "[Timer]\nOnCalendar=hourly\n",
        "/home/alice/.config/containers/systemd/sync.container":
          "[Container]\nImage=example.test/sync\nVolume=/:/host\n",
      },
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/sync.timer": "[Timer]\nOnCalendar=hourly\n",
        "/home/alice/.config/containers/systemd/sync.container":
          "[Container]\nImage=example.test/sync\nVolume=/run/user/1000/podman/podman.sock:/s\n",
      },
    ],
    quiet: [
      machine("Bind=/srv/build:/build\nBindReadOnly=/"),
      timed("ExecStart=/usr/bin/podman auto-update"),
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/sync.timer": "[Timer]\nOnCalendar=hourly\n",
        "/home/alice/.config/containers/systemd/sync.container":
          "[Container]\nImage=example.test/sync\nVolume=sync.volume:/data\n",
      },
      shipped("vendor", "ExecStart=/usr/bin/podman run -v /:/host img"),
      timed("ExecStart=/usr/bin/podman run -v data:/data img"),
      timed("ExecStart=/usr/bin/true", {}, "OnCalendar=daily\nUnit=none.service"),
    ],
  }),
};

const DANGEROUS =
  /^\s*(Volume|Mount)\s*=\s*(\S*source=)?(\/|\/etc|\/root|\/usr|\/var\/run\/docker\.sock|(\/run|%t)\/(user\/\d+\/)?(docker|podman)\S*\.sock)\s*(:|,)|^\s*PodmanArgs\s*=.*--(privileged|pid[= ]host)|^\s*AddCapability\s*=.*(SYS_ADMIN|ALL)/i;
const MAX_BYTES = 65_536;

/** The `.container` file that a generator makes the activated service from (podman-systemd.unit(5)). */
function* quadlets(activation: Activation, inventory: Inventory): Generator<Accusation> {
  if (activation.kind !== "timer" || activation.record.activates === null) return;
  for (const directory of quadletDirectories(activation.record.manager.scope)) {
    const path = `${directory}/${stemOf(activation.record.activates)}.container`;
    const file = inventory.host.readFile(path, MAX_BYTES);
    if (file.kind !== "present") continue;
    const lines = decodeUtf8(file.value.bytes).split("\n");
    for (const [index, line] of lines.entries())
      if (DANGEROUS.test(line.slice(0, 1024)))
        yield {
          says: `the container that ${activation.unit} starts can reach the host: ${line.trim().slice(0, 120)}`,
          evidence: [evidenceAt(inventory, { path, line: index + 1, column: 1, length: line.length })],
        };
  }
}

/** Where systemd-nspawn@.service takes the settings of a machine from (systemd.nspawn(5)). */
const NSPAWN = ["/etc/systemd/nspawn", "/run/systemd/nspawn", "/var/lib/machines"];
const BINDS_ROOT = /^[ \t]*Bind[ \t]*=[ \t]*\/[ \t]*(:|$)/;

/** Machines that are started with the host's own root inside, to be written to. */
function* machines(activation: Activation, inventory: Inventory): Generator<Accusation> {
  const named = activation.closure.units.flatMap(
    ({ name }) => /^systemd-nspawn@(.+)\.service$/.exec(name)?.[1] ?? [],
  );
  for (const machine of named)
    for (const path of NSPAWN.map((directory) => `${directory}/${machine}.nspawn`)) {
      const file = inventory.host.readFile(path, MAX_BYTES);
      const lines = file.kind === "present" ? decodeUtf8(file.value.bytes).split("\n") : [];
      for (const [index, line] of lines.entries())
        if (BINDS_ROOT.test(line.slice(0, 1024)))
          yield {
            says: `the machine ${machine} that ${activation.unit} starts can reach the host: ${line.trim().slice(0, 120)}`,
            evidence: [evidenceAt(inventory, { path, line: index + 1, column: 1, length: line.length })],
          };
    }
}
