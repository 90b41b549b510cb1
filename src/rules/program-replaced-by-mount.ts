import type { Activation } from "../inventory/activation.ts";
import type { ClosureUnit } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { hiddenPart, volatileDirectory } from "../programs/places.ts";
import type { Service } from "../units/service.ts";
import { value as settingOf, values } from "../units/unit.ts";
import { evidenceAt } from "./evidence.ts";
import { dpkg, script, shipped, timed } from "./example-host.ts";
import type { Accusation, ActivationRule } from "./rule.ts";
import { isStray } from "./standing.ts";
import { isPackagedPlace, servicesOf } from "./subject.ts";

/** Where programs and what decides about them are. */
const DECISIVE = /^\/(usr|bin|sbin|lib|lib64|etc)(\/|$)/;

/** What `portablectl attach` writes, and where it finds images. */
const ATTACHED = /\/(system|user)\.attached\/[^/]+\.d\/20-portable\.conf$/;
const IMAGE = /^\/(var\/lib|run|etc|usr\/lib|usr\/local\/lib)\/portables\/[^/]+$/;

/** A pair as portablectl(1) leaves it. */
function portable(image: string, dropIn: string): Record<string, string> {
  const directory = "/etc/systemd/system.attached";
  return {
    [`${directory}/app.timer`]: "[Timer]\nOnCalendar=daily\n",
    [`${directory}/app.service`]: "[Service]\nExecStart=/usr/bin/app\n",
    [`${directory}/app.service.d/${dropIn}`]: `[Service]\nRootImage=${image}\n`,
  };
}

/** A timer that mounts. */
function mounting(mount: string): Record<string, string> {
  return {
    "/etc/systemd/system/job.timer": "[Timer]\nOnBootSec=1min\nUnit=etc-cron.d.mount\n",
    "/etc/systemd/system/etc-cron.d.mount": `[Mount]\n${mount}\n`,
  };
}

