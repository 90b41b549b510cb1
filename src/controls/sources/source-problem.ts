import type { Span } from "../../syntax/span.ts";
import { at } from "../evidence.ts";
import type { Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";

/** A line or file of a configuration that could not be read or understood, so that something may be missing. */
export interface SourceProblem {
  readonly span: Span;
  readonly reason: string;
}

/** The problems of a source as doubts of a check. */
export function doubtsOf(subject: Subject, problems: readonly SourceProblem[]): readonly Point[] {
  return problems.map(({ span, reason }) => ({
    says: `${span.path}${span.line > 0 ? ` line ${span.line}` : ""}: ${reason}`,
    evidence: [at(subject, span, reason)],
  }));
}

/** A file as a whole. */
export function wholeFile(path: string): Span {
  return { path, line: 0, column: 0, length: 0 };
}

export function lineSpan(path: string, line: number): Span {
  return { path, line, column: 1, length: 0 };
}
