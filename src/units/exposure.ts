/**
 * How exposed a service is, as `systemd-analyze security --offline` of systemd 252 counts it (`assess()`,
 * src/analyze/analyze-security.c): weights are systemd's, and so is what one setting implies for another
 * (`unit_patch_contexts()`, src/core/unit.c).
 */
import { parseBoolean } from "../syntax/boolean.ts";
import { serviceOf } from "./service.ts";
import { systemCallsOf } from "./syscall-sets.ts";
import { type Unit, value, values } from "./unit.ts";

export interface Exposure {
  /** 0 (nothing open) to 10, one decimal, rounded up as systemd does. */
  readonly score: number;
  /** What adds to it, most first. */
  readonly parts: readonly ExposurePart[];
}

export interface ExposurePart {
  /** As systemd names it: `PrivateNetwork=`. */
  readonly name: string;
  readonly weight: number;
  /** Of `range`; 0 is good. */
  readonly badness: number;
  readonly range: number;
}

/** Badness of `range`; `null` when the setting does not apply. */
type Assessor = readonly [name: string, weight: number, range: number, badness: number | null];

/** How exposed a merged service unit is. */
export function exposureOf(unit: Unit): Exposure {
  const parts: ExposurePart[] = [];
  let badnessSum = 0;
  let weightSum = 0;
  for (const [name, weight, range, badness] of assessors(unit)) {
    if (badness === null) continue;
    badnessSum += Math.ceil((badness * weight) / range);
    weightSum += weight;
    if (badness > 0) parts.push({ name, weight, badness, range });
  }
  const share = ({ badness, weight, range }: ExposurePart): number => (badness * weight) / range;
  parts.sort((a, b) => share(b) - share(a) || (a.name < b.name ? -1 : 1));
  return { score: Math.ceil((badnessSum * 100) / weightSum) / 10, parts };
}

function assessors(unit: Unit): readonly Assessor[] {
  const text = (key: string): string | null => value(unit, "Service", key)?.value ?? null;
  const on = (key: string): boolean => parseBoolean(text(key) ?? "no") === true;
  const bool = (key: string, weight: number, implied = false): Assessor => [
    `${key}=`,
    weight,
    1,
    on(key) || implied ? 0 : 1,
  ];
  const { user, supplementaryGroups, dynamicUser } = serviceOf(unit);
  const name = user?.text ?? "";
  const privileged = name === "root" || name === "0" || (!dynamicUser && name === "");
  const early = parseBoolean(value(unit, "Unit", "DefaultDependencies")?.value ?? "yes") === false;
  const late = (assessor: Assessor): Assessor =>
    early ? [assessor[0], assessor[1], assessor[2], null] : assessor;
  return [
    ["User=/DynamicUser=", 2000, 10, name === "nobody" ? 9 : privileged ? 10 : 0],
    ["SupplementaryGroups=", 200, 1, privileged ? null : Math.min(1, supplementaryGroups.length)],
    ["RemoveIPC=", 100, 1, privileged ? null : on("RemoveIPC") || dynamicUser ? 0 : 1],
    bool("PrivateDevices", 1000),
    bool("PrivateMounts", 1000),
    bool("PrivateNetwork", 2500),
    late(bool("PrivateTmp", 1000, dynamicUser)),
    bool("PrivateUsers", 1000),
    bool("ProtectControlGroups", 1000),
    bool("ProtectKernelModules", 1000),
    bool("ProtectKernelTunables", 1000),
    bool("ProtectKernelLogs", 1000),
    bool("ProtectClock", 1000),
    late(["ProtectHome=", 1000, 10, protectHome(text("ProtectHome"), dynamicUser)]),
    bool("ProtectHostname", 50),
    late(["ProtectSystem=", 1000, 10, protectSystem(text("ProtectSystem"), dynamicUser)]),
    late([
      "RootDirectory=/RootImage=",
      200,
      1,
      isOwnRoot(text("RootDirectory")) || isOwnRoot(text("RootImage")) ? 0 : 1,
    ]),
    bool("LockPersonality", 100),
    bool("MemoryDenyWriteExecute", 100),
    bool("NoNewPrivileges", 1000, dynamicUser),
    ...capabilities(unit, on),
    ["UMask=", 100, 10, umask(text("UMask"))],
    ["KeyringMode=", 1000, 1, (text("KeyringMode") ?? "private") === "private" ? 0 : 1],
    ["ProtectProc=", 1000, 3, protectProc(text("ProtectProc"))],
    ["ProcSubset=", 10, 1, text("ProcSubset") === "pid" ? 0 : 1],
    ["NotifyAccess=", 1000, 1, text("NotifyAccess") === "all" ? 1 : 0],
    bool("RestrictSUIDSGID", 1000, dynamicUser),
    ...namespaces(unit),
    ...addressFamilies(unit),
    bool("RestrictRealtime", 500),
    ["SystemCallArchitectures=", 1000, 10, architectures(unit)],
    ...systemCalls(unit),
    ["IPAddressDeny=", 1000, 10, addresses(unit)],
    ["Delegate=", 100, 1, delegates(text("Delegate")) ? 1 : 0],
    ["DeviceAllow=", 1000, 10, devices(unit, on)],
    ["AmbientCapabilities=", 500, 1, capabilitySet(unit, "AmbientCapabilities", new Set()).size > 0 ? 1 : 0],
  ];
}

