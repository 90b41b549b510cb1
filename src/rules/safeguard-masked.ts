import type { TimerRecord } from "../inventory/timer-record.ts";
import type { LoadedUnit } from "../manager/manager.ts";
import { shipped } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuseMask, MASK_FACTS, protectionOf } from "./safeguards.ts";

/** A timer that protects the host, or what it starts, is masked. */
export const safeguardMasked: ActivationRule = {
  ...MASK_FACTS,
  id: "safeguard-masked",
  subject: "activation",
  title: "A timer that protects the host is masked",
  why: "A mask stops updates, scans or log rotation for good, without an error and without touching the package. systemctl lists it among many, and nothing ever asks for it again.",

  *check(activation, inventory) {
    if (activation.kind === "job") return;
    const { record } = activation;
    const masked = maskedPart(record);
    const what = protectionOf(record.unit);
    if (masked === null || what === null) return;
    const says = `${masked.name} is masked, so nothing ${what}`;
    yield accuseMask(what, masked.path ?? record.unit, says, inventory);
  },

  examples: () => ({
    fires: [
      shipped("apt-daily-upgrade", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/apt-daily-upgrade.timer": { link: "/dev/null" },
        "/dev/null": { kind: "character-device", mode: 0o666 },
      }),
      shipped("dailyaidecheck", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/dailyaidecheck.service": "",
      }),
      shipped("apt-daily-upgrade", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/apt-daily-upgrade.timer": "",
        "/etc/systemd/system/puppet.timer": "[Timer]\nOnCalendar=hourly\n",
        "/etc/systemd/system/puppet.service": "[Service]\nExecStart=/usr/bin/puppet\n",
      }),
      shipped("dailyaidecheck", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/dailyaidecheck.timer": "",
        "/etc/systemd/system/puppet.timer": "[Timer]\nOnCalendar=hourly\n",
        "/etc/systemd/system/puppet.service": "[Service]\nExecStart=/usr/bin/puppet\n",
      }),
    ],
    finds: {
      1: [
        "suspicious high medium /etc/systemd/system/apt-daily-upgrade.timer:0: apt-daily-upgrade.timer is masked, so nothing installs security updates",
      ],
      3: [
        "odd medium medium /etc/systemd/system/apt-daily-upgrade.timer:0: apt-daily-upgrade.timer is masked, so nothing installs security updates; puppet.timer may do so instead",
      ],
      4: [
        "suspicious high medium /etc/systemd/system/dailyaidecheck.timer:0: dailyaidecheck.timer is masked, so nothing looks for intruders or malware",
      ],
    },
    quiet: [
      shipped("motd-news", "ExecStart=/usr/bin/true", { "/etc/systemd/system/motd-news.timer": "" }),
      shipped("apt-daily-upgrade", "ExecStart=/usr/bin/true"),
    ],
  }),
};

function maskedPart({ load, loaded, target }: TimerRecord): LoadedUnit | null {
  if (load === "masked") return loaded;
  return target?.state === "masked" ? target : null;
}
