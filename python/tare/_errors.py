"""Errors and warnings of Tare."""
import os
import re

from ._texts import in_python, shown

# "node 'a'", "layer 'a'", "layer 3 ('a')": a name may hold quotes itself, its own ends before what may follow one.
_NODE = re.compile(r"\b(?:node|layer)(?: \d+)? \(?'(.*?)'(?=[ :,;)]|$)")
_FOUND = re.compile(r"\bfound (.*?)(?=, expected |; |$)")
_EXPECTED = re.compile(r"\bexpected (.*?)(?=; |$)")


class TareWarning(UserWarning):
    """What loses range, bits or accuracy, or is ignored."""


def path_text(path):
    """A path as the system takes it, which ends names at a NUL."""
    text = os.fspath(path)
    if "\0" in os.fsdecode(text):
        raise Error(f"found {text!r}, expected the name of a file; a NUL is in it")
    return text


def positive(name, count):
    """Refuses counts below 1; None is none."""
    if isinstance(count, int) and count < 1:
        raise Error(f"{name}: found {count}, expected a whole number, 1 or more")


class Error(Exception):
    """What went wrong, in one line. Each field is None where the message does not say it.

    message:  all of it, as the command line prints it, with the names of its options; str() has Python's arguments for them
    file:     the file or data that it is about
    node:     the node or layer that it names first
    line:     the line of a text file (IR, YAML)
    found, expected: what was there, and what should be
    remedy:   what to do, with Python's arguments
    """

    def __init__(self, message: str, files: list[str] = ()):
        message, files = shown(message), [shown(file) for file in files]
        super().__init__(message)
        self._arguments = {}
        self.message = message
        self.file: str | None = _file_in(message, files)
        self.node: str | None = _first(_NODE, message)
        self.found: str | None = _first(_FOUND, message)
        self.expected: str | None = _first(_EXPECTED, message)
        self.remedy: str | None = None
        self.name_arguments({})
        self.line: int | None = None
        if self.file and (line := re.search(re.escape(self.file) + r":(\d+)(?=:)", message)):
            self.line = int(line[1])

    def name_arguments(self, arguments):
        """Names the arguments of a function that are called otherwise than convert()'s, by the options that they are."""
        self._arguments = arguments
        if "; " in self.message:
            self.remedy = in_python(self.message.rpartition("; ")[2], arguments)

    def __str__(self):
        return in_python(self.message, self._arguments)


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
