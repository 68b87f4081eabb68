// What draws, beside the page: takes requests, posts pictures as they are done. A newer request ends the older one.
//
// in:   {id, caption: (10,), count, temperature, bestOf, seed}
// out:  {kind: "loading", loaded: bytes}, {kind: "ready"}, {kind: "failed", message}
//       {kind: "picture", id, index, pixels: RGBA of 32 * 32, right, read: the caption that the checker reads}
//       {kind: "done", id}

import { Grammar } from "./captions.js";
import { exponential, uniform } from "./chance.js";
import { Checker } from "./checker.js";
import { bytes, load } from "./engine.js";

const TOGETHER = 4; // sequences that are drawn at once: so few that something is seen soon
let newest = 0;

const ready = prepare();
ready.then(() => postMessage({ kind: "ready" }), (error) => {
  const old = error instanceof WebAssembly.CompileError;
  postMessage({ kind: "failed", message: old ? "its WebAssembly knows no SIMD instructions" : error.message });
});

self.onmessage = async ({ data: request }) => {
  newest = request.id;
  const tools = await ready.catch(() => null);
  const several = Math.max(1, Math.floor(TOGETHER / request.bestOf));
  for (let from = 0; tools && from < request.count; from += several) {
    await new Promise((resume) => setTimeout(resume)); // lets a newer request in
    if (request.id !== newest) return;
    draw(tools, request, from, Math.min(several, request.count - from));
  }
  if (tools) postMessage({ kind: "done", id: request.id });
};

/** Fetch all there is, and build what draws and what checks. */
async function prepare() {
  const beside = (name) => bytes(new URL(name, import.meta.url));
  const [text, distances, stencils] = await Promise.all(["tables.json", "distances.bin", "stencils.bin"].map(beside));
  const tables = JSON.parse(new TextDecoder().decode(text));
  const painter = await load(tables, (loaded) => postMessage({ kind: "loading", loaded }));
  const grammar = new Grammar(tables.captions);
  const checker = new Checker(tables.scenes, grammar, new Float32Array(distances), new Uint8Array(stencils));
  return { painter, grammar, checker };
}

/** Draw and post pictures number `from` and those after it: of each the likeliest out of `bestOf`. */
function draw({ painter, grammar, checker }, { id, caption, temperature, bestOf, seed }, from, several) {
  const captions = Array.from({ length: several }, (_, k) => grammar.complete(caption, uniform(seed, from + k, 0)));
  const every = captions.flatMap((whole) => new Array(bestOf).fill(whole));
  const clocks = (row) => exponential(seed, from + Math.floor(row / bestOf), 1 + (row % bestOf));
  const { tokens, scores } = painter.sample(every, temperature, clocks);
  const length = tokens.length / every.length;
  for (let k = 0; k < several; k++) {
    const own = scores.subarray(k * bestOf, (k + 1) * bestOf);
    const best = k * bestOf + own.indexOf(Math.max(...own));
    const image = painter.decode(tokens.subarray(best * length, (best + 1) * length));
    const { right, caption: read } = checker.check(image, caption);
    const pixels = rgba(image);
    postMessage({ kind: "picture", id, index: from + k, pixels, right, read }, [pixels.buffer]);
  }
}

/** (3, 32, 32) in [0, 1] -> what a canvas takes. */
function rgba(image) {
  const count = image.length / 3, pixels = new Uint8ClampedArray(4 * count).fill(255);
  for (let k = 0; k < image.length; k++) pixels[4 * (k % count) + Math.floor(k / count)] = 255 * image[k];
  return pixels;
}
