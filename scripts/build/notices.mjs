/** The licences of what is bundled, found out from what the bundler took in. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes the notice of every package that `metafiles` (esbuild's) name. A package without a licence stops the build. */
export function writeNotices(out, metafiles) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const names = new Set(
    inputs.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter((name) => name),
  );
  const notices = [...names]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const directory = join("node_modules", name);
      const { version, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
      const file = readdirSync(directory).find((each) => /^licen[cs]e(\.|$)/i.test(each));
      if (file === undefined) throw new Error(`${name} ships no licence text`);
      return `${heading(`${name} ${version} (${license})`)}${readFileSync(join(directory, file), "utf8").trim()}\n`;
    });
  writeFileSync(
    out,
    `These libraries are part of Timerwarden, under their own licences.\n\n${notices.join("\n")}`,
  );
}

export function heading(text) {
  return `${text}\n${"=".repeat(text.length)}\n\n`;
}
