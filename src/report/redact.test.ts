import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redacted, secretRanges } from "./redact.ts";
import { auditOf } from "./sample-reports.test-support.ts";

const found = (text: string): string[] => secretRanges(text).map(([start, end]) => text.slice(start, end));

test.each([
  ["restic --password=hunter22 backup", ["hunter22"]],
  ["Environment=RESTIC_PASSWORD=hunter22", ["hunter22"]],
  ['Environment="API_KEY=abc123" HOME=/root', ["abc123"]],
  ["push --token abc123 --now", ["abc123"]],
  ["push --access-key=abc123,x", ["abc123,x"]],
  [`curl -H "Authorization: Bearer abc.def" https://api.example.test/`, ["abc.def"]],
  [`curl -H 'X-Api-Key: 12345678' https://api.example.test/`, ["12345678"]],
  ["curl -u anna:hunter22 https://example.test/", ["hunter22"]],
  ["curl https://anna:hunter22@example.test/x", ["hunter22"]],
  ["pg_dump postgres://app:hunter22@192.0.2.5/db", ["hunter22"]],
  ["mysqldump -uroot -phunter22 db", ["hunter22"]],
  ["sshpass -p hunter22 ssh anna@192.0.2.5", ["hunter22"]],
  [`git clone https://ghp_${"a".repeat(36)}@example.test/x`, [`ghp_${"a".repeat(36)}`]],
  [`x AKIA${"A".repeat(16)} y`, [`AKIA${"A".repeat(16)}`]],
  ["SetCredential=db:hunter22", ["hunter22"]],
  [`{"clientSecret": "s3cr3t-x"}`, ["s3cr3t-x"]],
])("%s", (text, wanted) => {
  expect(found(text)).toEqual(wanted);
});

describe("what only looks like one", () => {
  test.each([
    "restic --password-file=/etc/restic/pass backup",
    "restic --password-file /etc/restic/pass",
    "push --token $TOKEN",
    "push --token=${TOKEN}",
    "Environment=TOKEN=%d/token",
    "EnvironmentFile=/etc/token.env",
    "curl https://example.test/token/x",
    "systemd-ask-password --id=disk",
    "mysqldump -p db",
    "rsync -u anna:backup /srv",
    "LoadCredential=token:/etc/token",
    "tokenise --in x",
    "ssh -p 2222 anna@192.0.2.5",
    "passwd -l anna",
  ])("%s", (text) => expect(found(text)).toEqual([]));
});

test("data beside a report lose its secrets, their own, and those of settings cut in two", () => {
  const { data } = redacted({
    timers: [{ command: "push --token hunter22-x" }],
    lines: [
      { key: "SetCredential", value: "db:s3cret-y", line: 3 },
      { key: "Environment", value: "API_KEY=other-z", line: 4 },
    ],
    says: ["hunter22-x and s3cret-y again", null, true],
  });
  expect(data).toEqual({
    timers: [{ command: "push --token **********" }],
    lines: [
      { key: "SetCredential", value: "db:********", line: 3 },
      { key: "Environment", value: "API_KEY=*******", line: 4 },
    ],
    says: ["********** and ******** again", null, true],
  });
});

test("a secret that is a word of ours, a unit's name or a path blots out none of those", () => {
  const data = {
    schema: "timerwarden/audit",
    id: "system/backup.timer",
    path: "/srv/backup",
    state: "unknown",
    command: "x --token timerwarden --password backup --secret unknown",
    says: "it tells timerwarden",
  };
  expect(redacted(data).data).toEqual({
    ...data,
    command: "x --token *********** --password ****** --secret *******",
    says: "it tells ***********",
  });
});

describe("a report", () => {
  const base = auditOf("attacked");
  const [timer] = base.timers;
  const [finding] = base.findings;
  if (timer === undefined || finding === undefined) throw new Error("the sample has no rows");
  const report = {
    ...base,
    timers: [
      {
        ...timer,
        command: "/usr/bin/push --token hunter22-x",
        commands: [
          {
            unit: "push.service",
            key: "ExecStart",
            path: "/usr/bin/push",
            argv: ["push", "--token", "hunter22-x", "-m", "a b"],
            flags: [],
            source: { path: "/x", line: 1, column: 1 },
          },
        ],
      },
    ],
    findings: [
      {
        ...finding,
        says: "push is told hunter22-x.",
        evidence: [
          {
            path: "/x",
            line: 1,
            column: 18,
            length: 9,
            excerpt: "ExecStart=push --token hunter22-x",
            says: null,
          },
        ],
      },
    ],
  };

  test("loses its secrets wherever they stand, and nothing moves", () => {
    const { data: clean, count } = redacted(report);
    expect(count).toBe(1);
    expect(JSON.stringify(clean)).not.toContain("hunter22");
    expect(clean.timers[0]?.command).toBe("/usr/bin/push --token **********");
    expect(clean.timers[0]?.commands[0]?.argv).toEqual(["push", "--token", "**********", "-m", "a b"]);
    expect(clean.findings[0]?.says).toBe("push is told **********.");
    expect(clean.findings[0]?.evidence[0]?.excerpt).toBe("ExecStart=push --token **********");
    expect(JSON.stringify(clean).length).toBe(JSON.stringify(report).length);
    expect(redacted(clean)).toEqual({ data: clean, count: 0 });
  });

  test("without secrets is the very same", () => {
    expect(redacted(base).data).toBe(base);
  });
});

test("no text takes long or breaks it", () => {
  const piece = fc.constantFrom(
    "token",
    "=",
    ":",
    " ",
    "--",
    "password",
    "://",
    "@",
    "curl -u ",
    "a",
    "'",
    "mysql -p",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
      const text = pieces.join("");
      let last = 0;
      for (const [start, end] of secretRanges(text)) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(text.length);
        last = end;
      }
    }),
  );
  expect(secretRanges("curl ".repeat(20_000)).length).toBe(0);
  expect(found(`token=${"a".repeat(300_000)}`)).toHaveLength(1);
});
