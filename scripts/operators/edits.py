"""Changes to the files of a tree: all of them are made in memory, and written when every one has been found a place."""
import json
import pathlib
import re
import shutil
import subprocess

#: Stands wherever only a person can go on, in front of the operator's name: a compiler or a test stops there.
MARK = "TO BE WRITTEN"
FORMATTER = "clang-format-22"


class Refusal(Exception):
    """What is wrong, in one line."""


def marked(name, what):
    """What a person is to write, as compilers and tests say it."""
    return f"{MARK}: {name}: {what}"


def quoted(text):
    """As Python and C++ write it."""
    return json.dumps(text, ensure_ascii=False)


class Edits:
    def __init__(self, root):
        self.root, self.texts = pathlib.Path(root), {}

    def read(self, name):
        """A file as it will be."""
        if name in self.texts:
            return self.texts[name]
        path = self.root / name
        if not path.is_file():
            raise Refusal(f"{name}: there is no such file in {self.root}: what it was for stands elsewhere now, see scripts/operators")
        return path.read_text()

    def files(self, pattern):
        """The names of the files that a pattern finds, in order."""
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.glob(pattern))

    def change(self, name, pattern, make):
        """Puts what `make` makes of the match in its place; exactly one place must look so."""
        text = self.read(name)
        found = list(re.finditer(pattern, text, re.MULTILINE))
        if len(found) != 1:
            raise Refusal(f"{name}: found {len(found)} places that look like /{pattern}/, expected one: scripts/operators looks for another form")
        match = found[0]
        self.texts[name] = text[:match.start()] + make(match) + text[match.end():]

    def before(self, name, pattern, text):
        self.change(name, pattern, lambda match: text + match[0])

    def after(self, name, pattern, text):
        self.change(name, pattern, lambda match: match[0] + text)

    def put(self, name, position, text):
        whole = self.read(name)
        self.texts[name] = whole[:position] + text + whole[position:]

    def create(self, name, text):
        if (self.root / name).exists():
            raise Refusal(f"{name}: this file exists already")
        self.texts[name] = text

    def format(self):
        """Lays C++ out as the project has it; whether there is a formatter."""
        if not shutil.which(FORMATTER):
            return False
        for name, text in self.texts.items():
            if name.endswith((".cpp", ".h")):
                done = subprocess.run([FORMATTER, f"--assume-filename={self.root / name}"], input=text, capture_output=True, text=True)
                if done.returncode:
                    raise Refusal(f"{name}: {FORMATTER} fails: {done.stderr.strip()}")
                self.texts[name] = done.stdout
        return True

    def places(self, name):
        """Where a person goes on with an operator: (file, line, what)."""
        for file, text in sorted(self.texts.items()):
            for number, line in enumerate(text.splitlines(), 1):
                for what in re.findall(re.escape(marked(name, "")) + r"([^\"|]*)", line):
                    yield file, number, what.strip()

    def write(self):
        """Writes all files beside where they belong, then moves them there: nothing is left by halves."""
        made = {}
        try:
            for name, text in self.texts.items():
                path = self.root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                made[name] = path.with_name(path.name + ".new")
                made[name].write_text(text)
                if path.exists():
                    shutil.copymode(path, made[name])
        except OSError as error:
            for path in made.values():
                if path.is_file():
                    path.unlink()
            raise Refusal(f"{error.filename}: {error.strerror}: nothing is written") from None
        for name, path in made.items():
            path.replace(self.root / name)
