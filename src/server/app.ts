/**
 * The dashboard's HTTP side: six read-only answers behind one door. Nothing here takes a path: static files are in
 * memory under fixed names, targets go by number, zones by name.
 */
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { cookieIn, isSecret, newSecret, type Refusal, refusalOf } from "./access.ts";
import { type Snapshot, STATE_HEADER, type TargetsView, type ZoneView } from "./api.ts";
import type { WebBundle } from "./bundle.ts";
import { targetView } from "./target-view.ts";

/** `true`: it differs from what was told last; `false`: only time has passed. */
export type ChangeListener = (isNews: boolean) => void;

/** A target as the server holds it. */
export interface ServedTarget {
  /** As the operator named it. */
  readonly name: string;
  /** The newest state; grows anew whenever the target was seen to change. */
  current(): Snapshot;
  /** A zone of the target or of the analysing machine; `null` when there is none of that name. */
  zone(name: string): ZoneView | null;
  /** Calls back after each new state; returns how to stop. */
  onChange(listener: ChangeListener): () => void;
}

export interface DashboardOptions {
  readonly targets: readonly ServedTarget[];
  readonly bundle: WebBundle;
  /** In the link that is printed; good for one exchange. */
  readonly token: string;
  /** `Host` values that are this server: `127.0.0.1:4711`, `localhost:4711`. */
  readonly hosts: ReadonlySet<string>;
  /** Tells servers of one machine apart: cookies know no ports. */
  readonly cookie: string;
}

const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  [
    "content-security-policy",
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  ],
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
  ["cross-origin-embedder-policy", "require-corp"],
  ["permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"],
  ["cache-control", "no-store"],
];

/** Streams held open at once; a page needs one. */
const MAX_STREAMS = 32;

export function dashboardApp({ targets, bundle, token, hosts, cookie }: DashboardOptions): Hono {
  const app = new Hono();
  const session = newSecret();
  let isTokenSpent = false;
  let streams = 0;

  app.use(async (context, next) => {
    for (const [name, value] of SECURITY_HEADERS) context.header(name, value);
    const { method, url } = context.req;
    const { host, pathname, search, searchParams } = new URL(url);
    const header = (name: string): string | null => context.req.header(name) ?? null;
    const given = pathname === "/" ? searchParams.get("token") : null;
    const refusal = refusalOf({ method, target: pathname + search, header }, hosts, given !== null);
    if (refusal !== null) return refused(refusal);
    // A request line may name another host than the header does.
    if (!hosts.has(host))
      return refused({ status: 421, reason: "this server answers only to its own address" });
    const isKnown = isSecret(cookieIn(header("cookie"), cookie), session);
    if (given !== null) {
      const isRight = isSecret(given, token) && !isTokenSpent;
      if (!isRight && !isKnown)
        return refused({ status: 401, reason: "this link was used already or is not right" });
      if (isRight) {
        isTokenSpent = true;
        context.header("set-cookie", `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/`);
      }
      return context.redirect("/", 303);
    }
    if (!isKnown) return refused({ status: 401, reason: "open the link that timerwarden serve printed" });
    await next();
    return undefined;
  });

  /** A state is put into words once, however many pages ask for it, and numbered, so that its parts are not mixed up. */
  const told = new WeakMap<Snapshot, Told>();
  let states = 0;
  const tell = (snapshot: Snapshot): Told => {
    const known = told.get(snapshot) ?? toldOf(snapshot, String(++states));
    told.set(snapshot, known);
    return known;
  };

  // The first page finds them made.
  for (const target of targets) tell(target.current());

  // A page of one target is sure to want it, and asks before its program is there.
  app.get("/", async (context, next) => {
    if (targets.length === 1)
      context.header("link", '</api/outline/0>; rel="preload"; as="fetch"; crossorigin');
    await next();
  });

  const text = (path: string, body: string, type: string): void => {
    app.get(path, (context) => context.body(body, 200, { "content-type": `${type}; charset=utf-8` }));
  };
  text("/", bundle.page, "text/html");
  text("/app.js", bundle.script, "text/javascript");
  text("/app.css", bundle.style, "text/css");

  app.get("/api/targets", (context) => context.json(targetsView(targets)));

  app.get("/api/outline/:index{[0-9]{1,4}}", (context) => {
    const target = targets[Number(context.req.param("index"))];
    if (target === undefined) return context.json({ error: "there is no such target" }, 404);
    const { state, outline } = tell(target.current());
    return context.body(outline, 200, { "content-type": "application/json", [STATE_HEADER]: state });
  });

  /** The rest of a state; 410 when that is no longer the target's. */
  app.get("/api/dossier/:index{[0-9]{1,4}}/:state{[0-9]{1,15}}", (context) => {
    const target = targets[Number(context.req.param("index"))];
    if (target === undefined) return context.json({ error: "there is no such target" }, 404);
    const { state, dossier } = tell(target.current());
    if (context.req.param("state") !== state) return context.json({ error: "there is a newer state" }, 410);
    return context.body(dossier, 200, { "content-type": "application/json" });
  });

  /** `null` for a name that is no zone: asking is no mistake, the page knows others. */
  app.get("/api/zone/:index{[0-9]{1,4}}", (context) => {
    const target = targets[Number(context.req.param("index"))];
    return context.json(target?.zone(context.req.query("name") ?? "") ?? null);
  });

  app.get("/api/events", (context) => {
    if (streams >= MAX_STREAMS) return context.json({ error: "too many pages are open" }, 503);
    streams++;
    return streamSSE(context, async (stream) => {
      let done = (): void => undefined;
      const closed = new Promise<void>((resolve) => {
        done = resolve;
      });
      stream.onAbort(() => done());
      const stops = targets.map((target, index) =>
        target.onChange((isNews) => {
          stream.writeSSE({ event: isNews ? "changed" : "later", data: String(index) }).catch(done);
        }),
      );
      await stream.writeSSE({ event: "ready", data: String(targets.length) });
      await closed;
      for (const stop of stops) stop();
      streams--;
    });
  });

  app.notFound(() => refused({ status: 400, reason: "there is nothing of that name" }, 404));
  return app;
}

interface Told {
  readonly state: string;
  readonly outline: Uint8Array<ArrayBuffer>;
  readonly dossier: Uint8Array<ArrayBuffer>;
}

function toldOf({ report, board, dossier }: Snapshot, state: string): Told {
  const bytes = (part: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(part));
  return { state, outline: bytes({ report, board }), dossier: bytes(dossier) };
}

function refused({ status, reason }: Refusal, as: number = status): Response {
  const headers = new Headers([...SECURITY_HEADERS, ["content-type", "text/plain; charset=utf-8"]].map(pair));
  if (status === 405) headers.set("allow", "GET, HEAD");
  return new Response(`${reason}\n`, { status: as as ContentfulStatusCode, headers });
}

function pair([name = "", value = ""]: readonly string[]): [string, string] {
  return [name, value];
}

function targetsView(targets: readonly ServedTarget[]): TargetsView {
  return {
    targets: targets.map(({ name, current }) => targetView(name, current())),
  };
}
