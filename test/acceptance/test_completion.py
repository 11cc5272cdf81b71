"""Completions, manual pages and the list of commands: made of the options that the parser has."""
import pathlib
import re
import resource
import shlex
import shutil
import subprocess

import pytest

from harness import METHODS, fails, tare, tare_json

SHELLS = ("bash", "zsh", "fish")


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("completion")
    for shell in SHELLS:
        (folder / shell).write_text(tare("completion", shell).stdout)
    return folder


@pytest.fixture(scope="module")
def commands():
    return re.findall(r"^  ([a-z]+) {2,}", tare("--help").stdout, re.MULTILINE)


def options_of(*command):
    return set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", tare(*command, "--help").stdout, re.MULTILINE))


def in_bash(scripts, line, cwd):
    """What bash offers for the last word of a line, split as bash does it."""
    words = [part for word in (shlex.split(line) + ([""] if line.endswith(" ") else [])) for part in re.split(r"(=)", word) if part or part == word]
    script = f'source {scripts}/bash; COMP_WORDS=({" ".join(map(shlex.quote, words))}); COMP_CWORD={len(words) - 1}; _tare; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return set(done.stdout.split())


def test_help_is_grouped_by_task(commands):
    text = tare("--help").stdout
    for task, first in (("Convert a network", "doctor"), ("Run and compare", "run"), ("Look into it and prove it", "inspect"), ("Take it to hardware", "target"), ("Work in a shell", "completion")):
        assert re.search(rf"^{task}:\n  {first} ", text, re.MULTILINE), text
    assert "manual" not in commands and len(commands) == 15 and "SUBCOMMANDS" not in text.upper().split("\n")


def test_bash_knows_commands_and_options(scripts, commands, tmp_path):
    assert in_bash(scripts, "tare ", tmp_path) == set(commands)
    assert in_bash(scripts, "tare con", tmp_path) == {"config", "convert"}
    for command in commands:
        assert in_bash(scripts, f"tare {command} --", tmp_path) >= options_of(command), command
    assert in_bash(scripts, "tare target ", tmp_path) == {"list", "show", "check"}
    assert in_bash(scripts, "tare config ", tmp_path) == {"init", "check", "budget"}
    assert {"--version", "--help"} <= in_bash(scripts, "tare -", tmp_path)


def test_bash_knows_values(scripts, tmp_path):
    (tmp_path / "model one.onnx").touch()
    (tmp_path / "data").mkdir()
    assert in_bash(scripts, "tare convert --method ", tmp_path) == set(METHODS)
    assert in_bash(scripts, "tare convert m.onnx --method=k", tmp_path) == {"kl", "kl_v2"}
    assert in_bash(scripts, "tare completion ", tmp_path) == set(SHELLS)
    assert in_bash(scripts, "tare convert --strip-io quantize,de", tmp_path) == {"quantize,dequantize"}
    assert in_bash(scripts, "tare convert --dump-ir ", tmp_path) == {"data"}
    assert in_bash(scripts, "tare convert m", tmp_path) == {"model", "one.onnx"}
    assert in_bash(scripts, "tare calibrate m.onnx --calibration d", tmp_path) == {"data"}
    assert {"generic", "shift_only", "data"} <= in_bash(scripts, "tare convert --target ", tmp_path)
    assert {"generic", "data"} <= in_bash(scripts, "tare target show ", tmp_path)
    assert in_bash(scripts, "tare convert --threads ", tmp_path) == set()


def test_bash_takes_the_script_as_it_is(scripts):
    for arguments in (["-n", scripts / "bash"], ["-u", "-c", f"source {scripts}/bash"]):
        done = subprocess.run(["bash", *map(str, arguments)], capture_output=True, text=True)
        assert done.returncode == 0 and not done.stderr, done.stderr


def needs(shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not at hand: ITS COMPLETION IS NOT TESTED")


def test_zsh_takes_the_script(scripts, commands):
    needs("zsh")
    done = subprocess.run(["zsh", "-f", "-n", str(scripts / "zsh")], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    done = subprocess.run(["zsh", "-f", "-c", f"autoload -U compinit; compinit -u -d /dev/null; source {scripts}/zsh; print -l ${{(k)functions[(I)_tare*]}}"],
                          capture_output=True, text=True)
    assert {f"_tare_{command}" for command in commands} <= set(done.stdout.split()), done.stderr


def test_fish_completes(scripts, commands, tmp_path):
    needs("fish")

    def in_fish(line):
        done = subprocess.run(["fish", "--no-config", "-c", f"source {scripts}/fish; complete -C {shlex.quote(line)}"], capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0 and not done.stderr, done.stderr
        return {row.split("\t")[0] for row in done.stdout.splitlines()}

    assert in_fish("tare ") == set(commands)
    assert in_fish("tare convert --method ") == set(METHODS)
    assert options_of("convert") <= in_fish("tare convert --")
    assert in_fish("tare completion ") >= set(SHELLS)


def test_a_shell_that_is_none():
    assert "found 'tcsh', expected one of bash, zsh, fish" in fails("completion", "tcsh")
    assert tare_json("completion", "bash") == {"shell": "bash", "script": tare("completion", "bash").stdout}


def rendered(page):
    done = subprocess.run(["man", "--warnings", "-l", str(page)], capture_output=True, text=True, env={"MANWIDTH": "200", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0 and not done.stderr, f"{page}: {done.stderr}"
    return re.sub(r".\x08", "", done.stdout)


def test_manual_pages(commands, tmp_path):
    tare("manual", "-o", tmp_path / "man1")
    pages = {page.name: page for page in (tmp_path / "man1").iterdir()}
    assert set(pages) == {"tare.1", *(f"tare-{command}.1" for command in commands)}
    tare("manual", "-o", tmp_path / "again")
    assert all((tmp_path / "again" / name).read_bytes() == page.read_bytes() for name, page in pages.items())
    for page in pages.values():
        text = page.read_text()
        assert text.startswith(".TH ") and "EXIT STATUS" in text
        assert all(section in text for section in (".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", ".SH EXAMPLES", ".SH SEE ALSO"))
    for command in commands:
        text = pages[f"tare-{command}.1"].read_text().replace("\\-", "-")
        assert all(f"\\fB{option}\\fR" in text for option in options_of(command)), command
    if not shutil.which("man"):
        pytest.skip("man is not at hand: THE PAGES' FORM IS NOT TESTED")
    for page in pages.values():
        rendered(page)
    text = rendered(pages["tare-convert.1"])
    assert "tare convert MODEL -o OUT [OPTIONS]" in text and "--strip-io LIST" in text and "shift_only" in text
    if shutil.which("mandoc"):
        done = subprocess.run(["mandoc", "-Tlint", "-W", "error", *map(str, pages.values())], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_exit_codes_are_told_where_people_look():
    page = (pathlib.Path(__file__).resolve().parents[2] / "docs/tools.md").read_text()
    assert re.search(r"exit codes?.*\b0\b.*\b1\b.*128", page, re.IGNORECASE | re.DOTALL)


@pytest.mark.parametrize("folder", ["new/man1", "old"])
def test_a_full_disk_leaves_no_pages(tmp_path, folder):
    """All pages or none, and no folder that was not there."""
    (tmp_path / "old").mkdir()
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
    message = fails("manual", "-o", tmp_path / folder, preexec_fn=limit)
    assert "tare" in message and [each.name for each in tmp_path.rglob("*")] == ["old"]
    tare("manual", "-o", tmp_path / folder)
    assert len(list((tmp_path / folder).iterdir())) > 10
