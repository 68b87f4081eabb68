// The shipped weights, read from the very file that the package reads, and the memory of the kernels.

/**
 * Read a safetensors file in half precision.
 *
 * @param {ArrayBuffer} buffer
 * @returns {{sizes: Object, tensors: Object}} the sizes of the model, from the file's card, and per name
 *     {shape, data: Float32Array}
 */
export function read(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const { __metadata__: card, ...entries } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const body = buffer.slice(8 + length); // from address 0, whatever the length of the header
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(entries)) {
    if (dtype !== "F16") throw new Error(`the weights: expected half precision, got ${dtype} in ${name}`);
    tensors[name] = { shape, data: single(new Uint16Array(body, from, (to - from) / 2)) };
  }
  return { sizes: JSON.parse(card.sizes), tensors };
}

/** Half precision to single: sign, five bits of exponent, ten of fraction. Uint16Array -> Float32Array. */
function single(halves) {
  const out = new Float32Array(halves.length);
  for (let i = 0; i < out.length; i++) {
    const exponent = (halves[i] >> 10) & 31, fraction = halves[i] & 1023;
    const size = exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24;
    out[i] = halves[i] & 0x8000 ? -size : size;
  }
  return out;
}

/** The memory of the WebAssembly module, handed out from its start to its end and never taken back. */
export class Memory {
  constructor(kernels) {
    this.memory = kernels.memory;
    this.next = kernels.start();
  }

  /** Room for so many floats; returns its address. Views of the memory are void after this. */
  take(count) {
    const address = this.next;
    this.next += Math.ceil(count / 4) * 16;
    const missing = this.next - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / 65536));
    return address;
  }

  /** Put floats into it; returns their address. */
  put(data) {
    const address = this.take(data.length);
    new Float32Array(this.memory.buffer, address, data.length).set(data);
    return address;
  }

  /**
   * Put the matrix of a linear layer as `linear` wants it: panels of eight outputs, the last one filled with zeros.
   *
   * @param {{shape: number[], data: Float32Array}} matrix (outer, inner)
   * @returns {{address: number, inner: number, outer: number}} outer: rounded up to eights
   */
  pack({ shape: [rows, inner], data }) {
    const outer = Math.ceil(rows / 8) * 8, packed = new Float32Array(outer * inner);
    for (let o = 0; o < rows; o++) {
      for (let i = 0; i < inner; i++) packed[(o - (o % 8)) * inner + i * 8 + (o % 8)] = data[o * inner + i];
    }
    return { address: this.put(packed), inner, outer };
  }
}
