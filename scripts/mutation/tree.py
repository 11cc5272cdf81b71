"""The copy of the project in which bugs are planted: the tree itself is never written to."""
import pathlib
import shutil
import subprocess


PLANTED = ("passes", "lib", "tools")  # the folders that bugs are planted in


def differing(source, target):
    """The files that git knows or would add, as they stand in the working tree, which the copy has not or otherwise."""
    names = subprocess.run(["git", "-C", source, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True,
                           capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        origin, place = source / name, target / name
        if origin.is_file() and not (place.is_file() and place.read_bytes() == origin.read_bytes()):
            yield name


def copy(source, target, names):
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, target / name)


def copy_tests(source, target, planted):
    """The tests alone; an error where a source is another one than when bugs were planted (in these files)."""
    names = [name for name in differing(source, target) if name not in planted]
    tests = [name for name in names if name.startswith("test/")]
    changed = [name for name in names if name.split("/")[0] in ("include", "cmake", *PLANTED)]
    if changed:
        raise SystemExit(f"mutate: {changed[0]} has changed since the bugs were planted: --again is for better tests alone; leave it out")
    copy(source, target, tests)


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
