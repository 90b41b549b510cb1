import type { Activation } from "../inventory/activation.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { withoutKeys } from "../programs/environment.ts";
import { hiddenPart, volatileDirectory } from "../programs/places.ts";
import type { Behaviour } from "../programs/program.ts";
import { ACCOUNTS, dpkg, script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { isShellStartUp } from "./shared-directory.ts";
import { isPackaged, isStray, standingOf } from "./standing.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

/** Variables make the loader or an interpreter take code from somewhere nobody answers for. */
export const injectsLibrary: ActivationRule = {
  id: "injects-library",
  subject: "activation",
  title: "A variable makes programs load foreign code first",
  severity: "high",
  confidence: "high",
  signal: "suspicious",
  family: "environment",
  depth: "regular",
  techniques: ["T1574.006", "T1574.007", "T1053.006"],
  controls: ["CM-5", "SI-7"],
  why: "With LD_PRELOAD, BASH_ENV, PERL5OPT or a PATH that begins elsewhere, a genuine program runs somebody else's code; its own path and digest stay clean.",
  benign: [
    "LD_PRELOAD of an allocator that a package ships (not accused)",
    "Library paths of software in /opt (not accused)",
  ],
  clears: "remove the variable, or install the library as a package",
  references: ["https://attack.mitre.org/techniques/T1574/006/", "man:ld.so(8)"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["loads-library"]))) {
      if (isPackagedPlace(behaviour.span.path, activation, inventory)) continue;
      const path = behaviour.detail.path;
      if (path !== undefined && isShellStartUp(path) && isOwnFile(path, activation, inventory)) continue;
      const named = [path ?? "", ...withoutKeys(behaviour.says).split(/[\s:=,"']+|-[IrM]/)];
      const isOdd = named.some((word) => word.startsWith("/") && isOddPlace(word));
      if (isOdd) yield accuse(behaviour, inventory, { signal: "hostile", confidence: "high" });
      else if (isForeign(behaviour, activation, inventory)) yield accuse(behaviour, inventory);
      else if (bendsPackaged(behaviour, activation, inventory))
        yield accuse(behaviour, inventory, { confidence: "medium" });
    }
  },

  examples: () => ({
    fires: [
      timed("Environment=LD_PRELOAD=/var/tmp/.l.so\nExecStart=/usr/bin/true"),
      timed('Environment="PERL5OPT=-Mlocal::x -I/var/tmp/.p"\nExecStart=/usr/bin/true'),
      timed("Environment=LD_PRELOAD=/usr/local/lib/hook.so\nExecStart=/usr/bin/true"),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service.d/x.conf": "[Service]\nEnvironment=PYTHONPATH=/srv/py\n",
      }),
      timed("User=alice\nEnvironment=BASH_ENV=/root/.bashrc\nExecStart=/usr/bin/true", ACCOUNTS),
      timed("User=alice\nEnvironment=BASH_ENV=/home/alice/.x\nExecStart=/usr/bin/true", ACCOUNTS),
      timed("Environment=LD_PRELOAD=/var/tmp/l.so\nExecStart=/usr/bin/true"),
      timed("Environment=LD_PRELOAD=/srv/.x/l.so\nExecStart=/usr/bin/true"),
      timed("ExecStart=/sbin/modprobe nfx", { "/lib/modules/6.1.0/extra/nfx.ko": "ELF", ...dpkg([]) }),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/timers.target.wants/vendor.timer": { dir: true },
        "/etc/systemd/system/vendor.service.d/x.conf": "[Service]\nEnvironment=LD_LIBRARY_PATH=/srv/lib\n",
      }),
    ],
    finds: {
      7: [
        "hostile high high /etc/systemd/system/job.service:3: LD_PRELOAD=/var/tmp/l.so loads a library into every program.",
      ],
      8: [
        "hostile high high /etc/systemd/system/job.service:3: LD_PRELOAD=/srv/.x/l.so loads a library into every program.",
      ],
    },
    quiet: [
      timed("User=alice\nEnvironment=BASH_ENV=/home/alice/.bashrc\nExecStart=/usr/bin/true", ACCOUNTS),
      timed("Environment=PYTHONPATH=/srv/py\nExecStart=/usr/bin/true"),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service.d/x.conf":
          "[Service]\nEnvironment=LD_LIBRARY_PATH=/usr/lib/own TAR_OPTIONS=/srv/x\n",
      }),
      shipped(
        "vendor",
        "ExecStart=/usr/bin/true",
        { "/usr/lib/systemd/system/vendor.service.d/x.conf": "[Service]\nEnvironment=PYTHONPATH=/srv/py\n" },
        "OnCalendar=daily",
        ["/usr/lib/systemd/system/vendor.service.d/x.conf"],
      ),
      timed("Environment=LD_PRELOAD=/usr/lib/libjemalloc.so.2\nExecStart=/usr/bin/true", {
        "/usr/lib/libjemalloc.so.2": "ELF",
        ...dpkg(["/usr/lib/libjemalloc.so.2"]),
      }),
      timed(
        "Environment=PATH=/usr/local/bin:/usr/bin:/bin LD_LIBRARY_PATH=/opt/agent/lib\nExecStart=/usr/bin/true",
      ),
      timed("ExecStart=/sbin/modprobe nfx", {
        "/lib/modules/6.1.0/kernel/net/nfx.ko": "ELF",
        ...dpkg(["/lib/modules/6.1.0/kernel/net/nfx.ko"]),
      }),
      timed('Environment="GIT_SSH_COMMAND=ssh -i /root/.ssh/id_x"\nExecStart=/usr/bin/git push'),
      shipped("vendor", "Environment=LD_PRELOAD=/var/tmp/x.so\nExecStart=/usr/bin/true"),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service.d/x.conf":
          "[Service]\nEnvironment=PYTHONPATH=.libs PHPRC=/srv/php LD_LIBRARY_PATH=/opt/agent/lib\n",
        "/opt/agent/lib": { dir: true },
      }),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service.d/x.conf": { link: "/opt/agent/units/x.conf" },
        "/opt/agent/units/x.conf": "[Service]\nEnvironment=LD_LIBRARY_PATH=/srv/lib\n",
      }),
      shipped(
        "vendor",
        "",
        {
          "/etc/systemd/system/vendor.service": "[Service]\nExecStart=/usr/bin/vendor\n",
          "/etc/systemd/system/vendor.service.d/x.conf": "[Service]\nEnvironment=LD_LIBRARY_PATH=/srv/lib\n",
          "/usr/bin/vendor": script(),
        },
        "OnCalendar=daily",
        ["/usr/bin/vendor"],
      ),
    ],
  }),
};