function protectHome(text: string | null, dynamicUser: boolean): number {
  if (text === "read-only") return 5;
  if (text === "tmpfs") return 1;
  return text !== null && parseBoolean(text) === true ? 0 : dynamicUser ? 5 : 10;
}

function protectSystem(text: string | null, dynamicUser: boolean): number {
  if (text === "full") return 3;
  if (text === "strict") return 0;
  return text !== null && parseBoolean(text) === true ? 5 : dynamicUser ? 0 : 10;
}

function isOwnRoot(path: string | null): boolean {
  return path !== null && !/^[-+]?\/*$/.test(path);
}

function protectProc(text: string | null): number {
  return text === "noaccess" ? 1 : text === "invisible" || text === "ptraceable" ? 0 : 3;
}

/** By which bit is missing first, from worst to mildest; systemd's default is 0022. */
function umask(text: string | null): number {
  const mask = text === null || !/^[0-7]{1,4}$/.test(text) ? 0o022 : Number.parseInt(text, 8);
  if ((mask & 0o002) === 0) return 10;
  if ((mask & 0o004) === 0) return 5;
  if ((mask & 0o020) === 0) return 2;
  return (mask & 0o040) === 0 ? 1 : 0;
}

function delegates(text: string | null): boolean {
  return text !== null && parseBoolean(text) !== false;
}

/** Assignments of a key in order, empty ones included: an empty one starts over. */
function assigned(unit: Unit, key: string): readonly string[] {
  return unit.history
    .filter(({ setting, fate }) => setting.section === "Service" && setting.key === key && fate !== "ignored")
    .map(({ setting }) => setting.value);
}

const CAPABILITIES: readonly string[] =
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE".split(
    " ",
  );

/** `config_parse_capability_set()`: the first line replaces, later ones add or, with `~`, take away. */
function capabilitySet(unit: Unit, key: string, initial: ReadonlySet<string>): ReadonlySet<string> {
  let set = initial;
  for (const line of assigned(unit, key)) {
    const inverted = line.startsWith("~");
    const named = new Set(
      line
        .slice(inverted ? 1 : 0)
        .split(/\s+/)
        .map((word) => word.toUpperCase().replace(/^CAP_/, ""))
        .filter((word) => CAPABILITIES.includes(word)),
    );
    const all = new Set(CAPABILITIES);
    const replaces = named.size === 0 || set === initial;
    const base = replaces ? (inverted ? all : new Set<string>()) : set;
    set = inverted ? new Set([...base].filter((name) => !named.has(name))) : new Set([...base, ...named]);
  }
  return set;
}

