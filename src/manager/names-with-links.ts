import type { Manager } from "./manager.ts";

/** Units with a `.wants`, `.requires` or `.upholds` directory; of a user's manager only those of their own, for all share the others. */
export function namesWithLinks({ unitDirectories, scope }: Manager): ReadonlySet<string> {
  const isOwn = (path: string): boolean =>
    scope.kind !== "user" ||
    [scope.home, scope.runtimeDirectory].some((own) => own !== null && path.startsWith(`${own}/`));
  return new Set(
    [...unitDirectories]
      .filter(([name, places]) => !name.endsWith(".d") && places.some(({ listed }) => isOwn(listed)))
      .map(([name]) => name.replace(/\.[a-z]+$/, "")),
  );
}
