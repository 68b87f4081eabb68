// The shipped model: captions in, image tokens and images out. The same steps as aecourse/text_to_image/decoding.py.
// Matrices and attention are computed by kernels.ts in WebAssembly, in batches; looking up and drawing is done here.

import { Memory, read } from "./weights.js";

const BATCH = 16; // sequences that are computed together at most: every weight is read once for all of them

export class Painter {
  /**
   * @param {Object} kernels what the module compiled from kernels.ts exports
   * @param {ArrayBuffer} file painter.safetensors
   * @param {{model: Object, captions: Object}} tables from tables.json
   */
  constructor(kernels, file, tables) {
    const { sizes, tensors } = read(file);
    Object.assign(this, { kernels, sizes, layout: tables.model, words: tables.captions });
    this.head = sizes.width / sizes.heads;
    this.slots = this.words.offsets.length;
    this.table = (name) => tensors[name].data;
    this.memory = new Memory(kernels);
    this.#place(tensors);
    this.floats = new Float32Array(kernels.memory.buffer);
  }

  /** Put what the kernels read into their memory, and make room for what they write. */
  #place(tensors) {
    const { memory, sizes: { width, layers, colours, masks }, layout } = this;
    const vector = (name) => memory.put(tensors[`prior.${name}`].data);
    const matrix = (name) => memory.pack(tensors[`prior.${name}.weight`]);
    const affine = (name) => [vector(`${name}.weight`), vector(`${name}.bias`)];
    this.blocks = Array.from({ length: layers }, (_, k) => {
      const part = (name) => `blocks.${k}.${name}`;
      return {
        norms: [affine(part("norm_1")), affine(part("norm_2"))],
        qkv: matrix(part("qkv")),
        out: matrix(part("out")),
        up: { ...matrix(part("up")), bias: vector(part("up.bias")) },
        down: { ...matrix(part("down")), bias: vector(part("down.bias")) },
        keys: memory.take(BATCH * layout.ROWS * width),
        values: memory.take(BATCH * layout.ROWS * width),
      };
    });
    this.norm = affine("norm");
    this.around = matrix("around");
    this.toInk = { ...matrix("to_ink"), count: colours };
    this.toPlace = { ...matrix("to_place"), count: layout.PLACES };
    this.toMask = Array.from({ length: layout.INKS }, (_, k) => ({ ...matrix(`to_mask.${k}`), count: masks }));
    const rows = BATCH * this.slots; // a caption is read at once
    this.stream = memory.take(rows * width);
    this.normed = memory.take(rows * width);
    this.wide = memory.take(rows * Math.max(this.blocks[0].qkv.outer, this.blocks[0].up.outer, this.around.inner));
    this.logits = memory.take(BATCH * Math.max(this.toInk.outer, this.toPlace.outer, this.toMask[0].outer));
    this.scores = memory.take(layout.ROWS + 4);
  }

  /**
   * Draw image tokens, one by one.
   *
   * @param {number[][]} captions (n, 10); what they do not say is free
   * @param {number} temperature divides the logits; 0 always takes the likeliest token
   * @param {(row: number) => () => number} clocks for each caption a source of exponential random numbers
   * @returns {{tokens: Uint16Array, scores: Float64Array}} (n, 197), and (n,): log p(image | caption) in nats
   */
  sample(captions, temperature, clocks) {
    const { LENGTH } = this.layout;
    const tokens = new Uint16Array(captions.length * LENGTH), scores = new Float64Array(captions.length);
    for (let from = 0; from < captions.length; from += BATCH) {
      const part = captions.slice(from, from + BATCH);
      const here = { temperature, clocks: part.map((_, row) => clocks(from + row)), scores: scores.subarray(from) };
      this.#batch(part, here, tokens.subarray(from * LENGTH));
    }
    return { tokens, scores };
  }

  /** One batch. tokens: (n, 197), written. */
  #batch(captions, here, tokens) {
    const { layout: { PALETTE, PLAN, LENGTH, GRID, INKS, ROWS }, sizes: { colours, masks, width } } = this;
    here.batch = Math.ceil(captions.length / 4) * 4; // the kernels take rows by fours; those added are never read
    here.past = 0;
    const words = captions.map((caption) => caption.map((k, slot) => k && k + this.words.offsets[slot]));
    this.#read(words, here);
    const hints = words.map((row) => this.#hint(row));
    const before = new Array(captions.length).fill(colours);
    for (let k = 0; k < PLAN; k++) {
      hints.forEach((hint, row) => {
        this.#input(row, hint);
        this.#add(row, "prior.ink.weight", before[row]);
        this.#add(row, "prior.step", k);
      });
      this.#run(1, here);
      this.#draw(k < PALETTE ? this.toInk : this.toPlace, here, (row, chosen) => {
        tokens[row * LENGTH + k] = before[row] = chosen;
      });
    }
    const margins = (GRID + 2) * (GRID + 4) * INKS; // outside of the picture there is no mask
    const grids = captions.map(() => new Uint16Array(margins).fill(masks));
    for (let patch = 0; patch < ROWS - this.slots - PLAN; patch++) {
      const r = Math.floor(patch / GRID), c = patch % GRID, at = ((2 + r) * (GRID + 4) + 2 + c) * INKS;
      grids.forEach((grid, row) => this.#see(row, grid, at));
      this.#linear(this.wide, this.around, this.stream, here.batch, false);
      hints.forEach((hint, row) => this.#seat(row, hint, r, c, tokens[row * LENGTH + PALETTE]));
      this.#run(1, here);
      for (let k = 0; k < INKS; k++) {
        if (k) grids.forEach((grid, row) => this.#add(row, `prior.given.${k - 1}.weight`, grid[at + k - 1]));
        this.#draw(this.toMask[k], here, (row, chosen) => {
          tokens[row * LENGTH + PLAN + patch * INKS + k] = grids[row][at + k] = chosen;
        });
      }
    }
  }

  /** The words of the captions enter the caches. words: (n, 10) tokens. */
  #read(words, here) {
    words.forEach((row, b) => row.forEach((word, slot) => {
      this.#input(b * this.slots + slot);
      this.#add(b * this.slots + slot, "prior.word.weight", word);
      this.#add(b * this.slots + slot, "prior.slot", slot);
    }));
    this.#run(this.slots, here);
  }

  /** What every place of an image is told of its caption: the sum of its words. (10,) tokens -> (width,). */
  #hint(words) {
    const { width } = this.sizes, told = this.table("prior.told.weight"), sum = new Float32Array(width);
    const second = Object.keys(this.words.slots).map((name) => name.endsWith("_2") * this.words.vocabulary);
    words.forEach((word, slot) => {
      for (let i = 0; i < width; i++) sum[i] += told[(word + second[slot]) * width + i];
    });
    return sum;
  }

  /** A row of the stream becomes a vector, or zero. */
  #input(row, vector) {
    const { width } = this.sizes, at = this.stream / 4 + row * width;
    if (vector) this.floats.set(vector, at);
    else this.floats.fill(0, at, at + width);
  }

  /** Add one row of a table to a row of the stream. */
  #add(row, name, index) {
    const { width } = this.sizes, data = this.table(name), at = this.stream / 4 + row * width;
    for (let i = 0; i < width; i++) this.floats[at + i] += data[index * width + i];
  }

  /** Describe the masks of a patch's neighbours, for `around`. grid: (10, 12, 3) masks; at: where the patch begins. */
  #see(row, grid, at) {
    const { NEIGHBOURS, INKS, GRID } = this.layout, looks = this.table("prior.mask.weight");
    const features = this.around.inner / NEIGHBOURS.length / INKS;
    let to = this.wide / 4 + row * this.around.inner;
    for (const [down, right] of NEIGHBOURS) {
      for (let k = 0; k < INKS; k++, to += features) {
        const mask = grid[at + (down * (GRID + 4) + right) * INKS + k];
        this.floats.set(looks.subarray(mask * features, (mask + 1) * features), to);
      }
    }
  }

  /** Add the caption's hint and where a patch lies, in the picture and as seen from the place. */
  #seat(row, hint, r, c, place) {
    const { GRID } = this.layout, { width } = this.sizes, at = this.stream / 4 + row * width;
    for (let i = 0; i < width; i++) this.floats[at + i] += hint[i];
    this.#add(row, "prior.row", r);
    this.#add(row, "prior.column", c);
    this.#add(row, "prior.down", r - Math.floor(place / (GRID + 1)) + GRID);
    this.#add(row, "prior.right", c - (place % (GRID + 1)) + GRID);
  }

  /** All blocks, for `fresh` new positions of each sequence: (batch * fresh, width), in place. */
  #run(fresh, here) {
    const { kernels, stream, normed, wide, scores, sizes: { width, heads } } = this, rows = here.batch * fresh;
    for (const { norms, qkv, out, up, down, keys, values } of this.blocks) {
      kernels.norm(stream, rows, width, ...norms[0], normed);
      this.#linear(normed, qkv, wide, rows, false);
      kernels.attend(wide, here.batch, fresh, keys, values, here.past, this.layout.ROWS, heads, this.head, scores, normed);
      this.#linear(normed, out, stream, rows, true);
      kernels.norm(stream, rows, width, ...norms[1], normed);
      this.#linear(normed, up, wide, rows, false);
      kernels.gelu(wide, rows * up.outer);
      this.#linear(wide, down, stream, rows, true);
    }
    here.past += fresh;
  }

  #linear(x, { address, inner, outer, bias = 0 }, y, rows, add) {
    this.kernels.linear(x, rows, inner, address, outer, bias, y, add);
  }

  /** Draw one token for each sequence with softmax(logits / temperature): the first of exponential clocks to ring. */
  #draw(layer, { batch, temperature, clocks, scores }, chosen) {
    this.kernels.norm(this.stream, batch, this.sizes.width, ...this.norm, this.normed);
    this.#linear(this.normed, layer, this.logits, batch, false);
    clocks.forEach((clock, row) => {
      const at = this.logits / 4 + row * layer.outer, logits = this.floats.subarray(at, at + layer.count);
      let largest = 0, total = 0, best = 0, soonest = -1;
      for (let k = 1; k < logits.length; k++) if (logits[k] > logits[largest]) largest = k;
      for (let k = 0; k < logits.length; k++) total += Math.exp(logits[k] - logits[largest]);
      if (temperature === 0) best = largest;
      else {
        for (let k = 0; k < logits.length; k++) {
          const speed = Math.exp((logits[k] - logits[largest]) / temperature) / clock();
          if (speed > soonest) [best, soonest] = [k, speed];
        }
      }
      scores[row] += logits[best] - logits[largest] - Math.log(total);
      chosen(row, best);
    });
  }

  /** Image tokens to images: each ink painted through its mask over those before. (n, 197) -> (n, 3, 32, 32). */
  decode(tokens) {
    const { PALETTE, PLAN, LENGTH, GRID, PATCH, INKS } = this.layout, side = GRID * PATCH;
    const colours = this.table("tokens.colours"), masks = this.table("tokens.masks");
    const images = new Float32Array((tokens.length / LENGTH) * 3 * side * side);
    for (let n = 0; n < tokens.length / LENGTH; n++) {
      const z = tokens.subarray(n * LENGTH, (n + 1) * LENGTH);
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          const patch = Math.floor(y / PATCH) * GRID + Math.floor(x / PATCH);
          const pixel = (y % PATCH) * PATCH + (x % PATCH);
          for (let channel = 0; channel < 3; channel++) {
            let value = colours[z[0] * 3 + channel], cover = 1;
            for (let k = 0; k < INKS; k++) {
              cover *= masks[z[PLAN + patch * INKS + k] * PATCH * PATCH + pixel];
              value += cover * (colours[z[k + 1] * 3 + channel] - colours[z[k] * 3 + channel]);
            }
            images[((n * 3 + channel) * side + y) * side + x] = value;
          }
        }
      }
    }
    return images;
  }
}

/** Fetch and build the model from the files beside this script. progress: told how many bytes have come. */
export async function load(tables, progress) {
  const beside = (name) => new URL(name, import.meta.url);
  const [code, file] = await Promise.all([bytes(beside("kernels.wasm")), bytes(beside("painter.safetensors"), progress)]);
  const { instance } = await WebAssembly.instantiate(code, {});
  return new Painter(instance.exports, file, tables);
}

/** The content of a file; `progress` is told how many bytes of it have come. */
export async function bytes(url, progress = () => {}) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${new URL(url).pathname.split("/").pop()}: the server answers ${answer.status}`);
  const parts = [];
  let length = 0;
  const reader = answer.body.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    parts.push(step.value);
    progress((length += step.value.length));
  }
  return new Blob(parts).arrayBuffer();
}
