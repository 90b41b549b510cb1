import { expect, test } from "vitest";
import { elementsNamed, parseXml, type XmlElement } from "../../controls/sources/xml.ts";
import { COMMANDS, ELSEWHERE, NEWS, NO_NEWS, type WriteEvent } from "../events.test-support.ts";
import { anyHost } from "../surroundings.ts";
import { wazuh } from "./wazuh.ts";
import { wazuhAgent } from "./wazuh-agent.ts";

const TEXT = wazuh.write(anyHost());

/** A rules file has several roots. */
function rootOf(text: string): XmlElement {
  const parsed = parseXml(`<all>${text}</all>`);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return parsed.value;
}

interface WazuhRule {
  readonly id: number;
  readonly level: number;
  readonly parents: readonly number[];
  readonly fields: readonly (readonly [string, RegExp])[];
  readonly regex: RegExp | null;
  readonly description: string;
  readonly techniques: readonly string[];
}

const RULES: readonly WazuhRule[] = elementsNamed(rootOf(TEXT), "rule").map((rule) => {
  const text = (name: string): string => elementsNamed(rule, name)[0]?.text ?? "";
  for (const name of ["field", "regex"])
    for (const element of elementsNamed(rule, name)) expect(element.attributes.get("type")).toBe("pcre2");
  return {
    id: Number(rule.attributes.get("id")),
    level: Number(rule.attributes.get("level")),
    parents: text("if_sid").split(",").map(Number),
    fields: elementsNamed(rule, "field").map((field) => [
      field.attributes.get("name") ?? "",
      new RegExp(unescaped(field.text)),
    ]),
    regex: text("regex") === "" ? null : new RegExp(unescaped(text("regex")), "s"),
    description: text("description"),
    techniques: elementsNamed(rule, "id").map((element) => element.text),
  };
});

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Wazuh goes down the tree of rules as long as one matches; what stands deepest decides, level 0 being silence. */
function alertOf(start: number, log: string, fields: Readonly<Record<string, string>>): readonly WazuhRule[] {
  const fits = (rule: WazuhRule): boolean =>
    rule.fields.every(([name, pattern]) => fields[name] !== undefined && pattern.test(fields[name] ?? "")) &&
    (rule.regex === null || rule.regex.test(log));
  return RULES.filter((rule) => rule.parents.includes(start) && fits(rule)).filter(
    (rule) => !RULES.some((child) => child.parents.includes(rule.id) && child.level === 0 && fits(child)),
  );
}

function written({ path, by, how }: WriteEvent): readonly WazuhRule[] {
  return alertOf(how === "unlink" ? 553 : 554, "", { file: path, process_name: by });
}

test.each(NEWS)("$path by $by ($how) is told", (event) => {
  expect(written(event)).not.toEqual([]);
});

test.each([...NO_NEWS, ...ELSEWHERE])("$path by $by is not", (event) => {
  expect(written(event)).toEqual([]);
});

test("a change whose writer is not known is told", () => {
  expect(alertOf(550, "", { file: "/usr/lib/systemd/system/x.timer" })).toHaveLength(1);
});

test.each(COMMANDS)("%s, as an audit record", (line, detection) => {
  const words = line.split(" ");
  const log = `type=EXECVE msg=audit(1700000000.1:7): argc=${words.length} ${words.map((word, at) => `a${at}="${word}"`).join(" ")}`;
  const wanted = anyHost()
    .commands.filter(({ id }) => id === detection)
    .map(({ title }) => `${title}: $(audit.exe)`);
  const found = alertOf(80_700, log, { "audit.key": `timerwarden-command-${words[0]}` });
  expect(found.map(({ description }) => description)).toEqual(wanted);
});

test("ids are one each, in the range for rules of one's own, and levels are Wazuh's", () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  for (const { id, level, techniques } of RULES) {
    expect(id).toBeGreaterThanOrEqual(100_000);
    expect(id).toBeLessThanOrEqual(120_000);
    expect(level).toBeLessThanOrEqual(16);
    expect(level === 0 || techniques.length > 0).toBe(true);
  }
});

test("every alert has its reason, ids, controls and limit beside it", () => {
  const comments = [...TEXT.matchAll(/<!-- (.*) -->\n {2}<rule/g)].map(([, text = ""]) => text);
  expect(comments).toHaveLength(RULES.filter(({ level }) => level > 0).length);
  for (const comment of comments) {
    expect(comment).toMatch(/ATT&amp;CK T\d{4}.*SP 800-53 \w\w-\d/);
    expect(comment).toContain("what was there before is not seen");
  }
});

const WATCHED = elementsNamed(rootOf(wazuhAgent.write(anyHost())), "directories");

/** syscheck's wildcards: `*` and `?` within a name; everything below a directory counts. */
function isWatched(path: string): boolean {
  return WATCHED.some(({ text }) =>
    new RegExp(`^${text.replace(/[.+]/g, "\\$&").replaceAll("*", "[^/]*")}(/|$)`).test(path),
  );
}

test.each(NEWS)("agents look at $path", ({ path }) => {
  expect(isWatched(path)).toBe(true);
});

test.each(ELSEWHERE)("agents do not look at $path", ({ path }) => {
  expect(isWatched(path)).toBe(false);
});

test("agents say who wrote", () => {
  for (const { attributes } of WATCHED) expect(attributes.get("whodata")).toBe("yes");
});
