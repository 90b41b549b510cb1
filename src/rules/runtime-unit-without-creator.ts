import { evidenceOfFile } from "./evidence.ts";
import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { isShipped } from "./subject.ts";

/** A unit below /run that no generator makes: it is gone at the next boot, unless something puts it back. */
export const runtimeUnitWithoutCreator: ActivationRule = {
  id: "runtime-unit-without-creator",
  subject: "activation",
  title: "A unit exists only until the next boot, and nothing says who makes it",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "placement",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002"],
  controls: ["CM-5", "SI-7"],
  why: "/run is a memory file system: nothing remains for a forensic image of the disk, and whatever writes the unit again at boot (a generator, tmpfiles.d, an initramfs) is the real hiding place. Generators that write there instead of into the directories they are given are known from PANIX.",
  benign: ["`systemctl edit --runtime` and cloud images during their first boot"],
  clears: "put the unit in /etc/systemd/system, or reboot and see that it is gone",
  references: ["man:systemd.generator(7)"],

  *check(activation, inventory) {
    if (isShipped(activation, inventory)) return;
    for (const { role, path, unit } of activation.closure.files)
      if (role === "fragment" && /^\/run\/systemd\/(system|user)\/[^/]+$/.test(path))
        yield {
          says: `${unit} is defined in ${path}, which vanishes at reboot`,
          evidence: [evidenceOfFile(path, "in a memory file system, made by no generator")],
        };
  },

  examples: () => ({
    fires: [
      {
        "/run/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/run/systemd/system/job.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
    ],
    quiet: [
      timed("ExecStart=/usr/bin/true"),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/run/systemd/system/vendor.service.d/limit.conf": "[Service]\nNice=5\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/run/systemd/system/vendor.service": "[Service]\nExecStart=/usr/bin/true\n",
      }),
      timed("ExecStart=/run/systemd/system/x", { "/run/systemd/system/x": script() }),
    ],
  }),
};
