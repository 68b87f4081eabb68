/** What the playground looks like without its pictures, and everything that it says. */
import { LAST } from "./noise.js";
import { HIGH, LOW, MAP, POINTS, SIDE, STEPS } from "./tables.js";

const SHORT = 0.1; // arrows shorter than this are told as "dark"
const TITLES = {
  trained: "trained: <i>ỹ</i> − <i>ŷ</i>",
  best: "best possible: <i>E</i>[<i>y</i> | <i>ŷ</i>] − <i>ŷ</i>",
};
const SPOKEN = { trained: "Trained denoiser", best: "Best possible denoiser" };
/** Numbers at the axes, and halfway the names of these. */
const TICKS = [[-1, "−1", "−1"], [0, "0", "0"], [0.5, "<i>y</i>₁", "<i>y</i>₂"], [1, "1", "1"]];
let made = 0;

const place = ([y_1, y_2]) => `(${y_1.toFixed(2)}, ${y_2.toFixed(2)})`.replaceAll("-", "−");

/** Where a tick stands along the side of a picture, in per cent; the outer cells are centred on the plane's edge. */
const along = (value) => (100 * (value - LOW + (HIGH - LOW) / (SIDE - 1) / 2)) / ((HIGH - LOW) * (SIDE / (SIDE - 1)));

export class Page {
  /** @param {Element} host  its content is replaced */
  constructor(host) {
    const id = `spiral-${++made}`;
    host.innerHTML = `
      <div class="sp-noise">
        <label for="${id}">σ, noise</label>
        <input type="range" id="${id}" min="0" max="${LAST}" step="1">
        <output for="${id}"></output>
      </div>
      <div class="sp-panels">${panel("trained", id)}${panel("best", id)}</div>
      <div class="sp-scale">
        <span>0</span><span class="sp-bar"></span><span>1 and more</span>
        <span class="sp-meaning">length of the arrow in plane units, one scale for both pictures</span>
      </div>
      <p class="sp-caption"></p>
      <p class="sp-path"></p>
      <p class="sp-help" id="${id}-help">
        An arrow shows direction, and its length up to one cell. Click a picture to drop a point and follow the arrows
        from there, a dot a step; or move to a picture with Tab, place the point with the arrow keys, and drop it with Enter.
      </p>
      <button type="button" class="sp-clear">Clear the path</button>
      <p class="sp-said visually-hidden" role="status"></p>`;
    const find = (selector) => host.querySelector(selector);
    this.slider = find("input");
    this.output = find("output");
    this.clear = find(".sp-clear");
    this.captionLine = find(".sp-caption");
    this.pathLine = find(".sp-path");
    this.status = find(".sp-said");
    this.panels = {};
    for (const name of Object.keys(TITLES)) {
      const box = find(`.sp-plane[data-denoiser=${name}]`);
      this.panels[name] = { box, canvas: box.querySelector("canvas") };
    }
    const colours = Array.from({ length: 16 }, (_, i) => `rgb(${MAP.slice(51 * i, 51 * i + 3)})`);
    find(".sp-bar").style.background = `linear-gradient(to right, ${colours})`;
  }

  /** Show the noise level that is asked for. */
  noise(sigma, step) {
    const said = `σ = ${digits(sigma)}`;
    this.slider.value = step;
    this.slider.setAttribute("aria-valuetext", said);
    this.output.textContent = said;
  }

  /**
   * @param {import("./spiral.js").Fields} field
   * @param {?number[]} start  of the paths
   * @param {?{trained: number, best: number}} ends  how far from the data they end
   */
  caption({ sigma, apart }, start, ends) {
    this.captionLine.textContent =
      `σ = ${digits(sigma)}: where noisy points fall, the trained answer is ${apart.toFixed(4)} plane units away ` +
      "from the best possible one on average.";
    this.pathLine.textContent = start
      ? `From ${place(start)}, ${STEPS} steps: the trained denoiser ends ${ends.trained.toFixed(3)} plane units from the ` +
        `nearest data point, the best possible one ${ends.best.toFixed(3)}.`
      : "";
  }

  /** Say in words what is seen. */
  describe({ sigma }, planes) {
    for (const [name, { canvas }] of Object.entries(this.panels)) {
      const { lengths } = planes[name];
      let dark = 0, longest = 0;
      for (const length of lengths) {
        dark += length < SHORT;
        longest = Math.max(longest, length);
      }
      canvas.setAttribute(
        "aria-label",
        `${SPOKEN[name]} at σ = ${digits(sigma)}: ${SIDE} × ${SIDE} arrows over a map of their length, and ` +
          `${POINTS.length / 2} data points on a spiral. The map is dark, arrows shorter than ${SHORT}, on ` +
          `${Math.round((100 * dark) / lengths.length)} % of the plane; the longest arrow is ` +
          `${longest.toFixed(2)} plane units long.${this.pathLine.textContent && " A path follows the arrows."}`,
      );
    }
  }

  /** Let a screen reader say what has changed; the caller sees to it that this is not too often. */
  tell(cursor) {
    const point = cursor ? `Start at ${place(cursor)}; Enter drops it.` : "";
    const said = [this.captionLine.textContent, this.pathLine.textContent, point].filter(Boolean).join(" ");
    if (said !== this.status.textContent) this.status.textContent = said;
  }
}

/** At least two digits after the point, and at least two that count. */
const digits = (sigma) => (sigma < 0.1 ? sigma.toFixed(3) : sigma.toFixed(2));

/** An application to a screen reader: the arrow keys are the picture's, not the reader's. */
function panel(name, id) {
  const ticks = TICKS.map(
    ([value, across, up]) => `
      <span class="sp-across" style="left:${along(value)}%">${across}</span>
      <span class="sp-up" style="bottom:${along(value)}%">${up}</span>`,
  ).join("");
  return `
    <figure class="sp-panel">
      <figcaption>${TITLES[name]}</figcaption>
      <div class="sp-plane" data-denoiser="${name}" role="application" tabindex="0"
        aria-label="${SPOKEN[name]}: place a start" aria-describedby="${id}-help">
        <canvas role="img" aria-label="${SPOKEN[name]}"></canvas>
        <div class="sp-ticks" aria-hidden="true">${ticks}</div>
      </div>
    </figure>`;
}
