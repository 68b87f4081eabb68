// Formulas as SVG: the glyphs are inside the one script, no font is fetched.
window.MathJax = {
  tex: { inlineMath: [["$", "$"]] },
  options: { enableMenu: false },
};
