// The caption playground: type a caption or click its words; fifteen pictures, each with the checker's verdict.
// Mounted into every element of class "caption-playground". Drawn by worker.js on this machine; nothing is sent away.

import * as address from "./address.js";
import { CaptionError, Grammar } from "./captions.js";
import { Pictures, Slots, labelled, make, menu } from "./controls.js";

const PAUSE = 500; // milliseconds without a key after which a caption is drawn

class Playground {
  constructor(root, { captions, demo }, owner) {
    this.root = root;
    this.owner = owner; // of several playgrounds on a page the first one owns the address
    this.grammar = new Grammar(captions);
    this.first = { caption: demo.examples[0], temperature: demo.temperature, bestOf: demo.best_of[0], seed: 0 };
    this.ranges = demo;
    this.pictures = new Pictures(demo.rows, demo.columns);
    this.slots = new Slots(this.grammar, (caption) => this.#set({ caption: this.grammar.say(caption) }));
    this.#build(demo.examples);
    this.slots.follow(this.grammar.parse(this.first.caption)); // until there is a caption that can be read
    this.#fill((owner && address.read(location.hash, this.first, this.ranges)) || this.first);
    this.request = { id: 0 };
    if (owner) addEventListener("hashchange", () => this.#arrive());
    new IntersectionObserver((entries, observer) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      this.#start();
    }).observe(root);
  }

  #build(examples) {
    const live = { role: "status", "aria-live": "polite" };
    this.text = make("input", { type: "text", autocomplete: "off", spellcheck: false, enterKeyHint: "go" });
    this.temperature = make("input", { type: "range", min: 0, max: this.ranges.warmest, step: this.ranges.degree });
    this.degrees = make("output");
    this.bestOf = menu(this.ranges.best_of.map(String));
    this.seed = make("input", { type: "number", min: 0, max: address.SEEDS - 1, step: 1 });
    this.another = make("button", { type: "button" }, "new seed");
    this.message = make("p", { className: "pg-message", ...live });
    this.title = make("span", { className: "pg-title" });
    this.badge = make("span", { className: "pg-badge", hidden: true }, "never seen in training");
    this.summary = make("p", { className: "pg-summary", ...live });
    this.time = make("p", { className: "pg-time" });
    const tries = examples.map((caption) => {
      const button = make("button", { type: "button" }, caption);
      button.addEventListener("click", () => this.#set({ caption }));
      return make("li", {}, button);
    });
    const settings = make("div", { className: "pg-row" },
      labelled("temperature", this.temperature, this.degrees), labelled("best of", this.bestOf),
      labelled("seed", this.seed, this.another));
    const heading = make("p", { className: "pg-heading" }, this.title, this.badge);
    const parts = {
      say: [labelled("caption", this.text), this.message],
      set: [this.slots.element, settings],
      show: [heading, this.pictures.element, this.summary, this.time],
      try: [make("p", { className: "pg-label" }, "Try"), make("ul", { className: "pg-examples" }, ...tries)],
    };
    const areas = Object.entries(parts).map(([name, inside]) => make("div", { className: `pg-${name}` }, ...inside));
    this.root.replaceChildren(make("div", { className: "pg-layout" }, ...areas));
    this.#listen();
  }

  #listen() {
    let waiting;
    const soon = (pause) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.#set({}), pause);
    };
    this.text.addEventListener("input", () => soon(PAUSE));
    this.text.addEventListener("keydown", ({ key }) => key === "Enter" && soon(0));
    this.temperature.addEventListener("input", () => {
      this.degrees.value = Number(this.temperature.value).toFixed(2);
      soon(PAUSE / 2);
    });
    for (const control of [this.bestOf, this.seed]) control.addEventListener("change", () => soon(0));
    this.another.addEventListener("click", () => this.#set({ seed: Math.floor(Math.random() * 10_000) }));
  }

  /** What the controls say now. */
  get state() {
    const { text, temperature, bestOf, seed } = this;
    return address.sensible({
      caption: text.value, temperature: Number(temperature.value), bestOf: Number(bestOf.value),
      seed: seed.value === "" ? NaN : Number(seed.value),
    }, this.accepted ?? this.first, this.ranges);
  }

