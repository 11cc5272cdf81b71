"""Files of C++ that hold a family of operators and register them in one function."""
import re

from .edits import Refusal

BANNER = "//===" + "-" * 70 + "===//"


class Registry:
    """A folder of families: how they begin to register, and how they register one operator."""

    def __init__(self, folder, head, call):
        self.folder, self.head, self.call = folder, head, call

    def families(self, edits):
        """The files by their names: Pooling.cpp; of a family in a folder Matrix/Matrix.cpp as "Matrix", and "Matrix/Einsum". Those that
        only call others have no operators of their own."""
        names = {file: file.removeprefix(f"{self.folder}/").removesuffix(".cpp") for file in edits.files(f"{self.folder}/**/*.cpp")}
        files = {family if part == family else name: file for file, name in names.items() for family, _, part in [name.partition("/")]}
        return {name: file for name, file in sorted(files.items())
                if re.search(self.head, edits.read(file), re.MULTILINE) and f'{self.call}("' in edits.read(file)}

    def file(self, edits, family):
        families = self.families(edits)
        if family not in families:
            said = "is missing" if family is None else f"'{family}' is none of {self.folder}"
            raise Refusal(f"the family {said}, expected one of {', '.join(families)}")
        return families[family]

    def body(self, text):
        """Where the statements of the registering function begin and end."""
        begin = re.search(self.head, text, re.MULTILINE).end()
        depth, end = 1, begin
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        return begin, end - 1

    def add(self, edits, file, name, statement):
        """Registers an operator: in alphabetical order where the family has it, else behind its last."""
        text = edits.read(file)
        begin, end = self.body(text)
        calls = [match for match in re.finditer(rf'[ \t]*{re.escape(self.call)}\("([^"]+)"[^;]*;\n?', text[begin:end])]
        names = [match[1] for match in calls]
        later = [match for match in calls if match[1] > name] if len(names) > 2 and names == sorted(names) else []
        edits.put(file, begin + (later[0].start() if later else calls[-1].end()), f"  {statement}\n")

    def define(self, edits, file, title, code):
        """Puts functions before the registering one, under a heading where the file has headings."""
        text = edits.read(file)
        head = re.search(self.head, text, re.MULTILINE).start()
        space = text.rfind("\n} // namespace\n", 0, head)
        if f"\n{BANNER}\n// " in text:
            code = f"{BANNER}\n// {title}\n{BANNER}\n\n{code}"
        edits.put(file, space if space >= 0 else head, f"\n{code}" if space >= 0 else f"{code}\n")
        return space >= 0
