// The arithmetic of the prior, four numbers at a time. A matrix lies in memory row by row, in 32-bit floats; an address
// counts bytes. JavaScript says where everything lies; the number of rows of a product is a multiple of four.

/** The first address that is free. */
export function start(): usize {
  return __heap_base;
}

/**
 * y = x W^T + b, or y + x W^T + b if `add`; no b if its address is 0. (rows, inner), (outer, inner) -> (rows, outer).
 *
 * W comes in panels of eight outputs, (outer / 8, inner, 8): a panel stays in the nearest cache while all rows pass it,
 * and the 4 * 8 sums of a tile stay in registers.
 */
export function linear(
  x: usize, rows: usize, inner: usize, w: usize, outer: usize, b: usize, y: usize, add: bool,
): void {
  const step: usize = inner << 2, stride: usize = outer << 2;
  for (let o: usize = 0; o < stride; o += 32, w += step << 3) {
    const b0 = b ? v128.load(b + o) : f32x4.splat(0), b1 = b ? v128.load(b + o, 16) : f32x4.splat(0);
    for (let r: usize = 0; r < rows; r += 4) {
      const y0 = y + r * stride + o, y1 = y0 + stride, y2 = y1 + stride, y3 = y2 + stride;
      let s00 = b0, s01 = b1, s10 = b0, s11 = b1, s20 = b0, s21 = b1, s30 = b0, s31 = b1;
      let x0 = x + r * step, v = w;
      for (const end = x0 + step; x0 < end; x0 += 4, v += 32) {
        const w0 = v128.load(v), w1 = v128.load(v, 16);
        const x1 = x0 + step, x2 = x1 + step;
        let s = v128.load_splat<f32>(x0);
        s00 = f32x4.add(s00, f32x4.mul(s, w0));
        s01 = f32x4.add(s01, f32x4.mul(s, w1));
        s = v128.load_splat<f32>(x1);
        s10 = f32x4.add(s10, f32x4.mul(s, w0));
        s11 = f32x4.add(s11, f32x4.mul(s, w1));
        s = v128.load_splat<f32>(x2);
        s20 = f32x4.add(s20, f32x4.mul(s, w0));
        s21 = f32x4.add(s21, f32x4.mul(s, w1));
        s = v128.load_splat<f32>(x2 + step);
        s30 = f32x4.add(s30, f32x4.mul(s, w0));
        s31 = f32x4.add(s31, f32x4.mul(s, w1));
      }
      put(y0, s00, s01, add);
      put(y1, s10, s11, add);
      put(y2, s20, s21, add);
      put(y3, s30, s31, add);
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function put(y: usize, low: v128, high: v128, add: bool): void {
  v128.store(y, add ? f32x4.add(v128.load(y), low) : low);
  v128.store(y, add ? f32x4.add(v128.load(y, 16), high) : high, 16);
}

/** Each row of x with mean 0 and variance 1, times a gain, plus a shift. (rows, width) -> (rows, width). */
export function norm(x: usize, rows: usize, width: usize, gain: usize, shift: usize, y: usize): void {
  const step: usize = width << 2;
  for (const end = x + rows * step; x < end; x += step, y += step) {
    let sum = f32x4.splat(0), squares = f32x4.splat(0);
    for (let i: usize = 0; i < step; i += 16) sum = f32x4.add(sum, v128.load(x + i));
    const mean = f32x4.splat(total(sum) / <f32>width);
    for (let i: usize = 0; i < step; i += 16) {
      const off = f32x4.sub(v128.load(x + i), mean);
      squares = f32x4.add(squares, f32x4.mul(off, off));
    }
    const scale = f32x4.splat(<f32>1 / Mathf.sqrt(total(squares) / <f32>width + 1e-5));
    for (let i: usize = 0; i < step; i += 16) {
      const off = f32x4.mul(f32x4.sub(v128.load(x + i), mean), scale);
      v128.store(y + i, f32x4.add(f32x4.mul(off, v128.load(gain + i)), v128.load(shift + i)));
    }
  }
}

/**
 * x Phi(x) in place, Phi the distribution function of the normal distribution; the count is a multiple of four.
 *
 * Source: Abramowitz & Stegun (1964), 7.1.26: erfc to 1.5e-7.
 */
export function gelu(x: usize, count: usize): void {
  const one = f32x4.splat(1);
  for (const end = x + (count << 2); x < end; x += 16) {
    const value = v128.load(x), size = f32x4.abs(value);
    const z = f32x4.mul(size, f32x4.splat(0.70710678));
    const t = f32x4.div(one, f32x4.add(one, f32x4.mul(f32x4.splat(0.3275911), z)));
    let tail = f32x4.splat(1.061405429);
    tail = f32x4.add(f32x4.mul(tail, t), f32x4.splat(-1.453152027));
    tail = f32x4.add(f32x4.mul(tail, t), f32x4.splat(1.421413741));
    tail = f32x4.add(f32x4.mul(tail, t), f32x4.splat(-0.284496736));
    tail = f32x4.add(f32x4.mul(tail, t), f32x4.splat(0.254829592));
    tail = f32x4.mul(f32x4.mul(tail, t), exp(f32x4.neg(f32x4.mul(z, z)))); // erfc(z) = 2 Phi(-size)
    const below = f32x4.mul(f32x4.mul(size, tail), f32x4.splat(0.5));
    v128.store(x, f32x4.sub(f32x4.max(value, f32x4.splat(0)), below));
  }
}

/**
 * Attention of `fresh` new positions of each sequence to all positions so far, themselves among them.
 *
 * qkv: (batch, fresh, 3, heads, size). keys, values: (batch, heads, capacity, size), of which `past` are filled; the
 * new ones are added. scores: room for capacity + 4. out: (batch, fresh, heads, size).
 */
export function attend(
  qkv: usize, batch: usize, fresh: usize, keys: usize, values: usize, past: usize, capacity: usize, heads: usize, size: usize,
  scores: usize, out: usize,
): void {
  const head: usize = size << 2, width: usize = head * heads, cache: usize = head * capacity;
  const length = past + fresh;
  for (let b: usize = 0; b < batch; b++) {
    for (let h: usize = 0; h < heads; h++, keys += cache, values += cache) {
      const first = qkv + b * fresh * 3 * width + h * head;
      for (let t: usize = 0; t < fresh; t++) {
        const k = first + (3 * t + 1) * width;
        memory.copy(keys + (past + t) * head, k, head);
        memory.copy(values + (past + t) * head, k + width, head);
      }
      for (let t: usize = 0; t < fresh; t++) {
        const sum = softmax(first + 3 * t * width, keys, length, size, scores);
        blend(values, scores, length, head, 1 / sum, out + (b * fresh + t) * width + h * head);
      }
    }
  }
}

/** exp(q k / sqrt(size) - the largest of them) for every key; returns their sum. */
function softmax(q: usize, keys: usize, length: usize, size: usize, scores: usize): f32 {
  const head: usize = size << 2, scale = <f32>1 / Mathf.sqrt(<f32>size);
  let largest: f32 = -Infinity;
  for (let j: usize = 0; j < length; j++, keys += head) {
    let dot = f32x4.splat(0);
    for (let i: usize = 0; i < head; i += 16) dot = f32x4.add(dot, f32x4.mul(v128.load(q + i), v128.load(keys + i)));
    const score = total(dot) * scale;
    largest = max(largest, score);
    store<f32>(scores + (j << 2), score);
  }
  v128.store(scores + (length << 2), f32x4.splat(-Infinity)); // what fills the last four
  let sum = f32x4.splat(0);
  for (let j: usize = 0; j < length; j += 4) {
    const at = scores + (j << 2), e = exp(f32x4.sub(v128.load(at), f32x4.splat(largest)));
    v128.store(at, e);
    sum = f32x4.add(sum, e);
  }
  return total(sum);
}

/** The values, weighted by scores * scale. (length, size), (length,) -> (size,). */
function blend(values: usize, scores: usize, length: usize, head: usize, scale: f32, out: usize): void {
  for (let i: usize = 0; i < head; i += 16) {
    let sum = f32x4.splat(0);
    for (let j: usize = 0; j < length; j++) {
      sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(scores + (j << 2)), v128.load(values + j * head + i)));
    }
    v128.store(out + i, f32x4.mul(sum, f32x4.splat(scale)));
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function total(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** e^x = 2^k e^r for x <= 0, with k whole and |r| <= log(2) / 2, where seven terms of the series suffice; 0 below -87. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function exp(x: v128): v128 {
  const k = f32x4.nearest(f32x4.mul(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(1.44269504)));
  let r = f32x4.sub(f32x4.max(x, f32x4.splat(-87)), f32x4.mul(k, f32x4.splat(0.693359375))); // log(2) in two parts:
  r = f32x4.sub(r, f32x4.mul(k, f32x4.splat(-2.12194440e-4))); // k times the first is exact
  let series = f32x4.splat(1.0 / 720.0);
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1.0 / 120.0));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1.0 / 24.0));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1.0 / 6.0));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(0.5));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23); // the bits of 2^k
  return v128.and(f32x4.mul(series, power), f32x4.ge(x, f32x4.splat(-87)));
}
