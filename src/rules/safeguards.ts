/** Timers that protect a host, and how to tell that something else does their work. */
import type { Inventory } from "../inventory/inventory.ts";
import { stemOf } from "./subject.ts";

/** What a protection does, for reasons. */
export type Protection =
  | "installs security updates"
  | "looks for intruders or malware"
  | "keeps signatures current"
  | "keeps logs and their integrity";

/** Names of units, without their type, and what each does. */
export const SAFEGUARDS: ReadonlyMap<string, Protection> = new Map<string, Protection>([
  ...named(
    "installs security updates",
    "apt-daily apt-daily-upgrade unattended-upgrades dnf-automatic dnf-automatic-install dnf-automatic-download dnf5-automatic yum-cron packagekit-background fwupd-refresh snapd.refresh transactional-update rpm-ostreed-automatic kernel-livepatch ua-timer esm-cache needs-restarting pacman-update",
  ),
  ...named(
    "looks for intruders or malware",
    "aide aidecheck dailyaidecheck aide-check lynis chkrootkit rkhunter clamav-scan clamscan maldet tripwire osqueryd samhain debsums debsecan tiger ossec wazuh-agent fail2ban falco unhide auditd",
  ),
  ...named(
    "keeps signatures current",
    "clamav-freshclam clamav-freshclam-once freshclam clamav-unofficial-sigs clamav-updatedb spamassassin-maintenance suricata-update",
  ),
  ...named(
    "keeps logs and their integrity",
    "logrotate audit-rotate auditd-rotate rsyslog-rotate systemd-journal-flush",
  ),
]);

/** Names of the units above, without their type. */
export const SAFEGUARD_NAMES: readonly string[] = [...SAFEGUARDS.keys()];

function named(what: Protection, names: string): readonly (readonly [string, Protection])[] {
  return names.split(" ").map((name) => [name, what] as const);
}

/** What the unit protects, or `null`. */
export function protectionOf(unit: string): Protection | null {
  return SAFEGUARDS.get(stemOf(unit)) ?? null;
}

const KEEPS_CURRENT =
  /(^|[-_.@])(patch|patching|update|updates|updater|upgrade|upgrades|puppet|chef|chef-client|salt|ansible|landscape|cfengine|satellite|zypper|dnf|yum)([-_.@]|$)/;

/** Updates of lists, caches and records; they install nothing. */
const KEEPS_DATA = /cache|motd|dns|geoip|locate|font|cert|mirror|index/;

/** Another timer of the host that keeps it current, as images do that are patched centrally. */
export function otherUpdater(inventory: Inventory): string | null {
  const found = inventory.timers.find(
    ({ unit, load, activates }) =>
      load === "loaded" &&
      activates !== null &&
      protectionOf(unit) === null &&
      KEEPS_CURRENT.test(stemOf(unit)) &&
      !KEEPS_DATA.test(stemOf(unit)),
  );
  return found?.unit ?? null;
}
