import { expect, test } from "vitest";
import { openDirectory } from "../hosts/directory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { UTC } from "../time/zone.ts";
import { zoneOfView, zonesNamed, zoneView } from "./zone-view.ts";

const zones = zonesOf(openDirectory("/", "host:", true), null, "Europe/Berlin");
const zone = zones.zone("Europe/Berlin");
const missing = zone === null ? " (SKIPPED: no tzdata on this machine)" : "";

test.skipIf(zone === null)(`a zone comes back the same through JSON${missing}`, () => {
  const back = zoneOfView(JSON.parse(JSON.stringify(zoneView(zone ?? UTC))));
  expect(back.periods).toEqual(zone?.periods);
  expect([back.name, back.standardName, back.daylightName]).toEqual(["Europe/Berlin", "CET", "CEST"]);
});

test("UTC too, and what is no zone is UTC", () => {
  expect(zoneOfView(JSON.parse(JSON.stringify(zoneView(UTC)))).periods).toEqual(UTC.periods);
  expect(zoneOfView({ name: "x", standardName: "", daylightName: "", abbreviations: [], periods: [] })).toBe(
    UTC,
  );
});

test.skipIf(zone === null)(`the local zone first, each once, unknown names left out${missing}`, () => {
  expect(zonesNamed(zones, ["UTC", "Europe/Berlin", "Nowhere/There", "UTC"]).map(({ name }) => name)).toEqual(
    ["Europe/Berlin", "UTC"],
  );
});
