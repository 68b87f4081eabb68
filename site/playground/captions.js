// Captions: aecourse/text_to_image/grammar.py and captions.py. The words come from tables.json; a caption is a row of
// whole numbers, one a slot: 0 where nothing is said, k for the slot's k-th word.

import { closest } from "./spelling.js";

/** A caption that the grammar does not know; the message says which word and what would be understood. */
export class CaptionError extends Error {}

export class Grammar {
  /** @param {Object} words the captions' part of tables.json */
  constructor(words) {
    Object.assign(this, words);
    this.names = Object.keys(words.slots);
    this.at = Object.fromEntries(this.names.map((name, k) => [name, k]));
    this.kindNames = Object.keys(words.kinds);
  }

  /** The slots of a caption. string -> (10,); throws CaptionError. */
  parse(text) {
    const said = Object.fromEntries(this.names.map((name) => [name, 0]));
    let words = this.#nounPhrase(this.#read(text), said, "");
    if (words.slice(0, 3).join(" ") === "in shape of") {
      if (!said.thing) {
        fail("only a thing can be in the shape of something, as 'a clock in the shape of a star'");
      }
      words = this.#nounPhrase(words.slice(3), said, "shape");
    }
    if (words.length && this.#slot(words[0]) === "relation") {
      if (said.thing) fail("a relation joins two shapes, as 'a star above a circle'; a thing stands alone");
      said.relation = this.words[words[0]][1];
      words = this.#nounPhrase(words.slice(words[1] === "of" ? 2 : 1), said, "_2");
    }
    if (words[0] === "on" && this.#slot(words[1]) === "background") {
      said.background = this.words[words[1]][1];
      words = words.slice(words[2] === "background" ? 3 : 2);
    }
    if (words.length) fail(`did not expect '${words[0]}' here; for example: a striped red heart on white`);
    return this.#sensible(said);
  }

  /** The caption as text; `parse` reads it back. (10,) -> string. */
  say(caption) {
    const said = this.#spoken(caption);
    const adjectives = this.roles[""].filter((name) => name !== "thing" && name !== "shape").map((name) => said[name]);
    let text = article(...adjectives, said.thing || said.shape);
    if (said.thing && said.shape) text += ` in the shape of ${article(said.shape)}`;
    if (said.relation) text += ` ${said.relation} ${article(...this.roles._2.map((name) => said[`${name}_2`]))}`;
    return text + (said.background ? ` on ${said.background}` : "");
  }

  /** Which of `kindNames` a caption is: 0 one shape, 1 two shapes, 2 a thing. */
  kind(caption) {
    return caption[this.at.thing] ? 2 : Number(caption[this.at.relation] > 0);
  }

  /** The names of the slots that a caption of this kind has. */
  applies(caption) {
    return this.kinds[this.kindNames[this.kind(caption)]];
  }

  /** Draw a word for whatever a caption could say and does not; random: () -> [0, 1). */
  complete(caption, random) {
    const applies = this.applies(caption);
    return caption.map((k, slot) => {
      const name = this.names[slot];
      return k || !applies.includes(name) ? k : 1 + Math.floor(random() * this.slots[name].length);
    });
  }

  /** Say the same with "above" and "left of" only. */
  canonical(caption) {
    const relation = caption[this.at.relation];
    if (!relation || relation % 2) return caption;
    const swapped = this.swap.map((slot) => caption[slot]);
    swapped[this.at.relation] -= 1;
    return swapped;
  }

  /** Whether a caption asks for a combination that training never shows. */
  unseen(caption) {
    return this.held.some(([first, second, never]) => {
      const a = caption[this.at[first]], b = caption[this.at[second]];
      return a > 0 && b > 0 && never[a - 1][b - 1] === 1;
    });
  }

  /** Up to three known words that are spelled like this one. */
  nearest(word) {
    return closest(word, [...Object.keys(this.words), ...Object.keys(this.synonyms)], 3, 0.5);
  }

  /** Lower-case words without articles; every one of them is known. */
  #read(text) {
    const length = [...text].length;
    if (length > this.longest) {
      fail(`expected at most ${this.longest} characters, got ${length.toLocaleString("en-US")}`);
    }
    let words = text.toLowerCase().match(/[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s]/gu) ?? [];
    words = words.filter((word) => word !== "." && word !== ",");
    words = words.map((word) => (Object.hasOwn(this.synonyms, word) ? this.synonyms[word] : word));
    for (const word of words) {
      if (this.#slot(word) || this.glue.includes(word) || this.articles.includes(word)) continue;
      const near = this.nearest(word);
      const hint = near.length ? `did you mean ${near.join(" or ")}` : `known nouns: ${this.#nouns("")}`;
      fail(`does not know '${word}'; ${hint}`);
    }
    words = words.filter((word) => !this.articles.includes(word));
    if (!words.length) fail("expected a few words, got none; for example: a striped red heart on white");
    return words;
  }

  /** Read adjectives and a noun into the slots of one role ("", "_2", "shape" for a thing's); return what follows. */
  #nounPhrase(words, said, role) {
    for (; words.length && this.roles[role].includes(this.#slot(words[0])); words = words.slice(1)) {
      const slot = this.#slot(words[0]), name = role === "_2" ? slot + role : slot;
      if (said[name]) fail(`one ${slot} is enough, got a second one, '${words[0]}'`);
      said[name] = this.words[words[0]][1];
      if (slot === "shape" || slot === "thing") return words.slice(1);
    }
    const found = words.length ? `before '${words[0]}'` : "at the end";
    return fail(`expected a noun ${found}: ${this.#nouns(role)}`);
  }

  /** Refuse what the world does not have. */
  #sensible(said) {
    const caption = Object.values(said), applies = this.applies(caption);
    if (this.names.some((name) => said[name] && !applies.includes(name))) {
      fail(this.refusals[this.kindNames[this.kind(caption)]]);
    }
    return caption;
  }

  #slot(word) {
    return Object.hasOwn(this.words, word ?? "") ? this.words[word][0] : "";
  }

  #nouns(role) {
    return (role ? this.slots.shape : [...this.slots.shape, ...this.slots.thing]).join(", ");
  }

  #spoken(caption) {
    return Object.fromEntries(this.names.map((name, k) => [name, caption[k] ? this.slots[name][caption[k] - 1] : ""]));
  }
}

function fail(message) {
  throw new CaptionError(`caption: ${message}`);
}

function article(...words) {
  const phrase = words.filter(Boolean).join(" ");
  return `${/^[aeiou]/.test(phrase) ? "an" : "a"} ${phrase}`;
}
