import * as fc from "fast-check";
import { expect, test } from "vitest";
import { memoryHost } from "../../hosts/memory.ts";
import { readBusPolicy } from "./dbus-policy.ts";
import { javascriptTokens } from "./javascript-tokens.ts";
import { readPamStack } from "./pam.ts";
import { readPolkitActions } from "./polkit-actions.ts";
import { parseLocalAuthority } from "./polkit-local-authority.ts";
import { parsePolkitRules } from "./polkit-rules.ts";
import type { SourceProblem } from "./source-problem.ts";
import { readSshdConfig } from "./sshd-config.ts";
import { parseXml } from "./xml.ts";

const UNITS = "org.freedesktop.systemd1.manage-units";
const rule = (body: string): string => `polkit.addRule(function(action, subject) {\n${body}\n});\n`;

/** What a rule grants for managing units: `yes` to whom, `?` when it cannot be told, nothing. */
function granted(text: string): string {
  const problems: SourceProblem[] = [];
  const said = parsePolkitRules(text, "/r", problems).flatMap((grant) => {
    const concerns = grant.concerns(UNITS);
    if (concerns === false) return [];
    const who = [...grant.users, ...grant.groups.map((group) => `%${group}`), ...grant.units].join(" ");
    return [`${concerns === null ? "?" : grant.result} ${who}`.trim()];
  });
  return [...said, ...problems.map(() => "problem")].join("; ");
}

test.each([
  [rule(`if (action.id == "${UNITS}") return polkit.Result.YES;`), "yes"],
  [rule(`if (action.id === "${UNITS}" && subject.user == "anna") { return polkit.Result.YES; }`), "yes anna"],
  [rule(`if (action.id == "${UNITS}" && subject.isInGroup("ops")) { return "yes"; }`), "problem"],
  [
    rule(
      'if (action.id.startsWith("org.freedesktop.systemd1.") && subject.isInGroup("ops")) return polkit.Result.AUTH_SELF;',
    ),
    "auth_self %ops",
  ],
  [rule('if (action.id.indexOf("org.freedesktop.systemd1.") == 0) { return polkit.Result.YES }'), "yes"],
  [rule('if (action.id == "org.example.other") { return polkit.Result.YES; }'), ""],
  [rule("return polkit.Result.YES;"), "yes"],
  [
    rule(`if (action.id == "${UNITS}") { if (subject.user == "anna") { return polkit.Result.YES; } }`),
    "yes anna",
  ],
  [
    rule(`if (action.id == "${UNITS}" && action.lookup("unit") == "app.service") return polkit.Result.YES;`),
    "yes app.service",
  ],
  [rule(`if (action.id != "${UNITS}") return; return polkit.Result.YES;`), "?"],
  [
    rule(`if (action.id != "${UNITS}") { return polkit.Result.NOT_HANDLED; }\nreturn polkit.Result.YES;`),
    "?",
  ],
  [rule("if (/^org\\.freedesktop/.test(action.id)) return polkit.Result.YES;"), "?"],
  [rule("return polkit.spawn(['/bin/x']);"), "problem"],
  [rule(`if (action.id == "${UNITS}") return polkit.Result.AUTH_ADMIN_KEEP;`), ""],
  [
    rule(
      `if (action.id == "org.example.other") { return polkit.Result.NO; } else { return polkit.Result.YES; }`,
    ),
    "?",
  ],
  [rule(`if (action.id == "org.a" || action.id == "${UNITS}") return polkit.Result.YES;`), "yes"],
  [rule("// return polkit.Result.YES;\n/* return polkit.Result.YES; */\nreturn null;"), ""],
  [rule('var s = "return polkit.Result.YES;"; return undefined;'), ""],
  ['polkit.addAdminRule(function(action, subject) { return ["unix-group:sudo"]; });\n', ""],
  ["polkit.addRule(function(action, subject) { return polkit.Result.YES;", "problem"],
])("polkit rule %# grants what it says: %s", (text, expected) => {
  expect(granted(text)).toBe(expected);
});

test("old local authority files grant by globs", () => {
  const [grant] = parseLocalAuthority(
    "[x]\nIdentity=unix-group:ops;unix-user:anna\nAction=org.freedesktop.systemd1.*\nResultActive=yes\n",
    "/x.pkla",
    [],
  );
  expect([grant?.users, grant?.groups, grant?.concerns(UNITS), grant?.concerns("org.other")]).toEqual([
    ["anna"],
    ["ops"],
    true,
    false,
  ]);
});

