/** Who is refused, asked over a real socket: table of cases. */
import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Snapshot } from "./api.ts";
import type { ChangeListener, ServedTarget } from "./app.ts";
import { type Listening, listen } from "./listen.ts";

const SNAPSHOT = {
  report: {
    target: { name: "root:/x", host: "h", system: null, live: false },
    timers: [{ next: { earliest: "2026-11-02T00:00:00Z" } }, { next: { earliest: null } }],
    jobs: [{ next: { earliest: "2026-11-01T00:00:00Z" } }],
    summary: { verdicts: { alert: 1, suspect: 0, review: 0, ok: 2, unknown: 0 } },
    coverage: { gaps: [{}, {}] },
  },
  board: { target: "root:/x" },
  dossier: { controls: { controls: [{ id: "AC-2", state: "not shown", title: "t" }] } },
} as unknown as Snapshot;
const TARGET: ServedTarget = {
  name: "root:/x",
  current: () => SNAPSHOT,
  zone: (name) =>
    name === "Europe/Berlin"
      ? { name, standardName: "CET", daylightName: "CEST", abbreviations: [], periods: [] }
      : null,
  onChange: () => () => undefined,
};
const BUNDLE = { page: "<!DOCTYPE html><p>page", script: "script();", style: "p{}" };

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

let server: Listening;
let cookie = "";

/** One request as given: `fetch` would forbid or mend the headers that matter here. */
function ask(path: string, headers: Record<string, string> = {}, method = "GET", body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: "127.0.0.1", port: server.port, path, method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts).toString(),
        }),
      );
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

