/** Directories whose programs the managers run at boot and reload (systemd.generator(7)). */
export const BUILT_IN_GENERATOR_FOLDERS: readonly string[] = [
  "/etc/systemd",
  "/run/systemd",
  "/usr/local/lib/systemd",
  "/usr/lib/systemd",
].flatMap((base) =>
  ["system", "user"].flatMap((scope) => [
    `${base}/${scope}-generators`,
    `${base}/${scope}-environment-generators`,
  ]),
);