const CAPABILITY_PARTS: readonly (readonly [name: string, weight: number, capabilities: string])[] = [
  ["CAP_SYS_ADMIN", 1500, "SYS_ADMIN"],
  ["CAP_SET(UID|GID|PCAP)", 1500, "SETUID SETGID SETPCAP"],
  ["CAP_SYS_PTRACE", 1500, "SYS_PTRACE"],
  ["CAP_SYS_TIME", 1000, "SYS_TIME"],
  ["CAP_NET_ADMIN", 1000, "NET_ADMIN"],
  ["CAP_SYS_RAWIO", 1000, "SYS_RAWIO"],
  ["CAP_SYS_MODULE", 1000, "SYS_MODULE"],
  ["CAP_AUDIT_*", 500, "AUDIT_CONTROL AUDIT_READ AUDIT_WRITE"],
  ["CAP_SYSLOG", 500, "SYSLOG"],
  ["CAP_SYS_(NICE|RESOURCE)", 500, "SYS_NICE SYS_RESOURCE"],
  ["CAP_MKNOD", 500, "MKNOD"],
  ["CAP_(CHOWN|FSETID|SETFCAP)", 1000, "CHOWN FSETID SETFCAP"],
  ["CAP_(DAC_*|FOWNER|IPC_OWNER)", 1000, "DAC_OVERRIDE DAC_READ_SEARCH FOWNER IPC_OWNER"],
  ["CAP_KILL", 500, "KILL"],
  ["CAP_NET_(BIND_SERVICE|BROADCAST|RAW)", 500, "NET_BIND_SERVICE NET_BROADCAST NET_RAW"],
  ["CAP_SYS_BOOT", 100, "SYS_BOOT"],
  ["CAP_MAC_*", 100, "MAC_ADMIN MAC_OVERRIDE"],
  ["CAP_LINUX_IMMUTABLE", 75, "LINUX_IMMUTABLE"],
  ["CAP_IPC_LOCK", 50, "IPC_LOCK"],
  ["CAP_SYS_CHROOT", 50, "SYS_CHROOT"],
  ["CAP_BLOCK_SUSPEND", 25, "BLOCK_SUSPEND"],
  ["CAP_WAKE_ALARM", 25, "WAKE_ALARM"],
  ["CAP_LEASE", 25, "LEASE"],
  ["CAP_SYS_TTY_CONFIG", 25, "SYS_TTY_CONFIG"],
  ["CAP_SYS_PACCT", 25, "SYS_PACCT"],
  ["CAP_BPF", 25, "BPF"],
];

/** What other settings take away from the bounding set. */
const TAKEN: readonly (readonly [key: string, capabilities: string])[] = [
  ["PrivateDevices", "MKNOD SYS_RAWIO"],
  ["ProtectKernelModules", "SYS_MODULE"],
  ["ProtectKernelLogs", "SYSLOG"],
  ["ProtectClock", "SYS_TIME WAKE_ALARM"],
];

function capabilities(unit: Unit, on: (key: string) => boolean): readonly Assessor[] {
  const bounding = new Set(capabilitySet(unit, "CapabilityBoundingSet", new Set(CAPABILITIES)));
  for (const [key, taken] of TAKEN) if (on(key)) for (const name of taken.split(" ")) bounding.delete(name);
  return CAPABILITY_PARTS.map(([name, weight, group]) => [
    `CapabilityBoundingSet=~${name}`,
    weight,
    1,
    group.split(" ").some((capability) => bounding.has(capability)) ? 1 : 0,
  ]);
}

const NAMESPACES: readonly (readonly [string, number])[] = [
  ["user", 1500],
  ["mnt", 500],
  ["ipc", 500],
  ["pid", 500],
  ["cgroup", 500],
  ["net", 500],
  ["uts", 100],
];

/** `config_parse_restrict_namespaces()`: a boolean, or a list of those that are allowed, `~` before what is not. */
function namespaces(unit: Unit): readonly Assessor[] {
  const all = NAMESPACES.map(([name]) => name);
  let allowed: ReadonlySet<string> | null = null;
  for (const line of assigned(unit, "RestrictNamespaces")) {
    const flag = parseBoolean(line);
    if (line === "" || flag === false) allowed = null;
    else if (flag === true) allowed = new Set();
    else {
      const inverted = line.startsWith("~");
      const named = new Set(
        line
          .slice(inverted ? 1 : 0)
          .split(/\s+/)
          .filter((word) => all.includes(word)),
      );
      const base: ReadonlySet<string> = allowed ?? new Set(inverted ? all : []);
      allowed = inverted
        ? new Set([...base].filter((name) => !named.has(name)))
        : new Set([...base, ...named]);
    }
  }
  return NAMESPACES.map(([name, weight]) => [
    `RestrictNamespaces=~${name}`,
    weight,
    1,
    allowed === null || allowed.has(name) ? 1 : 0,
  ]);
}

