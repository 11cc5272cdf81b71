"""The page of `tare report` in a real browser: no errors, and it does what it shows."""
import pytest

import browser
from browser import Browser
from test_report import EVIL, chain, digits, evil, report  # noqa: F401 (fixtures)

pytestmark = pytest.mark.skipif(not browser.is_there(), reason=browser.MISSING)

ENTER, ESCAPE = "\ue007", "\ue00c"
COLUMN = """const at = [...document.querySelectorAll("#layers thead th")].findIndex((head) => head.textContent === arguments[0]);
return [...document.querySelectorAll("#layers tbody tr")].filter((row) => !row.hidden).map((row) => row.cells[at].textContent);"""
HEAD = """[...document.querySelectorAll("#layers thead th button")].find((button) => button.textContent === arguments[0])"""


@pytest.fixture(scope="module")
def page(digits):  # noqa: F811
    report(digits, digits / "digits.onnx", digits / "digits.tare", "--inputs", digits / "test.npz", "--conversion", digits / "convert.json")
    return digits / "report.html"


@pytest.fixture(scope="module")
def window():
    with Browser() as made:
        yield made


@pytest.fixture
def opened(window, page):
    window.open(page)
    yield window
    assert window.log() == []


def column(window, title):
    return window.run(COLUMN, title)


def sort_by(window, title):
    window.run(f"{HEAD}.click()", title)
    return window.run(f"return {HEAD}.closest('th').getAttribute('aria-sort')", title)


def numbers(texts):
    return [float(text) for text in texts if text]


def test_it_shows_all_parts(opened):
    assert opened.run("return document.querySelector('h1').textContent") == "digits.tare"
    assert "close to the model" in opened.run("return document.querySelector('#verdict').textContent")
    parts = opened.run("return [...document.querySelectorAll('main > section')].map((part) => part.id)")
    assert parts[:2] == ["verdict", "findings"] and {"along", "outputs", "layers", "graph", "memory", "cost", "ports"} <= set(parts)
    assert len(opened.run("return document.querySelectorAll('#along circle').length ? [...document.querySelectorAll('#along circle')].map((c) => c.getAttribute('cy')) : []")) >= 9
    # Nothing is wider than the window.
    assert opened.run("return document.documentElement.scrollWidth <= innerWidth")


def test_columns_sort(opened):
    assert sort_by(opened, "SQNR dB") == "ascending"
    found = column(opened, "SQNR dB")
    values = [text for text in found if text]
    assert numbers(values) == sorted(numbers(values)) and len(set(values)) > 3
    assert found[len(values):] == [""] * (len(found) - len(values))
    assert sort_by(opened, "SQNR dB") == "descending"
    again = column(opened, "SQNR dB")
    assert numbers(again) == sorted(numbers(again), reverse=True) and again[len(values):] == found[len(values):]
    assert sort_by(opened, "layer") == "ascending"
    names = column(opened, "layer")
    assert names == sorted(names, key=str.lower)
    assert opened.run("return document.querySelectorAll('#layers th[aria-sort]').length") == 1


def test_sorting_by_the_keyboard(opened):
    opened.run(f"{HEAD}.focus()", "#")
    opened.press(ENTER)
    opened.press(ENTER)
    order = numbers(column(opened, "#"))
    assert order == sorted(order, reverse=True)


def test_rows_are_filtered(opened):
    opened.type("#filter", "conv2")
    assert column(opened, "layer") == ["conv2"] and opened.run("return document.querySelector('#filter-count').textContent") == "1 of 12"
    opened.run("const field = document.querySelector('#filter'); field.value = ''; field.dispatchEvent(new Event('input'))")
    opened.run("const kind = document.querySelector('#filter-kind'); kind.value = 'conv'; kind.dispatchEvent(new Event('change'))")
    assert column(opened, "layer") == ["conv1", "conv2", "conv3", "conv4"]


