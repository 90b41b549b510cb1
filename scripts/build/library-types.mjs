/** Types of bundled libraries that our own declarations mention: they go along, since no package is installed with us. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Where each library's declarations lie, and the one that its name means. */
const LIBRARIES = {
  unbash: { directory: "node_modules/unbash/dist", entry: "parser.d.ts" },
  valibot: { directory: "node_modules/valibot/dist", entry: "index.d.mts" },
};

/** Copies them below `dist/types` and points every `from "LIBRARY"` outside comments there. */
export function bringTypesAlong(dist) {
  for (const [name, { directory }] of Object.entries(LIBRARIES)) {
    const target = join(dist, "types", name);
    mkdirSync(target, { recursive: true });
    for (const file of readdirSync(directory).filter((each) => /\.d\.m?ts$/.test(each)))
      cpSync(join(directory, file), join(target, file));
  }
  for (const file of readdirSync(dist, { recursive: true }).filter((each) => each.endsWith(".d.ts"))) {
    if (file.startsWith("types/")) continue;
    const path = join(dist, file);
    const text = readFileSync(path, "utf8");
    const pointed = text.replace(/^(?! \*)(.*) from "([a-z@][^"]*)";/gm, (_whole, before, name) => {
      const library = LIBRARIES[name];
      if (library === undefined) throw new Error(`${path}: the types of ${name} are not brought along`);
      const there = relative(dirname(path), join(dist, "types", name, library.entry));
      return `${before} from "${there.startsWith(".") ? there : `./${there}`}";`.replace(
        /\.d\.(m?)ts"/,
        '.$1js"',
      );
    });
    if (pointed !== text) writeFileSync(path, pointed);
  }
}
