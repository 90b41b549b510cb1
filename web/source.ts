/** Where the data come from: the page itself (single-file report), or the server that sent the page. */

import type { AuditReport } from "../src/report/envelope.ts";
import type { Board, Snapshot, TargetsView, ZoneView } from "../src/server/api.ts";
import { targetView } from "../src/server/target-view.ts";
import { parseRoute } from "./route.ts";

export interface Source {
  readonly isLive: boolean;
  /** SHA-256 of the report in this file, as its head states it; `null` when served. */
  readonly digest: string | null;
  /** Every target in short, as it is now. */
  targets(): Promise<TargetsView["targets"]>;
  snapshot(index: number): Promise<Snapshot>;
  /** A zone of the target; `null` when it cannot be asked or does not know it. */
  zone(index: number, name: string): Promise<ZoneView | null>;
  /**
   * Calls back with the index of a target that has a newer state (`isNews`: one that says something else; `null`: any
   * may have, as the server was away), and with whether the server is there.
   */
  listen(
    onChange: (index: number | null, isNews: boolean) => void,
    onState: (isConnected: boolean) => void,
  ): () => void;
}

export async function openSource(): Promise<Source> {
  const inside = await embedded();
  return inside === null ? served() : fixed(inside);
}

async function embedded(): Promise<Snapshot | null> {
  const report = document.getElementById("timerwarden-report")?.textContent;
  const board = document.getElementById("timerwarden-board")?.textContent;
  if (!report || !board) return null;
  return { report: JSON.parse(report) as AuditReport, board: JSON.parse(await unpacked(board)) as Board };
}

/** Base64 of gzip: the board holds much that repeats. */
async function unpacked(text: string): Promise<string> {
  const bytes = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).text();
}

function fixed(snapshot: Snapshot): Source {
  const view = targetView(snapshot.report.target.name, snapshot);
  const stated = document.querySelector<HTMLMetaElement>('meta[name="timerwarden-sha256"]');
  return {
    isLive: false,
    digest: stated?.content ?? null,
    targets: async () => [view],
    snapshot: async () => snapshot,
    zone: async () => null,
    listen: () => () => undefined,
  };
}

function served(): Source {
  // The first state is asked for at once, before anything is drawn.
  const first = Number(parseRoute(location.hash).params.get("t") ?? 0) || 0;
  let ahead: Promise<Snapshot> | null = ask<Snapshot>(`api/snapshot/${first}`);
  ahead.catch(() => undefined);
  return {
    isLive: true,
    digest: null,
    targets: async () => (await ask<TargetsView>("api/targets")).targets,
    snapshot: (index) => {
      const asked = index === first ? ahead : null;
      ahead = null;
      return asked ?? ask<Snapshot>(`api/snapshot/${index}`);
    },
    zone: (index, name) =>
      ask<ZoneView | null>(`api/zone/${index}?name=${encodeURIComponent(name)}`).catch(() => null),
    listen: (onChange, onState) => {
      const stream = new EventSource("api/events");
      let wasAway = false;
      stream.addEventListener("ready", () => {
        onState(true);
        if (wasAway) onChange(null, false);
        wasAway = false;
      });
      stream.addEventListener("error", () => {
        wasAway = true;
        onState(false);
      });
      stream.addEventListener("changed", (event) => onChange(Number(event.data), true));
      stream.addEventListener("later", (event) => onChange(Number(event.data), false));
      return () => stream.close();
    },
  };
}

async function ask<T>(path: string): Promise<T> {
  const answer = await fetch(path, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${(await answer.text()).trim()}`);
  return (await answer.json()) as T;
}
