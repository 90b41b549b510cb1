import { values } from "../../units/unit.ts";
import type { Check } from "../check.ts";
import { at } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable } from "../example-hosts.ts";
import { type LocalService, localServices } from "../local-services.ts";
import { conclude, type Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";

const NARROW = "User=www-data\nExecStart=/usr/local/bin/job\n";
/** Prefixes that run with full privileges: `+`, `!`, `!!` (systemd.service(5)). */
const PREFIXES: ReadonlySet<string> = new Set(["fully-privileged", "no-setuid", "ambient"]);
/** With any of these a process is root in all but name. */
const POWERFUL =
  /\b(CAP_)?(SYS_ADMIN|SETUID|SETGID|DAC_OVERRIDE|DAC_READ_SEARCH|SYS_PTRACE|SYS_MODULE|SETPCAP|CHOWN|FOWNER|SYS_RAWIO|MAC_ADMIN|BPF)\b/i;

/** `User=` means little when a prefix or a capability takes it back. */
export const noWayAroundUser: Check = {
  id: "ac6-04-no-way-around-user",
  title: "Local timers with an account of their own have no prefix or capability that gives root back",
  control: "AC-6",
  severity: "high",
  objectives: ["ac-6_obj"],
  reads: ["/etc/systemd/system/**", "/run/systemd/**", "/usr/local/lib/systemd/**"],
  needs: [],
  why: "ExecStart=+… runs with full privileges whatever User= says, and some ambient capabilities amount to root: the unit looks harmless and is not.",
  remediation:
    "drop the prefix and the capability; make directories with RuntimeDirectory= or tmpfiles.d instead of ExecStartPre=+",
  falseResults: ["ExecStartPre=+ that prepares a directory is common and mostly harmless"],
  references: ["man:systemd.service(5)", "man:systemd.exec(5)"],

  run(subject) {
    const { services, doubts } = localServices(subject);
    const narrow = services.filter(
      ({ service }) => service.dynamicUser || !/^(root|0)?$/.test(service.user?.text ?? ""),
    );
    return conclude({
      faults: narrow.flatMap((service) => waysAround(subject, service)),
      doubts,
      looked: narrow.flatMap(({ service }) =>
        service.user === null ? [] : [at(subject, service.user.span)],
      ),
      holds: `none of the ${narrow.length} local services with an account has a way around it`,
      nothing: "no local timer of the system runs as an account of its own",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, ...localTimer(NARROW) } }],
    fail: [
      { files: { ...ACCOUNTS, ...localTimer("User=www-data\nExecStart=+/usr/local/bin/job\n") } },
      { files: { ...ACCOUNTS, ...localTimer(`${NARROW}AmbientCapabilities=CAP_SYS_ADMIN\n`) } },
      { files: { ...ACCOUNTS, ...localTimer(`${NARROW}ExecStartPre=!/usr/local/bin/job\n`) } },
    ],
    notApplicable: [{ files: { ...ACCOUNTS, ...localTimer("ExecStart=/usr/local/bin/job\n") } }],
    notAssessable: [
      { files: unreadable({ ...ACCOUNTS, ...localTimer(NARROW) }, "/etc/systemd/system/job.service") },
    ],
  }),
};

function waysAround(subject: Subject, { loaded, service }: LocalService): readonly Point[] {
  const prefixed = [...service.commands.values()]
    .flat()
    .filter(({ flags }) => flags.some((flag) => PREFIXES.has(flag)));
  const capable = values(loaded.unit, "Service", "AmbientCapabilities").filter(
    ({ value }) => POWERFUL.test(value) && !value.startsWith("~"),
  );
  return [
    ...prefixed.map(({ key, span }) => ({
      says: `${key}= of ${loaded.name} runs as root despite User=`,
      evidence: [at(subject, span, key)],
    })),
    ...capable.map(({ value, span }) => ({
      says: `${loaded.name} is given ${value}`,
      evidence: [at(subject, span, value)],
    })),
  ];
}
