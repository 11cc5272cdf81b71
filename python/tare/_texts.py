"""What the compiler says, in Python's words: its arguments for the command line's options, and the objects that were given for the files that they were written to."""
import re

# Where the argument is not called like the option, with underscores.
_ARGUMENTS = {"calibration": "data", "input-shape": "input_shapes", "input-value": "input_values", "state": "states"}
_SWITCHES = {"no-repair": "repair=False", "random-calibration": "random=True"}
_TRUE = {"allow-uncalibrated", "host-tail", "narrow-states", "strict"}
_VALUES = {"on": "True", "off": "False"} | {name: f'"{name}"' for name in (
    "i8", "i16", "allow", "error", "auto", "min_max", "mean_min_max", "percentile", "mse", "kl", "kl_v2", "aciq")}
# An option, and behind it a value that is known, one that stands for others (DATA), or an assignment (x=1,3).
_OPTION = re.compile(r"--([a-z][a-z0-9-]*)(?: (?:(" + "|".join(sorted(_VALUES, key=len, reverse=True)) + r")\b|([A-Z]{2,}|N\b)|([^\s=;:'\"]+=[^\s;:]+)))?")

# Files that exist as long as the compiler reads them, and what they are called.
_shown: dict[str, str] = {}


def show_as(path, name):
    """Calls the file `path` by `name` in all texts, until hide(path)."""
    _shown[path] = name


def hide(path):
    _shown.pop(path, None)


def shown(text):
    """The text with the names of objects in place of those of the files that they were written to."""
    for path, name in list(_shown.items()):
        text = text.replace(path, name)
    return text


def in_python(text, arguments=()):
    """The text with arguments in place of options. arguments: those of a function that are called otherwise than convert()'s."""
    names = _ARGUMENTS | dict(arguments)

    def argument(found):
        option, value, stands_for, assignment = found.groups()
        rest = found[0][2 + len(option):]
        if option in _SWITCHES:
            return _SWITCHES[option] + rest
        name = names.get(option, option.replace("-", "_"))
        if option in _TRUE:
            return name + "=True" + rest
        if assignment:
            return f'{name}="{assignment}"'
        return f"{name}={_VALUES.get(value, '') if value else stands_for}" if value or stands_for else name + "=" + rest

    return _OPTION.sub(argument, text)
