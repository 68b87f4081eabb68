// What is asked, as the part of an address after #: an address shared is a result shared.

export const SEEDS = 2 ** 32;

/** The state that an address holds, or null if it holds none; what is missing or impossible is as at first. */
export function read(hash, first, ranges) {
  const said = new URLSearchParams(hash.slice(1));
  if (!said.has("caption")) return null;
  return sensible({
    caption: said.get("caption"),
    temperature: said.has("temperature") ? Number(said.get("temperature")) : NaN,
    bestOf: Number(said.get("best")),
    seed: said.has("seed") ? Number(said.get("seed")) : NaN,
  }, first, ranges);
}

/** Replace what is impossible by what was there at first; ranges: of the temperature and of the best of several. */
export function sensible({ caption, temperature, bestOf, seed }, first, ranges) {
  return {
    caption,
    temperature: temperature >= 0 && temperature <= ranges.warmest ? temperature : first.temperature,
    bestOf: ranges.best_of.includes(bestOf) ? bestOf : first.bestOf,
    seed: Number.isInteger(seed) && seed >= 0 && seed < SEEDS ? seed : first.seed,
  };
}

/** Put the state into the address bar, without a new entry in the history. */
export function write({ caption, temperature, bestOf, seed }) {
  const said = new URLSearchParams({ caption, temperature, best: bestOf, seed });
  history.replaceState(history.state, "", `#${said}`);
}