test("actions without a stated default are refused", () => {
  const { actions } = readPolkitActions({
    host: memoryHost({
      "/usr/share/polkit-1/actions/org.freedesktop.systemd1.policy": `<!DOCTYPE policyconfig PUBLIC "x" "y">\n<policyconfig><!-- c --><action id="${UNITS}"><defaults><allow_active>auth_admin</allow_active></defaults></action></policyconfig>`,
    }),
  });
  expect(actions.get(UNITS)).toMatchObject({
    any: "no",
    inactive: "no",
    active: "auth_admin",
    span: { line: 2 },
  });
});

test("PAM stacks follow includes by type, and substacks, and joined lines", () => {
  const { lines, problems } = readPamStack(
    memoryHost({
      "/etc/pam.d/sshd":
        "@include common\nauth include other\nsession [success=1 default=ignore] \\\n  pam_x.so a [b c]\n-session optional pam_y.so # end\n",
      "/etc/pam.d/common":
        "auth required /lib/security/pam_unix.so nullok\nsession required pam_loginuid.so\n",
      "/etc/pam.d/other": "auth required pam_deny.so\nsession required pam_deny.so\n",
    }),
    "sshd",
  );
  expect(problems).toEqual([]);
  expect(
    lines.map(({ type, control, module, args, quiet }) => [type, control, module, args.join("+"), quiet]),
  ).toEqual([
    ["auth", "required", "pam_unix.so", "nullok", false],
    ["session", "required", "pam_loginuid.so", "", false],
    ["auth", "required", "pam_deny.so", "", false],
    ["session", "[success=1 default=ignore]", "pam_x.so", "a+[b c]", false],
    ["session", "optional", "pam_y.so", "", true],
  ]);
});

test("of sshd's keywords the first counts, includes stand in place, and Match ends with its file", () => {
  const { settings, matches, problems } = readSshdConfig({
    host: memoryHost({
      "/etc/ssh/sshd_config":
        'Include sshd_config.d/*.conf\nPermitRootLogin = yes\nBanner "/etc/my file"\nMatch User anna\n  PasswordAuthentication no\nMatch all\nX11Forwarding no\n',
      "/etc/ssh/sshd_config.d/10.conf": "PermitRootLogin no\nMatch Group ops\nPermitRootLogin yes\n",
      "/etc/ssh/sshd_config.d/20.conf": "PasswordAuthentication yes\n",
      "/etc/ssh/sshd_config.d/30.bak": "UsePAM no\n",
    }),
  });
  expect(problems).toEqual([]);
  expect([...settings].map(([key, { value }]) => `${key}=${value}`)).toEqual([
    "permitrootlogin=no",
    "passwordauthentication=yes",
    "banner=/etc/my file",
    "x11forwarding=no",
  ]);
  expect(matches.map(({ criteria, settings: own }) => [criteria, own.size])).toEqual([
    ["Group ops", 1],
    ["User anna", 1],
    ["all", 1],
  ]);
});

test("bus policies carry their context", () => {
  const { rules } = readBusPolicy({
    host: memoryHost({
      "/etc/dbus-1/system.d/a.conf":
        '<busconfig><policy group="ops"><allow send_destination="org.freedesktop.systemd1"/></policy>\n<policy at_console="true"><deny own="x"/></policy></busconfig>',
    }),
  });
  expect(rules.map(({ allow, context, span }) => [allow, context, span.line])).toEqual([
    [true, "group ops", 1],
    [false, "console", 2],
  ]);
});

test.each([
  ['<a b="1 &lt; 2"><c>x</c><![CDATA[<raw>]]>&#65;</a>', true],
  ["<a><b></a>", false],
  ["<a/><b/>", false],
  ["text", false],
  ["<a", false],
  ["</a>", false],
  ["", false],
  ["<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", true],
])("XML %s is well formed: %s", (text, ok) => {
  expect(parseXml(text).ok).toBe(ok);
});

test("no text makes a parser throw or linger", () => {
  const hosts = (path: string, text: string) => ({ host: memoryHost({ [path]: text }) });
  void fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
      parseXml(text);
      javascriptTokens(text);
      parsePolkitRules(rule(text), "/r", []);
      parseLocalAuthority(text, "/x", []);
      readPamStack(hosts("/etc/pam.d/x", text).host, "x");
      readSshdConfig(hosts("/etc/ssh/sshd_config", text));
      readBusPolicy(hosts("/etc/dbus-1/system.conf", text));
    }),
  );
  // What takes time by the square of its length would not end within the test's own limit.
  for (const piece of [
    "<a>",
    '<a b="',
    "&#1",
    "if(",
    "/*",
    "return ",
    "action.id==",
    "auth include x\n",
    "auth x [",
    "Match a\n",
    "Include *\n",
    "a\\\n",
  ]) {
    const long = piece.repeat(40_000);
    parseXml(long);
    parsePolkitRules(long, "/r", []);
    readPamStack(hosts("/etc/pam.d/x", long).host, "x");
    readSshdConfig(hosts("/etc/ssh/sshd_config", long));
  }
});
