// What the pages do beyond plain HTML; every page works without it.
//
// - Parts marked data-live ask for themselves again when the server says that something has changed; one marked data-goes-on leads on
//   to where the server then sends it. A part in which somebody is, or has begun to fill something in, stays until they are done.
// - A part marked data-later is asked for where its link leads, once the page is there.
// - A form is sent once: its buttons rest until the answer is there.
// - Tables marked data-sortable are sorted by their headings.
// - A button marked data-print prints the page.
// - A box marked data-all checks the boxes of its name.
// - The key "/" leads to the search field.
"use strict";

(() => {
  const script = document.currentScript;

  function isChanged(field) {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.type === "file") return field.files.length > 0;
    if (field.tagName === "SELECT") {
      const chosen = [...field.options].findIndex((option) => option.defaultSelected);
      return field.options.length > 0 && field.selectedIndex !== Math.max(chosen, 0);
    }
    return field.defaultValue !== undefined && field.value !== field.defaultValue;
  }

  // What somebody has begun to fill in is theirs.
  function isBusy(part) {
    if (part.contains(document.activeElement) && document.activeElement !== part) return true;
    return [...part.querySelectorAll("form")].some((form) => [...form.elements].some(isChanged));
  }

  // Each part as the server wrote it last: what has become of it here (sorted, unfolded) is no change.
  const written = new Map();
  for (const part of document.querySelectorAll("[data-live][id]")) written.set(part.id, part.innerHTML);

  function put(part, other) {
    const sorted = part.querySelector("th[aria-sort]");
    const place = sorted ? [...sorted.parentElement.children].indexOf(sorted) : -1;
    const way = sorted ? sorted.getAttribute("aria-sort") : "";
    const heads = (root) => [...root.querySelectorAll("details")].map((one) => [one, one.querySelector("summary")?.textContent]);
    const unfolded = new Set(heads(part).filter(([one]) => one.open).map(([, head]) => head));
    part.replaceChildren(...document.importNode(other, true).childNodes);
    for (const [one, head] of heads(part)) if (unfolded.has(head)) one.open = true;
    prepare(part);
    if (place >= 0) sortBy(part.querySelectorAll("thead th")[place], way);
  }

  let asking = false;
  let again = false;
  let left = false;

  async function renew() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      // A page that waits for something goes on to it when it is there.
      const redirect = document.querySelector("[data-goes-on]") ? "follow" : "error";
      const answer = await fetch(location.href, { headers: { "x-part": "live" }, redirect });
      if (answer.redirected) location.replace(answer.url);
      if (!answer.ok || answer.redirected) return;
      left = false;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live][id]")) {
        const other = fresh.getElementById(part.id);
        const now = other?.innerHTML;
        if (!other || written.get(part.id) === now) continue;
        if (isBusy(part)) {
          left = true;
          continue;
        }
        written.set(part.id, now);
        put(part, other);
      }
    } catch {
      // The server is away; the next event, or a person, asks again.
    } finally {
      asking = false;
      if (again) {
        again = false;
        renew();
      }
    }
  }

  async function fetchLater(part) {
    const answer = await fetch(part.querySelector("a[href]").href, { redirect: "error" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
    if (!answer.ok || !fresh) return;
    const come = document.importNode(fresh, true);
    part.replaceWith(come);
    prepare(come);
  }

  function valueOf(cell) {
    const text = cell.dataset.value ?? cell.textContent.trim();
    const number = Number(text);
    return text !== "" && !Number.isNaN(number) ? number : text;
  }

  function sortBy(heading, way) {
    const table = heading.closest("table");
    const place = [...heading.parentElement.children].indexOf(heading);
    const rows = [...table.tBodies[0].rows];
    const sign = way === "descending" ? -1 : 1;
    rows.sort((one, other) => {
      const [left, right] = [valueOf(one.cells[place]), valueOf(other.cells[place])];
      const order = typeof left === "number" && typeof right === "number"
        ? left - right
        : String(left).localeCompare(String(right), document.documentElement.lang);
      return sign * order;
    });
    for (const other of heading.parentElement.children) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", way);
    table.tBodies[0].replaceChildren(...rows);
  }

  function prepare(root) {
    for (const heading of root.querySelectorAll("table[data-sortable] thead th")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        sortBy(heading, heading.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending");
      });
    }
    for (const button of root.querySelectorAll("button[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
    for (const box of root.querySelectorAll("input[data-all]")) {
      box.addEventListener("change", () => {
        for (const other of box.form.querySelectorAll(`input[type=checkbox][name="${box.dataset.all}"]`)) other.checked = box.checked;
      });
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method !== "post") return;
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button[type=submit]")) {
      button.setAttribute("aria-disabled", "true");
    }
    if (event.submitter) event.submitter.textContent = script.dataset.busy;
  });

  // Coming back by the browser's own button shows the page as it was left.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "")) return;
    const field = document.querySelector("input[type=search]");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  });

  prepare(document);
  // The link stays for whoever the answer does not reach.
  for (const part of document.querySelectorAll("[data-later][id]")) fetchLater(part).catch(() => {});
  if (document.querySelector("[data-live]")) {
    const events = new EventSource("/pulse");
    let waiting = 0;
    // Many changes in a row are one.
    function soon() {
      clearTimeout(waiting);
      waiting = setTimeout(renew, 300);
    }
    events.addEventListener("change", soon);
    // What had to stay as it was while somebody was in it.
    document.addEventListener("focusout", () => {
      if (left) soon();
    });
    window.addEventListener("pagehide", () => events.close());
  }
})();
