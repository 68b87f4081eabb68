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
    narrow(slide, CODE[0] * size);
    if (fits(slide.getBoundingClientRect())) return;
  }
}

/** Code with long lines is set smaller than the words around it, down to the least size; all of a slide alike. */
function narrow(slide, full) {
  slide.style.setProperty("--code", `${full}px`);
  const share = Math.min(...[...slide.querySelectorAll("pre")].map((code) => code.clientWidth / code.scrollWidth));
  if (share < 1) slide.style.setProperty("--code", `${Math.max(CODE[1], Math.floor(full * share) - 1)}px`);
}

/** `make demos` is reached from this machine only; a deck on the web leads to what the web has, or to nothing. */
if (!["localhost", "127.0.0.1", "[::1]", ""].includes(location.hostname)) {
  for (const link of document.querySelectorAll(".stage")) {
    if (link.dataset.web) {
      link.href = `../${link.dataset.web}`;
      link.querySelector(".hint").remove();
    } else link.remove();
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
    defaultTiming: 0, // the speaker's clock goes by the minutes of the notes
    plugins: [RevealNotes],
  });
});
