"""check_docs.py PAGE FOLDER [--update]: runs the `$ tare ...` lines of a page's console blocks in a copy of FOLDER, in order, and compares
what they print, figure by figure; only what is measured (seconds, megabytes, shares of time, speeds), the instruction set and the widths of
columns may differ. --update writes what they print into the page."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# The last bits of float sums, and with them a count of equal elements, are those of an instruction set: one that all have.
PROCESSOR = {"ONEDNN_MAX_CPU_ISA": "AVX2"}
# The columns of tables that are measured, by an option of the command that prints them.
MEASURED = {"--timing": ("seconds", "share", "peak memory"), "--profile": ("µs", "share", "GMAC/s", "of peak", "GB/s")}
MEASUREMENT = re.compile(r"\b\d+(\.\d+)?(?= (s|MB|GMAC/s)\b)|\b(portable|avx\w+|amx|neon)\b")


def masked(line, columns):
    """The line with the cells of these columns, (begin, end) each, as #; an empty one stays empty."""
    for begin, end in reversed(columns):
        cell = line[begin:end]
        line = line[:begin] + (" # " if cell.strip() else " ") + line[end:]
    return line


def columns_of(header, names):
    """Where right-aligned columns of a table lie: from the end of the one before."""
    ends = [(match.end(), match[0]) for match in re.finditer(r"\S+( \S+)*", header)]
    return [(before, end) for (before, _), (end, name) in zip(ends, ends[1:]) if name in names]


def normalized(text):
    lines, columns, names = [], [], ()
    for line in text.splitlines():
        if line.startswith("$ "):
            columns, names = [], tuple(name for option, measured in MEASURED.items() if option in line.split() for name in measured)
        elif names and not columns:
            columns = columns_of(line, names)
        elif columns and not line.strip():
            columns, names = [], ()
        elif columns:
            line = masked(line, columns)
        lines.append(" ".join(MEASUREMENT.sub("#", line).split()))
    return lines


def run(block, place):
    output = ""
    for command in (line for line in block.splitlines() if line.startswith("$ ")):
        done = subprocess.run(command[2:], shell=True, cwd=place, env=os.environ | PROCESSOR, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            sys.exit(f"{command}\n{done.stdout}")
        output += f"{command}\n{done.stdout}"
    return output


def differences(block, actual):
    """The first line that differs, of the page and of the tool; nothing where none does."""
    says, prints = normalized(block), normalized(actual)
    for number in range(max(len(says), len(prints))):
        pair = [lines[number] if number < len(lines) else "(nothing)" for lines in (says, prints)]
        if pair[0] != pair[1]:
            return f"{block.splitlines()[0]}\nthe page says\n  {pair[0]}\nthe tool says\n  {pair[1]}"
    return None


def main(page, folder, update):
    text, wrong = page.read_text(), []
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    with tempfile.TemporaryDirectory() as place:
        for file in folder.iterdir():
            if file.is_file():
                shutil.copy(file, place)
        for block in blocks:
            actual = run(block, place)
            wrong += filter(None, [differences(block, actual)])
            if update:
                text = text.replace(block, actual)
    if update:
        page.write_text(text)
    elif wrong or not blocks:
        sys.exit("\n".join(wrong) or f"{page} has no console block")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), "--update" in sys.argv)
