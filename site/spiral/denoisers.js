/**
 * Two denoisers of the plane, and following their arrows. Pure functions of numbers: nothing here knows of a page.
 *
 * The names are the course's: y_hat is where a noisy point is, y_tilde where the denoiser sends it, sigma the noise.
 * Points lie in one Float64Array, y_1 and y_2 in turn. Results are written where the caller says, and every scratch
 * array is made once, so that a moving slider leaves nothing to collect.
 *
 * @typedef {(y_hat: Float64Array, sigma: number, y_tilde: Float64Array) => void} Denoiser
 * @typedef {{inputs: number, outputs: number, weight: Float64Array, bias: Float64Array}} Layer  weight: row by row; outputs: even
 * @typedef {{spread: number, layers: Layer[]}} Network
 */
import { HIGH, LOW, SIDE } from "./tables.js";

/** Points that go through the network together: a weight is read once for all of them. */
const TOGETHER = 4;

/**
 * The network of notebook 9, as `models.Denoiser` computes it, SiLU between all layers.
 *
 * @param {Network} network
 * @returns {Denoiser}
 */
export function trainedDenoiser({ spread, layers }) {
  const widest = Math.max(...layers.flatMap((layer) => [layer.inputs, layer.outputs]));
  const scratch = [new Float64Array(TOGETHER * widest), new Float64Array(TOGETHER * widest)];
  return (y_hat, sigma, y_tilde) => {
    const count = y_hat.length / 2;
    const noisy = Math.hypot(spread, sigma);
    const share = (spread / noisy) ** 2;
    const unit = (sigma * spread) / noisy;
    for (let first = 0; first < count; first += TOGETHER) {
      let [from, to] = scratch;
      for (let p = 0; p < TOGETHER; p++) {
        const at = 2 * Math.min(first + p, count - 1); // past the end, the last point again
        from[p] = y_hat[at] / noisy;
        from[TOGETHER + p] = y_hat[at + 1] / noisy;
        from[2 * TOGETHER + p] = Math.log(sigma) / 2;
      }
      for (let l = 0; l < layers.length; l++) {
        linear(layers[l], from, to);
        if (l < layers.length - 1) silu(to, TOGETHER * layers[l].outputs);
        [from, to] = [to, from];
      }
      for (let p = 0; p < TOGETHER && first + p < count; p++) {
        const at = 2 * (first + p);
        y_tilde[at] = share * y_hat[at] + unit * from[p];
        y_tilde[at + 1] = share * y_hat[at + 1] + unit * from[TOGETHER + p];
      }
    }
  };
}

/** One layer for four points: two rows of the weights at a time, so that eight sums stay in registers. */
function linear({ inputs, outputs, weight, bias }, from, to) {
  for (let o = 0; o < outputs; o += 2) {
    let a0 = bias[o], a1 = a0, a2 = a0, a3 = a0;
    let b0 = bias[o + 1], b1 = b0, b2 = b0, b3 = b0;
    const row = o * inputs, next = row + inputs;
    for (let i = 0; i < inputs; i++) {
      const w = weight[row + i], v = weight[next + i];
      const x0 = from[4 * i], x1 = from[4 * i + 1], x2 = from[4 * i + 2], x3 = from[4 * i + 3];
      a0 += w * x0; a1 += w * x1; a2 += w * x2; a3 += w * x3;
      b0 += v * x0; b1 += v * x1; b2 += v * x2; b3 += v * x3;
    }
    const t = 4 * o;
    to[t] = a0; to[t + 1] = a1; to[t + 2] = a2; to[t + 3] = a3;
    to[t + 4] = b0; to[t + 5] = b1; to[t + 6] = b2; to[t + 7] = b3;
  }
}

/** x sigmoid(x) for the first numbers of an array, in place. */
function silu(x, count) {
  for (let i = 0; i < count; i++) x[i] /= 1 + Math.exp(-x[i]);
}

/**
 * The best possible denoiser of known points, their mean weighted by softmax(-||y_hat - y_i||^2 / 2 sigma^2).
 *
 * The nearest point's distance is taken off before the exponential, as in every softmax: at sigma = 0.03 all weights of
 * a far place would otherwise be 0.
 *
 * @param {Float64Array} points
 * @returns {(y_hat: Float64Array, sigma: number, y_tilde: Float64Array, log_density?: Float64Array) => void}
 *   log_density gets the logarithm of the density of noisy points, up to a constant that all places share.
 */
export function bestDenoiser(points) {
  const squared = new Float64Array(points.length / 2);
  return (y_hat, sigma, y_tilde, log_density) => {
    const scale = -1 / (2 * sigma * sigma);
    for (let at = 0; at < y_hat.length; at += 2) {
      let nearest = Infinity;
      for (let i = 0; i < squared.length; i++) {
        const d_1 = y_hat[at] - points[2 * i];
        const d_2 = y_hat[at + 1] - points[2 * i + 1];
        squared[i] = d_1 * d_1 + d_2 * d_2;
        if (squared[i] < nearest) nearest = squared[i];
      }
      let total = 0, sum_1 = 0, sum_2 = 0;
      for (let i = 0; i < squared.length; i++) {
        const w = Math.exp(scale * (squared[i] - nearest));
        total += w;
        sum_1 += w * points[2 * i];
        sum_2 += w * points[2 * i + 1];
      }
      y_tilde[at] = sum_1 / total;
      y_tilde[at + 1] = sum_2 / total;
      if (log_density) log_density[at / 2] = Math.log(total) + scale * nearest;
    }
  };
}

/** The places of the arrows, row by row from the bottom left, as `figures.grid`. */
export function grid() {
  const places = new Float64Array(2 * SIDE * SIDE);
  for (let at = 0; at < SIDE * SIDE; at++) {
    places[2 * at] = LOW + ((HIGH - LOW) * (at % SIDE)) / (SIDE - 1);
    places[2 * at + 1] = LOW + ((HIGH - LOW) * Math.floor(at / SIDE)) / (SIDE - 1);
  }
  return places;
}

/**
 * How far two answers are apart where noisy points fall: their mean distance, weighted by the density.
 *
 * @param {Float64Array} a  @param {Float64Array} b  answers at the same places
 * @param {Float64Array} log_density  at these places, up to a constant
 */
export function meanDistance(a, b, log_density) {
  let top = -Infinity, total = 0, sum = 0;
  for (let i = 0; i < log_density.length; i++) top = Math.max(top, log_density[i]);
  for (let i = 0; i < log_density.length; i++) {
    const weight = Math.exp(log_density[i] - top);
    total += weight;
    sum += weight * Math.hypot(a[2 * i] - b[2 * i], a[2 * i + 1] - b[2 * i + 1]);
  }
  return sum / total;
}

const here = new Float64Array(2);
const there = new Float64Array(2);

/**
 * Follow the arrows of a denoiser at one noise level: y <- y_tilde, as `sampling.stay`.
 *
 * @param {Denoiser} denoise
 * @param {Float64Array} path  its first point is the start; the others are written
 */
export function follow(denoise, sigma, path) {
  there.set(path.subarray(0, 2));
  for (let at = 2; at < path.length; at += 2) {
    here.set(there);
    denoise(here, sigma, there);
    path.set(there, at);
  }
}

/** How far a point is from the nearest of some points. */
export function distanceToNearest(y_1, y_2, points) {
  let nearest = Infinity;
  for (let i = 0; i < points.length; i += 2) {
    nearest = Math.min(nearest, Math.hypot(y_1 - points[i], y_2 - points[i + 1]));
  }
  return nearest;
}