function isOwnFile(path: string, { runsAs }: Activation, { accounts }: Inventory): boolean {
  const account = accounts.all.find(({ name }) => name === runsAs);
  return account !== undefined && path.startsWith(`${account.home}/`);
}

/** Only what surely loads code counts, and only if no package ships what is loaded. */
function isForeign(
  { confidence, detail }: Behaviour,
  { closure }: Activation,
  inventory: Inventory,
): boolean {
  if (confidence !== "high") return false;
  const { path, program } = detail;
  // The kernel's packages bring thousands of modules; only one that nobody brought is foreign.
  if (program === "modprobe")
    return isStray({ path: path ?? "", provenance: inventory.provenanceOf(path ?? "") }, inventory);
  const file = closure.files.find((each) => each.path === path);
  return file === undefined || !isPackaged(file, inventory);
}

/**
 * A drop-in nobody ships gives a packaged service a directory to load code from before its own: library and module
 * paths are everyday settings of an administrator's own service, not of a vendor's.
 */
function bendsPackaged({ span, detail }: Behaviour, { closure }: Activation, inventory: Inventory): boolean {
  const { path, variable = "" } = detail;
  if (path === undefined || !MODULES.test(variable)) return false;
  const setter = closure.files.find((file) => file.path === span.path);
  if (setter === undefined || !isStray(setter, inventory)) return false;
  const bent = closure.files.find(
    ({ role, unit, ...file }) => role === "fragment" && unit === setter.unit && isPackaged(file, inventory),
  );
  return (
    bent !== undefined &&
    standingOf({ path, provenance: inventory.provenanceOf(path) }, inventory) === "unpackaged"
  );
}

/** Directories searched before the interpreter's or the loader's own. */
const MODULES =
  /^(LD_LIBRARY_PATH|GCONV_PATH|PYTHONPATH|PYTHONHOME|PERL5LIB|PERLLIB|RUBYLIB|NODE_PATH|LUA_PATH|GIT_EXEC_PATH|OPENSSL_ENGINES|OPENSSL_CONF)$/;

function isOddPlace(path: string): boolean {
  return volatileDirectory(`${path}/`) !== null || hiddenPart(path) !== null;
}
