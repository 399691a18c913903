// `npm run build`: bundles the style sheet, the shell and the islands, and cuts the base map, into static/dist/.
import { copyFile, mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build, context } from "esbuild";

import { writeBaseMap } from "./build/base-map.mjs";
import { compress } from "./build/compress.mjs";
import { lightDarkFallback } from "./build/light-dark-fallback.mjs";
import { buildWorker } from "./build/worker.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "static", "dist");
// Built beside and moved in one step, so that a running node is never without its files for long.
const out = join(here, "..", "node_modules", ".cache", "flotilla-dist");

const islands = (await readdir(join(here, "js", "islands"))).filter((name) => name.endsWith(".js"));

/** @type {import("esbuild").BuildOptions} */
const options = {
  absWorkingDir: here,
  entryPoints: [
    { in: "css/app.css", out: "app" },
    { in: "js/app.js", out: "app" },
    ...islands.map((name) => ({ in: `js/islands/${name}`, out: `islands/${name.slice(0, -3)}` })),
  ],
  outdir: out,
  bundle: true,
  format: "esm",
  splitting: true,
  minify: true,
  sourcemap: false,
  target: ["chrome111", "firefox113", "safari16.4"],
  supported: { nesting: true, "color-functions": true },
  assetNames: "[name]",
  chunkNames: "chunks/[name]-[hash]",
  loader: { ".woff2": "file", ".png": "file", ".svg": "file" },
  plugins: [lightDarkFallback()],
  // Addresses of the site itself, resolved by the browser.
  external: ["/static/*"],
  logLevel: "warning",
};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await writeBaseMap(out);
for (const name of await readdir(join(here, "assets"))) await copyFile(join(here, "assets", name), join(out, name));

if (process.argv.includes("--watch")) {
  await (await context({ ...options, outdir: dist })).watch();
} else {
  await build(options);
  await buildWorker(options, out);
  await compress(out);
  await rm(dist, { recursive: true, force: true });
  await mkdir(dirname(dist), { recursive: true });
  await rename(out, dist);
}
