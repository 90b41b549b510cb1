import { values } from "../units/unit.ts";
import { evidenceAt } from "./evidence.ts";
import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
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
    "Images of a package (not accused), and portable services that portablectl attached (only odd)",
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
      for (const key of ["ExtensionDirectories", "ExtensionImages", "MountImages"])
        for (const { value, span } of values(service.unit, "Service", key)) {
          if (span.path === unit.loaded.path || isPackagedPlace(span.path, activation, inventory)) continue;
          yield {
            says: `${unit.name} sees the files of ${value.slice(0, 120)} laid over its own (${key}=)`,
            confidence: "medium",
            evidence: [evidenceAt(inventory, span)],
          };
        }
      for (const root of [service.rootImage, service.rootDirectory]) {
        if (root === null || root.text === "/" || isPackagedPlace(root.span.path, activation, inventory))
          continue;
        const isDirectory = root === service.rootDirectory;
        const isForeign = root.span.path !== unit.loaded.path;
        if (isDirectory && !isForeign) continue;
        const isAttached = ATTACHED.test(root.span.path) && IMAGE.test(root.text);
        yield {
          says: `${unit.name} runs inside ${root.text}, so its paths are not the host's`,
          ...(isAttached ? { signal: "odd" as const } : {}),
          confidence: "medium",
          evidence: [evidenceAt(inventory, root.span)],
        };
      }
    }
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
