/** One panel's canvas: a heat map of the arrows' lengths, the arrows, the data, and a path that follows the arrows. */
import { grid } from "./denoisers.js";
import { ACROSS, ALONG, BRIGHT, COLOURS, HIGH, LONGEST, LOW, MAP, POINTS, SIDE } from "./tables.js";

const CELL = (HIGH - LOW) / (SIDE - 1);
const EDGE = HIGH + CELL / 2; // the outermost cells are centred on the edge of the plane
const RADIUS = 0.021; // of a data point
const SHARPEST = 2; // more pixels than that a point nobody sees, but they take time

const places = grid();

export class Plane {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {string} look  colour of the path
   */
  constructor(canvas, look) {
    Object.assign(this, { canvas, look });
    this.context = canvas.getContext("2d", { alpha: false });
    this.lengths = new Float64Array(SIDE * SIDE);
    this.moves = new Float64Array(2 * SIDE * SIDE);
    this.heat = document.createElement("canvas");
    this.heat.width = this.heat.height = SIDE;
    this.heatContext = this.heat.getContext("2d");
    this.image = this.heatContext.createImageData(SIDE, SIDE);
    this.pixels = new Uint32Array(this.image.data.buffer);
    const bytes = new Uint8Array(4 * 256).fill(255);
    for (let i = 0; i < 3 * 256; i++) bytes[4 * Math.floor(i / 3) + (i % 3)] = MAP[i];
    this.map = new Uint32Array(bytes.buffer);
  }

  /** Take the size that the page gives the canvas. */
  fit() {
    const side = Math.round(this.canvas.clientWidth * Math.min(SHARPEST, devicePixelRatio));
    if (side > 0 && side !== this.canvas.width) this.canvas.width = this.canvas.height = side;
  }

  /** The point of the plane under a place of the window, within the plane. */
  locate(clientX, clientY) {
    const box = this.canvas.getBoundingClientRect();
    const inside = (value) => Math.min(HIGH, Math.max(LOW, value));
    return [
      inside(EDGE * ((2 * (clientX - box.left)) / box.width - 1)),
      inside(EDGE * (1 - (2 * (clientY - box.top)) / box.height)),
    ];
  }

  /** @param {Float64Array} y_tilde  where the arrows of all places lead */
  show(y_tilde) {
    for (let i = 0; i < SIDE * SIDE; i++) {
      const move_1 = y_tilde[2 * i] - places[2 * i];
      const move_2 = y_tilde[2 * i + 1] - places[2 * i + 1];
      const length = Math.sqrt(move_1 * move_1 + move_2 * move_2);
      this.moves[2 * i] = move_1;
      this.moves[2 * i + 1] = move_2;
      this.lengths[i] = length;
      // A picture's first row is its top one.
      const pixel = (SIDE - 1 - Math.floor(i / SIDE)) * SIDE + (i % SIDE);
      this.pixels[pixel] = this.map[Math.min(255, Math.floor(256 * length))];
    }
    this.heatContext.putImageData(this.image, 0, 0);
  }

  /**
   * @param {?Float64Array} path  its points, the start first
   * @param {?number[]} cursor  where the keyboard would drop a point
   */
  draw(path, cursor) {
    const { context, canvas } = this;
    const scale = canvas.width / (2 * EDGE); // pixels a plane unit
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.heat, 0, 0, canvas.width, canvas.height);
    context.setTransform(scale, 0, 0, -scale, canvas.width / 2, canvas.height / 2);
    this.arrows(COLOURS.paper, 0, BRIGHT);
    this.arrows(COLOURS.ink, BRIGHT, Infinity);
    const unit = (2 * EDGE) / canvas.clientWidth; // one CSS pixel
    this.data(unit);
    if (path) this.follow(path, unit);
    if (cursor) this.crosshair(cursor, unit);
  }

  /**
   * All arrows of these lengths, a column as one path: whoever fills a path goes through it line by line, and is a
   * quarter faster where a line meets one arrow than where it meets thirty-three.
   */
  arrows(colour, shortest, longest) {
    const { context, lengths } = this;
    context.globalAlpha = 0.9;
    context.fillStyle = colour;
    for (let column = 0; column < SIDE; column++) {
      context.beginPath();
      for (let i = column; i < lengths.length; i += SIDE) {
        if (lengths[i] > shortest && lengths[i] <= longest) this.arrow(i);
      }
      context.fill();
    }
    context.globalAlpha = 1;
  }

  arrow(i) {
    const { context, moves, lengths } = this;
    const share = Math.min(1, (LONGEST * CELL) / lengths[i]);
    const u = share * moves[2 * i];
    const v = share * moves[2 * i + 1];
    for (let k = 0; k < ALONG.length; k++) {
      const x = places[2 * i] + ALONG[k] * u - ACROSS[k] * v;
      const y = places[2 * i + 1] + ALONG[k] * v + ACROSS[k] * u;
      if (k === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
  }

  /** One path of discs around the points from the given index on. */
  discs(points, first, radius) {
    this.context.beginPath();
    for (let i = first; i < points.length; i += 2) {
      this.context.moveTo(points[i] + radius, points[i + 1]);
      this.context.arc(points[i], points[i + 1], radius, 0, 2 * Math.PI);
    }
  }

  /** The data: outlined, so that they show on every colour of the map. */
  data(unit) {
    const { context } = this;
    this.discs(POINTS, 0, RADIUS);
    this.paint(COLOURS.y, COLOURS.paper, unit);
    context.fill();
    context.stroke();
  }

  /** A line on a wider dark one, so that it shows on every colour of the map; a dot a step; a plus at the start. */
  follow(path, unit) {
    const { context } = this;
    context.beginPath();
    context.moveTo(path[0], path[1]);
    for (let i = 2; i < path.length; i += 2) context.lineTo(path[i], path[i + 1]);
    context.lineJoin = "round";
    this.twice(COLOURS.ink, 4 * unit, this.look, 2.4 * unit);
    this.discs(path, 2, 4 * unit);
    this.paint(this.look, COLOURS.ink, 2 * unit);
    context.stroke(); // first, or a heap of small steps would be all outline
    context.fill();
    const arm = 7 * unit;
    context.beginPath();
    context.moveTo(path[0] - arm, path[1]);
    context.lineTo(path[0] + arm, path[1]);
    context.moveTo(path[0], path[1] - arm);
    context.lineTo(path[0], path[1] + arm);
    context.lineCap = "square";
    this.twice(COLOURS.paper, 7 * unit, COLOURS.y_hat, 4.5 * unit);
  }

  crosshair([x, y], unit) {
    const { context } = this;
    context.beginPath();
    context.arc(x, y, 10 * unit, 0, 2 * Math.PI);
    for (const [u, v] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 4 * u * unit, y + 4 * v * unit);
      context.lineTo(x + 15 * u * unit, y + 15 * v * unit);
    }
    context.lineCap = "butt";
    this.twice(COLOURS.ink, 4 * unit, COLOURS.paper, 1.8 * unit);
  }

  paint(fill, edge, width) {
    this.context.fillStyle = fill;
    this.context.strokeStyle = edge;
    this.context.lineWidth = width;
  }

  twice(below, wide, above, narrow) {
    const { context } = this;
    context.strokeStyle = below;
    context.lineWidth = wide;
    context.stroke();
    context.strokeStyle = above;
    context.lineWidth = narrow;
    context.stroke();
  }
}
