/** `-o html`: the dashboard in one file, over the page that reads without scripts. */
import { assess } from "../controls/assess.ts";
import { subjectOf } from "../controls/subject.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { LiveState } from "../live/live-state.ts";
import type { AuditReport } from "../report/envelope.ts";
import { exportText } from "../report/exporter.ts";
import { html } from "../report/formats/html.ts";
import type { Judgement } from "../rules/judge.ts";
import type { Beyond } from "../server/beyond-in-page.ts";
import { readBundle, type WebBundle } from "../server/bundle.ts";
import { singleFileReport } from "../server/single-file.ts";
import { snapshotOf } from "../server/snapshot.ts";
import type { Streams } from "./command.ts";

/** What the dashboard needs beyond the report; the same for the same evidence and moment. */
export function beyondReport(inventory: Inventory, judgement: Judgement, live: LiveState | null): Beyond {
  const { live: isThisHost, target } = inventory.host;
  const { board, dossier } = snapshotOf(inventory, judgement, {
    target: isThisHost ? null : target,
    scanned: null,
    assessment: assess(subjectOf(inventory)),
    journal: live?.journal ?? [],
  });
  return { board, dossier };
}

/**
 * The whole file. Where the dashboard was not built, the page alone, and a word on standard error. `blotted` secrets were
 * blotted out just now; what was before, in a page that is converted, is out as well.
 */
export function htmlReport(
  report: AuditReport,
  { board, dossier }: Beyond,
  blotted: number | null,
  streams: Streams,
): string {
  const page = exportText(html, report) ?? "";
  const bundle = builtDashboard(streams);
  if (bundle === null) return page;
  const sum = blotted === null ? board.blotted : (board.blotted ?? 0) + blotted;
  return singleFileReport(page, { board: { ...board, blotted: sum }, dossier }, bundle);
}

function builtDashboard(streams: Streams): WebBundle | null {
  try {
    return readBundle();
  } catch (error) {
    streams.err(
      `timerwarden: the dashboard was not built, so the page is without it (${(error as Error).message})\n`,
    );
    return null;
  }
}
