// Beside each cell of a page: a link to the form that the link at its foot opens, with the cell filled in as well.
{
  const LONGEST = 6000; // as in aecourse/report.py

  const clipped = (text, most) => {
    const first = Math.floor(most / 3);
    return text.length <= most ? text : `${text.slice(0, first)}\n…\n${text.slice(first - most)}`;
  };

  const filled = (form, fields) => {
    for (let most = LONGEST; ; most = Math.floor(most / 2)) {
      const link = new URL(form);
      for (const [name, text] of Object.entries(fields)) link.searchParams.set(name, clipped(text, most));
      if (link.href.length <= LONGEST) return link.href;
    }
  };

  const words = (cell, part) => [...cell.querySelectorAll(part)].map((e) => e.innerText.trim()).join("\n");

  const foot = document.querySelector("a.report");
  document.querySelectorAll("div.cell").forEach((cell, k) => {
    const link = document.createElement("a");
    link.className = "report-cell";
    link.textContent = "Report";
    link.setAttribute("aria-label", `Report cell ${k + 1}`);
    link.href = filled(foot.href, {
      title: `${new URL(foot.href).searchParams.get("chapter")}, cell [${k + 1}]`,
      cell: `[${k + 1}]`,
      source: words(cell, ".cell_input pre"),
      output: words(cell, ".cell_output pre"),
    });
    cell.append(link);
  });
}
