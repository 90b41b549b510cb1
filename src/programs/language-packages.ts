import type { Call, Handler } from "./engine.ts";
import { targetPath } from "./paths.ts";
import { detailOf, isUnprotected } from "./urls.ts";
import type { Value } from "./value.ts";

const CONFIG_BYTES = 65_536;

/** Package managers of languages: what they install from an address runs at once, as its own set-up code (T1195.001). */
function packages(call: Call): Value | null {
  const { frame, span, name, args } = call;
  if (name === "go") noteGoRun(call);
  const verb = args.find(({ text }) => /^(install|i|add|exec|x|dlx|run|download|wheel)$/.test(text));
  if (verb === undefined && name !== "npx" && name !== "bunx" && name !== "uvx") return null;
  const own = /^(npx|bunx|uvx)$/.test(name)
    ? args.slice(0, 1 + args.findIndex(({ text }) => !text.startsWith("-")))
    : args;
  const address = own.find(({ text }) => /^((git|hg)\+)?https?:\/\//.test(text) || /=https?:\/\//.test(text));
  if (address === undefined) {
    if (/^(pip3?|pipx|uv)$/.test(name)) noteIndex(call);
    return null;
  }
  const url = address.text.replace(/^(--[a-z-]+=)?((git|hg)\+)?/, "");
  const direct = /^(npx|bunx|uvx)$/.test(name);
  // An index of one's own is how companies install; a package named by its address is not.
  const isIndex = /^(-i|--[a-z-]*(url|index|registry|source|links))(=|$)/.test(
    address.text.startsWith("-") ? address.text : (args[args.indexOf(address) - 1]?.text ?? ""),
  );
  if (!direct && !isUnprotected(url) && isIndex) return null;
  const says = `${name} installs and runs code from ${url}.`;
  const confidence = direct || isUnprotected(url) ? "high" : "low";
  frame.session.say(frame, "fetch-to-interpreter", span, says, confidence, detailOf(url, name));
  return null;
}

/** Forges and the homes of Go's own modules: a checksum database watches what they hand out. */
const MODULE_HOMES =
  /^(github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|git\.sr\.ht|golang\.org|(google\.|go\.)?golang\.org|go\.[\w-]+\.\w+|gopkg\.in|(sigs\.)?k8s\.io|honnef\.co|mvdan\.cc|filippo\.io)\//;

/** `go run HOST/MODULE@latest`: whatever stands there today (go(1)). */
function noteGoRun({ frame, args, span, name }: Call): void {
  if (args[0]?.text !== "run") return;
  const module = args.find(({ text }) =>
    /^[\w-]+(\.[\w-]+)+\/[^@\s]+@(latest|main|master|HEAD|upgrade)$/.test(text),
  );
  if (module === undefined || MODULE_HOMES.test(module.text)) return;
  const says = `${name} downloads and runs ${module.text}, whatever that is today.`;
  frame.session.say(frame, "fetch-to-interpreter", span, says, "low", { program: name, url: module.text });
}

const INDEX = /^[ \t]*(?:extra-)?index-url[ \t]*=[ \t]*(\S+)/gm;
/** A public address without a name; a company's own index has one, or lies in its own network. */
const NAMELESS =
  /^\w+:\/\/(?:[^/@]*@)?(?!127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)\d{1,3}(?:\.\d{1,3}){3}(?:[:/]|$)/;

/** Where pip's settings say that packages come from, when the command does not (pip's configuration files). */
function noteIndex({ frame, name }: Call): void {
  if ((frame.session.runs.get("pip settings") ?? 0) > 0) return;
  frame.session.runs.set("pip settings", 1);
  const { home } = frame.session.context;
  const own = home === undefined ? [] : [`${home}/.config/pip/pip.conf`, `${home}/.pip/pip.conf`];
  for (const path of ["/etc/pip.conf", ...own]) {
    const read = frame.session.library.script(targetPath(frame, path), CONFIG_BYTES);
    for (const match of read?.source.text.matchAll(INDEX) ?? []) {
      const [line, url = ""] = match;
      if (!NAMELESS.test(url) || read === null) continue;
      const says = `${name} installs and runs code from ${url}, by ${path}.`;
      const place = read.source.place(match.index, line.length);
      frame.session.say(frame, "fetch-to-interpreter", place, says, "high", detailOf(url, name));
    }
  }
}

/** Package managers of languages, by name. */
export const LANGUAGE_PACKAGES: ReadonlyMap<string, Handler> = new Map(
  "pip pip3 pipx uv uvx npm npx pnpm yarn bun bunx gem cpan cpanm go cargo easy_install"
    .split(" ")
    .map((name) => [name, packages]),
);
