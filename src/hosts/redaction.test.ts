import { describe, expect, test } from "vitest";
import { parseShadow } from "../accounts/shadow.ts";
import { decodeUtf8, encodeUtf8 } from "../syntax/utf8.ts";
import { redacted, redactedLine } from "./redaction.ts";

test.each([
  ["root:$y$j9T$abcDEF./$ghi123:19000:0:99999:7:::", "root:$y$xxx$xxxxxxxx$xxxxxx:19000:0:99999:7:::"],
  ["anna:!$6$salt$hash:19000::::::", "anna:!$6$xxxx$xxxx:19000::::::"],
  ["anna:ab01./CDefgh:19000::::::", "anna:xxxxxxxxxxxx:19000::::::"],
  ["anna:ab01./CDefghi:19000::::::", "anna:xxxxxxxxxxxxx:19000::::::"],
  ["anna:no hash:1", "anna:xx xxxx:1"],
  ["anna:*:19000::::::", "anna:*:19000::::::"],
  ["anna:!:19000::::::", "anna:!:19000::::::"],
  ["anna:!*:19000::::::", "anna:!*:19000::::::"],
  ["anna::19000::::::", "anna::19000::::::"],
  ["anna:x:1000:1000::/home/anna:/bin/sh", "anna:x:1000:1000::/home/anna:/bin/sh"],
  ["no fields", "no fields"],
])("%s is kept as %s", (line, kept) => {
  expect(redactedLine(line)).toBe(kept);
  expect(redactedLine(kept)).toBe(kept);
  const [before, after] = [line, kept].map((text) => parseShadow(encodeUtf8(text)).records[0]);
  expect([after?.state, after?.scheme]).toEqual([before?.state, before?.scheme]);
});

describe("only where hashes stand", () => {
  const bytes = encodeUtf8("anna:$y$a$b:1\n");
  test.each([
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow+",
    "/etc/passwd",
    "/etc/passwd.org",
    "/etc/group-",
  ])("%s", (path) => expect(decodeUtf8(redacted(path, bytes))).toBe("anna:$y$x$x:1\n"));
  test.each(["/etc/motd", "/etc/shadow.d", "/srv/etc/shadow"])("not %s", (path) =>
    expect(redacted(path, bytes)).toBe(bytes),
  );
  test("a file without hashes is the very same", () => {
    const plain = encodeUtf8("root:x:0:0::/root:/bin/sh\n");
    expect(redacted("/etc/passwd", plain)).toBe(plain);
  });
});