/** The service sees other files than the host at the paths it runs. */
export const programReplacedByMount: ActivationRule = {
  id: "program-replaced-by-mount",
  subject: "activation",
  title: "A mount puts another file in the place of what it runs",
  severity: "high",
  confidence: "high",
  signal: "suspicious",
  family: "environment",
  depth: "regular",
  techniques: ["T1574", "T1036.005", "T1053.006"],
  controls: ["CM-5", "SI-7"],
  why: "BindPaths=, RootImage= and their kin make a packaged path lead elsewhere for this service alone. The Exec line, the file on the host and its checksum all look right.",
  benign: [
    "Binding a data directory to itself or into /srv, /var or /opt (not accused)",
    "Images of a package or in a vendor's tree (not accused; nobody looked into them, so what runs there is unknown), and portable services that portablectl attached (only odd)",
  ],
  clears: "name the program that shall run in ExecStart=",
  references: ["man:systemd.exec(5)"],

  *check(activation, inventory) {
    for (const { unit, service } of servicesOf(activation)) {
      for (const { source, destination, span } of service.bindPaths) {
        if (!DECISIVE.test(destination) || DECISIVE.test(source)) continue;
        if (isPackagedPlace(span.path, activation, inventory)) continue;
        const covered = activation.closure.files.some(
          ({ path, unit: owner }) =>
            owner === unit.loaded.primaryId && (path === destination || path.startsWith(`${destination}/`)),
        );
        yield {
          says: `${unit.name} sees ${source} at ${destination}${covered ? ", which it runs" : ""}`,
          ...(covered ? {} : { confidence: "medium" as const }),
          evidence: [evidenceAt(inventory, span)],
        };
      }
      yield* laidOver(unit, service, activation, inventory);
      yield* otherRoots(unit, service, activation, inventory);
    }
    yield* mountedOver(activation, inventory);
  },

  examples: () => ({
    fires: [
      timed("BindReadOnlyPaths=/var/lib/x/true:/usr/bin/true\nExecStart=/usr/bin/true"),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service.d/x.conf": "[Service]\nRootImage=/var/lib/x.raw\n",
      }),
      timed("RootImage=/var/lib/x.raw\nExecStart=/usr/bin/true"),
      timed("BindReadOnlyPaths=/var/lib/x:/usr/lib/python3\nExecStart=/usr/bin/true"),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service.d/x.conf": "[Service]\nRootDirectory=/srv/jail\n",
      }),
      timed("BindReadOnlyPaths=/var/lib/bin:/usr/bin\nExecStart=/usr/bin/true", {
        "/usr/bin/true": script(),
      }),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service.d/x.conf": "[Service]\nExtensionDirectories=/var/lib/x\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/usr/lib/systemd/system/vendor.service":
          "[Unit]\nWants=second.service\n[Service]\nExecStart=/usr/bin/true\n",
        "/etc/systemd/system/second.service":
          "[Service]\nExecStart=/usr/bin/false\nBindReadOnlyPaths=/var/lib/x:/usr/bin/true\n",
      }),
      portable("/var/lib/portables/app.raw", "20-portable.conf"),
      portable("/srv/app.raw", "20-portable.conf"),
      portable("/var/lib/portables/app.raw", "x.conf"),
      timed("MountImages=/var/lib/.x/a.img:/usr/lib/agent\nExecStart=/usr/bin/true"),
      timed("MountImages=/var/tmp/a.img:/usr/lib/agent\nExecStart=/usr/bin/true"),
      timed("RootImage=/opt/vendor/app/.a.raw\nExecStart=/usr/bin/true", {
        "/opt/vendor/app/.a.raw": "image",
      }),
      mounting("What=/var/lib/c\nWhere=/etc/cron.d\nType=none\nOptions=bind"),
      mounting("What=overlay\nWhere=/etc/cron.d\nType=overlay\nOptions=lowerdir=/etc/cron.d,upperdir=/srv/u"),
    ],
    finds: {
      9: [
        "odd high medium /etc/systemd/system.attached/app.service.d/20-portable.conf:2: app.service runs inside /var/lib/portables/app.raw, so its paths are not the host's",
      ],
      10: [
        "suspicious high medium /etc/systemd/system.attached/app.service.d/20-portable.conf:2: app.service runs inside /srv/app.raw, so its paths are not the host's",
      ],
      11: [
        "suspicious high medium /etc/systemd/system.attached/app.service.d/x.conf:2: app.service runs inside /var/lib/portables/app.raw, so its paths are not the host's",
      ],
      1: [
        "suspicious high high /etc/systemd/system/job.service:3: job.service sees /var/lib/x/true at /usr/bin/true, which it runs",
      ],
      4: [
        "suspicious high medium /etc/systemd/system/job.service:3: job.service sees /var/lib/x at /usr/lib/python3",
      ],
      6: [
        "suspicious high high /etc/systemd/system/job.service:3: job.service sees /var/lib/bin at /usr/bin, which it runs",
      ],
      8: [
        "suspicious high medium /etc/systemd/system/second.service:3: second.service sees /var/lib/x at /usr/bin/true",
      ],
    },
    quiet: [
      timed("MountImages=/opt/vendor/a.img:/usr/lib/agent\nExecStart=/usr/bin/true"),
      timed("RootImage=/opt/vendor/app/a.raw\nExecStart=/usr/bin/true", {
        "/opt/vendor/app/a.raw": "image",
      }),
      shipped("vendor", "RootImage=/var/lib/vendor.raw\nExecStart=/usr/bin/true"),
      timed("ExtensionDirectories=/var/lib/.x\nExecStart=/usr/bin/true"),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/usr/lib/systemd/system/vendor.service":
          "[Unit]\nRequires=etc-cron.d.mount\n[Service]\nExecStart=/usr/bin/true\n",
        "/usr/lib/systemd/system/etc-cron.d.mount": "[Mount]\nWhat=/var/lib/c\nWhere=/etc/cron.d\n",
        ...dpkg([
          "/usr/lib/systemd/system/vendor.timer",
          "/usr/lib/systemd/system/vendor.service",
          "/usr/lib/systemd/system/etc-cron.d.mount",
        ]),
      }),
      mounting("What=/dev/sdb1\nWhere=/etc/cron.d\nType=ext4"),
      mounting("What=/usr/share/c\nWhere=/etc/cron.d\nOptions=bind"),
      mounting("What=/var/lib/c\nWhere=/srv/c\nOptions=bind"),
      mounting("What=nas:/c\nWhere=/etc/cron.d\nType=nfs"),
      timed("BindPaths=/var/lib/app /srv/data:/var/lib/data\nExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script(),
      }),
      shipped("vendor", "RootImage=/usr/lib/vendor/image.raw\nExecStart=/usr/bin/true"),
      shipped(
        "vendor",
        "BindReadOnlyPaths=/var/lib/x/true:/usr/bin/true\nRootDirectory=/srv\nExecStart=/usr/bin/true",
      ),
      timed(
        "BindReadOnlyPaths=/usr/bin/true /usr/lib/x:/usr/bin/x\nRootDirectory=/\nExecStart=/usr/bin/true",
      ),
      timed("RootDirectory=/srv/jail\nExecStart=/usr/bin/true"),
      shipped(
        "vendor",
        "ExtensionDirectories=/usr/lib/vendor/x\nBindPaths=/usr/bin/x:/usr/bin/x\nExecStart=/usr/bin/true",
      ),
      timed("ExtensionDirectories=/var/lib/x\nExecStart=/usr/bin/true"),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service.d/x.conf": "[Service]\nRootDirectory=/\n",
      }),
      shipped(
        "vendor",
        "ExecStart=/usr/bin/true",
        {
          "/usr/lib/systemd/system/vendor.service.d/x.conf":
            "[Service]\nExtensionDirectories=/usr/lib/vendor/x\n",
        },
        "OnCalendar=daily",
        ["/usr/lib/systemd/system/vendor.service.d/x.conf"],
      ),
    ],
  }),
};

