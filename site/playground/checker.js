// A checker that reads a scene back from pixels alone: aecourse/text_to_image/checker.py, with its tables.
// An image is (3, 32, 32) floats in [0, 1], colour by colour; a pixel is a number from 0 to 1023.

export class Checker {
  /**
   * @param {Object} scenes the scenes' part of tables.json
   * @param {Grammar} grammar
   * @param {Float32Array} distances (shapes, radii, near, near): signed distances around a centre, in pixels
   * @param {Uint8Array} stencils bits: (poses of all things, 64, 64) details, (textures, 32, 32)
   */
  constructor(scenes, grammar, distances, stencils) {
    Object.assign(this, scenes, { grammar, distances });
    this.pixels = this.side ** 2;
    const bit = (k) => (stencils[k >> 3] >> (k & 7)) & 1;
    const start = this.poses.reduce((a, b) => a + b) * 4 * this.pixels;
    const texture = (k) => Uint8Array.from({ length: this.pixels }, (_, pixel) => bit(start + k * this.pixels + pixel));
    this.textures = grammar.slots.texture.map((_, k) => texture(k));
    this.detail = (pose, row, column) => bit((pose * 2 * this.side + row) * 2 * this.side + column);
    this.outlines = Array.from({ length: distances.length / this.near ** 2 }, (_, k) => this.#outline(k));
  }

  /** Whether an image shows clearly all that a caption says, and the caption that was read from it. */
  check(image, caption) {
    const reading = this.read(image), wanted = this.grammar.canonical(caption), { thing, relation } = this.grammar.at;
    const agrees = wanted.every((k, slot) => !k || reading.caption[slot] === k);
    const sameKind = [thing, relation].every((slot) => wanted[slot] > 0 === reading.caption[slot] > 0);
    return { right: reading.clear && agrees && sameKind, ...reading };
  }

  /** Read one scene: {caption, overlap, error, clear}. */
  read(image) {
    const background = this.#paper(image), paper = this.papers[background];
    const silhouette = Float32Array.from({ length: this.pixels }, (_, pixel) =>
      Math.min(Math.sqrt(this.#off(image, pixel, paper)) / this.ink, 1));
    const found = this.places.map((place, k) => this.#best(silhouette, place, this.windows[k]));
    const cost = (layout) => layout.reduce((sum, k) => sum + found[k].cost, 0);
    const best = this.layouts.reduce((a, b) => (cost(b) < cost(a) ? b : a));
    const chosen = best.map((k) => found[k]);
    const { slots, error } = best.length === 1 ? this.#inside(image, chosen[0]) : this.#pair(image, chosen);
    if (best.length > 1) slots.relation = 2 * this.layouts.indexOf(best) - 1; // above, or left of
    const caption = this.grammar.names.map((name) => (name === "background" ? background + 1 : (slots[name] ?? 0)));
    const overlap = this.#overlap(silhouette, chosen);
    return { caption, overlap, error, clear: overlap > this.overlap && error < this.error };
  }

  /** The paper that is nearest to the middle value of the border, colour by colour. */
  #paper(image) {
    const { side, pixels } = this, middle = [0, 1, 2].map((channel) => {
      const at = (row, column) => image[channel * pixels + row * side + column], border = [];
      for (let k = 0; k < side; k++) border.push(at(0, k), at(side - 1, k), at(k, 0), at(k, side - 1));
      return border.sort((a, b) => a - b)[border.length / 2 - 1];
    });
    return smallest(this.papers.map((paper) => paper.reduce((sum, c, k) => sum + (c - middle[k]) ** 2, 0)));
  }

  /** Squared distance of a pixel to a colour. */
  #off(image, pixel, colour) {
    let sum = 0;
    for (let k = 0; k < 3; k++) sum += (image[k * this.pixels + pixel] - colour[k]) ** 2;
    return sum;
  }

  /** The pixels that an outline touches: their place around the centre, distance, and strength as a silhouette. */
  #outline(k) {
    const pixels = [];
    for (let down = 0; down < this.near; down++) {
      for (let right = 0; right < this.near; right++) {
        const d = this.distances[(k * this.near + down) * this.near + right];
        if (d >= this.far) continue;
        pixels.push({ down: down - this.near / 2, right: right - this.near / 2, d, ink: Math.min(3 * (0.5 - d), 1) });
      }
    }
    return pixels;
  }

  /** The outline at a place whose silhouette fits best in a window: {shape, radius, x, y, cost}. */
  #best(silhouette, [shapes, radii, xs, ys], [[top, bottom], [left, right]]) {
    let best = { cost: Infinity }, seen = 0;
    for (let r = top; r < bottom; r++) for (let c = left; c < right; c++) seen += silhouette[r * this.side + c] ** 2;
    for (const shape of shapes) for (const radius of radii) {
      const outline = this.outlines[shape * this.radii.length + radius];
      for (const x of xs) for (const y of ys) {
        let cost = seen; // the sum over the window of (silhouette - ink)^2
        for (const { down, right: along, ink } of outline) {
          const r = y + down, c = x + along;
          if (r >= top && r < bottom && c >= left && c < right) cost += ink * (ink - 2 * silhouette[r * this.side + c]);
        }
        if (cost < best.cost) best = { shape, radius, x, y, cost };
      }
    }
    return best;
  }

  /** Intersection over union of the silhouette and what the outlines would draw. */
  #overlap(silhouette, chosen) {
    const drawn = new Float32Array(this.pixels);
    for (const outline of chosen) for (const { pixel, ink } of this.#touched(outline)) drawn[pixel] += ink;
    let both = 0, either = 0;
    silhouette.forEach((seen, pixel) => {
      const ink = Math.min(drawn[pixel], 1);
      both += Math.min(ink, seen);
      either += Math.max(ink, seen);
    });
    return both / either;
  }

  /** The pixels of the picture that an outline touches at its place. */
  #touched({ shape, radius, x, y }) {
    return this.outlines[shape * this.radii.length + radius]
      .map((at) => ({ ...at, row: y + at.down, column: x + at.right }))
      .filter(({ row, column }) => Math.min(row, column) >= 0 && Math.max(row, column) < this.side)
      .map((at) => ({ ...at, pixel: at.row * this.side + at.column }));
  }

