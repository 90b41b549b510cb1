import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { memoryHost } from "./memory.ts";
import { isZoneName, localZoneName, zonesOf } from "./zoneinfo.ts";

const BERLIN = "/usr/share/zoneinfo/Europe/Berlin";
const bytes = existsSync(BERLIN) ? readFileSync(BERLIN) : null;
const needsTzdata = test.skipIf(bytes === null);
const berlin = { content: bytes ?? "" };

test.each([
  ["Europe/Berlin", true],
  ["Etc/GMT+1", true],
  ["/etc/passwd", false],
  ["../../etc/passwd", false],
  ["Europe//Berlin", false],
  ["Europe/", false],
  ["", false],
  ["Europe/Bérlin", false],
])("%s is a zone's name: %s", (name, valid) => expect(isZoneName(name)).toBe(valid));

test("a target without zones lives in UTC", () => {
  const zones = zonesOf(memoryHost({}), null);
  expect(zones.local.name).toBe("UTC");
  expect(zones.zone("UTC")?.name).toBe("UTC");
  expect(zones.zone("Europe/Berlin")).toBeNull();
  expect(zones.names?.()).toEqual(["UTC"]);
});

test("a file that is no zone is none", () => {
  const zones = zonesOf(
    memoryHost({ "/usr/share/zoneinfo/zone.tab": "# text", "/etc/localtime": "text" }),
    null,
  );
  expect(zones.zone("zone.tab")).toBeNull();
  expect(zones.zone("../zoneinfo/zone.tab")).toBeNull();
  expect(zones.local.name).toBe("UTC");
});

needsTzdata("the target's own zone is read through its link", () => {
  const host = memoryHost({
    [BERLIN]: berlin,
    "/etc/localtime": { link: "../usr/share/zoneinfo/Europe/Berlin" },
  });
  const zones = zonesOf(host, null);
  expect(localZoneName(host)).toBe("Europe/Berlin");
  expect([zones.local.name, zones.local.standardName, zones.local.daylightName]).toEqual([
    "Europe/Berlin",
    "CET",
    "CEST",
  ]);
  expect(zones.names?.()).toEqual(["UTC", "Europe/Berlin"]);
  expect(zonesOf(host, null, ":Europe/Berlin").local.name).toBe("Europe/Berlin");
  expect(zonesOf(host, null, BERLIN).local.name).toBe("Europe/Berlin");
  expect(zonesOf(host, null, "Nowhere/Town").local.name).toBe("UTC");
});

needsTzdata("what the target lacks comes from the analysing machine", () => {
  const target = memoryHost({ "/etc/localtime": { link: "/usr/share/zoneinfo/Europe/Berlin" } });
  const zones = zonesOf(target, memoryHost({ [BERLIN]: berlin }));
  expect(zones.local.name).toBe("Europe/Berlin");
  expect(zones.zone("Europe/Berlin")?.daylightName).toBe("CEST");
});

needsTzdata("the analysing machine's own zone is never the target's", () => {
  const fallback = memoryHost({ [BERLIN]: berlin, "/etc/localtime": berlin });
  expect(zonesOf(memoryHost({}), fallback).local.name).toBe("UTC");
});
