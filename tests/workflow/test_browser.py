"""The report as readers see it: opened in a real browser without a window.

The browser is the system's own; without one, these tests are skipped. Playwright only drives it and
downloads none.
"""

import shutil

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser():
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed; Debian's package is chromium")
    with playwright.sync_playwright() as driver:
        # Root may not use its sandbox; the page is our own.
        started = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


class Opened:
    """A page of the browser, with what it said and asked for while it was opened and used."""

    def __init__(self, browser, path, size):
        self.page = browser.new_page(viewport=size)
        self.page.set_default_timeout(120_000)  # of a step, where the machine is busy
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())

    def unfold(self):
        self.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")


@pytest.fixture
def report(finished):
    return finished.work / "results/report.html"


@pytest.fixture
def opened(browser, report, request):
    """The report, on a desktop's screen or on the one that the test names."""
    one = Opened(browser, report, getattr(request, "param", DESKTOP))
    yield one
    one.page.close()


def test_it_opens_without_an_error_and_asks_nothing_of_the_network(opened, report):
    opened.unfold()
    assert opened.said == []
    elsewhere = [url for url in opened.asked if not url.startswith("data:")]
    assert elsewhere == [report.as_uri()]


def test_every_picture_is_there_and_has_a_size(opened):
    opened.unfold()
    pictures = opened.page.evaluate(
        """Promise.all([...document.images].map(async image => {
            await image.decode().catch(() => null);
            const box = image.getBoundingClientRect();
            return [image.alt, image.naturalWidth, box.width, box.height];
        }))"""
    )
    assert len(pictures) > 40
    assert [picture for picture in pictures if min(picture[1:]) < 1] == []


SORTED = """table => [...table.tBodies[0].rows].map(row => [...row.cells].map(
    cell => (cell.dataset.value ?? cell.textContent).trim()))"""


@pytest.mark.parametrize("key", ["click", "Enter"])
def test_tables_are_sorted_by_a_click_on_a_head_and_from_the_keyboard(opened, key):
    opened.unfold()
    table = opened.page.locator("table.sortable", has_text="virtual support vectors").first
    button = table.locator("thead button").nth(2)
    column, orders = [], []
    for _ in range(2):
        if key == "click":
            button.click()
        else:
            button.focus()
            opened.page.keyboard.press(key)
        heads = table.locator("thead th").all()
        orders.append([head.get_attribute("aria-sort") for head in heads])
        column.append([row[2] for row in table.evaluate(SORTED)])
    assert [order[2] for order in orders] == ["ascending", "descending"]
    assert all(order[:2] + order[3:] == [None] * (len(order) - 1) for order in orders)
    up, down = ([float(value) for value in values if value] for values in column)
    assert up == sorted(up)
    assert down == sorted(up, reverse=True)
    assert len(set(up)) > 1
    assert all(values == sorted(values, key=lambda value: value == "") for values in column)


def test_every_table_that_can_be_sorted_keeps_its_rows(opened):
    opened.unfold()
    for table in opened.page.locator("table.sortable").all():
        before = table.evaluate(SORTED)
        for button in table.locator("thead button").all():
            button.click()
            assert sorted(table.evaluate(SORTED)) == sorted(before)
    assert opened.said == []


@pytest.mark.parametrize("opened", [PHONE, DESKTOP], indirect=True, ids=["phone", "desktop"])
def test_nothing_is_wider_than_the_screen(opened):
    for _ in ("folded", "unfolded"):
        width = opened.page.evaluate("document.documentElement.scrollWidth")
        assert width <= opened.page.viewport_size["width"]
        opened.unfold()


def test_links_within_the_page_lead_somewhere(opened):
    lost = opened.page.evaluate(
        """[...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute("href").slice(1))
            .filter(id => !document.getElementById(id))"""
    )
    assert lost == []


def test_links_to_files_lead_to_files(opened, report):
    links = [a.get_attribute("href") for a in opened.page.locator(".files a").all()]
    assert any(link.endswith("/selected") for link in links)
    assert [link for link in links if not (report.parent / link).exists()] == []
