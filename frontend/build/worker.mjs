// The worker that keeps pages for reading offline: one file without imports, since it is served from the root of the
// site, which knows the version and the names of everything else that was built.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

import { build } from "esbuild";

const FONT = /-latin-wght-normal\.woff2$/; // those that every page shows
const IMPORT = /(?:from|import)\s*"\.\/(chunks\/[^"]+)"/g;

/** @param {import("esbuild").BuildOptions} options those of the rest @param {string} out where the rest is */
export async function buildWorker(options, out) {
  const names = (await readdir(out, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(out, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
  const version = createHash("sha256");
  for (const name of names) version.update(name).update(await readFile(join(out, name)));
  const shell = await readFile(join(out, "app.js"), "utf8");
  const imported = new Set([...shell.matchAll(IMPORT)].map(([, chunk]) => chunk));
  const core = names.filter((name) => /^(app\.(css|js)|icon\.svg)$/.test(name) || FONT.test(name) || imported.has(name));
  const made = { version: version.digest("hex").slice(0, 16), core: core.map(address), files: names.map(address) };
  await build({
    ...options,
    entryPoints: [{ in: "js/worker/worker.js", out: "worker" }],
    outdir: out,
    splitting: false,
    define: { BUILD: JSON.stringify(made) },
  });
}

/** @param {string} name */
const address = (name) => `/static/dist/${name}`;
