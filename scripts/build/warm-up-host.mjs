/** A small host of what most hosts have: what reading it needs is what most runs need (`compile-ahead.mjs`). */
export const WARM_UP_HOST = {
  "etc/passwd": "root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/bash\n",
  "etc/group": "root:x:0:\nsudo:x:27:user\n",
  "etc/shadow": "root:!:19000:0:99999:7:::\nuser:!:19000:0:99999:7:::\n",
  "etc/sudoers": "Defaults use_pty\n%sudo ALL=(ALL:ALL) ALL\n",
  "etc/ssh/sshd_config": "PermitRootLogin no\n",
  "etc/crontab": "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n",
  "etc/cron.hourly/tidy": "#!/bin/sh\nexec /usr/sbin/tool update\n",
  "etc/apt/apt.conf.d/01tool":
    'DPkg::Post-Invoke { "if [ -x /usr/sbin/tool ]; then /usr/sbin/tool || true; fi"; };\n',
  "etc/systemd/system/a.timer":
    "[Unit]\nDescription=A\n[Timer]\nOnCalendar=Mon *-*-* 02:30\nRandomizedDelaySec=1h\nPersistent=true\n[Install]\nWantedBy=timers.target\n",
  "etc/systemd/system/a.service":
    "[Service]\nType=oneshot\nEnvironment=A=b\nExecStart=/bin/sh -c 'tar cf /var/a /etc && curl -fsS https://hc.example.test'\n",
  "etc/systemd/system/a.service.d/user.conf": "[Service]\nUser=user\nProtectSystem=strict\n",
  "etc/systemd/system/timers.target.wants/a.timer": "-> ../a.timer",
  "etc/systemd/system/timers.target.wants/b.timer": "-> /usr/lib/systemd/system/b.timer",
  "usr/lib/systemd/system/b.timer":
    "[Timer]\nOnBootSec=15min\nOnUnitActiveSec=1d\n[Install]\nWantedBy=timers.target\n",
  "usr/lib/systemd/system/b.service":
    "[Service]\nType=oneshot\nExecStart=-/usr/sbin/tool update\nExecStart=/usr/bin/report\n",
  "usr/lib/systemd/system/default.target": "[Unit]\nRequires=basic.target\nWants=timers.target\n",
  "usr/lib/systemd/system/basic.target": "[Unit]\nWants=timers.target\n",
  "usr/lib/systemd/system/timers.target": "[Unit]\nDescription=Timers\n",
  "home/user/.config/systemd/user/c.timer": "[Timer]\nOnCalendar=*:0/15\n",
  "home/user/.config/systemd/user/c.service": "[Service]\nExecStart=%h/bin/c.py\n",
  "home/user/bin/c.py":
    "#!/usr/bin/python3\nimport os\nfor name in ['a', 'b']:\n    os.system('ls ' + name)\n",
  "usr/bin/report": '#!/usr/bin/perl\nmy $x = "a"; system(\'ls\', $x) if (-e "/etc/$x"); print qq{$x\\n};\n',
  "usr/sbin/tool": `#!/bin/sh
set -e
STATE=\${STATE:-/var/lib/tool}
say() { echo "$(date +%s) $*" >> /var/log/tool.log; }
run() { local what="$1"; shift; if ! "$@"; then say "$what failed: $?"; return 1; fi; }
[ -d "$STATE" ] || exit 0
eval $(apt-config shell Interval APT::Periodic::Update)
case "$1" in
  update) run update apt-get -qq -y update ;;
  list|show) for file in "$STATE"/*; do [ -f "$file" ] || continue; say "$file"; done ;;
  *) cat <<END
usage: $0
END
    exit 2 ;;
esac
find "$STATE" -name '*.old' -mtime +7 -print0 | xargs -0 rm -f -- 2>/dev/null
while read -r name rest; do n=$((n + 1)); test "$name" != x && export NAME="$name"; done < "$STATE/index"
(cd "$STATE" && sort -u index | sed -e 's/ *$//' > index.new && mv index.new index) || true
`,
  "var/lib/dpkg/status":
    "Package: tool\nStatus: install ok installed\nMaintainer: A <a@example.test>\nArchitecture: all\nVersion: 1.0\nConffiles:\n /etc/apt/apt.conf.d/01tool 0123456789abcdef0123456789abcdef\nDescription: a tool\n",
  "var/lib/dpkg/info/tool.list":
    "/.\n/etc\n/etc/apt/apt.conf.d/01tool\n/usr\n/usr/lib/systemd/system/b.timer\n/usr/lib/systemd/system/b.service\n/usr/sbin/tool\n",
  "var/lib/dpkg/info/tool.md5sums":
    "0123456789abcdef0123456789abcdef  usr/lib/systemd/system/b.timer\n0123456789abcdef0123456789abcdef  usr/sbin/tool\n",
  "var/lib/apt/lists/deb.example.test_dists_stable_InRelease": "Origin: Example\nCodename: stable\n",
  "var/lib/apt/lists/deb.example.test_dists_stable_main_binary-amd64_Packages":
    "Package: tool\nVersion: 1.0\n",
};
