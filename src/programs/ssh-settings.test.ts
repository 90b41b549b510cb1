import { expect, test } from "vitest";
import { followShell, kinds } from "./support.test-support.ts";

const FILE = "/etc/ssh/sshd_config";
const APPROVED = { "/root/sshd_config": "PermitRootLogin no\nSubsystem sftp /usr/lib/openssh/sftp-server\n" };
const OPEN = { "/root/sshd_config": "AuthorizedKeysFile /etc/ssh/keys\n" };

test.each([
  [`echo 'PermitRootLogin no' > ${FILE}`, {}, false],
  [`echo 'PermitRootLogin yes' > ${FILE}`, {}, true],
  [`echo 'TrustedUserCAKeys /etc/ssh/ca.pub' > ${FILE}.d/x.conf`, {}, true],
  [`printf 'Match User x\\nForceCommand /srv/x\\n' >> ${FILE}`, {}, true],
  [`cp /root/sshd_config ${FILE}`, APPROVED, false],
  [`cp /root/sshd_config ${FILE}`, OPEN, true],
  [`cp /root/sshd_config ${FILE}`, {}, true],
  [`sed -i 's/^X11Forwarding.*/X11Forwarding no/' ${FILE}`, {}, false],
  [`sed -i 's/^PermitRootLogin.*/PermitRootLogin yes/' ${FILE}`, {}, true],
  [`curl -s https://example.test/x > ${FILE}`, {}, true],
] as const)("%s, with %j: %j", (code, files, opens) => {
  expect(kinds(followShell(code, files)).includes("writes-autostart")).toBe(opens);
});
