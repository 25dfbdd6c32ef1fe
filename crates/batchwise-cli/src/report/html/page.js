"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  for (const button of document.querySelectorAll("button[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const code = byId(button.dataset.copies);
      const done = () => { button.textContent = "copied"; };
      const selection = getSelection();
      selection.selectAllChildren(code);
      if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(done, () => {});
    });
  }
  const tools = byId("tools");
  if (!tools) return;
  const search = byId("search"), only = byId("only"), shown = byId("shown"), none = byId("none");
  const rows = [...byId("records").tBodies[0].rows].map((row) => ({
    row, outcome: row.dataset.outcome, text: row.textContent.toLowerCase(),
  }));
  const plural = (count) => (count === 1 ? "1 row" : `${count.toLocaleString("en")} rows`);
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { row, outcome, text } of rows) {
      const wanted = (!only.value || only.value === outcome) && words.every((word) => text.includes(word));
      row.hidden = !wanted;
      if (wanted) count += 1;
    }
    const filtered = count !== rows.length;
    shown.textContent = filtered ? `${plural(count)} of ${rows.length.toLocaleString("en")}` : plural(count);
    none.hidden = count > 0;
  };
  search.addEventListener("input", apply);
  only.addEventListener("change", apply);
  byId("clear").addEventListener("click", () => { search.value = ""; only.value = ""; apply(); search.focus(); });
  for (const button of document.querySelectorAll("button[data-finds]")) {
    button.disabled = false;
    button.addEventListener("click", () => {
      search.value = button.dataset.finds;
      only.value = button.dataset.outcome;
      apply();
      byId("failed").scrollIntoView();
    });
  }
  tools.hidden = false;
  apply();
})();
