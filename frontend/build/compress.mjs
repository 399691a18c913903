// Packed copies beside each file, for the server to send as they are: a node needs no proxy to be quick on a bad line.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const PACKABLE = /\.(css|js|svg|geojson)$/;

const packers = {
  gz: (/** @type {Buffer} */ bytes) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
  br: (/** @type {Buffer} */ bytes) => promisify(brotliCompress)(bytes),
};

/** Packs every file below a folder that grows smaller by it. @param {string} folder */
export async function compress(folder) {
  for (const name of await readdir(folder, { recursive: true })) {
    if (!PACKABLE.test(name)) continue;
    const bytes = await readFile(join(folder, name));
    for (const [ending, pack] of Object.entries(packers)) {
      const packed = await pack(bytes);
      if (packed.length < bytes.length) await writeFile(join(folder, `${name}.${ending}`), packed);
    }
  }
}
