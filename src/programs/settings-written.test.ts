import { expect, test } from "vitest";
import { followShell, kinds } from "./support.test-support.ts";

const JOURNAL = "/etc/systemd/journald.conf.d/x.conf";
const APT = "/etc/apt/sources.list.d/x.list";
const REPO = "/etc/yum.repos.d/x.repo";

test.each([
  [`printf '[Journal]\\nStorage=none\\n' > ${JOURNAL}`, "stops-security-unit"],
  [`printf '[Journal]\\nStorage=persistent\\n' > ${JOURNAL}`, ""],
  ["sed -i 's/#Storage=.*/Storage=none/' /etc/systemd/journald.conf", "edits-file stops-security-unit"],
  [`echo 'deb [arch=amd64 trusted=yes] http://deb.example.test/ ./' > ${APT}`, "installs-package"],
  [`echo 'deb [trusted=yes] file:/srv/repo ./' > ${APT}`, ""],
  [`echo 'deb [signed-by=/k] http://deb.example.test/ ./' > ${APT}`, ""],
  [`printf 'URIs: http://x/\\nTrusted: yes\\n' > /etc/apt/sources.list.d/x.sources`, "installs-package"],
  [`printf '[x]\\nbaseurl=http://mirror.example.test/\\ngpgcheck=0\\n' > ${REPO}`, "installs-package"],
  [`printf '[x]\\nbaseurl=https://mirror.example.test/\\ngpgcheck=0\\n' > ${REPO}`, ""],
  ["echo 'ALL: ALL: spawn /srv/x &' >> /etc/hosts.allow", "writes-autostart"],
  ["echo 'sshd: 192.0.2.' >> /etc/hosts.allow", ""],
  ["echo ':programname, isequal, \"x\" stop' > /etc/rsyslog.d/0.conf", "stops-security-unit"],
  ["echo '192.0.2.7 deb.debian.org' >> /etc/hosts", "installs-package"],
  ["echo '10.0.0.5 deb.debian.org' >> /etc/hosts", ""],
  ["echo '192.0.2.7 web.example.test' >> /etc/hosts", ""],
  ["curl -s http://192.0.2.7/k > /etc/apt/trusted.gpg.d/x.gpg", "fetch installs-package"],
  ["curl -s https://deb.example.test/k > /etc/apt/keyrings/x.gpg", "fetch"],
  ["rpm --import http://192.0.2.7/k", "installs-package"],
  ["rpm --import https://rpm.example.test/k", ""],
])("%s", (code, expected) => {
  expect(kinds(followShell(code)).join(" ")).toBe(expected);
});
