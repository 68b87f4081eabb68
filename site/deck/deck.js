// Formulas first, while every slide is still laid out and can be measured; then the deck.
MathJax.startup.promise.then(() =>
  Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0,
    center: false,
    hash: true,
    slideNumber: "c/t",
    transition: "none", // nothing moves but the figures; also kinder to eyes and to old projectors
    plugins: [RevealNotes],
  }),
);