/** Where nobody keeps an image: hidden or volatile. */
function isOddImage(path: string): boolean {
  return volatileDirectory(path) !== null || hiddenPart(path) !== null;
}

/** Files laid over what the service sees: by somebody else than the unit's maker, or out of an odd place. */
function* laidOver(
  { name, loaded }: ClosureUnit,
  { unit }: Service,
  activation: Activation,
  inventory: Inventory,
): Generator<Accusation> {
  for (const key of ["ExtensionDirectories", "ExtensionImages", "MountImages"])
    for (const { value, span } of values(unit, "Service", key)) {
      if (isPackagedPlace(span.path, activation, inventory)) continue;
      const image = value.replace(/^-/, "").split(/[:\s]/, 1)[0] ?? "";
      if (span.path === loaded.path && (key === "ExtensionDirectories" || !isOddImage(image))) continue;
      yield {
        says: `${name} sees the files of ${value.slice(0, 120)} laid over its own (${key}=)`,
        confidence: "medium",
        evidence: [evidenceAt(inventory, span)],
      };
    }
}

/** Another root directory by a drop-in, or an image that nobody answers for. */
function* otherRoots(
  { name, loaded }: ClosureUnit,
  { rootImage, rootDirectory }: Service,
  activation: Activation,
  inventory: Inventory,
): Generator<Accusation> {
  for (const root of [rootImage, rootDirectory]) {
    if (root === null || root.text === "/" || isPackagedPlace(root.span.path, activation, inventory))
      continue;
    const image = { path: root.text, provenance: inventory.provenanceOf(root.text) };
    if (root.span.path === loaded.path && (root === rootDirectory || !isStray(image, inventory))) continue;
    const isAttached = ATTACHED.test(root.span.path) && IMAGE.test(root.text);
    yield {
      says: `${name} runs inside ${root.text}, so its paths are not the host's`,
      ...(isAttached ? { signal: "odd" as const } : {}),
      confidence: "medium",
      evidence: [evidenceAt(inventory, root.span)],
    };
  }
}

/** A mount unit that shows other files of this host where programs, or what decides about them, are. */
function* mountedOver(activation: Activation, inventory: Inventory): Generator<Accusation> {
  for (const { name, loaded } of activation.closure.units) {
    const what = settingOf(loaded.unit, "Mount", "What");
    const where = settingOf(loaded.unit, "Mount", "Where")?.value ?? "";
    if (what === null || !DECISIVE.test(where) || isPackagedPlace(what.span.path, activation, inventory))
      continue;
    const upper = /(?:^|,)upperdir=([^,]+)/.exec(
      settingOf(loaded.unit, "Mount", "Options")?.value ?? "",
    )?.[1];
    const source = upper ?? what.value;
    // A device or a share is a file system of its own; a path is this host's own, bound or as an image.
    if (!/^\/(?!dev\/)/.test(source) || DECISIVE.test(source)) continue;
    yield {
      says: `${name} lays ${source.slice(0, 120)} over ${where}`,
      evidence: [evidenceAt(inventory, what.span)],
    };
  }
}
