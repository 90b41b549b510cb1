import { evidenceOfFile } from "./evidence.ts";
import { script, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";

const IMAGES = ["/var/lib/portables", "/run/portables", "/usr/lib/portables", "/etc/portables"];

/** A unit lies where portablectl puts those of an attached image, and no image is attached. */
export const attachedUnitWithoutImage: ActivationRule = {
  id: "attached-unit-without-image",
  subject: "activation",
  title: "A unit pretends to come from an attached image",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "placement",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002", "T1036.005"],
  controls: ["CM-5", "SI-7"],
  why: "system.attached is filled by `portablectl attach` alone, which also writes a drop-in naming the image. Without either, somebody chose a directory nobody watches.",
  benign: ["Attached portable services (not accused: their image or its drop-in is there)"],
  clears: "attach the image with portablectl, or move the unit to /etc/systemd/system",
  references: ["man:portablectl(1)"],

  *check({ closure }, { host }) {
    for (const { role, path, unit } of closure.files) {
      if (role !== "fragment" || !/\/(system|user)\.attached\/[^/]+$/.test(path)) continue;
      const hasMark = ["10-profile.conf", "20-portable.conf"].some(
        (name) => host.stat(`${path}.d/${name}`).kind === "present",
      );
      const hasImages = IMAGES.some((directory) => {
        const listed = host.readDirectory(directory);
        return listed.kind === "present" && listed.value.length > 0;
      });
      if (hasMark && hasImages) continue;
      yield {
        says: `${unit} lies in ${path}, and no portable image is attached`,
        evidence: [evidenceOfFile(path, "no image and no portable.conf")],
      };
    }
  },

  examples: () => ({
    fires: [
      {
        "/etc/systemd/system.attached/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system.attached/job.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
      {
        "/var/lib/portables/app.raw": "image",
        "/etc/systemd/system.attached/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system.attached/job.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
      {
        "/var/lib/portables": { dir: true },
        "/etc/systemd/system.attached/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system.attached/job.timer.d/20-portable.conf": "[Unit]\n",
      },
    ],
    quiet: [
      {
        "/var/lib/portables/app.raw": "image",
        "/etc/systemd/system.attached/app.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system.attached/app.timer.d/20-portable.conf": "[Unit]\n",
        "/etc/systemd/system.attached/app.service": "[Service]\nExecStart=/usr/bin/true\n",
        "/etc/systemd/system.attached/app.service.d/20-portable.conf":
          "[Service]\nRootImage=/var/lib/portables/app.raw\n",
      },
      timed("ExecStart=/srv/system.attached/run", { "/srv/system.attached/run": script() }),
    ],
  }),
};