  #fill({ caption, temperature, bestOf, seed }) {
    this.accepted = { caption, temperature, bestOf, seed }; // what is typed and impossible falls back to it
    if (this.text.value !== caption) this.text.value = caption; // only then: the caret stays where it is
    this.temperature.value = temperature;
    this.degrees.value = Number(temperature).toFixed(2);
    this.bestOf.value = bestOf;
    this.seed.value = seed;
  }

  /** Change some of the state, as a visitor does: the address follows, and pictures are drawn. */
  #set(change) {
    this.#fill({ ...this.state, ...change });
    if (this.owner) address.write(this.state);
    this.#draw();
  }

  /** Somebody changed the address by hand, or followed a link to a result; other links are none of our business. */
  #arrive() {
    const said = address.read(location.hash, this.first, this.ranges);
    if (said) this.#set(said);
  }

  /** Ask the worker for the pictures of this state, unless the caption is none or they are there already. */
  #draw() {
    const { caption: text, ...settings } = this.state;
    let caption;
    try {
      caption = this.grammar.parse(text);
    } catch (error) {
      if (!(error instanceof CaptionError)) throw error;
      const stay = this.title.textContent ? " (The pictures are still those of the caption above them.)" : "";
      this.message.textContent = error.message.replace(/^caption: /, "") + stay;
      return;
    }
    this.message.textContent = "";
    this.slots.follow(caption);
    const wanted = { caption, count: this.pictures.count, ...settings };
    const key = JSON.stringify(wanted);
    if (!this.worker || key === this.request.key) return;
    this.request = { id: this.request.id + 1, key, begun: performance.now(), right: 0 };
    this.title.textContent = this.grammar.say(caption);
    this.badge.hidden = !this.grammar.unseen(caption);
    this.pictures.wait();
    this.worker.postMessage({ id: this.request.id, ...wanted });
  }

  /** Start the worker, which loads the model, and ask it for the first pictures. */
  #start() {
    this.summary.textContent = "loading the model";
    this.worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data }) => this[data.kind](data);
    this.worker.onerror = ({ message }) => this.failed({ message: message || "it runs no scripts beside the page" });
    this.#draw();
  }

  // What the worker says, see worker.js.

  loading({ loaded }) {
    this.time.textContent = `${(loaded / 1e6).toFixed(1)} MB of the model are here`;
  }

  ready() {
    this.summary.textContent = this.time.textContent = "";
    this.request.begun = performance.now();
  }

  failed({ message }) {
    this.time.textContent = "";
    this.summary.textContent = `This browser cannot draw here: ${message}.`;
  }

  picture({ id, index, pixels, right, read }) {
    if (id !== this.request.id) return;
    this.pictures.show(index, pixels, right, this.title.textContent, this.grammar.say(read));
    this.request.first ??= performance.now() - this.request.begun;
    this.request.right += right;
  }

  done({ id }) {
    if (id !== this.request.id) return;
    const { right, first, begun } = this.request, all = performance.now() - begun;
    const end = this.badge.hidden ? "." : ", though no training picture shows this combination.";
    this.summary.textContent = `${this.title.textContent}: ${right} of ${this.pictures.count} are exactly that${end}`;
    this.time.textContent = `drawn on your own device in ${(all / 1000).toFixed(1)} s`;
    this.root.dispatchEvent(new CustomEvent("drawn", { detail: { first, all, right } }));
  }
}

try {
  const answer = await fetch(new URL("tables.json", import.meta.url));
  if (!answer.ok) throw new Error(`tables.json: the server answers ${answer.status}`);
  const tables = await answer.json();
  document.querySelectorAll(".caption-playground").forEach((root, k) => new Playground(root, tables, k === 0));
} catch (error) {
  for (const root of document.querySelectorAll(".caption-playground")) {
    root.replaceChildren(make("p", { role: "status" }, `The caption playground cannot start: ${error.message}.`));
  }
}
