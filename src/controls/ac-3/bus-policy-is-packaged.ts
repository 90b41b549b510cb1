import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { readBusPolicy } from "../sources/dbus-policy.ts";
import { doubtsOf } from "../sources/source-problem.ts";

const PACKAGED = "/usr/share/dbus-1/system.d/org.freedesktop.systemd1.conf";
const MANAGER = "org.freedesktop.systemd1";
const STOCK =
  '<busconfig>\n<policy user="root"><allow own="org.freedesktop.systemd1"/></policy>\n<policy context="default"><deny send_destination="org.freedesktop.systemd1"/><allow send_destination="org.freedesktop.systemd1" send_interface="org.freedesktop.systemd1.Manager" send_member="StartUnit"/></policy>\n</busconfig>\n';

/** The packaged policy lets everyone ask and polkit decide; more than that is somebody's addition. */
export const busPolicyIsPackaged: Check = {
  id: "ac3-05-bus-policy-is-packaged",
  title: "No rule of the system bus opens systemd's manager beyond the packaged policy",
  control: "AC-3",
  severity: "medium",
  objectives: ["ac-3_obj"],
  reads: [
    "/usr/share/dbus-1/system.d/*",
    "/usr/local/share/dbus-1/system.d/*",
    "/etc/dbus-1/system.d/*",
    "/etc/dbus-1/*",
  ],
  needs: [],
  why: "The bus lets through only what its policy allows. A rule added for the manager's name can let calls through that were never meant to come from outside, or let somebody pose as the manager.",
  remediation: "remove the additional rule, and reinstall the package of systemd if its own file was changed",
  falseResults: [
    "The packaged policy allows many calls to everyone and leaves the decision to polkit: that is no fault",
  ],
  references: ["man:dbus-daemon(1)"],

  run(subject) {
    const policy = subject.once(readBusPolicy);
    const faults: Point[] = policy.rules.flatMap(({ allow, match, context, span }) => {
      const to = match.get("send_destination");
      const owns = match.get("own") ?? match.get("own_prefix");
      const concerns = to === MANAGER || owns === MANAGER || owns === "org.freedesktop" || owns === "*";
      if (!allow || !concerns || span.path === PACKAGED || context === "user root") return [];
      const what = owns === undefined ? `calls to ${MANAGER}` : `owning ${owns}`;
      return [{ says: `${span.path} allows ${what} (${context})`, evidence: [at(subject, span, context)] }];
    });
    const own = subject.inventory.packages.hasDatabase ? subject.inventory.provenanceOf(PACKAGED) : null;
    if (own?.content === "modified" || own?.content === "conffile-modified")
      faults.push({
        says: `${PACKAGED} is not as its package brought it`,
        evidence: [ofPath(subject, PACKAGED, own.how)],
      });
    const lost = policy.present && !policy.files.includes(PACKAGED);
    return conclude({
      faults,
      doubts: [
        ...doubtsOf(subject, policy.problems),
        ...(lost ? [{ says: `${PACKAGED} is not there`, evidence: [ofPath(subject, PACKAGED)] }] : []),
      ],
      looked: policy.files.map((path) => ofPath(subject, path)),
      holds: `in ${policy.files.length} files of bus policy nothing is added for systemd's manager`,
      nothing: "there is no system bus",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, [PACKAGED]: STOCK } }],
    fail: [
      {
        files: {
          ...ACCOUNTS,
          [PACKAGED]: STOCK,
          "/etc/dbus-1/system.d/x.conf":
            '<busconfig><policy context="default"><allow send_destination="org.freedesktop.systemd1"/></policy></busconfig>\n',
        },
      },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: { ...ACCOUNTS, [PACKAGED]: STOCK, "/etc/dbus-1/system.d/x.conf": "<busconfig>" } },
      { files: { ...ACCOUNTS, [PACKAGED]: { content: "", error: "EACCES" } } },
    ],
  }),
};
