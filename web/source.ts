/** Where the data come from: the page itself (single-file report), or the server that sent the page. */

import type { AuditReport } from "../src/report/envelope.ts";
import {
  type Board,
  type Dossier,
  type Outline,
  STATE_HEADER,
  type TargetsView,
  type ZoneView,
} from "../src/server/api.ts";
import { targetView } from "../src/server/target-view.ts";

/** A state of one target; what the first view does without comes later. */
export interface Answer {
  readonly outline: Outline;
  /** `null` when the target has another state by now. */
  readonly dossier: () => Promise<Dossier | null>;
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

interface Embedded extends Answer {
  readonly dossier: () => Promise<Dossier>;
}

async function embedded(): Promise<Embedded | null> {
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

function fixed(answer: Embedded): Source {
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
  return {
    isLive: true,
    digest: null,
    targets: async () => (await ask<TargetsView>("api/targets")).targets,
    snapshot: async (index) => {
      const answer = await answerTo(`api/outline/${index}`);
      const state = answer.headers.get(STATE_HEADER) ?? "";
      return { outline: (await answer.json()) as Outline, dossier: () => dossierOf(index, state) };
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
  if (!answer.ok) throw await refusal(path, answer);
  return answer;
}

async function dossierOf(index: number, state: string): Promise<Dossier | null> {
  const path = `api/dossier/${index}/${state}`;
  const answer = await fetch(path);
  if (answer.status === 410) return null;
  if (!answer.ok) throw await refusal(path, answer);
  return (await answer.json()) as Dossier;
}

async function refusal(path: string, answer: Response): Promise<Error> {
  return new Error(`${path}: ${answer.status} ${(await answer.text()).trim()}`);
}
