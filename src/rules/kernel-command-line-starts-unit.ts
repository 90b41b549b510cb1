import type { Inventory } from "../inventory/inventory.ts";
import { type KernelWord, kernelWords } from "../manager/kernel-command-line.ts";
import { isGuard } from "../programs/places.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import { evidenceAt } from "./evidence.ts";
import { dpkg } from "./example-host.ts";
import type { HostRule, Tree } from "./rule.ts";
import { isStray } from "./standing.ts";
import { countedAt, systemManager } from "./subject.ts";

const MAX_BYTES = 65_536;
const WANTS = /^(?:systemd\.(?:wants|unit))=(.+)$/;
const CREDENTIAL = /^systemd\.set_credential(?:_binary)?=systemd\.(?:extra-unit|unit-dropin)\.([^:]+)/;
const MASK = /^systemd\.mask=(.+)$/;
const RUN = /^systemd\.run=(.+)$/;
/** What Raspberry Pi's imager has done at a first boot. */
const FIRST_RUN = /^"?\/boot\/(firmware\/)?firstrun\.sh"?$/;

function grub(words: string): Tree {
  return {
    "/etc/default/grub": `GRUB_CMDLINE_LINUX="quiet ${words}"\n`,
    "/etc/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
    "/etc/systemd/system/job.service": "[Service]\nExecStart=/usr/bin/true\n",
  };
}

/** The boot loader's settings start what no link in /etc enables. */
export const kernelCommandLineStartsUnit: HostRule = {
  id: "kernel-command-line-starts-unit",
  subject: "host",
  title: "The kernel's command line starts or brings a unit",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "placement",
  depth: "regular",
  techniques: ["T1543.002", "T1542", "T1053.006"],
  controls: ["CM-5", "CM-6", "SI-7"],
  why: "systemd takes units to start, commands to run, and whole units from the kernel's command line. systemctl calls such a unit disabled: nothing below /etc/systemd mentions that it starts at every boot.",
  benign: [
    "systemd.unit= and systemd.wants= with a packaged unit, as for rescue or debugging (not accused)",
    "The first boot of a Raspberry Pi image (not accused)",
  ],
  clears: "enable the unit with systemctl, and take the word off the command line",
  references: [
    "man:kernel-command-line(7)",
    "man:systemd-debug-generator(8)",
    "man:systemd.system-credentials(7)",
  ],

  *check(inventory) {
    const { host } = inventory;
    const files = {
      text: (path: string) => {
        const read = host.readFile(path, MAX_BYTES);
        return read.kind === "present" ? decodeUtf8(read.value.bytes) : null;
      },
      names: (directory: string) => {
        const listed = host.readDirectory(directory);
        return listed.kind === "present" ? listed.value.map(({ name }) => name) : [];
      },
    };
    for (const word of kernelWords(files, host.live)) {
      const found = readWord(word, inventory);
      if (found === null) continue;
      const unit = countedAt(found.unit, "system", inventory);
      yield { unit, scope: "system", says: found.says, evidence: [evidenceAt(inventory, word.span)] };
    }
  },

  examples: () => ({
    fires: [
      grub("systemd.wants=job.timer"),
      {
        ...grub(""),
        "/boot/loader/entries/a.conf": "title a\noptions root=LABEL=a systemd.unit=job.service\n",
      },
      grub("systemd.run=/usr/local/sbin/up"),
      grub("systemd.set_credential_binary=systemd.extra-unit.x.service:W1NlcnZpY2Vd"),
      grub("systemd.mask=auditd.service"),
    ],
    finds: {
      2: [
        "suspicious high medium /boot/loader/entries/a.conf:2: the kernel's command line starts job.service, which no package ships",
      ],
    },
    quiet: [
      grub("systemd.wants=absent.service systemd.mask=motd-news.timer root=LABEL=a"),
      { ...grub("systemd.unit=job.service"), ...dpkg(["/etc/systemd/system/job.service"]) },
      { "/boot/cmdline.txt": "root=LABEL=a systemd.run=/boot/firstrun.sh\n" },
    ],
  }),
};

function readWord(
  { text }: KernelWord,
  inventory: Inventory,
): { readonly unit: string; readonly says: string } | null {
  const [, wanted] = WANTS.exec(text) ?? [];
  if (wanted !== undefined) {
    const path = systemManager(inventory)?.load(wanted).path ?? null;
    if (path === null || !isStray({ path, provenance: inventory.provenanceOf(path) }, inventory)) return null;
    return { unit: wanted, says: `the kernel's command line starts ${wanted}, which no package ships` };
  }
  const [, run] = RUN.exec(text) ?? [];
  if (run !== undefined && !FIRST_RUN.test(run))
    return {
      unit: "kernel-command-line.service",
      says: `the kernel's command line has ${run.slice(0, 120)} run at every boot`,
    };
  const [, brought] = CREDENTIAL.exec(text) ?? [];
  if (brought !== undefined)
    return {
      unit: brought,
      says: `the kernel's command line brings ${brought} as a credential, in no directory of units`,
    };
  const [, masked] = MASK.exec(text) ?? [];
  if (masked !== undefined && isGuard(masked))
    return { unit: masked, says: `the kernel's command line masks ${masked}, which watches or logs` };
  return null;
}
