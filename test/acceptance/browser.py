"""A headless Chromium, by the protocol of its driver (W3C WebDriver): Debian's packages chromium and chromium-driver."""
import base64
import json
import os
import re
import shutil
import subprocess
import time
import urllib.request

MISSING = "THE PAGE OF REPORTS IS NOT TESTED IN A BROWSER: chromium OR chromedriver IS NOT INSTALLED"


def is_there():
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


class Browser:
    """A window of its own; a context."""

    def __init__(self, width=1400, height=1000, dark=False):
        options = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", f"--window-size={width},{height}"]
        # Root has no sandbox; the pages are our own.
        options += ["--no-sandbox"] if os.getuid() == 0 else []
        options += ["--blink-settings=preferredColorScheme=0"] if dark else []
        self.options = {"binary": shutil.which("chromium"), "args": options}

    def __enter__(self):
        self.driver = subprocess.Popen([shutil.which("chromedriver"), "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        port = next(found[1] for line in self.driver.stdout if (found := re.search(r"successfully on port (\d+)", line)))
        self.url = f"http://127.0.0.1:{port}/session"
        wanted = {"browserName": "chrome", "goog:chromeOptions": self.options, "goog:loggingPrefs": {"browser": "ALL"}}
        try:
            self.url += "/" + self._ask("", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        except BaseException:
            self.driver.kill()
            raise
        return self

    def __exit__(self, *_):
        try:
            self._ask("", method="DELETE")
        finally:
            self.driver.kill()
            self.driver.wait()

    def _ask(self, path, body=None, method="POST"):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        # Whatever proxy there is, the driver is on this machine.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def open(self, path):
        self._ask("/url", {"url": path.resolve().as_uri()})

    def run(self, script, *arguments):
        """The body of a JavaScript function, whose arguments are `arguments`; what it returns."""
        return self._ask("/execute/sync", {"script": script, "args": list(arguments)})

    def until(self, script, *arguments, seconds=20):
        """Waits until the body of a function returns something that is true."""
        end = time.monotonic() + seconds
        while not (found := self.run(script, *arguments)):
            assert time.monotonic() < end, f"never became true: {script}"
            time.sleep(0.05)
        return found

    def _element(self, selector):
        return next(iter(self._ask("/element", {"using": "css selector", "value": selector}).values()))

    def click(self, selector):
        self._ask(f"/element/{self._element(selector)}/click", {})

    def type(self, selector, text):
        self._ask(f"/element/{self._element(selector)}/value", {"text": text})

    def press(self, key):
        """On whatever has the focus."""
        actions = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self._ask("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def log(self):
        """What the page has told, its script's errors among it."""
        return [entry["message"] for entry in self._ask("/se/log", {"type": "browser"})]

    def screenshot(self):
        return base64.b64decode(self._ask("/screenshot", method="GET"))

    def paper(self):
        """The page as a PDF."""
        return base64.b64decode(self._ask("/print", {"background": True}))
