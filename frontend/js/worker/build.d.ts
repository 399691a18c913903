/** Written in by the build: what it made, by which name, and which of it every page needs. */
declare const BUILD: { version: string; core: string[]; files: string[] };
