import { GENERATOR_FOLDERS } from "../../manager/generators.ts";

/** Directories whose programs the managers run at boot and reload (systemd.generator(7)). */
export const BUILT_IN_GENERATOR_FOLDERS: readonly string[] = GENERATOR_FOLDERS.map(({ path }) => path);
