// Formulas first, then sizes, while every slide is laid out and can be measured; then the deck.
const SIZES = [42, 38, 34, 30]; // points of prose
const ROOM = 650; // points of height that words may fill, below it stand number and arrows

/** Words alone are set as large as they fit; beside a figure they stay small, the figure gets the room. */
function grow(slide) {
  if (slide.querySelector("figure") || slide.matches(".title")) return;
  const parts = [...slide.children].filter((part) => !part.matches("aside"));
  const fits = () => {
    const frame = slide.getBoundingClientRect();
    const inside = parts.flatMap((part) => [part, ...part.querySelectorAll("pre, svg, table")]);
    return inside.every((part) => {
      const box = part.getBoundingClientRect();
      const wide = part.matches("pre") ? part.scrollWidth > part.clientWidth : box.right - frame.left > 1224;
      return !wide && box.bottom - frame.top <= ROOM;
    });
  };
  for (const size of SIZES) {
    slide.style.setProperty("--size", `${size}px`);
    if (fits()) return;
  }
}

const FACES = ["30px 'Source Sans 3 Variable'", "22px 'Source Code Pro Variable'"].map((face) => document.fonts.load(face));

Promise.all([MathJax.startup.promise, ...FACES]).then(() => {
  for (const slide of document.querySelectorAll(".slides > section")) {
    slide.classList.add("present");
    grow(slide);
    slide.classList.remove("present");
  }
  Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0,
    center: false,
    hash: true,
    slideNumber: "c/t",
    transition: "none", // nothing moves but the figures; also kinder to eyes and to old projectors
    plugins: [RevealNotes],
  });
});
