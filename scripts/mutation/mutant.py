"""A planted bug: what stands where, and what would stand there instead."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Mutant:
    file: str  # relative to the project's folder
    function: str
    operator: str
    line: int
    begin: int  # bytes of the file that are replaced
    end: int
    original: str
    replacement: str
    form: str = "expression"  # or "statement": what is left out where the bug is on; or "before": a statement put before one

    def planted(self, number):
        """The source text with both, chosen at run time."""
        switch = f"tare_mutants::planted({number})"
        if self.form == "statement":
            return f"if (!{switch}) {{ {self.original} }}"
        if self.form == "instead":
            return f"if ({switch}) {{ {self.replacement} }} else {{ {self.original} }}"
        if self.form == "before":
            return f"if ({switch}) {{ {self.replacement} }} {self.original}"
        return f"({switch} ? ({self.replacement}) : ({self.original}))"

    @property
    def key(self):
        """What names it in the list of equivalents: it survives edits elsewhere in the file."""
        return f"{self.file}: {self.function}: {self.operator}: `{one_line(self.original)}` -> `{one_line(self.replacement)}`"

    @property
    def folder(self):
        """What the score is told for: passes/Quantize, lib/Kernels, tools/tare."""
        return "/".join(self.file.split("/")[:2])


def one_line(text, longest=100):
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 3] + "..."
