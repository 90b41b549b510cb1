import type { Inventory } from "../inventory/inventory.ts";
import type { LoadedUnit, Manager } from "../manager/manager.ts";
import { scopeName } from "../manager/scope.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import type { Setting } from "../units/unit.ts";
import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { dpkg, script, shipped } from "./example-host.ts";
import { loaderAssignment } from "./loader-variables.ts";
import { commandsOf, isVendors } from "./overrides.ts";
import type { HostAccusation, HostRule } from "./rule.ts";
import { isStray } from "./standing.ts";

/** A vendor's service that no timer starts runs a program nobody answers for, by a drop-in or an edit. */
export const bootServiceChanged: HostRule = {
  id: "boot-service-changed",
  subject: "host",
  title: "A vendor's service was made to run something else as well",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "provenance",
  depth: "regular",
  techniques: ["T1543.002", "T1554"],
  controls: ["CM-3", "CM-5", "SI-7"],
  why: "One ExecStartPre= in a service everybody knows is the quietest way to run at each boot. Timers are not the only door; this looks at the next one.",
  benign: [
    "Drop-ins with programs of packages, such as the arguments Docker's manual asks for (not accused)",
  ],
  clears: "put the command into a unit of its own, or reinstall the package",
  references: ["https://attack.mitre.org/techniques/T1543/002/"],

  *check(inventory) {
    const timed = new Set(
      inventory.activations().flatMap(({ closure }) => closure.units.map(({ loaded }) => loaded.primaryId)),
    );
    for (const manager of inventory.managers) {
      if (manager.scope.kind !== "system") continue;
      for (const name of changedNames(manager)) {
        const loaded = manager.load(name);
        if (timed.has(loaded.primaryId) || loaded.state !== "loaded") continue;
        yield* foreignCommands(loaded, manager, inventory);
      }
      yield* copiedServices(manager, timed, inventory);
      yield* editedServices(manager, timed, inventory);
    }
  },

  examples: () => ({
    fires: [
      {
        ...dpkg(["/usr/lib/systemd/system/nginx.service"]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/etc/systemd/system/nginx.service.d/local.conf": "[Service]\nEnvironmentFile=-/srv/nginx.env\n",
        "/srv/nginx.env": "A=b\nLD_PRELOAD=/srv/lib.so\n",
      },
      {
        ...dpkg(["/usr/lib/systemd/system/nginx.service"]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/etc/systemd/system/nginx.service.d/local.conf": "[Service]\nEnvironment=LD_AUDIT=/srv/lib.so\n",
      },
      {
        ...dpkg(["/usr/lib/systemd/system/nginx.service"]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/etc/systemd/system/nginx.service.d/local.conf": "[Service]\nExecStartPre=/root/run.sh\n",
        "/root/run.sh": script(),
      },
      {
        ...dpkg(
          ["/usr/lib/systemd/system/nginx.service"],
          "00000000000000000000000000000000  usr/lib/systemd/system/nginx.service\n",
        ),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/etc/systemd/system/multi-user.target.wants/nginx.service": {
          link: "/usr/lib/systemd/system/nginx.service",
        },
      },
      {
        ...dpkg(["/usr/lib/systemd/system/x@.service", "/usr/lib/systemd/system/nginx.service"]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/usr/lib/systemd/system/nginx.service.d/local.conf": "[Service]\nExecStartPre=/srv/packaged\n",
        "/run/systemd/system/nginx.service.d/local.conf":
          "[Service]\nNice=1\nExecStartPre=/root/run.sh\nExecStart=\nExecStart=/root/other.sh\n",
      },
      {
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/etc/systemd/system/nginx.service.d/local.conf":
          "[Service]\nNice=/root/run.sh\nExecStartPre=/root/run.sh\n",
        "/root/run.sh": script(),
      },
      {
        ...dpkg(["/usr/lib/systemd/system/nginx.service", "/usr/sbin/nginx"]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/usr/sbin/nginx": "ELF",
        "/etc/systemd/system/nginx.service":
          "[Service]\nExecStartPre=/root/run.sh\nExecStart=/usr/sbin/nginx\n",
        "/root/run.sh": script(),
      },
      {
        ...dpkg(["/usr/lib/systemd/system/nginx.service"]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/run/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/etc/systemd/system/nginx.service": "[Service]\nExecStart=/root/run.sh\n",
        "/root/run.sh": script(),
      },
      {
        ...dpkg(["/usr/lib/systemd/system/nginx.service", "/usr/sbin/nginx"]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/usr/sbin/nginx": "ELF",
        "/etc/systemd/system/nginx.service":
          "[Service]\nNice=5\nExecStart=/usr/sbin/nginx\nExecReload=/root/run.sh\n",
        "/etc/systemd/system/nginx.service.d/local.conf": "[Service]\nExecStartPre=/root/run.sh\n",
        "/root/run.sh": script(),
      },
    ],
    finds: {
      9: [
        "suspicious high medium /etc/systemd/system/nginx.service.d/local.conf:2: /etc/systemd/system/nginx.service.d/local.conf makes nginx.service run /root/run.sh (ExecStartPre=)",
        "suspicious high medium /etc/systemd/system/nginx.service:4: /etc/systemd/system/nginx.service stands above /usr/lib/systemd/system/nginx.service and runs /root/run.sh (ExecReload=)",
      ],
      8: [
        "suspicious high medium /etc/systemd/system/nginx.service:2: /etc/systemd/system/nginx.service stands above /usr/lib/systemd/system/nginx.service and runs /root/run.sh (ExecStart=)",
      ],
    },
    quiet: [
      {
        ...dpkg(["/usr/lib/systemd/system/nginx.service", "/usr/lib/libjemalloc.so"]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/usr/lib/libjemalloc.so": "ELF",
        "/etc/systemd/system/nginx.service.d/local.conf":
          "[Service]\nEnvironment=LD_PRELOAD=/usr/lib/libjemalloc.so\nEnvironmentFile=/srv/nginx.env\nWorkingDirectory=/srv/other.env\n",
        "/srv/nginx.env": "A=/srv/b\n",
        "/srv/other.env": "LD_PRELOAD=/srv/lib.so\n",
      },
      {
        ...dpkg(["/usr/lib/systemd/system/nginx.service", "/usr/sbin/nginx"]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/usr/lib/systemd/system/loose.service": "[Service]\nExecStart=/root/run.sh\n",
        "/usr/sbin/nginx": "ELF",
        "/root/run.sh": script(),
        "/etc/systemd/system/nginx.service": "[Service]\nNice=/root/run.sh\nExecStart=/usr/sbin/nginx -q\n",
        "/etc/systemd/system/loose.service": "[Service]\nExecStart=/root/run.sh\n",
        "/etc/systemd/system/own.service": "[Service]\nExecStart=/root/run.sh\n",
      },
      {
        ...dpkg(["/usr/lib/systemd/system/docker.service", "/usr/bin/dockerd"]),
        "/usr/bin/dockerd": "ELF",
        "/usr/lib/systemd/system/docker.service": "[Service]\nExecStart=/usr/bin/dockerd -H fd://\n",
        "/etc/systemd/system/docker.service.d/local.conf":
          "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd --proxy x\n",
      },
      {
        ...dpkg(["/usr/lib/systemd/user/agent.service"]),
        "/usr/lib/systemd/user/agent.service": "[Service]\nExecStart=/usr/bin/agent\n",
        "/etc/systemd/user/agent.service.d/local.conf": "[Service]\nExecStartPre=/root/run.sh\n",
      },
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service.d/local.conf": "[Service]\nExecStartPre=/root/run.sh\n",
      }),
      {
        ...dpkg([
          "/usr/lib/systemd/system/nginx.service",
          "/usr/lib/systemd/system/gone.service",
          "/usr/lib/systemd/system/x@.service",
        ]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/usr/lib/systemd/system/x@.service": "[Service]\nExecStart=/usr/sbin/x\n",
        "/etc/systemd/system/own.service": "[Service]\nExecStart=/usr/local/sbin/own\n",
        "/etc/systemd/system/own.service.d/local.conf": "[Service]\nExecStartPre=/root/run.sh\n",
        "/etc/systemd/system/nginx.service.d/local.conf":
          "[Service]\nExecStartPre=/root/run.sh\nExecStartPre=\nNice=1\n",
        "/etc/systemd/system/masked.service": { link: "/dev/null" },
        "/etc/systemd/system/masked.service.d/local.conf": "[Service]\nExecStartPre=/root/run.sh\n",
        "/etc/systemd/system/x@.service.d/local.conf": "[Service]\nExecStartPre=/root/run.sh\n",
        "/etc/systemd/system/gone.service.d/local.conf": "[Service]\nExecStartPre=/root/run.sh\n",
        "/etc/systemd/system/nginx.socket.d/local.conf": "[Socket]\nExecStartPre=/root/run.sh\n",
      },
      {
        ...dpkg(
          [
            "/usr/lib/systemd/system/nginx.service",
            "/usr/lib/systemd/system/nginx.service.d/more.conf",
            "/usr/lib/systemd/system/ok.service",
          ],
          "d41d8cd98f00b204e9800998ecf8427e  usr/lib/systemd/system/ok.service\n",
        ),
        "/usr/lib/systemd/system/ok.service": "",
        "/usr/lib/systemd/system/nginx.service":
          "[Service]\nExecStart=/usr/sbin/nginx\nExecStop=/root/stop.sh\n",
        "/usr/lib/systemd/system/nginx.service.d/more.conf": "[Service]\nExecStartPre=/root/run.sh\n",
        "/etc/systemd/system/multi-user.target.wants/ok.service": {
          link: "/usr/lib/systemd/system/ok.service",
        },
      },
      {
        ...dpkg([
          "/usr/lib/systemd/system/nginx.service",
          "/usr/lib/systemd/system/nginx.service.d/more.conf",
          "/etc/systemd/system/nginx.service.d/packaged.conf",
        ]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/root/own.sh\n",
        "/root/own.sh": script(),
        "/root/run.sh": script(),
        "/etc/systemd/system/nginx.service.d/packaged.conf": "[Service]\nExecStartPre=/root/run.sh\n",
      },
      {
        ...dpkg(["/usr/lib/systemd/system/nginx.service"]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/usr/lib/systemd/system/nginx.service.d/loose.conf": "[Service]\nExecStartPre=/root/run.sh\n",
        "/root/run.sh": script(),
      },
      {
        ...dpkg(
          ["/usr/lib/systemd/system/x.target", "/usr/lib/systemd/system/ok.service"],
          "00000000000000000000000000000000  usr/lib/systemd/system/x.target\nd41d8cd98f00b204e9800998ecf8427e  usr/lib/systemd/system/ok.service\n",
        ),
        "/usr/lib/systemd/system/x.target": "[Unit]\n",
        "/usr/lib/systemd/system/ok.service": "",
        "/etc/systemd/system/multi-user.target.wants/x.target": { link: "/usr/lib/systemd/system/x.target" },
        "/etc/systemd/system/multi-user.target.wants/ok.service": {
          link: "/usr/lib/systemd/system/ok.service",
        },
      },
      {
        ...shipped(
          "vendor",
          "ExecStart=/usr/bin/true",
          dpkg(
            [
              "/usr/lib/systemd/system/vendor.timer",
              "/usr/lib/systemd/system/vendor.service",
              "/usr/lib/systemd/system/ok.service",
              "/usr/lib/systemd/system/empty.service",
            ],
            "00000000000000000000000000000000  usr/lib/systemd/system/vendor.service\n",
          ),
        ),
        "/usr/lib/systemd/system/ok.service": "[Service]\nExecStart=/usr/bin/ok\n",
        "/usr/lib/systemd/system/empty.service": "",
        "/etc/systemd/system/empty.service.d/local.conf": "[Service]\nExecStartPre=/root/run.sh\n",
        "/etc/systemd/system/multi-user.target.wants/ok.service": {
          link: "/usr/lib/systemd/system/ok.service",
        },
        "/etc/systemd/system/multi-user.target.wants/vendor.service": {
          link: "/usr/lib/systemd/system/vendor.service",
        },
      },
      {
        ...dpkg(["/usr/lib/systemd/system/nginx.service", "/usr/lib/systemd/system/nginx.socket"]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/usr/lib/systemd/system/nginx.socket": "[Socket]\nListenStream=80\n",
        "/etc/systemd/system/service.d/x.conf": "[Service]\nExecStartPre=/root/run.sh\n",
        "/etc/systemd/system/nginx.socket.d/x.conf": "[Service]\nExecStartPre=/root/run.sh\n",
      },
      {
        ...dpkg(["/usr/lib/systemd/system/nginx.service"]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/usr/local/lib/systemd/system/nginx.service": "[Service]\nExecStart=/root/run.sh\n",
        "/root/run.sh": script(),
      },
      {
        ...dpkg(["/usr/lib/systemd/system/nginx.socket", "/usr/lib/systemd/system/nginx.service"]),
        "/usr/lib/systemd/system/nginx.socket": "[Socket]\nListenStream=80\n",
        "/etc/systemd/system/nginx.socket": "[Socket]\nListenStream=80\nExecStartPre=/root/run.sh\n",
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/root/run.sh": script(),
      },
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service": "[Service]\nExecStart=/root/run.sh\n",
        "/root/run.sh": script(),
      }),
      {
        ...dpkg([
          "/usr/lib/systemd/system/nginx.service",
          "/usr/lib/systemd/system/nginx.service.d/more.conf",
        ]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/usr/lib/systemd/system/nginx.service.d/more.conf": "[Service]\nExecStartPost=/root/run.sh\n",
        "/etc/systemd/system/nginx.service":
          "[Service]\nExecStartPre=/root/run.sh\nExecStartPre=\nExecStart=/usr/sbin/nginx\n",
        "/root/run.sh": script(),
      },
      {
        ...dpkg(["/usr/lib/systemd/system/nginx.service"]),
        "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
        "/etc/systemd/system/nginx.service": "[Service]\nExecStart=/root/run.sh\n[Broken\n",
        "/root/run.sh": script(),
      },
    ],
  }),
};

/** Services with drop-ins of their own outside the vendor's directories. */
function changedNames({ unitDirectories, nameMap }: Manager): readonly string[] {
  return [...unitDirectories].flatMap(([name, directories]) => {
    const unit = name.slice(0, -2);
    if (!nameMap.has(unit) || parseUnitName(unit)?.kind === "template") return [];
    return directories.some(({ searchDirectory }) => searchDirectory.kind !== "vendor") ? [unit] : [];
  });
}

function* foreignCommands(
  loaded: LoadedUnit,
  manager: Manager,
  inventory: Inventory,
): Generator<HostAccusation> {
  const placed = (path: string) => ({ path, provenance: inventory.provenanceOf(path) });
  const files = [loaded.path ?? "", ...loaded.overrides.map(({ path }) => path)];
  if (!files.some((path) => isVendors(path, inventory))) return;
  for (const { setting, fate } of loaded.unit.history) {
    if (fate !== "effective" || setting.source !== "drop-in") continue;
    if (!isStray(placed(setting.span.path), inventory)) continue;
    const loads = loadedCode(setting, inventory);
    if (loads !== null && isStray(placed(loads.path), inventory))
      yield {
        unit: loaded.primaryId,
        scope: scopeName(manager.scope),
        says: `${setting.span.path} makes ${loaded.primaryId} load ${loads.path} (${loads.assignment.slice(0, 120)})`,
        evidence: [evidenceAt(inventory, setting.span)],
      };
    for (const exec of commandsOf(loaded, setting)) {
      if (!isStray(placed(exec.path), inventory)) continue;
      yield {
        unit: loaded.primaryId,
        scope: scopeName(manager.scope),
        says: `${setting.span.path} makes ${loaded.primaryId} run ${exec.path} (${setting.key}=)`,
        evidence: [evidenceAt(inventory, setting.span)],
      };
    }
  }
}

const MAX_ENVIRONMENT = 65_536;

/** The code that a variable, set here or in a file named here, makes every program of the service load. */
function loadedCode(
  { key, value }: Setting,
  { host }: Inventory,
): { readonly path: string; readonly assignment: string } | null {
  const file = key === "EnvironmentFile" ? host.readFile(value.replace(/^-/, ""), MAX_ENVIRONMENT) : null;
  const texts = file?.kind === "present" ? decodeUtf8(file.value.bytes).split("\n", 512) : [];
  const assignments = (key === "Environment" ? [value] : texts).map(loaderAssignment);
  const assignment = assignments.find((each) => each !== null) ?? "";
  const path = /[=:\s](\/[^\s:]+)/.exec(assignment)?.[1];
  return path === undefined ? null : { path, assignment };
}

/** Copies of a vendor's service in a directory of higher rank that run what nobody answers for. */
function* copiedServices(
  manager: Manager,
  timed: ReadonlySet<string>,
  inventory: Inventory,
): Generator<HostAccusation> {
  for (const [name, [first, ...lower]] of manager.nameMap) {
    const vendors = lower.find(({ directory }) => directory.kind === "vendor");
    if (vendors === undefined || first?.directory.kind === "vendor" || !name.endsWith(".service")) continue;
    const { primaryId, path, state, unit } = manager.load(name);
    if (timed.has(primaryId) || state !== "loaded") continue;
    const placed = (at: string) => ({ path: at, provenance: inventory.provenanceOf(at) });
    const shipped = `${vendors.directory.path}/${name}`;
    if (!isVendors(shipped, inventory)) continue;
    for (const { setting, fate } of unit.history) {
      if (fate !== "effective" || setting.span.path !== path) continue;
      for (const exec of commandsOf(manager.load(name), setting))
        if (isStray(placed(exec.path), inventory))
          yield {
            unit: primaryId,
            scope: scopeName(manager.scope),
            says: `${path} stands above ${shipped} and runs ${exec.path} (${setting.key}=)`,
            evidence: [evidenceAt(inventory, setting.span)],
          };
    }
  }
}

/** Services boot starts whose own file a package ships otherwise, asked of the package lists at once. */
function* editedServices(
  manager: Manager,
  timed: ReadonlySet<string>,
  inventory: Inventory,
): Generator<HostAccusation> {
  const reached = inventory.boots.get(manager)?.reached ?? [];
  const paths = new Map<string, string>();
  for (const name of reached) {
    const { path } = manager.lookup(name);
    if (path !== null && name.endsWith(".service") && !timed.has(name)) paths.set(path, name);
  }
  for (const [path, { content, owner, how }] of inventory.packages.provenanceOf([...paths.keys()]))
    if (content === "modified" && owner !== null)
      yield {
        unit: paths.get(path) ?? path,
        scope: scopeName(manager.scope),
        says: `${path}, which boot starts, is not as ${owner.package} ${owner.version} shipped it`,
        evidence: [evidenceOfFile(path, how)],
      };
}
