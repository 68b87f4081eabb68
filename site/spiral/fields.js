/**
 * The fields of both denoisers, beside the page's own thread: the network takes 7 to 14 ms for 33 × 33 places, and a
 * page that draws sixty frames a second has 16 ms for everything.
 *
 * First message: {network}. Each later one: {sigma, field}, answered with {field}, the same arrays filled in.
 *
 * @typedef {{sigma: number, trained: Float64Array, best: Float64Array, apart: number, milliseconds: number}} Field
 *   y_tilde of both at the places of `grid()`; apart: their mean distance where noisy points fall
 */
import { bestDenoiser, grid, meanDistance, trainedDenoiser } from "./denoisers.js";
import { POINTS, SIDE } from "./tables.js";

const places = grid();
const log_density = new Float64Array(SIDE * SIDE);
const best = bestDenoiser(POINTS);
let trained;

self.onmessage = ({ data }) => {
  if (data.network) {
    trained = trainedDenoiser(data.network);
    return;
  }
  const started = performance.now();
  const { sigma, field } = data;
  trained(places, sigma, field.trained);
  best(places, sigma, field.best, log_density);
  field.sigma = sigma;
  field.apart = meanDistance(field.trained, field.best, log_density);
  field.milliseconds = performance.now() - started;
  self.postMessage({ field }, [field.trained.buffer, field.best.buffer]); // handed over, not copied
};
