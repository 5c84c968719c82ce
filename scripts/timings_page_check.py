"""Point at, fold and filter the page of --docker-timings-page in a real browser, and tell what goes wrong.

    python scripts/timings_page_check.py

No test, as it needs `chromium` on the PATH.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from html import unescape
from pathlib import Path

HERE = Path(__file__).parent
# Runs after the page's own script. What was found is text of the page, which the browser prints.
CHECKS = """
<script>
(async () => {
  const all = (selector) => [...document.querySelectorAll(selector)], found = [], groups = all(".group");
  const form = document.querySelector(".tools").elements, scroll = document.querySelector(".scroll");
  const claim = (text, is_so) => { if (!is_so) found.push(text); };
  // The event of a fold comes later than the fold.
  const turn = () => new Promise((resolve) => setTimeout(resolve, 50));
  const fold = (open) => { groups.forEach((group) => { group.open = open; }); return turn(); };
  const filter = (text) => { form.filter.value = text; form.filter.dispatchEvent(new Event("input")); };
  const enter = () => {
    const [stop, ...others] = all('.row .bar[tabindex="0"]');
    return !others.length && Boolean(stop) && stop.checkVisibility() && stop;
  };
  const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  addEventListener("error", (event) => found.push(event.message));

  claim("a bar can be entered at the begin", enter());
  await fold(false);
  claim("a bar can be entered while all is folded", enter());
  document.querySelector("summary .bar").dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
  claim("a folded test has no card", document.querySelector(".card").hidden);
  await fold(true);
  claim("a bar can be entered when all is unfolded", enter());
  const inGroup = document.querySelector(".group .row .bar[tabindex]");
  inGroup.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
  claim("a bar has a card", !document.querySelector(".card").hidden);
  while (enter() && !enter().closest(".group")) {
    enter().focus();
    press("ArrowDown");
  }
  const walkedTo = enter();
  claim("arrow keys go into a group", walkedTo);
  await fold(true);
  claim("a bar that is shown stays the one to enter", enter() === walkedTo);
  walkedTo.closest(".group").open = false;
  await turn();
  claim("a bar can be entered after its group was folded", enter());
  walkedTo.closest(".group").open = true;
  await turn();
  enter().focus();
  while (!document.activeElement.closest(".group")) press("ArrowDown");
  filter("net");
  claim("a bar can be entered after a filter", enter());
  filter("nothing has this name");
  filter("");
  claim("a bar can be entered after a filter for what is not there", enter());
  const result = document.createElement("pre");
  result.id = "found";
  result.textContent = JSON.stringify(found);
  document.body.append(result);
})();
</script>
"""


def check(file: Path) -> list[str]:
    """Give what goes wrong on a page."""
    file.write_text(file.read_text("utf-8").replace("</body>", f"{CHECKS}</body>"), "utf-8")
    browser = ["chromium", "--headless", "--no-sandbox", "--virtual-time-budget=5000", "--dump-dom", file.as_uri()]
    shown = subprocess.run(browser, capture_output=True, text=True, check=True, timeout=60).stdout
    found = re.search('<pre id="found">(.*)</pre>', shown)
    return json.loads(unescape(found[1])) if found else ["The checks have come to no end."]


def main() -> int:
    """Check a small page, which begins unfolded, and a large one, which begins folded. Gives the exit code."""
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for tests in ("3", "30"):
            file = Path(folder) / f"{tests}.html"
            subprocess.run([sys.executable, HERE / "timings_page.py", tests, file], check=True)
            wrong += [f"{tests} tests: {text}" for text in check(file)]
    sys.stdout.write("".join(f"{text}\n" for text in wrong) or "All is well.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
