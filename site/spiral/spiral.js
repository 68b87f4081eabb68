/**
 * The spiral's playground: what a trained denoiser and the best possible one do everywhere in the plane, at any noise.
 * Becomes part of every element of class `spiral-playground`. The noise stands in the page's address, as sigma=….
 */
import { bestDenoiser, distanceToNearest, follow, grid, meanDistance, trainedDenoiser } from "./denoisers.js";
import { readSigma, sigmaAt, stepOf, writeSigma } from "./noise.js";
import { Page } from "./page.js";
import { Plane } from "./canvas.js";
import { COLOURS, DEFAULT, HIGH, LOW, POINTS, SIDE, SIZES, SPREAD, STEPS } from "./tables.js";

const NAMES = ["trained", "best"];
const STRIDE = 0.05; // of the keyboard, in plane units
const QUIET = 300; // ms without a move, after which the address changes: browsers refuse one a frame
const PAUSE = 800; // ms between what is said to a screen reader, at least
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

const places = grid();
const log_density = new Float64Array(SIDE * SIDE);

/**
 * @typedef {{sigma: number, trained: Float64Array, best: Float64Array, apart: number}} Fields
 *   y_tilde of both at the places of `grid()`; apart: their mean distance where noisy points fall
 */

/** @type {WeakMap<Element, Playground>} */
export const mounted = new WeakMap();

class Playground {
  /**
   * @param {Element} host  its content is replaced
   * @param {import("./denoisers.js").Network} network
   */
  constructor(host, network) {
    this.page = new Page(host);
    const looks = { trained: COLOURS.y_tilde, best: COLOURS.paper };
    this.denoisers = { trained: trainedDenoiser(network), best: bestDenoiser(POINTS) };
    this.planes = {};
    this.paths = {};
    for (const name of NAMES) {
      const canvas = this.page.panels[name].canvas;
      this.planes[name] = new Plane(canvas, looks[name]);
      this.paths[name] = new Float64Array(2 * (STEPS + 1));
    }
    /** How long the last fields and the last drawing took, in ms: together less than a frame. */
    this.timing = { fields: 0, drawing: 0 };
    this.start = null; // of the paths
    this.cursor = null; // where the keyboard would drop a point
    this.drawing = false;
    this.used = false; // a page that has just been opened says nothing by itself
    const numbers = () => new Float64Array(2 * SIDE * SIDE);
    /** @type {Fields} */
    this.shown = { sigma: 0, trained: numbers(), best: numbers(), apart: 0 };
    this.listen();
    this.choose(readSigma() ?? DEFAULT);
  }

  listen() {
    const { slider, clear, panels } = this.page;
    slider.addEventListener("input", () => {
      this.used = true;
      this.choose(sigmaAt(slider.valueAsNumber));
      clearTimeout(this.writing);
      this.writing = setTimeout(() => writeSigma(this.sigma), QUIET);
    });
    addEventListener("hashchange", () => this.choose(readSigma() ?? this.sigma));
    clear.addEventListener("click", () => this.drop(null));
    const resized = new ResizeObserver(() => this.redraw());
    for (const name of NAMES) {
      const { box, canvas } = panels[name];
      resized.observe(canvas);
      canvas.addEventListener("click", (event) => {
        this.cursor = null;
        this.drop(this.planes[name].locate(event.clientX, event.clientY));
      });
      box.addEventListener("keydown", (event) => this.key(event));
      box.addEventListener("blur", () => {
        this.cursor = null;
        this.redraw();
      });
    }
  }

  /** Show the fields at this noise level; of several wishes within a frame the last one counts. */
  choose(sigma) {
    this.sigma = sigma;
    this.page.noise(sigma, stepOf(sigma));
    this.redraw();
  }

  /** The fields of both denoisers at the noise level that is asked for. */
  compute() {
    const { sigma, shown, planes } = this;
    const started = performance.now();
    this.denoisers.trained(places, sigma, shown.trained);
    this.denoisers.best(places, sigma, shown.best, log_density);
    Object.assign(shown, { sigma, apart: meanDistance(shown.trained, shown.best, log_density) });
    for (const name of NAMES) planes[name].show(shown[name]);
    this.timing.fields = performance.now() - started;
  }

  /** Draw once before the next frame, however often this is called. */
  redraw() {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.draw();
    });
  }

  draw() {
    if (this.shown.sigma !== this.sigma) this.compute();
    const started = performance.now();
    if (this.start) this.walk();
    for (const name of NAMES) {
      const plane = this.planes[name];
      plane.fit();
      plane.draw(this.start && this.paths[name], this.cursor);
    }
    this.page.caption(this.shown, this.start, this.start && this.ends());
    this.telling ??= setTimeout(() => {
      this.telling = null;
      this.page.describe(this.shown, this.planes);
      if (this.used) this.page.tell(this.cursor);
    }, PAUSE);
    this.timing.drawing = performance.now() - started;
  }

  /** Follow the arrows from the start, at the noise of the fields shown. */
  walk() {
    for (const name of NAMES) {
      this.paths[name].set(this.start);
      follow(this.denoisers[name], this.shown.sigma, this.paths[name]);
    }
  }

  /** How far from the data the paths end, by name. */
  ends() {
    const last = 2 * STEPS;
    const end = (path) => distanceToNearest(path[last], path[last + 1], POINTS);
    return { trained: end(this.paths.trained), best: end(this.paths.best) };
  }

  /** @param {?number[]} start  of the paths; null clears them */
  drop(start) {
    this.start = start;
    this.used = true;
    this.redraw();
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's own
    const step = ARROWS[event.key];
    if (step) {
      const from = this.cursor ?? this.start ?? [0, 0];
      const stride = (i) => Math.min(HIGH, Math.max(LOW, from[i] + STRIDE * step[i]));
      this.cursor = [stride(0), stride(1)];
      this.used = true;
    } else if (event.key === "Enter" || event.key === " ") {
      this.drop(this.cursor ?? this.start ?? [0, 0]);
    } else return;
    event.preventDefault(); // the page would scroll
    this.redraw();
  }
}

/** @returns {Promise<import("./denoisers.js").Network>} */
async function load() {
  const binary = await fetch(new URL("network.bin", import.meta.url));
  // 64 bits because there the network is twice as fast: nothing is converted on the way.
  const numbers = Float64Array.from(new Float32Array(await binary.arrayBuffer()));
  let at = 0;
  const take = (count) => numbers.slice(at, (at += count));
  const layers = SIZES.slice(1).map((outputs, l) => {
    const inputs = SIZES[l];
    return { inputs, outputs, weight: take(inputs * outputs), bias: take(outputs) };
  });
  return { spread: SPREAD, layers };
}

const hosts = document.querySelectorAll(".spiral-playground");
if (hosts.length) {
  const network = await load();
  for (const host of hosts) mounted.set(host, new Playground(host, network));
}