def test_a_layer_is_shown_from_everywhere(opened):
    detail = "const panel = document.querySelector('#detail'); return panel.hidden ? null : panel.querySelector('h2').textContent"
    assert opened.run(detail) is None
    opened.click("#layers tr[data-layer='2'] button")
    assert opened.run(detail) == "conv1"
    text = opened.run("return document.querySelector('#detail').textContent")
    assert "relu1_out" in text and "headroom" in text and "Weights, by output channel" in text and "cut off" in text
    assert opened.run("return document.querySelectorAll('#detail svg').length") == 2
    assert opened.run("return document.querySelectorAll('#graph .node.chosen').length") == 1
    opened.press(ESCAPE)
    assert opened.run(detail) is None and opened.run("return document.activeElement.textContent") == "conv1"
    # The graph: a real press in the middle of a node.
    opened.run("document.querySelector('#graph .node[data-layer=\"3\"]').scrollIntoView({block: 'center'})")
    opened.click("#graph .node[data-layer='3']")
    assert opened.run(detail) == "conv2"
    opened.run("document.querySelector('#memory .block:nth-of-type(4)').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    assert opened.run(detail) is not None


def test_the_graph_zooms(opened):
    box = "return document.querySelector('#graph .graph').getAttribute('viewBox').split(' ').map(Number)"
    before = opened.until(box.replace("return ", "const graph = document.querySelector('#graph .graph'); return graph.getAttribute('viewBox') && "))
    opened.click("#zoom-in")
    near = opened.run(box)
    assert near[2] == pytest.approx(before[2] / 1.3, rel=1e-3)
    opened.run("document.querySelector('#graph .graph').focus()")
    opened.press("-")
    assert opened.run(box)[2] == pytest.approx(before[2], rel=1e-3)
    opened.click("#zoom-fit")
    x, y, width, height = opened.run(box)
    for left, top in opened.run("return [...document.querySelectorAll('#graph .node')].map((node) => node.getAttribute('transform').match(/[-0-9.]+/g).map(Number))"):
        assert x <= left <= x + width and y <= top <= y + height


def test_nodes_do_not_overlap_and_edges_lead_down(opened):
    places = opened.run("return [...document.querySelectorAll('#graph .node')].map((node) => node.getAttribute('transform').match(/[-0-9.]+/g).map(Number))")
    for i, (x, y) in enumerate(places):
        assert all(abs(x - a) >= 168 or abs(y - b) >= 40 for a, b in places[:i])
    for path in opened.run("return [...document.querySelectorAll('#graph .edge')].map((edge) => edge.getAttribute('d').match(/[-0-9.]+/g).map(Number))"):
        assert path[-1] > path[1]


def test_names_are_text(evil, tmp_path):  # noqa: F811
    model, program, data = evil
    report(tmp_path, model, program, "--inputs", data)
    with Browser() as window:
        window.open(tmp_path / "report.html")
        assert window.run("return document.title") == "<b>m.tare: report of Tare" and window.log() == []
        names = column(window, "layer")
        assert {*EVIL[:2], "new\\u000aline", *EVIL[3:5]} <= set(names)
        window.run("document.querySelector('#layers tr[data-layer=\"2\"]').click()")
        assert window.run("return document.querySelectorAll('img, b, main script').length") == 0 and window.log() == []


def test_without_data_it_says_how(digits, tmp_path):  # noqa: F811
    report(tmp_path, digits / "digits.tare")
    with Browser() as window:
        window.open(tmp_path / "report.html")
        text = window.run("return document.querySelector('main').textContent")
        assert "--inputs DATA" in text and "--profile" in text and "--conversion" in text
        assert window.run("return document.querySelector('#along')") is None and window.log() == []


def test_two_programs_side_by_side(digits, tmp_path):  # noqa: F811
    report(tmp_path, "--diff", digits / "digits.onnx", digits / "digits.tare", digits / "wide.tare", "--inputs", digits / "test.npz")
    with Browser() as window:
        window.open(tmp_path / "report.html")
        assert window.run("return document.querySelector('h1').textContent") == "A: digits.tare, B: wide.tare"
        assert {"int8"} <= set(column(window, "result A")) and {"int16"} <= set(column(window, "result B"))
        assert sort_by(window, "B \u2212 A") == "ascending"
        whole = len(column(window, "layer"))
        window.click("#only-different")
        assert 0 < len(column(window, "layer")) < whole and window.log() == []


@pytest.mark.parametrize("width, dark", [(1400, True), (420, False), (420, True)])
def test_dark_and_narrow(page, width, dark):
    with Browser(width=width, dark=dark) as window:
        window.open(page)
        assert window.run("return matchMedia('(prefers-color-scheme: dark)').matches") == dark
        assert window.run("return document.documentElement.scrollWidth <= innerWidth") and window.log() == []


CONTRAST = """
function luminance(color) {
  const [r, g, b] = color.match(/[0-9.]+/g).map(Number).map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function backOf(each) {
  for (; each; each = each.parentElement) {
    const color = getComputedStyle(each).backgroundColor;
    if (!/rgba.*, 0\\)/.test(color)) return color;
  }
  return "rgb(255, 255, 255)";
}
const least = {};
for (const each of document.querySelectorAll("main *, header *")) {
  if (each.closest("svg") || ![...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
  const [a, b] = [luminance(getComputedStyle(each).color), luminance(backOf(each))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < 4.5) least[each.tagName + "." + each.className] = ratio;
}
return least;
"""


@pytest.mark.parametrize("dark", [False, True])
def test_contrasts(page, dark):
    """Text stands out from what is behind it by 4.5 : 1, as WCAG's level AA asks."""
    with Browser(dark=dark) as window:
        window.open(page)
        assert window.run(CONTRAST) == {}


def test_it_prints(opened):
    paper = opened.paper()
    assert paper.startswith(b"%PDF") and 1 <= paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") + paper.count(b"/Type/Page") < 20


def test_a_long_network(tmp_path):
    model, program, data = chain(tmp_path, 300)
    report(tmp_path, model, program, "--inputs", data)
    with Browser() as window:
        window.open(tmp_path / "report.html")
        assert len(column(window, "layer")) >= 300
        assert sort_by(window, "M") == "ascending"
        window.click("#zoom-fit")
        assert window.log() == []
