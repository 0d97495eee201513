"use strict";
(() => {
  // Rows that are in the page at first, and that each further step adds; printing adds all.
  const STEP = 100;
  const ALL_BUT_REMOVED = "-removed";
  const at = (id) => document.getElementById(id);
  const data = JSON.parse(at("data").textContent);
  const rows = data.rows.map((texts) =>
    Object.fromEntries(data.cells.map((name, place) => [name, texts[place]])));
  const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const number = (count) => count.toLocaleString("en");

  // Every text of the report enters the page here, as text.
  const element = (name, text = "", kind = "") => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };
  const small = (text) => (text ? [element("span", text, "small")] : []);
  const plain = (text, kind = "") => (text ? [element("span", text, kind)] : []);
  const time = (iso) => {
    if (!iso) return [];
    const made = element("time", iso.slice(0, 10));
    made.dateTime = iso;
    return [made, element("span", iso.slice(11, 16), "small")];
  };
  const state = (row) => {
    const made = element("span", row.state, "state");
    made.dataset.state = row.state;
    return made;
  };
  const exception = ([kind, detail]) => {
    const made = element("span", "", "exception");
    made.append(element("b", kind), detail ? `: ${detail}` : "");
    return made;
  };
  // What an exception says already.
  const REPEATED = ["held", "blocked", "failed"];
  const reason = (row) =>
    (row.exceptions.some(([kind]) => REPEATED.includes(kind)) ? "" : row.reason);
  const status = (row) => (["disabled", "gone"].includes(row.user_status)
    ? { disabled: "disabled in the directory", gone: "deleted from the directory" }[row.user_status]
    : "");

  const COLUMNS = [
    { name: "Person", key: (row) => row.user,
      cell: (row) => [...plain(row.user, "person"), ...small(status(row)), ...small(row.user_id)] },
    { name: "Account", key: (row) => `${row.account} ${row.region} ${row.domain}`,
      cell: (row) => [...plain(row.account, "account"), ...small(row.region), ...small(row.domain)] },
    { name: "Profile", key: (row) => row.profile, cell: (row) => plain(row.profile) },
    { name: "Role", key: (row) => row.role, cell: (row) => plain(row.role) },
    { name: "State", key: (row) => row.state, cell: (row) => [state(row), ...small(reason(row))] },
    { name: "Since", key: (row) => row.since, cell: (row) => time(row.since) },
    { name: "Because of", key: (row) => row.group,
      cell: (row) => (row.group
        ? [...plain(row.group), ...small(row.pattern && `pattern ${row.pattern}`),
          ...small(`priority ${row.priority}`),
          ...small(row.over && `over ${row.over}`)]
        : []) },
    { name: "Last change", key: (row) => row.last_change_at,
      cell: (row) => [...time(row.last_change_at), ...small(row.last_change)] },
    { name: "Deletion", key: (row) => row.deletion, cell: (row) => time(row.deletion) },
    { name: "Exceptions", key: (row) => row.exceptions.map(([kind]) => kind).join(" "),
      cell: (row) => row.exceptions.map(exception) },
  ];
  const FILTERS = {
    account: (row, wanted) => row.account === wanted,
    group: (row, wanted) => row.group === wanted,
    role: (row, wanted) => row.role === wanted,
    state: (row, wanted) =>
      (wanted === ALL_BUT_REMOVED ? row.state !== "removed" : row.state === wanted),
    exception: (row, wanted) => row.exceptions.some(([kind]) => kind === wanted),
  };
  rows.forEach((row) => {
    row.text = [...data.cells.map((name) => row[name]).flat(2), status(row)]
      .join("\n").toLowerCase();
  });

  let matching = rows;
  let sorted = { place: null, down: false };
  let shown = 0;

  function header() {
    data.facts.forEach(([name, text]) => {
      const fact = element("div");
      fact.append(element("dt", name), element("dd", text));
      at("facts").append(fact);
    });
    if (data.paused) {
      at("paused").textContent = `The hub is paused ${data.paused}; nothing changes until it is resumed`;
      at("paused").hidden = false;
    }
    const totals = [["people with a profile", data.people],
      ...data.states.filter(([, count]) => count)];
    totals.forEach(([name, count]) => {
      const total = element("div");
      total.append(element("dt", name), element("dd", number(count)));
      at("totals").append(total);
    });
    data.exceptions.forEach(([kind, count]) => {
      const item = element("li");
      const button = element("button", kind);
      button.type = "button";
      button.append(element("b", number(count)));
      button.setAttribute("aria-label", `${kind}: show ${number(count)} rows`);
      button.addEventListener("click", () => {
        at("controls").reset();
        at("exception").value = kind;
        refresh();
        at("profiles").focus();
        at("profiles").scrollIntoView();
      });
      item.append(button, element("span", `${kind}: ${number(count)}`, "printed"));
      at("exception-kinds").append(item);
    });
    at("no-exceptions").hidden = data.exceptions.length > 0;
    at("findings-title").hidden = data.findings.length === 0;
    data.findings.forEach(([kind, subject, detail]) => {
      const item = element("li");
      item.append(element("b", kind), ` ${subject}${detail ? `: ${detail}` : ""}`);
      at("findings").append(item);
    });
    data.cannotKnow.forEach((text) => at("cannot-know").append(element("li", text)));
  }

  function choices(id, first, values) {
    const texts = [...new Set(values)].filter(Boolean).sort(words.compare);
    at(id).append(...first.map(([text, value]) => new Option(text, value)),
      ...texts.map((text) => new Option(text, text)));
  }

  function controls() {
    const any = [["any", ""]];
    choices("account", any, rows.map((row) => row.account));
    choices("group", any, rows.map((row) => row.group));
    choices("role", any, rows.map((row) => row.role));
    choices("state", [["all but removed", ALL_BUT_REMOVED], ...any], rows.map((row) => row.state));
    choices("exception", any, data.exceptions.map(([kind]) => kind));
    at("sort").append(new Option("Account and person", ""));
    COLUMNS.forEach(({ name }, place) => {
      const cell = element("th");
      cell.scope = "col";
      cell.setAttribute("role", "columnheader");
      cell.setAttribute("aria-sort", "none");
      const button = element("button", name);
      button.type = "button";
      button.addEventListener("click", () =>
        sort(place, sorted.place === place && !sorted.down));
      cell.append(button);
      at("head").append(cell);
      at("sort").append(new Option(`${name}, ascending`, `${place}`),
        new Option(`${name}, descending`, `${place}-`));
    });
  }

  function sort(place, down) {
    sorted = { place, down };
    at("sort").value = place === null ? "" : `${place}${down ? "-" : ""}`;
    refresh();
  }

  function ordered(found) {
    if (sorted.place === null) return found;
    const { key } = COLUMNS[sorted.place];
    const keyed = found.map((row) => [key(row), row]);
    // What has no text comes last in either order.
    keyed.sort(([one], [other]) => (!one - !other)
      || (sorted.down ? words.compare(other, one) : words.compare(one, other)));
    return keyed.map(([, row]) => row);
  }

  function refresh() {
    const terms = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const filters = Object.entries(FILTERS)
      .map(([id, holds]) => [id, at(id).value, holds]).filter(([, wanted]) => wanted);
    matching = ordered(rows.filter((row) => terms.every((term) => row.text.includes(term))
      && filters.every(([, wanted, holds]) => holds(row, wanted))));
    [...at("head").children].forEach((cell, place) => {
      const order = sorted.down ? "descending" : "ascending";
      cell.setAttribute("aria-sort", sorted.place === place ? order : "none");
    });
    const said = [`${number(matching.length)} of ${number(rows.length)} rows`];
    if (terms.length) said.push(`search: ${terms.join(" ")}`);
    filters.forEach(([id, wanted]) =>
      said.push(`${id}: ${wanted === ALL_BUT_REMOVED ? "all but removed" : wanted}`));
    if (sorted.place !== null) {
      said.push(`by ${COLUMNS[sorted.place].name}, ${sorted.down ? "descending" : "ascending"}`);
    }
    at("status").textContent = said.join(" · ");
    at("table").setAttribute("aria-rowcount", matching.length + 1);
    start();
  }

  function start() {
    at("body").replaceChildren();
    shown = 0;
    if (!matching.length) {
      const line = element("tr");
      const cell = element("td", "No profile matches the search and the filters.", "none");
      cell.colSpan = COLUMNS.length;
      line.append(cell);
      at("body").append(line);
    }
    grow(STEP);
  }

  function grow(count) {
    const fragment = document.createDocumentFragment();
    const end = Math.min(matching.length, shown + count);
    for (; shown < end; shown += 1) fragment.append(line(matching[shown], shown));
    at("body").append(fragment);
    at("more").hidden = shown >= matching.length;
  }

  function line(row, place) {
    const made = element("tr");
    made.setAttribute("role", "row");
    made.setAttribute("aria-rowindex", place + 2);
    COLUMNS.forEach(({ name, cell }) => {
      const parts = cell(row);
      const box = element("td", "", parts.length ? "" : "empty");
      box.setAttribute("role", "cell");
      box.dataset.label = name;
      box.append(...parts);
      made.append(box);
    });
    return made;
  }

  header();
  controls();
  refresh();
  at("controls").addEventListener("submit", (event) => event.preventDefault());
  at("search").addEventListener("input", refresh);
  Object.keys(FILTERS).forEach((id) => at(id).addEventListener("change", refresh));
  at("sort").addEventListener("change", () => {
    const wanted = at("sort").value;
    sort(wanted ? parseInt(wanted, 10) : null, wanted.endsWith("-"));
  });
  at("clear").addEventListener("click", () => {
    at("controls").reset();
    sort(null, false);
  });
  at("print").addEventListener("click", () => window.print());
  at("more").addEventListener("click", () => grow(STEP));
  new IntersectionObserver((seen) => {
    if (seen.some((each) => each.isIntersecting)) grow(STEP);
  }, { rootMargin: "600px" }).observe(at("more"));
  window.addEventListener("beforeprint", () => grow(matching.length));
  window.addEventListener("afterprint", start);
})();
