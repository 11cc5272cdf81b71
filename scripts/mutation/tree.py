"""The copy of the project in which bugs are planted: the tree itself is never written to."""
import pathlib
import shutil
import subprocess


PLANTED = ("passes", "lib", "tools")  # the folders that bugs are planted in


def copy(source, target, without=()):
    """What git knows or would add, as it stands in the working tree, but for some folders; files that are the same keep their times."""
    names = subprocess.run(["git", "-C", source, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True,
                           capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        origin, place = source / name, target / name
        if not origin.is_file() or name.split("/")[0] in without:
            continue
        if place.is_file() and place.read_bytes() == origin.read_bytes():
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(origin, place)


def sources(root):
    """The sources that bugs are planted in, and the lines of each."""
    files = [path for folder in PLANTED for path in (root / folder).rglob("*.cpp")]
    return {str(path.relative_to(root)): path.read_bytes().count(b"\n") for path in sorted(files)}


def configure(root, build, python):
    if not (build / "build.ninja").exists():
        run(["cmake", "--preset", "release", "-B", build, f"-DTARE_PYTHON={python}", "-S", root], root)


def compile_all(build, jobs, targets=()):
    run(["ninja", "-C", build, "-j", jobs, *targets], build)


def run(command, place):
    done = subprocess.run(list(map(str, command)), cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise SystemExit(f"mutate: {command[0]} failed:\n{done.stdout[-4000:]}")


def project():
    return pathlib.Path(__file__).resolve().parent.parent.parent
