import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAuditdConfig } from "./auditd-config.ts";
import { rsyslogTargets } from "./forwarders.ts";
import type { SourceProblem } from "./source-problem.ts";

function targets(text: string): { readonly found: readonly string[]; readonly problems: number } {
  const problems: SourceProblem[] = [];
  return {
    found: rsyslogTargets(text, "/etc/rsyslog.conf", problems).map(({ what }) => what),
    problems: problems.length,
  };
}

describe("rsyslog", () => {
  test.each<[string, readonly string[], number]>([
    ["*.* @@logs.example.test:514\n", ["rsyslog to @@logs.example.test:514"], 0],
    ["auth,authpriv.*\t@192.0.2.7\n", ["rsyslog to @192.0.2.7"], 0],
    ["*.* @127.0.0.1:514\n", [], 0],
    ["# *.* @@logs.example.test\n", [], 0],
    ['*.* -/var/log/syslog\n$FileOwner root\nmodule(load="imuxsock")\n', [], 0],
    [
      '*.* action(type="omfwd"\n  target="logs.example.test"\n  port="514")\n',
      ["rsyslog to logs.example.test (omfwd)"],
      0,
    ],
    ['action(type="omfile" file="/var/log/x")\n', [], 0],
    ["*.* :omrelp:logs.example.test:2514\n", ["rsyslog to :omrelp:logs.example.test:2514"], 0],
    ["](}{ not what it was <\n", [], 1],
    ['action(type="omfwd" target="x"\n', [], 1],
  ])("%j", (text, found, problems) => {
    expect(targets(text)).toEqual({ found, problems });
  });

  test("any text is read without a throw", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: "binary" }), (text) => {
        expect(() => targets(text)).not.toThrow();
      }),
    );
  });
});

describe("auditd.conf", () => {
  test.each<[string, readonly (readonly [string, string])[], number]>([
    ["num_logs = 5\n", [["num_logs", "5"]], 0],
    ["Space_Left_Action=email\n# note\n", [["space_left_action", "email"]], 0],
    ["num_logs = 5\nnum_logs = 6\n", [["num_logs", "6"]], 0],
    ["disk_full_action = exec /sbin/x\n", [["disk_full_action", "exec /sbin/x"]], 0],
    ["unknown = 5\n", [], 1],
    ["num_logs 5\n", [], 1],
    ["num_logs =\n", [], 1],
  ])("%j", (text, settings, problems) => {
    const config = parseAuditdConfig(text, "/etc/audit/auditd.conf");
    expect([...config.settings].map(([name, { value }]) => [name, value])).toEqual(settings);
    expect(config.problems).toHaveLength(problems);
  });
});
