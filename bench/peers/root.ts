/** The minimal Debian 12 that peers are shown: made by debootstrap from Debian's mirror, with the peers installed. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PACKAGES =
  "systemd,systemd-sysv,dbus,cron,logrotate,man-db,e2fsprogs,curl,procps,net-tools,file,binutils,lynis,chkrootkit,rkhunter,tiger,aide,aide-common";

/** Keeps the clean root here from one run to the next; without it every run makes its own. */
const KEPT = process.env["TIMERWARDEN_PEERS_ROOT"];

/** A throw-away copy of the clean root; the caller removes it. */
export function copyOfRoot(): string {
  const directory = mkdtempSync(join(tmpdir(), "timerwarden-peers-"));
  if (KEPT === undefined) {
    debootstrap(directory);
    return directory;
  }
  if (!existsSync(join(KEPT, "etc/passwd"))) debootstrap(KEPT);
  execFileSync("cp", ["-a", "--reflink=auto", `${KEPT}/.`, directory]);
  return directory;
}

function debootstrap(directory: string): void {
  console.error(`debootstrap: a minimal Debian 12 with the peers, into ${directory}`);
  mkdirSync(directory, { recursive: true });
  const args = ["--variant=minbase", `--include=${PACKAGES}`, "bookworm", directory];
  try {
    execFileSync("debootstrap", args, { stdio: ["ignore", "ignore", "inherit"] });
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw new Error("debootstrap failed; does Debian's mirror answer?", { cause: error });
  }
}
