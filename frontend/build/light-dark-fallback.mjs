// Browsers without light-dark() drop the whole declaration. For each token that uses it, this adds the light value
// before it and the dark value behind the system's preference: older phones get the same colours, without the choice.
import { readFile } from "node:fs/promises";

const TOKEN = /(--[\w-]+):\s*light-dark\(((?:[^()]|\([^()]*\))*?),\s*((?:[^(),]|\([^()]*\))*)\);/g;

/** @returns {import("esbuild").Plugin} */
export function lightDarkFallback() {
  return {
    name: "light-dark-fallback",
    setup(build) {
      build.onLoad({ filter: /tokens\.css$/ }, async ({ path }) => {
        const css = await readFile(path, "utf8");
        const tokens = [...css.matchAll(TOKEN)];
        const declare = (/** @type {number} */ side) => tokens.map((t) => `${t[1]}: ${t[side]};`).join("\n");
        const fallback = `
@supports not (color: light-dark(red, red)) {
  :root { ${declare(2)} }
  @media (prefers-color-scheme: dark) { :root { ${declare(3)} } }
}`;
        return { contents: css + fallback, loader: "css" };
      });
    },
  };
}
