"""Errors and warnings of Tare."""
import os
import re

# "node 'a'", "layer 'a'", "layer 3 ('a')": a name may hold quotes itself, its own ends before what may follow one.
_NODE = re.compile(r"\b(?:node|layer)(?: \d+)? \(?'(.*?)'(?=[ :,;)]|$)")
_FOUND = re.compile(r"\bfound (.*?)(?=, expected |; |$)")
_EXPECTED = re.compile(r"\bexpected (.*?)(?=; |$)")
_OPTION = re.compile(r"--([a-z][a-z0-9-]*)")


class TareWarning(UserWarning):
    """What loses range, bits or accuracy, or is ignored."""


def path_text(path):
    """A path as the system takes it, which ends names at a NUL."""
    text = os.fspath(path)
    if "\0" in os.fsdecode(text):
        raise Error(f"found {text!r}, expected the name of a file; a NUL is in it")
    return text


class Error(Exception):
    """What went wrong, in one line. Each field is None where the message does not say it.

    message:  all of it, as the command line prints it
    file:     the file or data that it is about
    node:     the node or layer that it names first
    line:     the line of a text file (IR, YAML)
    found, expected: what was there, and what should be
    remedy:   what to do
    """

    def __init__(self, message: str, files: list[str] = ()):
        super().__init__(message)
        self.message = message
        self.file: str | None = _file_in(message, files)
        self.node: str | None = _first(_NODE, message)
        self.found: str | None = _first(_FOUND, message)
        self.expected: str | None = _first(_EXPECTED, message)
        self.remedy: str | None = message.rpartition("; ")[2] if "; " in message else None
        self.line: int | None = None
        if self.file and (line := re.search(re.escape(self.file) + r":(\d+)(?=:)", message)):
            self.line = int(line[1])

    def __str__(self):
        # Options of the command line are arguments here.
        return _OPTION.sub(lambda option: option[1].replace("-", "_") + "=", self.message)


def _first(pattern, message):
    found = pattern.search(message)
    return found[1] if found else None


def _file_in(message, files):
    """The file that a message names first as a word of its own; of one that begins the message another one, if there is one."""
    places = {}
    for file in files:
        place = re.search(r"(?:^|(?<=[ '(]))" + re.escape(file) + r"(?=[ ':;,)/]|$)", message) if file else None
        if place:
            places.setdefault(place.start(), file)
    others = sorted(at for at in places if at > 0)
    if others:
        return places[others[0]]
    return places.get(0)
