"""What is looked for inside a page, as scripts for Chromium, and what axe finds there."""

from __future__ import annotations

from playwright.sync_api import Page

OVERFLOWING = """() => {
  const width = document.documentElement.clientWidth;
  const holds = (element, values) => values.includes(getComputedStyle(element).overflowX);
  const set_aside = element => {
    for (let up = element; up; up = up.parentElement) {
      const box = up.getBoundingClientRect();
      if (box.width <= 1 || box.height <= 1) return true;
      if (up !== element && holds(up, ["auto", "scroll"])) return true;
    }
    return element.matches("input, select, textarea");
  };
  const told = element => element.tagName + "." + element.className + " " + element.textContent.slice(0, 40);
  const found = document.scrollingElement.scrollWidth > width ? ["the whole page"] : [];
  for (const element of document.body.querySelectorAll("*")) {
    if (set_aside(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.bottom > 0 && (box.right > width + 1 || box.left < -1)) found.push("outside: " + told(element));
    const cut = holds(element, ["hidden", "clip"]) && element.scrollWidth > element.clientWidth + 1;
    if (cut) found.push("cut off: " + told(element));
  }
  return found;
}"""
"""What is wider than the window or cut off, save what is for screen readers alone and what can be scrolled to."""

FOCUSED = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const box = element.getClientRects()[0], style = getComputedStyle(element);
  const middle = [box.x + box.width / 2, box.y + box.height / 2];
  const on_top = document.elementsFromPoint(...middle)[0];
  return {
    told: element.outerHTML.slice(0, 120),
    place: [...document.querySelectorAll("*")].indexOf(element),
    is_inside: box.width > 1 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    is_covered: !on_top || !(element.contains(on_top) || on_top.contains(element) || on_top.closest("label")),
    is_marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    is_in_main: document.querySelector("main").contains(element),
  };
}"""
"""What the element that has the focus looks like; null where none has it."""

FOCUSABLE = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter(element => element.type !== "hidden" && !element.disabled && element.checkVisibility()
    && (element.type !== "radio" || element.checked)).length"""
"""How many elements the Tab key must reach; of radio buttons the chosen one stands for its group."""

SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver(list => window.shifts.push(...list.getEntries().map(
    entry => `${entry.value}: ${entry.sources.map(({ node }) => (node?.outerHTML ?? "?").slice(0, 80)).join(", ")}`
  ))).observe({ type: "layout-shift", buffered: true });
}"""
"""Has the page note whatever moves without having been asked, and how much (the sum is its CLS)."""

DRAWN = "new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))"
"""Waits until the page has been drawn once more, and what follows from it has been noted."""

AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}


def violations(page: Page) -> list[str]:
    """What axe, once it is in the page, finds wrong with it: the rule, the element, what to do."""
    found = page.evaluate("options => axe.run(document, options)", AXE_OPTIONS)["violations"]
    return [
        f"{rule['id']}: {node['html'][:120]} – {' '.join(node['failureSummary'].split())[:250]}"
        for rule in found
        for node in rule["nodes"]
    ]
