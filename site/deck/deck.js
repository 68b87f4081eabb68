// Formulas first, then sizes, while every slide is laid out and can be measured; then the deck.
const SIZES = [42, 38, 34, 30]; // points of prose
const CODE = [0.734, 22]; // size of code: in those of prose, and at least, in points
const ROOM = 650; // points of height that words may fill, below it stand number and arrows

/** Words alone are set as large as they fit; beside a figure they stay small, the figure gets the room. */
function grow(slide) {
  if (slide.querySelector("figure") || slide.matches(".title")) return;
  const parts = [...slide.children].filter((part) => !part.matches("aside"));
  const inside = parts.flatMap((part) => [part, ...part.querySelectorAll("svg, table")]);
  const fits = ({ left, top }) =>
    inside.map((part) => part.getBoundingClientRect()).every((box) => box.right - left <= 1224 && box.bottom - top <= ROOM);
  for (const size of SIZES) {
    slide.style.setProperty("--size", `${size}px`);
    for (const code of slide.querySelectorAll("pre")) narrow(code, size);
    if (fits(slide.getBoundingClientRect())) return;
  }
}

/** Long lines of code are set smaller than the words around them, down to the least size. */
function narrow(code, size) {
  const full = CODE[0] * size;
  code.style.fontSize = `${full}px`;
  if (code.scrollWidth > code.clientWidth) {
    code.style.fontSize = `${Math.max(CODE[1], Math.floor((full * code.clientWidth) / code.scrollWidth) - 1)}px`;
  }
}

const FACES = ["30px 'Source Sans 3 Variable'", "22px 'Source Code Pro Variable'"].map((face) => document.fonts.load(face));

Promise.all([MathJax.startup.promise, ...FACES]).then(() => {
  for (const slide of document.querySelectorAll(".slides section")) {
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
    pdfSeparateFragments: false,
    transition: "none", // nothing moves but the figures; also kinder to eyes and to old projectors
    plugins: [RevealNotes],
  });
});
