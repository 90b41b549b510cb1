import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const DIRECTORIES = [
  "/usr/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/etc/systemd/system",
  "/etc/systemd/system",
  "/usr/local/lib/systemd/system",
  "/run/systemd/system",
  "/usr/lib/systemd/user",
  "/etc/systemd/user",
];

/**
 * A root with about `count` unit files: one in five a timer, three in five services, one in ten drop-ins, the rest
 * sockets, paths and targets; a fifth of the timers enabled; 420 bytes a file on average; 20 homes with units.
 */
export function makeUnitTree(root: string, count: number): void {
  const made = new Set<string>();
  const write = (path: string, text: string) => {
    const full = join(root, path);
    if (!made.has(dirname(full))) {
      mkdirSync(dirname(full), { recursive: true });
      made.add(dirname(full));
    }
    writeFileSync(full, text);
  };
  const link = (target: string, path: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  };
  const accounts = ["root:x:0:0:root:/root:/bin/bash"];
  const homes: string[] = [];
  for (let user = 0; user < 20; user++) {
    accounts.push(`user${user}:x:${1000 + user}:${1000 + user}::/home/user${user}:/bin/bash`);
    homes.push(`/home/user${user}/.config/systemd/user`);
  }
  write("/etc/passwd", `${accounts.join("\n")}\n`);
  write("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
  write("/usr/lib/systemd/system/default.target", "[Unit]\nRequires=basic.target\nWants=timers.target\n");
  write("/usr/lib/systemd/system/basic.target", "[Unit]\nWants=timers.target\n");
  write("/usr/lib/systemd/system/timers.target", "[Unit]\nDescription=Timer Units\n");
  const padding = `# ${"a comment that takes some room, as vendors like to write ".repeat(4)}\n`;
  for (let index = 0; index < count; index++) {
    const group = Math.floor(index / 10);
    const directory =
      group % 20 === 19
        ? (homes[group % homes.length] ?? "")
        : (DIRECTORIES[group % DIRECTORIES.length] ?? "");
    const name = `unit-${group}-${index % 10}`;
    const timer = `unit-${group}-${2 + (index % 10)}`;
    switch (index % 10) {
      case 0:
      case 1:
        write(
          `${directory}/${timer}.timer`,
          `${padding}[Unit]\nDescription=Timer ${name}\n\n[Timer]\nOnCalendar=*-*-* ${group % 24}:${index % 60}:00\nRandomizedDelaySec=${index % 7}min\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n`,
        );
        if (group % 5 === 0 && directory.startsWith("/etc/systemd/system"))
          link(`${directory}/${timer}.timer`, `/etc/systemd/system/timers.target.wants/${timer}.timer`);
        break;
      case 8:
        write(
          `${directory}/unit-${group}-2.service.d/10-limits.conf`,
          `${padding}[Service]\nMemoryMax=1G\nNice=5\n`,
        );
        break;
      case 9:
        write(
          `${directory}/${name}.${["socket", "path", "target"][group % 3]}`,
          `${padding}[Unit]\nDescription=Other ${name}\n`,
        );
        break;
      default:
        write(
          `${directory}/${name}.service`,
          `${padding}[Unit]\nDescription=Service ${name}\nAfter=network.target\n\n[Service]\nType=oneshot\nUser=root\nExecStart=/usr/bin/true --unit ${name} --config /etc/${name}.conf\n\n[Install]\nWantedBy=multi-user.target\n`,
        );
    }
  }
}
