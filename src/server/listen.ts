/** Binds the dashboard to this machine and nothing else. */
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { newSecret } from "./access.ts";
import { dashboardApp, type ServedTarget } from "./app.ts";
import type { WebBundle } from "./bundle.ts";

export interface Listening {
  /** The link with the one-time token. */
  readonly url: string;
  readonly port: number;
  /** Ends every connection; resolves when the port is free. */
  close(): Promise<void>;
}

/** `port` 0 takes any free one. Rejects with the system's error when the port cannot be had. */
export async function listen(
  targets: readonly ServedTarget[],
  bundle: WebBundle,
  port = 0,
): Promise<Listening> {
  let app: ReturnType<typeof dashboardApp> | null = null;
  const server = createAdaptorServer({
    fetch: (request: Request, env: unknown) =>
      app?.fetch(request, env as object) ?? new Response(null, { status: 503 }),
    serverOptions: { maxHeaderSize: 8192, headersTimeout: 10_000, requestTimeout: 10_000 },
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  const { port: bound } = server.address() as AddressInfo;
  const token = newSecret();
  const names = ["127.0.0.1", "localhost"];
  const hosts = new Set(
    names.flatMap((name) => (bound === 80 ? [name, `${name}:80`] : [`${name}:${bound}`])),
  );
  app = dashboardApp({ targets, bundle, token, hosts, cookie: `timerwarden-${bound}` });
  return {
    url: `http://127.0.0.1:${bound}/?token=${token}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}
