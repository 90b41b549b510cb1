/** Timers that protect a host, and how to tell that something else does their work. */
import type { Inventory } from "../inventory/inventory.ts";
import { evidenceOfFile } from "./evidence.ts";
import type { Accusation, RuleFacts } from "./rule.ts";
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

/** What the rules on masks have in common: a mask is one, on a timer or on a service that no timer starts. */
export const MASK_FACTS = {
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "protection",
  depth: "regular",
  techniques: ["T1562.001", "T1489"],
  controls: ["SI-2", "SI-3", "SI-4", "AU-9"],
  benign: ["Images that are patched centrally: with a timer that updates the host the mask is only odd"],
  clears: "unmask it, or accept it with the owner of what does the work instead",
  references: ["https://attack.mitre.org/techniques/T1562/001/", "man:systemctl(1)"],
} as const satisfies Partial<RuleFacts>;

/** A mask of what protects; milder where updates are masked and something else brings them. */
export function accuseMask(what: Protection, path: string, says: string, inventory: Inventory): Accusation {
  const other = what === "installs security updates" ? otherUpdater(inventory) : null;
  const evidence = [evidenceOfFile(path, "a link to /dev/null, or an empty file")];
  // Lists of firmware are no updates; in virtual machines they are masked because there is nothing to flash.
  if (/\/fwupd-refresh\.(timer|service)$/.test(path))
    return { says, signal: "odd", severity: "medium", evidence };
  if (other === null) return { says, evidence };
  return { says: `${says}; ${other} may do so instead`, signal: "odd", severity: "medium", evidence };
}
