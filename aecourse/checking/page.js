// Questions that take an answer, on a page without a kernel (forms.py writes the HTML that this finds). Brought once or
// more; in JupyterLab it does nothing: there the cell is run.
(() => {
  if (window.aecourseAsks) return;
  window.aecourseAsks = true;

  const STYLE = `
    .aecourse-question { border: 1px solid #808080; border-radius: 6px; padding: 0.7em 1em 0.3em; margin: 1em 0; min-width: 0; }
    .aecourse-question legend { float: left; width: 100%; font-size: inherit; line-height: 1.4; margin: 0 0 0.4em; padding: 0; }
    .aecourse-question legend ~ * { clear: both; }
    .aecourse-question ul { list-style: none; padding: 0 !important; margin: 0 !important; }
    .aecourse-question li { margin: 0; }
    .aecourse-question :is(button, input) { font: inherit; color: inherit; background: transparent; max-width: 100%;
      border: 1px solid #808080; border-radius: 4px; padding: 0.3em 0.8em; margin: 0.2em 0.4em 0.2em 0; text-align: left; }
    .aecourse-question button { cursor: pointer; }
    .aecourse-question button[aria-pressed="true"] { font-weight: 600; border-color: currentColor; box-shadow: inset 0 0 0 1px; }
    .aecourse-question button[aria-pressed="true"]::before { content: "● " / ""; }
    .aecourse-question .aecourse-less { border-color: transparent; text-decoration: underline; padding-inline: 0.2em; }
    .aecourse-question input { width: 8em; margin-left: 0.4em; }
    .aecourse-question :is(button, input):focus-visible { outline: 3px solid; outline-offset: 2px; }
    .aecourse-question [role="status"] { min-height: 1.5em; margin: 0.4em 0 0; }
    @media screen {
      .aecourse-waits, .aecourse-waits-inside > * { display: none !important; }
      .aecourse-waits-inside::before { content: "hidden until you predict"; font-style: italic; }
    }`;

  // What was said is kept over a reload, where the browser allows it.
  const keep = (key, said) => {
    try {
      if (said === null) localStorage.removeItem(`aecourse ${key}`);
      else localStorage.setItem(`aecourse ${key}`, said);
    } catch { /* not allowed: it is kept as long as the page is open */ }
  };
  const kept = (key) => {
    try { return localStorage.getItem(`aecourse ${key}`); } catch { return null; }
  };

  const add = (parent, tag, properties = {}) => parent.appendChild(Object.assign(document.createElement(tag), properties));
  const button = (parent, text, press, className = "") => {
    const made = add(parent, "button", { type: "button", textContent: text, className });
    made.addEventListener("click", press);
    return made;
  };

  const digits = (value) =>
    Math.abs(value) >= 100 || Number.isInteger(value)
      ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));

  // The reply to each option, from the list that readers without scripts unfold.
  const replies = (block) => Object.fromEntries(
    [...(block?.querySelectorAll("details li") ?? [])].map((item) =>
      [item.querySelector("b").textContent, item.querySelector("span").textContent]));

  // How far what was said is from what came out, as Prediction.verdict has it.
  const verdict = (answer, said) => {
    const { kind, result, unit } = answer.dataset;
    if (kind === "choice") return said === result ? `✓ You said: ${said}.` : `✗ You said: ${said}. ${replies(answer)[said] ?? ""}`;
    const gap = said - result, words = `You said: ${`${digits(Number(said))} ${unit}`.trim()}`;
    if (digits(Number(said)) === digits(Number(result))) return `✓ ${words}.`;
    return `${words}, ${digits(Math.abs(gap))}${unit === "%" ? " points" : ""} too ${gap > 0 ? "high" : "low"}.`;
  };

  // What gives an answer away: the outputs between the question and its comparison, captions among them; the comparison
  // with its code; and the reading of the result, up to the next code or heading.
  const CELL = ".cell, .jp-Cell", OUTPUT = ".cell_output, .jp-Cell-outputWrapper";
  const isCode = (element) => element.matches(".cell, .jp-CodeCell");
  const isCaption = (element) => {
    if (element.matches(".still")) return true;
    const words = element.matches("p") ? element : element.querySelector(":scope .jp-RenderedMarkdown > p:only-of-type");
    const only = words?.children.length === 1 && words.firstElementChild.matches("em") && words.firstElementChild;
    return Boolean(only) && only.textContent.trim() === words.textContent.trim();
  };
  const waiting = (question, answer) => {
    const from = question.closest(CELL), to = answer.closest(CELL), found = [];
    if (!from || !to || from.parentElement !== to.parentElement) return found;
    let passed = false;
    for (let next = from.nextElementSibling; next; next = next.nextElementSibling) {
      if (passed && (isCode(next) || next.matches("section") || next.querySelector(":scope h1, :scope h2, :scope h3"))) break;
      if (next.querySelector(".aecourse-question")) continue;
      if (next === to || passed || isCaption(next)) found.push(next);
      else if (isCode(next)) found.push(...next.querySelectorAll(OUTPUT));
      passed ||= next === to;
    }
    return found;
  };

  const ask = (question) => {
    const { key } = question.dataset, list = question.querySelector("ul"), interval = question.querySelector("[data-low]");
    const answer = document.querySelector(`.aecourse-answer[data-for="${key}"]`), folded = question.querySelector("details");
    const hidden = folded || !answer ? [] : waiting(question, answer), own = replies(question);
    const verdicts = answer && answer.insertBefore(document.createElement("p"), answer.firstChild);
    const pressed = [];
    let typed;

    const say = (said, given = true) => {
      pressed.forEach((one) => one.setAttribute("aria-pressed", String(one.textContent === said)));
      if (typed) typed.value = said ?? "";
      if (given) keep(key, said);
      if (folded) status.textContent = said === null ? "" : own[said] ?? "";
      else if (said === null) status.textContent = hidden.length ? "What came out is hidden until you predict." : "";
      else status.textContent = `Your prediction is kept.${answer ? " What came out stands below." : ""}`;
      if (verdicts) verdicts.textContent = said === null ? "" : verdict(answer, said);
      reveal(said !== null);
      again.hidden = said === null;
      skip.hidden = said !== null || !hidden.length;
    };
    const reveal = (shown) => hidden.forEach((element) => {
      // For more than one question, if they are asked together.
      const waits = (element.aecourseWaits ??= new Set());
      if (shown) waits.delete(key); else waits.add(key);
      element.classList.toggle(element.matches(OUTPUT) ? "aecourse-waits-inside" : "aecourse-waits", waits.size > 0);
    });

    if (list) {
      for (const item of list.children) {
        const text = item.textContent;
        item.textContent = "";
        pressed.push(button(item, text, () => say(text)));
      }
    } else {
      const form = question.insertBefore(document.createElement("form"), interval.nextSibling);
      const label = add(form, "label", { textContent: `Your prediction, ${interval.textContent}:` });
      const { low, high } = interval.dataset;
      typed = add(label, "input", { type: "number", min: low, max: high, step: "any", required: true });
      add(form, "button", { type: "submit", textContent: "That is my prediction" });
      form.addEventListener("submit", (event) => { event.preventDefault(); say(String(Number(typed.value))); });
      interval.hidden = true;
    }
    const status = add(question, "p");
    status.setAttribute("role", "status");
    const skip = button(question, "Show it without predicting", () => {
      reveal(true);
      skip.hidden = true;
      status.textContent = "What came out stands below.";
      (typed ?? pressed[0]).focus();
    }, "aecourse-less");
    const again = button(question, "Answer again", () => { say(null); (typed ?? pressed[0]).focus(); }, "aecourse-less");
    if (folded) folded.hidden = true;
    const before = kept(key);
    const fits = typed ? Number.isFinite(parseFloat(before)) : pressed.some((one) => one.textContent === before);
    say(fits ? before : null, false);
  };

  const start = () => {
    const all = [...document.querySelectorAll(".aecourse-question")].filter((one) => !one.closest(".jp-NotebookPanel"));
    if (all.length) add(document.head, "style", { textContent: STYLE });
    all.forEach(ask);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