/** Each kind is restricted when an allow-list leaves it out or a deny-list names it. */
function addressFamilies(unit: Unit): readonly Assessor[] {
  let allowList = false;
  let named = new Set<string>();
  for (const line of assigned(unit, "RestrictAddressFamilies")) {
    if (line === "") {
      allowList = false;
      named = new Set();
      continue;
    }
    if (line === "none") {
      allowList = true;
      named = new Set();
      continue;
    }
    const inverted = line.startsWith("~");
    if (named.size === 0 && !allowList) allowList = !inverted;
    for (const word of line.slice(inverted ? 1 : 0).split(/\s+/))
      if (/^AF_/.test(word)) {
        if (inverted === allowList) named.delete(word);
        else named.add(word);
      }
  }
  const known = new Set(["AF_INET", "AF_INET6", "AF_UNIX", "AF_LOCAL", "AF_NETLINK", "AF_PACKET"]);
  const kind = (label: string, weight: number, is: (family: string) => boolean): Assessor => {
    const restricted = [...named].some(is) ? !allowList : allowList;
    return [`RestrictAddressFamilies=~${label}`, weight, 1, restricted ? 0 : 1];
  };
  return [
    kind("AF_(INET|INET6)", 1500, (family) => family === "AF_INET" || family === "AF_INET6"),
    kind("AF_UNIX", 25, (family) => family === "AF_UNIX" || family === "AF_LOCAL"),
    kind("AF_NETLINK", 200, (family) => family === "AF_NETLINK"),
    kind("AF_PACKET", 1000, (family) => family === "AF_PACKET"),
    kind("…", 1250, (family) => !known.has(family)),
  ];
}

function architectures(unit: Unit): number {
  const named = new Set(
    values(unit, "Service", "SystemCallArchitectures").flatMap((line) => line.value.split(/\s+/)),
  );
  named.delete("");
  if (named.size === 0) return 10;
  return named.size === 1 && named.has("native") ? 0 : 8;
}

const SYSTEM_CALLS: readonly (readonly [set: string, weight: number])[] = [
  ["@swap", 1000],
  ["@obsolete", 250],
  ["@clock", 1000],
  ["@cpu-emulation", 250],
  ["@debug", 1000],
  ["@mount", 1000],
  ["@module", 1000],
  ["@raw-io", 1000],
  ["@reboot", 1000],
  ["@privileged", 700],
  ["@resources", 700],
];

/** `config_parse_syscall_filter()`: the first line decides between allow-list and deny-list. */
function systemCalls(unit: Unit): readonly Assessor[] {
  let allowList = false;
  let filter: Set<string> | null = null;
  for (const line of assigned(unit, "SystemCallFilter")) {
    if (line === "") {
      allowList = false;
      filter = null;
      continue;
    }
    const inverted = line.startsWith("~");
    if (filter === null) {
      allowList = !inverted;
      filter = new Set(allowList ? systemCallsOf("@default") : []);
    }
    for (const word of line.slice(inverted ? 1 : 0).split(/\s+/)) {
      const [name = "", errno] = word.split(":");
      for (const call of systemCallsOf(name))
        if (inverted === allowList || (allowList && errno !== undefined)) filter.delete(call);
        else filter.add(call);
    }
  }
  const calls = filter ?? new Set<string>();
  const open = !allowList && calls.size === 0;
  return SYSTEM_CALLS.map(([set, weight]) => {
    const bad = systemCallsOf(set).some((call) => calls.has(call) === allowList);
    return [`SystemCallFilter=~${set}`, weight, 10, open ? 10 : bad ? (allowList ? 9 : 10) : 0];
  });
}

function addresses(unit: Unit): number {
  const custom = ["IPIngressFilterPath", "IPEgressFilterPath"].some(
    (key) => values(unit, "Service", key).length > 0,
  );
  if (custom) return 0;
  const words = (key: string): readonly string[] =>
    values(unit, "Service", key).flatMap((line) => line.value.split(/\s+/).filter((word) => word !== ""));
  const denied = words("IPAddressDeny");
  if (!denied.includes("any") && !(denied.includes("0.0.0.0/0") && denied.includes("::/0"))) return 10;
  const allowed = words("IPAddressAllow");
  const isLocal = (word: string): boolean =>
    word === "localhost" || /^127\./.test(word) || /^::1(\/128)?$/.test(word);
  if (allowed.some((word) => !isLocal(word))) return 5;
  return allowed.length > 0 ? 2 : 0;
}

/** `PrivateDevices=` closes an open policy, `ProtectClock=` lets the clock's device in. */
function devices(unit: Unit, on: (key: string) => boolean): number {
  const stated = value(unit, "Service", "DevicePolicy")?.value ?? "auto";
  const policy = stated === "auto" && on("PrivateDevices") ? "closed" : stated;
  if (policy !== "strict" && policy !== "closed") return 10;
  return values(unit, "Service", "DeviceAllow").length > 0 || on("ProtectClock") ? 5 : 0;
}
