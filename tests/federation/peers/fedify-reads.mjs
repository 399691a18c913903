// What Fedify makes of documents, without asking the network for anything.
// Standard input: {"contexts": {address: document}, "documents": [document, …]}; standard output: one answer for each.
import { Object as Thing } from "@fedify/vocab";

const { contexts, documents } = JSON.parse(await new Response(process.stdin).text());

async function contextLoader(address) {
  const document = contexts[address];
  if (!document) throw new Error(`asked for the context ${address}`);
  return { contextUrl: null, documentUrl: address, document };
}

async function documentLoader(address) {
  throw new Error(`asked for ${address}`);
}

const offline = { contextLoader, documentLoader };

function words(thing) {
  return {
    id: thing.id?.href ?? null,
    type: thing.constructor.name,
    names: thing.names.map(String),
    contents: thing.contents.map(String),
  };
}

async function read(document) {
  try {
    const thing = await Thing.fromJsonLd(document, offline);
    // What is inside may be theirs, as in an Accept: elsewhere Fedify would ask their server for it.
    const whole = document.object?.type && { ...offline, crossOrigin: "trust" };
    const inside = whole ? await thing.getObject(whole) : null;
    return { ...words(thing), object: thing.objectId?.href, inside: inside && words(inside) };
  } catch (error) {
    return { error: String(error.stack ?? error).slice(0, 600) };
  }
}

const answers = [];
for (const document of documents) answers.push(await read(document));
process.stdout.write(JSON.stringify(answers));
