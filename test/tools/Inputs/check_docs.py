"""check_docs.py PAGE FOLDER [--update]: runs the `$ tare ...` lines of a page's console blocks in a copy of FOLDER, in
order, and compares what they print, numbers, widths of columns and instruction sets apart. --update writes what they print into the page."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

page, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
update = "--update" in sys.argv


def normalized(text):
    text = re.sub(r"\b(portable|avx\w+|amx)\b", "ISA", text)
    return re.sub(r"-?[0-9][0-9.e+-]*|equal", "#", " ".join(text.split()))


def run(block, place):
    output = ""
    for command in (line for line in block.splitlines() if line.startswith("$ ")):
        done = subprocess.run(command[2:], shell=True, cwd=place, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            sys.exit(f"{command}\n{done.stdout}")
        output += f"{command}\n{done.stdout}"
    return output


text, wrong = page.read_text(), []
with tempfile.TemporaryDirectory() as place:
    for file in folder.iterdir():
        if file.is_file():
            shutil.copy(file, place)
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        actual = run(block, place)
        if normalized(actual) != normalized(block):
            wrong.append(f"the page says\n{block}\nthe tool says\n{actual}")
        if update:
            text = text.replace(block, actual)
if update:
    page.write_text(text)
elif wrong:
    sys.exit("\n".join(wrong))
