import type { Host } from "../../hosts/host.ts";
import { decodeUtf8 } from "../../syntax/utf8.ts";
import { type SourceProblem, wholeFile } from "../sources/source-problem.ts";

/** Logs and results of tools grow beyond what a configuration may. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The text of a log or report; `null` when it is not there, or with a problem noted when it cannot be read whole. */
export function readLongText(host: Host, path: string, problems: SourceProblem[]): string | null {
  const content = host.readFile(path, MAX_BYTES);
  if (content.kind === "absent") return null;
  if (content.kind === "present" && !content.value.truncated) return decodeUtf8(content.value.bytes);
  const reason = content.kind === "present" ? "longer than what is read" : content.reason;
  problems.push({ span: wholeFile(path), reason });
  return null;
}