/** Bytes as they are, and the first line of what comes back. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (part) => {
      answer += String(part);
    });
    socket.on("close", () => resolve(answer.split("\r\n")[0] ?? ""));
    socket.on("error", reject);
    socket.setTimeout(3000, () => socket.destroy());
  });
}

beforeAll(async () => {
  server = await listen([TARGET], BUNDLE);
});
afterAll(() => server.close());

describe("the one-time link", () => {
  const token = (): string => new URL(server.url).search;

  test("a wrong token is refused and does not spend the right one", async () => {
    expect((await ask("/?token=wrong")).status).toBe(401);
    expect((await ask("/?token=")).status).toBe(401);
  });

  test("the right one gives a cookie for this page alone and leaves the address", async () => {
    const answer = await ask(`/${token()}`, {
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "navigate",
      "sec-fetch-dest": "document",
    });
    expect(answer.status).toBe(303);
    expect(answer.headers["location"]).toBe("/");
    const [set = ""] = answer.headers["set-cookie"] ?? [];
    expect(set).toMatch(/^timerwarden-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(set).not.toContain(token().slice(7));
    [cookie = ""] = set.split(";");
  });

  test("it works once", async () => {
    expect((await ask(`/${token()}`)).status).toBe(401);
  });

  test("whoever has the cookie is led on", async () => {
    expect((await ask(`/${token()}`, { cookie })).status).toBe(303);
  });

  test("the token opens nothing but the page", async () => {
    expect((await ask(`/api/targets${token()}`)).status).toBe(401);
  });
});

describe("what is answered", () => {
  test.each([
    ["/", "text/html; charset=utf-8", BUNDLE.page],
    ["/app.js", "text/javascript; charset=utf-8", BUNDLE.script],
    ["/app.css", "text/css; charset=utf-8", BUNDLE.style],
    [
      "/api/targets",
      "application/json",
      JSON.stringify({
        targets: [
          {
            name: "root:/x",
            host: "h",
            system: null,
            live: false,
            verdicts: { alert: 1, suspect: 0, review: 0, ok: 2, unknown: 0 },
            gaps: 2,
            next: "2026-11-01T00:00:00Z",
            controls: [{ id: "AC-2", state: "not shown" }],
          },
        ],
      }),
    ],
    [
      "/api/outline/0",
      "application/json",
      JSON.stringify({ report: SNAPSHOT.report, board: SNAPSHOT.board }),
    ],
    ["/api/dossier/0/1", "application/json", JSON.stringify(SNAPSHOT.dossier)],
    ["/api/zone/0?name=Nowhere/There", "application/json", "null"],
  ])("%s", async (path, type, body) => {
    const answer = await ask(path, { cookie });
    expect([answer.status, answer.headers["content-type"], answer.body]).toEqual([200, type, body]);
  });

  test("the page of one target asks for it ahead; of several nobody knows which is wanted", async () => {
    expect((await ask("/", { cookie })).headers["link"]).toBe(
      '</api/outline/0>; rel="preload"; as="fetch"; crossorigin',
    );
    const several = await listen([TARGET, TARGET], BUNDLE);
    const link = await fetch(several.url, { redirect: "manual" });
    const page = await fetch(`http://127.0.0.1:${several.port}/`, {
      headers: { cookie: link.headers.get("set-cookie")?.split(";")[0] ?? "" },
    });
    expect([page.status, page.headers.get("link")]).toEqual([200, null]);
    await several.close();
  });

  test("every answer, also a refusal, carries the policy", async () => {
    for (const answer of [await ask("/", { cookie }), await ask("/"), await ask("/nothing", { cookie })]) {
      expect(answer.headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
      });
      const policy = String(answer.headers["content-security-policy"]);
      for (const part of [
        "default-src 'none'",
        "script-src 'self';",
        "style-src 'self';",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ])
        expect(policy).toContain(part);
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    }
  });
});

describe("who is refused", () => {
  const port = (): string => String(server.port);

  test.each([
    ["without a cookie", "/api/outline/0", () => ({ cookie: "" }), 401],
    [
      "with a wrong cookie",
      "/api/outline/0",
      () => ({ cookie: `timerwarden-${port()}=${"x".repeat(43)}` }),
      401,
    ],
    ["with another server's cookie", "/", () => ({ cookie: cookie.replace(/-\d+=/, "-1=") }), 401],
    ["a rebound name", "/", () => ({ host: `evil.example.test:${port()}` }), 421],
    ["a name that begins like ours", "/", () => ({ host: `127.0.0.1.example.test:${port()}` }), 421],
    ["our name without the port", "/", () => ({ host: "127.0.0.1" }), 421],
    ["another port", "/", () => ({ host: "127.0.0.1:1" }), 421],
    ["another loopback address", "/", () => ({ host: `127.0.0.2:${port()}` }), 421],
    ["another origin", "/api/outline/0", () => ({ origin: "https://example.test" }), 403],
    [
      "our name as another origin's port",
      "/",
      () => ({ origin: `http://127.0.0.1:${Number(port()) + 1}` }),
      403,
    ],
    ["the null origin of a sandbox", "/", () => ({ origin: "null" }), 403],
    ["a page of another site", "/api/outline/0", () => ({ "sec-fetch-site": "cross-site" }), 403],
    ["a page of another port", "/api/outline/0", () => ({ "sec-fetch-site": "same-site" }), 403],
    [
      "a link on another site",
      "/",
      () => ({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }),
      403,
    ],
    [
      "an image with a token on another site",
      "/?token=guess",
      () => ({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }),
      403,
    ],
  ] as const)("%s", async (_name, path, headers, status) => {
    expect((await ask(path, { cookie, ...headers() })).status).toBe(status);
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])("%s", async (method) => {
    const answer = await ask("/api/outline/0", { cookie }, method);
    expect([answer.status, answer.headers["allow"]]).toEqual([405, "GET, HEAD"]);
  });

  test("a body", async () => {
    expect((await ask("/", { cookie, "content-length": "5" }, "GET", "12345")).status).toBe(413);
    expect((await ask("/", { cookie, "transfer-encoding": "chunked" }, "GET", "12345")).status).toBe(413);
  });
});

describe("paths lead nowhere", () => {
  test.each([
    "/../package.json",
    "/..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "//etc/passwd",
    "/app.js/..%5c..%5cetc",
    "/app.js%00",
    "/api/outline/1",
    "/api/outline/-1",
    "/api/outline/0x0",
    "/api/outline/99999",
    "/api/outline/__proto__",
    "/api/dossier/0",
    "/api/dossier/1/1",
    "/api/dossier/0/x",
    "/api/zone/0/..%2f..%2fetc",
    "/index.html",
    "/.git/config",
  ])("%s", async (path) => {
    expect((await ask(path, { cookie })).status).toBe(404);
  });

  test("an absolute address of another host", async () => {
    expect(
      await raw(
        `GET http://example.test/ HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
      ),
    ).not.toContain("200");
  });
});

describe("sizes", () => {
  test("a long address", async () => {
    expect((await ask(`/?${"x".repeat(4000)}`, { cookie })).status).toBe(414);
  });

  test("long headers", async () => {
    expect((await ask("/", { cookie, "x-long": "x".repeat(20_000) })).status).toBe(431);
  });

  test("no host at all, two hosts, rubbish", async () => {
    expect(await raw("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")).toContain(" 400 ");
    expect(await raw("GET / HTTP/1.0\r\n\r\n")).not.toContain(" 200 ");
    expect(await raw("\x16\x03\x01\x02\x00")).toContain(" 400 ");
  });
});

test("a dossier belongs to its outline: of a state that is over there is none", async () => {
  let current = SNAPSHOT;
  const own = await listen([{ ...TARGET, current: () => current }], BUNDLE);
  const link = await fetch(own.url, { redirect: "manual" });
  const headers = { cookie: link.headers.get("set-cookie")?.split(";")[0] ?? "" };
  const get = (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${own.port}/api/${path}`, { headers });
  const stateNow = async (): Promise<string> =>
    (await get("outline/0")).headers.get("timerwarden-state") ?? "";
  const first = await stateNow();
  expect((await get(`dossier/0/${first}`)).status).toBe(200);
  current = { ...SNAPSHOT };
  expect((await get(`dossier/0/${first}`)).status).toBe(410);
  const second = await stateNow();
  expect(second).not.toBe(first);
  expect((await get(`dossier/0/${second}`)).status).toBe(200);
  await own.close();
});

test("a change is told at once, and closing ends the stream", async () => {
  let tell: ChangeListener = () => undefined;
  const own = await listen(
    [
      {
        ...TARGET,
        onChange: (listener) => {
          tell = listener;
          return () => undefined;
        },
      },
    ],
    BUNDLE,
  );
  const link = await fetch(own.url, { redirect: "manual" });
  const stream = await fetch(`http://127.0.0.1:${own.port}/api/events`, {
    headers: { cookie: link.headers.get("set-cookie")?.split(";")[0] ?? "" },
  });
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toContain("event: ready");
  tell(true);
  expect((await reader?.read())?.value).toContain("event: changed\ndata: 0");
  tell(false);
  expect((await reader?.read())?.value).toContain("event: later\ndata: 0");
  await own.close();
  await expect(
    reader?.read().then(({ done }) => (done ? Promise.reject(new Error("end")) : done)),
  ).rejects.toThrow();
});
