// The parts of the interface: plain elements, each with a label. All that was typed enters as text, never as markup.

let made = 0;

/** An element with properties (those with a dash or "role" as attributes) and children, which may be texts. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && !name.includes("-")) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** A control under its label. */
export function labelled(label, control, ...beside) {
  control.id = `playground-${made++}`;
  const row = beside.length ? make("div", { className: "pg-beside" }, control, ...beside) : control;
  return make("div", { className: "pg-control" }, make("label", { htmlFor: control.id }, label), row);
}

/** A menu of texts; values are the texts unless told. */
export function menu(texts, values = texts) {
  return make("select", {}, ...texts.map((text, k) => make("option", { value: values[k] }, text)));
}

/** Menus for the slots of a caption, which follow it, and tell `changed` of a caption that one of them was moved to. */
export class Slots {
  constructor(grammar, changed) {
    this.grammar = grammar;
    this.menus = grammar.names.map((name, slot) => {
      const words = grammar.slots[name];
      const select = menu(["any", ...words], [0, ...words.map((_, k) => k + 1)]);
      select.addEventListener("change", () => changed(this.#moved(slot, Number(select.value))));
      const [label, second] = name.split("_");
      if (second) select.setAttribute("aria-label", `${label} of the second shape`);
      return { name, select, row: labelled(label, select) };
    });
    this.element = make("div", { className: "pg-row" }, ...this.menus.map(({ row }) => row));
  }

  /** Show the slots that a caption has, as they are in it. */
  follow(caption) {
    this.caption = caption;
    const applies = this.grammar.applies(caption);
    this.menus.forEach(({ name, select, row }, slot) => {
      row.hidden = !applies.includes(name);
      select.options[0].hidden = select.options[0].disabled = !row.hidden && !this.#mayBeOpen(slot);
      select.value = caption[slot];
    });
  }

  #moved(slot, word) {
    return this.caption.map((k, other) => (other === slot ? word : k));
  }

  /** Whether the caption still says something of the same kind without this slot. */
  #mayBeOpen(slot) {
    try {
      const without = this.grammar.parse(this.grammar.say(this.#moved(slot, 0)));
      return this.grammar.kind(without) === this.grammar.kind(this.caption);
    } catch {
      return false;
    }
  }
}

/** The grid of pictures, each with its verdict. */
export class Pictures {
  constructor(rows, columns) {
    this.count = rows * columns;
    this.tiles = Array.from({ length: this.count }, () => {
      const canvas = make("canvas", { width: 32, height: 32, role: "img", "aria-label": "not drawn yet" });
      const mark = make("span", { className: "pg-mark", "aria-hidden": "true" });
      return { canvas, mark, tile: make("div", { className: "pg-tile pg-waiting" }, canvas, mark) };
    });
    this.element = make("div", { className: "pg-grid" }, ...this.tiles.map(({ tile }) => tile));
    this.element.style.setProperty("--pg-columns", columns);
  }

  /** New ones are on the way. */
  wait() {
    for (const { tile } of this.tiles) tile.classList.add("pg-waiting");
  }

  /** Show one picture. pixels: RGBA of 32 * 32; says: what the checker reads in it. */
  show(index, pixels, right, title, says) {
    const { canvas, mark, tile } = this.tiles[index];
    canvas.getContext("2d").putImageData(new ImageData(pixels, canvas.width, canvas.height), 0, 0);
    const verdict = right ? "exactly that" : `not exactly that; the checker sees ${says}`;
    canvas.setAttribute("aria-label", `${title}, picture ${index + 1}: ${verdict}`);
    tile.title = verdict;
    tile.classList.remove("pg-waiting");
    mark.textContent = right ? "✓" : "✗";
    mark.classList.toggle("pg-wrong", !right);
  }
}
