import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { COMMAND_DETECTIONS } from "./commands.ts";
import { LOAD_DIRECTORIES, SYSTEM_DIRECTORIES, USER_DIRECTORIES } from "./events.test-support.ts";
import { RULE_EXPORTERS } from "./exporters.ts";
import { loadDirectories } from "./load-directories.ts";
import { isDirectory, spellings } from "./place.ts";
import { WRITE_DETECTIONS } from "./writes.ts";

const ANNA = { homes: ["/home/anna"], runtimeDirectories: ["/run/user/1000"] };
const PLACES = WRITE_DETECTIONS.flatMap(({ places }) => places);

describe("the list of detections", () => {
  test("there are twelve and sixteen directories of systemd.unit(5), and those only some systemds read", () => {
    expect([SYSTEM_DIRECTORIES.length, USER_DIRECTORIES.length]).toEqual([12, 16]);
    const own = (["system", "users"] as const).flatMap((of) =>
      loadDirectories(of).map(({ path }) => `${path}/`),
    );
    const known = new Set(own.flatMap((path) => spellings(path, ANNA)));
    const more = [...known].filter((path) => !LOAD_DIRECTORIES.includes(path.replace(/\/$/, "")));
    expect(LOAD_DIRECTORIES.filter((path) => !known.has(`${path}/`))).toEqual([]);
    expect(more).toEqual([
      "/lib/systemd/system/",
      "/lib/systemd/user/",
      "/home/anna/.config/systemd/user.attached/",
      "/run/user/1000/systemd/user.attached/",
    ]);
  });

  test("each load directory belongs to one detection", () => {
    for (const of of ["system", "users"] as const)
      for (const { path } of loadDirectories(of))
        expect({ path, count: PLACES.filter((place) => place === `${path}/`).length }).toEqual({
          path,
          count: 1,
        });
  });

  test("ids and titles are one each; every place is absolute", () => {
    const all = [...WRITE_DETECTIONS, ...COMMAND_DETECTIONS];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
    for (const { id, techniques, controls, benign } of all) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/);
      expect([techniques.length, controls.length, benign.length]).not.toContain(0);
    }
    for (const place of PLACES) {
      expect(place).toMatch(/^(HOME|RUNTIME)?\/[\w./-]+$/);
      expect(isDirectory(place) || /conf$|tab$/.test(place)).toBe(true);
    }
  });
});

describe("docs/rules-export.md", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/rules-export.md"), "utf8");

  test.each(RULE_EXPORTERS)("tells how to install $name", ({ name, installAs }) => {
    expect(page).toContain(`| \`${name}\` |`);
    expect(page).toContain(`\`${installAs}\``);
  });

  test("counts what AIDE leaves out", () => {
    const [system, user] = [SYSTEM_DIRECTORIES, USER_DIRECTORIES].map(
      (paths) => paths.filter((path) => !path.startsWith("/run/")).length,
    );
    const all = (system ?? 0) + (user ?? 0);
    expect(page).toContain(`AIDE, which leaves \`/run\` out | ${system} | ${user} | ${all} | ${all} |`);
  });

  test.each([...WRITE_DETECTIONS, ...COMMAND_DETECTIONS])("names $id with its techniques", (detection) => {
    const { id, title, severity, techniques } = detection;
    expect(page).toContain(`| \`${id}\` | ${title} | ${severity} | ${techniques.join(", ")} |`);
  });
});
