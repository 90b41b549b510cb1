/** A target of `assess`, or the bundle of an earlier assessment in its place. */
import { closeSync, openSync, readSync } from "node:fs";
import { type BundleGiven, looksLikeBundle, openBundle } from "../controls/bundle.ts";
import { openDirectory } from "../hosts/directory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { parseSystemdVersion } from "../time/systemd-version.ts";
import type { Arguments } from "./arguments.ts";
import { givenBy, readInput } from "./assessment-inputs.ts";
import { caseOfRecording } from "./case.ts";
import { RunError, type Streams } from "./command.ts";
import { type OpenedTarget, openOne } from "./target.ts";

export interface OpenedAssessment {
  readonly opened: OpenedTarget & { readonly zone: string | null };
  readonly given: BundleGiven;
}

/**
 * `bundle:FILE`, or a file that begins as one: the bundle's own circumstances, and what the operator gave when it was
 * made, hold unless others are given.
 */
export async function openTargetOrBundle(
  targets: readonly string[],
  args: Arguments,
  streams: Streams,
): Promise<OpenedAssessment> {
  const [name] = targets;
  const file = name?.startsWith("bundle:")
    ? name.slice("bundle:".length)
    : name !== undefined && isBundle(name)
      ? name
      : null;
  const own = givenBy(args);
  const zone = args.text("tz");
  if (file === null || targets.length > 1) {
    const opened = await openOne(targets, args, streams);
    return { opened: { ...opened, zone }, given: { ...own, case: own.case ?? caseOfRecording(opened.host) } };
  }
  const bundle = openBundle(readInput(file, "bundle"));
  if (!bundle.ok) throw new RunError(`${file}: ${bundle.problem.message}`);
  const { host, context } = bundle.value;
  const local = await openOne([], args, streams);
  const kept = context.given;
  return {
    opened: {
      host,
      zone: zone ?? context.zone,
      zones: zonesOf(host, openDirectory("/", "host:", true), zone ?? context.zone ?? undefined),
      nowUsec: args.text("now") === null ? context.nowUsec : local.nowUsec,
      version: local.version ?? (context.systemd === null ? null : parseSystemdVersion(context.systemd)),
      scopes: args.text("scope") === null ? context.scopes : local.scopes,
      progress: local.progress,
    },
    given: {
      controls: args.texts("control").length > 0 ? own.controls : kept.controls,
      attestations: own.attestations ?? kept.attestations,
      inspector: own.inspector.length > 0 ? own.inspector : kept.inspector,
      history: own.history ?? kept.history,
      case: own.case ?? kept.case,
    },
  };
}

function isBundle(path: string): boolean {
  try {
    const descriptor = openSync(path, "r");
    try {
      const start = new Uint8Array(64);
      return looksLikeBundle(start.subarray(0, readSync(descriptor, start)));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}
