/** The noise level: a logarithmic slider's steps, and the page's address. */
import { DEFAULT, LEAST, MOST } from "./tables.js";

/** Steps of the slider: with 134 of them 0.1 and 0.3 are steps. */
export const LAST = 134;

/** The noise at a step of the slider, to three digits. */
export const sigmaAt = (step) => Number((LEAST * (MOST / LEAST) ** (step / LAST)).toPrecision(3));

/** The step of the slider nearest to this noise. */
export const stepOf = (sigma) => Math.round((LAST * Math.log(sigma / LEAST)) / Math.log(MOST / LEAST));

/** The noise in the address: null if it names none, the default if what it names is no noise level of the slider. */
export function readSigma() {
  const text = new URLSearchParams(location.hash.slice(1)).get("sigma");
  if (text === null) return null;
  const sigma = text.trim() === "" ? NaN : Number(text);
  return sigma >= LEAST && sigma <= MOST ? sigma : DEFAULT;
}

/** Put the noise into the address. What else stands there is another's, and stays letter by letter. */
export function writeSigma(sigma) {
  const others = location.hash.slice(1).split("&").filter((part) => part && part.split("=")[0] !== "sigma");
  history.replaceState(history.state, "", `#${[...others, `sigma=${sigma}`].join("&")}`);
}