  /** Those of them that lie wholly inside. */
  #inner(outline) {
    return this.#touched(outline).filter(({ d }) => 0.5 - (d + 0.5) >= 0.999);
  }

  /** Size, colour and shape of two shapes; the colour is the one nearest to what lies inside the outline. */
  #pair(image, chosen) {
    const slots = {};
    let error = 0;
    chosen.forEach((outline, k) => {
      const role = ["", "_2"][k], inner = this.#inner(outline);
      const errors = this.inks.map((ink) => mean(inner, ({ pixel }) => this.#off(image, pixel, ink)));
      const colour = smallest(errors);
      slots[`shape${role}`] = outline.shape + 1;
      slots[`size${role}`] = outline.radius + 1;
      slots[`colour${role}`] = colour + 1;
      error = Math.max(error, errors[colour]);
    });
    return { slots, error };
  }

  /** What fills one outline: a colour with a texture, or a thing. */
  #inside(image, outline) {
    const inner = this.#inner(outline), last = this.textures.length - 1, fillings = [];
    const patterns = [...this.textures, this.textures[last].map((k) => 1 - k)]; // checks are checks, either way round
    patterns.forEach((pattern, k) => this.inks.forEach((ink, colour) => fillings.push({
      slots: { texture: Math.min(k, last) + 1, colour: colour + 1 },
      error: mean(inner, ({ pixel }) => this.#off(image, pixel, pattern[pixel] ? this.cream : ink)),
    })));
    let first = 0;
    this.things.forEach((colours, thing) => {
      const errors = Array.from({ length: this.poses[thing] }, (_, pose) =>
        mean(inner, (at) => this.#off(image, at.pixel, this.#paint(colours, first + pose, at))));
      fillings.push({ slots: { thing: thing + 1 }, error: Math.min(...errors) });
      first += this.poses[thing];
    });
    const best = fillings[smallest(fillings.map(({ error }) => error))];
    return { slots: { ...best.slots, shape: outline.shape + 1 }, error: best.error };
  }

  /** The colour of a thing at an inner pixel: rim, body over it, details over both. */
  #paint([rim, body, ink], pose, { down, right, d }) {
    const inner = Math.min(Math.max(0.5 - (d + this.rim), 0), 1);
    const detail = inner * this.detail(pose, down + this.side, right + this.side);
    return rim.map((value, k) => {
      const filled = value + inner * (body[k] - value);
      return filled + detail * (ink[k] - filled);
    });
  }
}

function mean(items, value) {
  let sum = 0;
  for (const item of items) sum += value(item);
  return sum / Math.max(items.length, 1);
}

/** The index of the smallest number. */
function smallest(numbers) {
  return numbers.reduce((best, number, k) => (number < numbers[best] ? k : best), 0);
}
