// Random numbers that are the same everywhere for the same seed, one independent stream for each picture: so pictures
// do not depend on how they are drawn together.

/** Numbers in [0, 1) of one stream. (seed, picture, ...) -> () => number. Source: Doty-Humphrey (2018), sfc32. */
export function uniform(...key) {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 1];
  const next = () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (const number of key) {
    a ^= number;
    for (let i = 0; i < 15; i++) next();
  }
  return next;
}

/** When exponential clocks ring, of one stream. (seed, picture, ...) -> () => number above 0. */
export function exponential(...key) {
  const next = uniform(...key);
  return () => -Math.log(1 - next()) || 2 ** -33; // a uniform 0 would ring at once
}
