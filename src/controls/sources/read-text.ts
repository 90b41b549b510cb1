import type { Host } from "../../hosts/host.ts";
import { decodeUtf8 } from "../../syntax/utf8.ts";
import { type SourceProblem, wholeFile } from "./source-problem.ts";

/** Configuration files are small; one beyond this is not read. */
const MAX_BYTES = 1024 * 1024;

/**
 * The text of a configuration file; `null` when it is not there, or with a problem noted when it cannot be read, is
 * too long, or holds bytes no text has.
 */
export function readText(host: Host, path: string, problems: SourceProblem[]): string | null {
  const content = host.readFile(path, MAX_BYTES);
  if (content.kind === "absent") return null;
  const problem = (reason: string): null => {
    problems.push({ span: wholeFile(path), reason });
    return null;
  };
  if (content.kind === "unreadable") return problem(content.reason);
  if (content.value.truncated) return problem("longer than a configuration file should be; not read");
  if (content.value.bytes.includes(0)) return problem("not a text: it holds zero bytes");
  return decodeUtf8(content.value.bytes);
}

/** The names in a directory; none when it is not there, with a problem noted when it cannot be listed. */
export function namesIn(host: Host, path: string, problems: SourceProblem[]): readonly string[] {
  const listing = host.readDirectory(path);
  if (listing.kind === "unreadable") problems.push({ span: wholeFile(path), reason: listing.reason });
  return listing.kind === "present" ? listing.value.map(({ name }) => name) : [];
}
