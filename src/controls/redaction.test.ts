import { expect, test } from "vitest";
import { parseShadow } from "../accounts/shadow.ts";
import { decodeUtf8, encodeUtf8 } from "../syntax/utf8.ts";
import { redacted, redactedLine } from "./redaction.ts";

test.each([
  ["anna:$y$j9T$salt$hash:19000::::::", "anna:$y$redacted:19000::::::"],
  ["anna:!$6$salt$hash:19000::::::", "anna:!$6$redacted:19000::::::"],
  ["anna:ab01./CDefgh:19000::::::", "anna:ab01./CDefgh:19000::::::"],
  ["anna:ab01./CDefghi:19000::::::", "anna:xxxxxxxxxxxxx:19000::::::"],
  ["anna:*:19000::::::", "anna:*:19000::::::"],
  ["anna:!:19000::::::", "anna:!:19000::::::"],
  ["anna::19000::::::", "anna::19000::::::"],
  ["anna:x:1000:1000::/home/anna:/bin/sh", "anna:x:1000:1000::/home/anna:/bin/sh"],
])("%s is kept as %s", (line, kept) => {
  expect(redactedLine(line)).toBe(kept);
  const [before, after] = [line, kept].map((text) => parseShadow(encodeUtf8(text)).records[0]);
  expect([after?.state, after?.scheme]).toEqual([before?.state, before?.scheme]);
});

test("other files are not touched", () => {
  const bytes = encodeUtf8("anna:$y$a$b:1\n");
  expect(redacted("/etc/motd", bytes)).toBe(bytes);
  expect(decodeUtf8(redacted("/etc/shadow", bytes))).toBe("anna:$y$redacted:1\n");
});
