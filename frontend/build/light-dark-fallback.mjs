// What the build adds to the tokens.
// Browsers without light-dark() drop the whole declaration. For each token that uses it, this adds the light value
// before it and the dark value behind the system's preference: older phones get the same colours, without the choice.
// And what is written once for those who ask for more contrast is also a theme, for the style page.
import { readFile } from "node:fs/promises";

const TOKEN = /(--[\w-]+):\s*light-dark\(((?:[^()]|\([^()]*\))*?),\s*((?:[^(),]|\([^()]*\))*)\);/g;
const CONTRAST = /@media \(prefers-contrast: more\) \{\s*:root \{([^}]*)\}\s*\}/;
const LIGHT = 2;
const DARK = 3;

/** @returns {import("esbuild").Plugin} */
export function lightDarkFallback() {
  return {
    name: "light-dark-fallback",
    setup(build) {
      build.onLoad({ filter: /tokens\.css$/ }, async ({ path }) => {
        const css = await readFile(path, "utf8");
        const [rule, contrast] = css.match(CONTRAST) ?? ["", ""];
        const usual = css.replace(rule, "");
        const theme = contrast && `[data-theme="contrast"] {${contrast}}`;
        const fallback = `
@supports not (color: light-dark(red, red)) {
  :root { ${declare(usual, LIGHT)} }
  @media (prefers-color-scheme: dark) { :root { ${declare(usual, DARK)} } }
  @media (prefers-contrast: more) { :root { ${declare(contrast, LIGHT)} } }
  @media (prefers-contrast: more) and (prefers-color-scheme: dark) { :root { ${declare(contrast, DARK)} } }
  [data-theme="contrast"] { ${declare(contrast, LIGHT)} }
}`;
        return { contents: css.replace(rule, `${rule}\n${theme}`) + fallback, loader: "css" };
      });
    },
  };
}

/** @param {string} css @param {number} side */
const declare = (css, side) => [...css.matchAll(TOKEN)].map((token) => `${token[1]}: ${token[side]};`).join("\n");
