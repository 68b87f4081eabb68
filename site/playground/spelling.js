// Which words are spelled alike, by the measure of Python's difflib, which the notebooks use.
// Source: Ratcliff & Metzener (1988), Gestalt pattern matching.

/** Up to `count` of the words whose likeness to `word` is at least `cutoff`, the most alike first. */
export function closest(word, words, count, cutoff) {
  return [...new Set(words)]
    .map((other) => ({ other, ratio: likeness(other, word) }))
    .filter(({ ratio }) => ratio >= cutoff)
    .sort((a, b) => b.ratio - a.ratio)
    .slice(0, count)
    .map(({ other }) => other);
}

/** Twice the letters that two words share in order, over all their letters. */
function likeness(a, b) {
  const [first, second] = [[...a], [...b]];
  return (2 * shared(first, second)) / (first.length + second.length);
}

/** The longest common run, and what is shared before and after it. */
function shared(a, b) {
  let [length, i, j] = [0, 0, 0];
  for (let p = 0; p < a.length; p++) {
    for (let q = 0; q < b.length; q++) {
      let run = 0;
      while (p + run < a.length && a[p + run] === b[q + run]) run++;
      if (run > length) [length, i, j] = [run, p, q];
    }
  }
  if (!length) return 0;
  return length + shared(a.slice(0, i), b.slice(0, j)) + shared(a.slice(i + length), b.slice(j + length));
}
