// A small server made with Fedify: one account, `peer`, that follows, answers and remembers what came to it.
// PORT, and FIRST_KNOCK: rfc9421 or draft-cavage-http-signatures-12. It listens on loopback only.
//   POST /control/follow {"whom": address}            POST /control/unfollow {"whom": address}
//   POST /control/answer {"to": address, "words": …}  POST /control/rotate {} (other keys, under the same names)
//   GET /control/log
import { createServer } from "node:http";
import { createFederation, generateCryptoKeyPair, InProcessMessageQueue, MemoryKvStore } from "@fedify/fedify";
import {
  Accept, Activity, Create, Endpoints, Follow, Note, Person, PUBLIC_COLLECTION, Undo,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

const port = Number(process.env.PORT);
const origin = `http://127.0.0.1:${port}`;
const NAME = "peer";
const log = [];
const follows = new Map();
let made = 0;

const newKeys = async () => [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];
let keys = await newKeys();
const federation = createFederation({
  kv: new MemoryKvStore(),
  queue: new InProcessMessageQueue(),
  origin,
  allowPrivateAddress: true,
  firstKnock: process.env.FIRST_KNOCK,
  onOutboxError: (error) => log.push({ trouble: `sending: ${error}` }),
});

federation
  .setActorDispatcher("/users/{identifier}", async (context, name) => {
    if (name !== NAME) return null;
    const pairs = await context.getActorKeyPairs(name);
    return new Person({
      id: context.getActorUri(name),
      preferredUsername: name,
      name: "Petra of Fedify",
      inbox: context.getInboxUri(name),
      outbox: context.getOutboxUri(name),
      endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
      publicKey: pairs[0].cryptographicKey,
      assertionMethods: pairs.map((pair) => pair.multikey),
    });
  })
  .setKeyPairsDispatcher(() => keys);
federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
  software: { name: "fedify-peer", version: "1.0.0" },
  protocols: ["activitypub"],
  usage: { users: { total: 1 }, localPosts: 0, localComments: 0 },
}));

// Only what Fedify could verify and parse gets here.
federation
  .setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .on(Activity, async (context, activity) => {
    const quiet = { documentLoader: context.documentLoader, contextLoader: context.contextLoader };
    const object = activity.objectId?.href.startsWith(origin) ? null : await activity.getObject(quiet);
    const place = object?.getLocation ? await object.getLocation(quiet) : null;
    log.push({
      got: activity.constructor.name,
      from: activity.actorId?.href,
      object: activity.objectId?.href,
      type: object?.constructor.name,
      name: object?.name?.toString(),
      content: object?.content?.toString(),
      starts: object?.startTime?.toString(),
      place: place?.name?.toString(),
    });
  })
  .onError((_context, error) => log.push({ trouble: `inbox: ${error}` }));

const newId = (what) => new URL(`${origin}/${what}/${process.pid}-${++made}`);
const me = (context) => context.getActorUri(NAME);

async function find(context, address) {
  const found = await context.lookupObject(address);
  if (!found) throw new Error(`nothing found at ${address}`);
  return found;
}

const controls = {
  async log() {
    return log;
  },
  async follow(context, { whom }) {
    const followed = await find(context, whom);
    const follow = new Follow({ id: newId("follows"), actor: me(context), object: followed.id });
    follows.set(followed.id.href, follow);
    await context.sendActivity({ identifier: NAME }, followed, follow, { immediate: true });
    return { type: followed.constructor.name, name: followed.name?.toString() };
  },
  async unfollow(context, { whom }) {
    const followed = await find(context, whom);
    const undo = new Undo({ id: newId("undos"), actor: me(context), object: follows.get(followed.id.href) });
    await context.sendActivity({ identifier: NAME }, followed, undo, { immediate: true });
    return {};
  },
  async rotate() {
    keys = await newKeys();
    return {};
  },
  async answer(context, { to, words }) {
    const answered = await find(context, to);
    const writer = await answered.getAttribution(context);
    const note = new Note({
      id: newId("notes"),
      attribution: me(context),
      content: `<p>${words}</p>`,
      replyTarget: answered.id,
      published: Temporal.Now.instant(),
      tos: [PUBLIC_COLLECTION],
      ccs: [writer.id],
    });
    const create = new Create({ id: newId("creates"), actor: me(context), object: note, to: PUBLIC_COLLECTION });
    await context.sendActivity({ identifier: NAME }, writer, create, { immediate: true });
    return { id: note.id.href };
  },
};

async function control(name, body) {
  if (!controls[name]) return new Response("no such control", { status: 404 });
  try {
    return Response.json(await controls[name](federation.createContext(new URL(origin)), JSON.parse(body || "{}")));
  } catch (error) {
    return new Response(String(error.stack), { status: 500 });
  }
}

const scheme = (headers) => (headers.get("signature-input") ? "rfc9421" : headers.has("signature") ? "cavage" : "none");

async function answerTo(request, body) {
  const { pathname } = new URL(request.url);
  if (pathname.startsWith("/control/")) return control(pathname.slice("/control/".length), body.toString());
  const answer = await federation.fetch(request, { contextData: undefined });
  if (request.method === "POST") {
    const said = answer.ok ? "" : (await answer.clone().text()).slice(0, 300);
    log.push({ knock: scheme(request.headers), answered: answer.status, said });
  }
  return answer;
}

createServer(async (incoming, outgoing) => {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const { method, headers, url } = incoming;
  const request = new Request(new URL(url, origin), { method, headers, body: body.length ? body : undefined });
  const answer = await answerTo(request, body).catch((error) => new Response(String(error.stack), { status: 500 }));
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
  outgoing.end(Buffer.from(await answer.arrayBuffer()));
}).listen(port, "127.0.0.1");
