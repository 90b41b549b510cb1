/** Where the data come from: the page itself (single-file report), or the server that sent the page. */

import type { AuditReport } from "../src/report/envelope.ts";
import type { Board, Dossier, Outline, TargetsView, ZoneView } from "../src/server/api.ts";
import { targetView } from "../src/server/target-view.ts";
import { parseRoute } from "./route.ts";

/** A state of one target; what the first view does without comes later. */
export interface Answer {
  readonly outline: Outline;
  readonly dossier: () => Promise<Dossier>;
}

export interface Source {
  readonly isLive: boolean;
  /** SHA-256 of the report in this file, as its head states it; `null` when served. */
  readonly digest: string | null;
  /** Every target in short, as it is now. */
  targets(): Promise<TargetsView["targets"]>;
  snapshot(index: number): Promise<Answer>;
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

async function embedded(): Promise<Answer | null> {
  const report = document.getElementById("timerwarden-report")?.textContent;
  if (!report) return null;
  const board = await unpacked<Board>("timerwarden-board");
  let opened: Promise<Dossier> | null = null;
  const dossier = (): Promise<Dossier> => {
    opened ??= unpacked<Dossier>("timerwarden-dossier");
    return opened;
  };
  return { outline: { report: JSON.parse(report) as AuditReport, board }, dossier };
}

/** Base64 of gzip: these data hold much that repeats. */
async function unpacked<T>(element: string): Promise<T> {
  const text = document.getElementById(element)?.textContent ?? "";
  const bytes = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(stream).json()) as T;
}

function fixed(answer: Answer): Source {
  const { outline, dossier } = answer;
  const stated = document.querySelector<HTMLMetaElement>('meta[name="timerwarden-sha256"]');
  return {
    isLive: false,
    digest: stated?.content ?? null,
    targets: async () => [targetView(outline.report.target.name, { ...outline, dossier: await dossier() })],
    snapshot: async () => answer,
    zone: async () => null,
    listen: () => () => undefined,
  };
}

function served(): Source {
  // The first state is asked for at once, before anything is drawn.
  const first = Number(parseRoute(location.hash).params.get("t") ?? 0) || 0;
  let ahead: Promise<Answer> | null = askInLines(`api/snapshot/${first}`);
  ahead.catch(() => undefined);
  return {
    isLive: true,
    digest: null,
    targets: async () => (await ask<TargetsView>("api/targets")).targets,
    snapshot: (index) => {
      const asked = index === first ? ahead : null;
      ahead = null;
      return asked ?? askInLines(`api/snapshot/${index}`);
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
  return (await (await answerTo(path)).json()) as T;
}

async function answerTo(path: string): Promise<Response> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${(await answer.text()).trim()}`);
  return answer;
}

/** An answer in two lines: resolves with the first as soon as that is there. */
async function askInLines(path: string): Promise<Answer> {
  const { body } = await answerTo(path);
  const line = lineReader(body ?? new ReadableStream());
  return {
    outline: JSON.parse(await line()) as Outline,
    dossier: async () => JSON.parse(await line()) as Dossier,
  };
}

/** One line after the other; rejects where the stream ends within one. */
function lineReader(stream: ReadableStream<Uint8Array<ArrayBuffer>>): () => Promise<string> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  const more = async (): Promise<string> => {
    const { done, value } = await reader.read();
    if (done) throw new Error("the server sent half an answer");
    return value;
  };
  let left = "";
  return async () => {
    const parts: string[] = [];
    for (let part = left; ; part = await more()) {
      const end = part.indexOf("\n");
      if (end < 0) parts.push(part);
      else {
        left = part.slice(end + 1);
        return parts.join("") + part.slice(0, end);
      }
    }
  };
}
