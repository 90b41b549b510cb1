import { defineConfig, type UserConfig } from "vite";

/** Three files under fixed names: the server keeps them in memory, the single-file report takes them in. */
const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  base: "./",
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    rollupOptions: {
      output: {
        entryFileNames: "app.js",
        assetFileNames: "app[extname]",
        codeSplitting: false,
      },
    },
  },
});

export default config;
