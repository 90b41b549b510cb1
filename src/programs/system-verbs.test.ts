import { expect, test } from "vitest";
import { followShell, kinds } from "./support.test-support.ts";

const OUTPUT = "iptables -t nat -A OUTPUT -p udp --dport 53 -j DNAT --to-destination";

test.each([
  ["auditctl -a never,exit -F auid=1000", "stops-security-unit"],
  ["auditctl -a always,exit -F arch=b64 -S execve", ""],
  [`${OUTPUT} 192.0.2.7`, "stops-security-unit"],
  [`${OUTPUT} 127.0.0.1:5353`, ""],
  [`${OUTPUT} 10.0.0.2`, ""],
  ["iptables -t nat -A PREROUTING -p udp --dport 53 -j DNAT --to-destination 192.0.2.7", ""],
  ["nft add rule ip nat output udp dport 53 dnat to 192.0.2.7", "stops-security-unit"],
  ["nft add rule ip nat output udp dport 53 dnat to 192.168.1.1", ""],
  ["busctl call a b c SetEnvironment as 1 LD_PRELOAD=/srv/x.so", "loads-library"],
  ["busctl call a b c SetEnvironment as 1 LANG=C", ""],
  ["systemd-run -p Environment=LD_PRELOAD=/srv/x.so nginx", "loads-library"],
  ["systemd-run -p MemoryMax=1G nginx", ""],
  ["tc filter replace dev e ingress bpf da obj /srv/q.o sec in", "loads-library"],
  ["tc qdisc replace dev e root cake", ""],
  ["bpftool prog load /srv/q.o /sys/fs/bpf/q", "loads-library"],
  ["bpftool prog show", ""],
  ["newusers < /srv/list", "adds-account"],
  ["redis-cli config set dir /var/spool/cron", "writes-autostart"],
  ["redis-cli config set dir /root/.ssh", "plants-key"],
  ["redis-cli config set dir /var/lib/redis", ""],
  ["x11vnc -display :0 -nopw", "tunnel"],
  ["x11vnc -display :0 -nopw -localhost", ""],
  ["x11vnc -display :0 -rfbauth /srv/pw", ""],
  ["anydesk --set-password", "tunnel"],
  ["anydesk --get-id", ""],
])("%s", (code, expected) => {
  expect(kinds(followShell(code)).join(" ")).toBe(expected);
});
